"""The decision problem: a fitted hedge, a position, and contracts to hedge it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity, at_measured_spreads
from hedgeresearch.recommendation.inputs.last_bar import check_last_bar
from hedgeresearch.recommendation.inputs.market import Kind, Market
from hedgeresearch.recommendation.inputs.observations import (
    latest_observations,
    ratio_kind,
)
from hedgeresearch.recommendation.inputs.onchain.onchain_book import OnchainBook, onchain_book
from hedgeresearch.recommendation.inputs.onchain.oracles import LaterRounds
from hedgeresearch.recommendation.inputs.options.later_quotes import with_later_quotes
from hedgeresearch.recommendation.inputs.options.option_book import OptionBook
from hedgeresearch.recommendation.inputs.payments import payments, units_paid
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.inputs.problem_checks import (
    check_finite,
    check_latest_prices,
)
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class HedgeProblem:
    """A fitted hedge, a position, and contracts to hedge it with, at the prices of one date.

    Attributes
    ----------
    fit : HedgeFit
        Ends on the last date of the market.
    position : Position
    instruments : tuple of Instrument (n_instruments,)
    market : Market
    holdings : array (n_instruments,)
        Contracts held; negative is short.
    options : OptionBook or None
        Options of the position, and those that hedge it; None where there are none. The
        instruments are without them.
    liquidity : mapping from instrument to Liquidity
        Cost and capacity as measured, for those that were; the half spreads of the instruments
        are those measured.
    onchain : OnchainBook or None
        Pools and loans of the position; None where there are none.
    """

    fit: HedgeFit
    position: Position
    instruments: tuple[Instrument, ...]
    market: Market
    holdings: Array
    options: OptionBook | None = None
    liquidity: Mapping[str, Liquidity] = field(default_factory=dict)
    onchain: OnchainBook | None = None

    @property
    def revalued(self) -> OptionBook | OnchainBook | None:
        """Options, or pools and loans, which are revalued in full; None without any."""
        return self.onchain if self.options is None else self.options

    @property
    def names(self) -> list[str]:
        """Names of the instruments."""
        return [one.name for one in self.instruments]

    @property
    def traded_names(self) -> list[str]:
        """Names of everything that may be traded: options that hedge, then the instruments."""
        if self.options is None:
            return self.names
        return [*(one.name for one in self.options.hedging), *self.names]

    @property
    def terms(self) -> list[Terms]:
        """The instruments, as the terms on which they are traded."""
        return [cast(Terms, one) for one in self.instruments]

    @property
    def kind(self) -> Kind:
        """Kind of the ratio: shares of value ("simple"), or units ("difference")."""
        return ratio_kind(self.fit)

    def past_moves(self) -> dict[str, Array]:
        """Return past moves of the assets as fractions of their value now, (n_dates,) each."""
        moves = {}
        for asset in self.position.assets:
            path = self.market.value_path(asset, len(self.market))
            base = path[-1] if self.kind == "difference" else path[:-1]
            moves[asset] = np.diff(path) / base
        return moves

    def holding(self, contracts: Array) -> HedgeProblem:
        """Return the problem with other contracts held of everything that may be traded."""
        n_options = len(contracts) - len(self.instruments)
        options = self.options
        if options is not None:
            of_position = options.contracts[: options.n_position]
            held = np.concatenate([of_position, contracts[:n_options]])
            options = replace(options, contracts=held)
        return replace(self, holdings=contracts[n_options:], options=options)

    def with_liquidity(self, measured: Mapping[str, Liquidity]) -> HedgeProblem:
        """Return the problem at measured costs and capacities; others stay as they were."""
        instruments = at_measured_spreads(self.instruments, measured)
        return replace(self, instruments=instruments, liquidity={**self.liquidity, **measured})

    def next_bar(
        self,
        bar: Mapping[Any, float] | pd.Series[float],
        date: Any,
        holdings: Array,
        oracles: LaterRounds | None = None,
        onchain: Any = None,
    ) -> HedgeProblem:
        """Return the problem one bar later, with the same parameters of the model.

        Parameters
        ----------
        bar : mapping or Series
            A number for each column of the market's table.
        date : date
        holdings : array (n_instruments,)
            Contracts held over the bar. What they pay over it, funding included, is added to the
            position where it holds the currency of the payoff, such as the coin.
        oracles : Oracles, or mapping from token to OracleRound
            Later rounds of oracles.
        onchain : PoolPosition, LoanPosition or sequence of them, or None
            Pools and loans from this bar on; those over the bar by default.

        Raises
        ------
        DataError
            If the bar is not valid, a price leaves nothing to hedge, or a contract has expired.
        """
        market = self.market.append(bar, date)
        if self.options is not None:
            market = with_later_quotes(self.options, self.market, market)
        if oracles is not None:
            market = market.with_oracles(oracles)
        check_latest_prices(self.position, self.instruments, market, self.kind)
        observed = latest_observations(self.fit, self.position, self.instruments, market, n_dates=1)
        check_finite(observed, [self.position.name, *self.names])
        check_last_bar(self.position, self.instruments, market)
        gains = payments(self.instruments, holdings, market)
        paid = units_paid(self.position, self.instruments, gains, market)
        position = self.position.credited(paid)
        if onchain is not None:
            position = position.holding_onchain(onchain)
        book = onchain_book(position, market)
        if self.onchain is not None and book is not None:
            self.onchain.check_same_tokens(book)
        return replace(
            self,
            fit=_advanced(self.fit, observed, market.last_date),
            position=position,
            market=market,
            holdings=holdings,
            options=None if self.options is None else self.options.at(market),
            onchain=book,
        )


def _advanced(fit: HedgeFit, observed: Array, date: Any) -> HedgeFit:
    """Return the fit one date later, from observations (1, 1 + n) made here and not checked."""
    return fit.advance_array(observed, [date])
