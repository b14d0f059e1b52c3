"""A fit, a position and instruments brought together: what each contract is now, and what the book does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.returns import contract_returns
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.market import Kind, Market, as_list
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.inputs.problem_checks import (
    check_names,
    check_parts,
    check_returns,
    contracts_held,
)
from hedgeresearch.recommendation.inputs.settings import Objective
from hedgeresearch.recommendation.sizing.contracts import Traded, ideal_holding
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class Book:
    """What is held, what hedges it, and what both are worth now."""

    fit: HedgeFit
    position: Position
    instruments: tuple[Instrument, ...]
    market: Market
    held: Array

    @classmethod
    def of(
        cls,
        fit: HedgeFit,
        position: Position,
        instruments: Sequence[Instrument] | Instrument,
        market: Market,
        holdings: Mapping[str, float] | pd.Series[float] | None,
    ) -> Book:
        """The parts after checking that they belong together.

        Raises
        ------
        DataError
            If one of them is of another kind, names or dates differ, an instrument has no price or a price of zero,
            holdings have no instrument, or the fit has seen other returns than those of the market.
        """
        check_parts(fit, position, market)
        listed = tuple(as_list(instruments))
        market.check_columns(position, listed)
        book = cls(fit, position, listed, market, contracts_held(listed, holdings))
        check_names(book)
        book.check_now()
        check_returns(book)
        return book

    def followed_by(
        self, bar: Mapping[Any, float] | pd.Series[float], date: Any, held: Array
    ) -> Book:
        """The book one bar later, the fit carried over it, coins that were paid counted with the position."""
        later = Book(
            self.fit, self.position, self.instruments, self.market.followed_by(bar, date), held
        )
        later.check_now()
        row, dates = later.seen_by_fit(1), pd.Index([later.market.last_date])
        asset = pd.Series(row[:, 0], index=dates, name=self.position.name)
        fit = self.fit.extend(
            asset, pd.DataFrame(row[:, 1:], index=dates, columns=self.fit.ratio.columns)
        )
        paid, units = later.coins_paid(), self.position.units
        if not paid:
            return replace(later, fit=fit)
        position = replace(
            self.position, units={asset: units[asset] + paid.get(asset, 0.0) for asset in units}
        )
        return replace(later, fit=fit, position=position)

    def check_now(self) -> None:
        """Refuse prices of now that leave nothing to hedge, and contracts that have expired."""
        lowest = 0.0 if self.kind == "simple" else -np.inf
        for name, price in [
            *self.values.items(),
            *((name, self.market.price(name)) for name in self.names),
        ]:
            if price == 0.0 or price < lowest:
                raise DataError(
                    f"the last price of {name!r} must be {'positive' if lowest == 0.0 else 'other than zero'}; got "
                    f"{price:g}. Mend the table, or hedge without it."
                )
        self._refuse_expired()

    def _refuse_expired(self) -> None:
        now = self.market.last_date
        for one in self.terms:
            if one.expiry is None or not isinstance(now, pd.Timestamp):
                continue
            if now.tz_localize(None).normalize() > pd.Timestamp(one.expiry).tz_localize(None):
                raise DataError(
                    f"{one.name!r} must not have expired; it did on {day(one.expiry)}, and the market ends on "
                    f"{day(now)}. Give the contract it was rolled into."
                )

    @property
    def names(self) -> list[str]:
        """Of the instruments."""
        return [one.name for one in self.instruments]

    @property
    def kind(self) -> Kind:
        """What the ratio is in: shares of value, or units."""
        return "difference" if self.fit.returns_kind == "difference" else "simple"

    @property
    def takes_prices(self) -> bool:
        """Whether the model is fitted on prices instead of returns."""
        return bool(self.fit.model.traits.input == "prices")

    @cached_property
    def values(self) -> dict[str, float]:
        """Price of each asset in the currency of the account, now."""
        return {asset: self.market.value(asset) for asset in self.position.assets}

    @cached_property
    def scale(self) -> float:
        """What one unit of the position's returns is worth; for differences, in units."""
        return self.position.scale(self.values, self.kind)

    @cached_property
    def value(self) -> float:
        """Signed value of the position; of a book, its gross value."""
        return self.position.scale(self.values, "simple")

    @cached_property
    def net_value(self) -> float:
        """Value long less value short of the position."""
        return self.position.net_value(self.values)

    @cached_property
    def notionals(self) -> Array:
        """Value of one contract of each instrument, (n,), in the currency of the account."""
        market = self.market
        return np.array(
            [
                abs(float(one.notional(market.price(one.name), market.rate(one.name))))
                for one in self.instruments
            ]
        )

    @cached_property
    def sizes(self) -> Array:
        """What one contract is worth per unit of its returns, (n,), in currency; for differences, its size."""
        return (
            np.array([one.size for one in self.instruments])
            if self.kind == "difference"
            else self.notionals
        )

    @cached_property
    def covariance(self) -> Array:
        """Of the next date's profit of the position and one contract each, (1 + n, 1 + n), in currency squared."""
        weights = np.concatenate([[self.scale], self.sizes])
        return self.fit.next_covariance.to_numpy() * np.outer(weights, weights)

    @cached_property
    def terms(self) -> list[Terms]:
        """The instruments, as what they are traded on."""
        return [cast(Terms, one) for one in self.instruments]

    @cached_property
    def costs(self) -> Array:
        """Of trading one contract, (n,), in currency."""
        return np.array([one.fee + one.half_spread for one in self.terms]) * self.notionals

    @cached_property
    def lots(self) -> Array:
        """Fewest contracts of each instrument that are traded, (n,), and their multiples."""
        return np.array([one.lot for one in self.terms])

    def traded(self, bounds: Sequence[tuple[float, float]]) -> Traded:
        """The contracts with their limits."""
        least, most = np.array(bounds, dtype=np.float64).T
        return Traded(self.sizes, self.notionals, self.lots, least, most)

    def asked(self, ratios: Array, objective: Objective) -> Array:
        """Contracts (..., n) that ratios (..., n) ask for, beside the sensitivities that are to be left."""
        return ideal_holding(ratios - np.array(objective.betas(self.names)), self.scale, self.sizes)

    def coin_of(self, instrument: Instrument) -> str | None:
        """The asset of the position that an inverse contract is paid in; None where it is paid in something else."""
        coin = self.market.rates.get(instrument.name)
        held = (
            isinstance(instrument, InverseContract)
            and isinstance(coin, str)
            and coin in self.position.units
        )
        return str(coin) if held else None

    def coins_paid(self) -> dict[str, float]:
        """What inverse contracts have paid over the last date in coins of the position, by asset."""
        paid: dict[str, float] = {}
        for one, contracts in zip(self.instruments, self.held, strict=True):
            coin = self.coin_of(one)
            if coin is not None and contracts != 0.0:
                gain = one.payoff(
                    contracts, self.market.price(one.name, back=1), self.market.price(one.name)
                )
                paid[coin] = paid.get(coin, 0.0) + float(gain)
        return paid

    def seen_by_fit(self, n_dates: int) -> Array:
        """What the model should have been given on the last dates, (n_dates, 1 + n): returns, or prices."""
        market, position, rows = self.market, self.position, n_dates + 1
        values = np.column_stack(
            [market.path(a, rows) * market.rate_path(a, rows) for a in position.assets]
        )
        if self.takes_prices:
            return np.column_stack([values, *(market.path(name, rows) for name in self.names)])[1:]
        hedges = [
            contract_returns(
                one, market.path(one.name, rows), market.rate_path(one.name, rows), self.kind
            )
            for one in self.instruments
        ]
        returns = np.column_stack([position.returns_of(values, self.kind), *hedges])
        return np.log1p(returns) if self.fit.returns_kind == "log" else returns
