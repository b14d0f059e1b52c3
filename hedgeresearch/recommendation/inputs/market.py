"""Prices that a recommendation is made of: of assets and instruments, with rates and funding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._containers.growing_table import GrowingTable
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame, with_plain_names
from hedgeresearch._validation.mappings import as_mapping
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument, as_instruments
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.option_terms import without_options
from hedgeresearch.instruments.returns import instrument_returns
from hedgeresearch.recommendation.inputs.market_checks import (
    check_coin,
    check_links,
    check_payments,
    check_rates,
    checked_bar,
    checked_currency,
    checked_date,
    refuse_absent,
    refuse_returns,
)
from hedgeresearch.recommendation.inputs.onchain.onchain_values import (
    onchain_units,
    tokens_at_rates,
)
from hedgeresearch.recommendation.inputs.onchain.oracles import (
    LaterRounds,
    Oracles,
    checked_oracles,
)
from hedgeresearch.recommendation.inputs.options.option_positions import counts_in_coin
from hedgeresearch.recommendation.inputs.options.option_quotes import OptionQuotes, checked_quotes
from hedgeresearch.recommendation.inputs.position import Held, Position, as_position
from hedgeresearch.typing import Array

Kind = Literal["simple", "difference"]


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False, repr=False, init=False)
class Market:
    """One table of prices whose last row is the present.

    A market never changes and may be used from several threads; :meth:`append` returns a new one.

    Parameters
    ----------
    table : DataFrame (n_dates, n_columns)
        A column for each asset and instrument, and those that ``rates`` and ``funding`` name;
        without gaps.
    rates : mapping from asset or instrument
        Rate that converts its currency into the account's: a column of the table, or a number; 1
        for those left out. An inverse contract needs the spot price of its coin.
    funding : mapping from perpetual
        Column of its funding rates: the share of its worth that a long pays at the date, several
        payments since the date before added up, and zero where nothing was paid.
    underlying : mapping from dated future
        Column with the price of what it delivers; the basis between them is its carry.
    currency : str
        Currency of the account, such as "USD", which is written behind amounts. By default the one
        in which instruments without a rate pay, where their terms say it. Where it is the coin
        that inverse options pay, everything is counted in coin.
    quotes : OptionQuotes
        Implied volatilities, forwards and the moment at which options are valued.
    oracles : Oracles
        Last rounds of the oracles by whose prices loans are liquidated.

    Attributes
    ----------
    converted : tuple of str
        Tokens of pools and loans that :meth:`holding` has given a column of ones and a rate.

    Raises
    ------
    DataError
        If a column is missing, the table has gaps, a rate is not positive, or the currency is no
        name.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500"))
    >>> market.price("SP500")
    2506.85...
    """

    rates: Mapping[str, str | float]
    funding: Mapping[str, str]
    underlying: Mapping[str, str]
    currency: str | None
    quotes: OptionQuotes | None
    oracles: Oracles | None
    attrs: Mapping[Any, Any]
    converted: tuple[str, ...]
    _rows: GrowingTable
    _column_numbers: Mapping[str, int]

    def __init__(
        self,
        table: pd.DataFrame,
        rates: Mapping[str, str | float] | None = None,
        funding: Mapping[str, str] | None = None,
        underlying: Mapping[str, str] | None = None,
        currency: str | None = None,
        quotes: OptionQuotes | None = None,
        oracles: Oracles | None = None,
    ) -> None:
        table = with_plain_names(table)
        refuse_returns(table)
        mappings = {
            "rates": as_mapping(rates, "rates", "{'BTC_COIN_PERP': 'BTC'}"),
            "funding": as_mapping(funding, "funding", "{'BTC_PERP': 'BTC_FUNDING'}"),
            "underlying": as_mapping(underlying, "underlying", "{'BTC_FUTURE': 'BTC'}"),
        }
        check_payments(mappings["funding"], table)
        frame = check_frame(table, "table", minimum_rows=3)
        columns = {name: number for number, name in enumerate(frame.columns)}
        fields: dict[str, Any] = {name: FrozenMapping(links) for name, links in mappings.items()}
        fields |= {
            "currency": checked_currency(currency),
            "quotes": checked_quotes(quotes, columns),
            "oracles": checked_oracles(oracles),
            "attrs": FrozenMapping(table.attrs),
            "converted": (),
            "_rows": GrowingTable(frame.to_numpy(), frame.columns, frame.index),
            "_column_numbers": columns,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)  # the class is frozen
        for field, links in mappings.items():
            check_links(field, links, columns)
        check_rates(self.rates, columns, frame.to_numpy(), frame.index)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        names = ", ".join(map(str, self.columns))
        return f"Market({names}; {len(self)} dates to {day(self.last_date)})"

    @property
    def table(self) -> pd.DataFrame:
        """All rows, (n_dates, n_columns).

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2018":])
        >>> market.columns, str(market.last_date.date()), market.table.shape
        (['NASDAQ', 'SP500'], '2018-12-31', (251, 2))
        >>> market.value("NASDAQ"), market.rate("NASDAQ"), market.price("NASDAQ", rows_ago=1)
        (6635.279785, 1.0, 6584.52002)
        >>> market.value_path("NASDAQ", 2), market.rate_path("NASDAQ", 2), market.path("SP500", 2)
        (array([6584.52002 , 6635.279785]), array([1., 1.]), array([2485.73999 , 2506.850098]))
        """
        return pd.DataFrame(self._rows.values, index=self._rows.dates, columns=self.columns)

    @property
    def columns(self) -> list[str]:
        """Names of the columns of the table."""
        return list(self._column_numbers)

    @property
    def last_date(self) -> Any:
        """Date of the last row."""
        return self._rows.last_date

    # --- the present and the last dates ---

    def price(self, name: str, *, rows_ago: int = 0) -> float:
        """Return the last price of a column, or the price ``rows_ago`` rows earlier."""
        return float(self._rows.values[-1 - rows_ago, self._column_numbers[name]])

    def rate(self, name: str, *, rows_ago: int = 0) -> float:
        """Return the last rate that converts the currency of a column, or an earlier one."""
        rate = self.rates.get(name, 1.0)
        return self.price(rate, rows_ago=rows_ago) if isinstance(rate, str) else float(rate)

    def value(self, asset: str, *, rows_ago: int = 0) -> float:
        """Return the last price of an asset in the account currency, or an earlier one."""
        return self.price(asset, rows_ago=rows_ago) * self.rate(asset, rows_ago=rows_ago)

    def path(self, name: str, n_dates: int) -> Array:
        """Return a column on the last dates, (n_dates,)."""
        return self._rows.values[-n_dates:, self._column_numbers[name]]

    def rate_path(self, name: str, n_dates: int) -> Array:
        """Return the rate of an asset or instrument on the last dates, (n_dates,)."""
        rate = self.rates.get(name, 1.0)
        return self.path(rate, n_dates) if isinstance(rate, str) else np.full(n_dates, float(rate))

    def value_path(self, asset: str, n_dates: int) -> Array:
        """Return the price of an asset in the currency of the account, (n_dates,)."""
        return self.path(asset, n_dates) * self.rate_path(asset, n_dates)

    def funding_rates(self, name: str) -> pd.Series[float] | None:
        """Return the funding rates of an instrument, (n_dates,); None where there are none.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2018":])
        >>> market.funding_rates("SP500") is None
        True
        """
        return self.table[self.funding[name]] if name in self.funding else None

    # --- what a model is fitted on ---

    def returns(
        self,
        position: Held,
        instruments: Sequence[Instrument] | Instrument,
        kind: Kind = "simple",
    ) -> tuple[pd.Series[float], pd.DataFrame]:
        """Return what a hedge model is fitted on: returns of the position and of each instrument.

        Parameters
        ----------
        position : Position, or a pool or a loan, or a list of them
        instruments : Instrument or sequence of Instrument
            Instruments used as hedges; their returns are their payoffs. Options among them are
            left out: their number follows from their vega, not from a model of returns.
        kind : {"simple", "difference"}
            Fractions of value, or currency per unit; the hedge ratio is in these terms.

        Returns
        -------
        asset : Series (n_dates - 1,)
        hedges : DataFrame (n_dates - 1, n_instruments)
            Returns of the instruments on the same dates.

        Raises
        ------
        DataError
            If a column or rate is missing, or a price is not positive where returns divide by it.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2018":])
        >>> position = hr.Position({"NASDAQ": 1000})
        >>> asset, hedges = market.returns(position, hr.LinearContract("SP500", 50))
        >>> asset.name, list(hedges.columns), len(asset)
        ('NASDAQ', ['SP500'], 250)
        >>> market.check_columns(position, [hr.LinearContract("SP500", 50)])  # raises if missing
        """
        check_choice(kind, "kind", ("simple", "difference"))
        listed = without_options(as_instruments(instruments))
        held = as_position(position)
        market = self.holding(held)
        if market is not self:
            return market.returns(held, instruments, kind)
        position = self.counted(held, kind)
        self.check_columns(position, listed)
        table = self.table
        values = pd.DataFrame(
            {asset: table[asset] * self._rate_series(asset, table) for asset in position.assets}
        )
        if kind == "simple":
            check_positive_prices(
                values,
                "simple returns",
                "Fix the data, or use kind='difference' if prices can be zero or negative.",
            )
        rates = {one.name: self._rate_series(one.name, table) for one in listed}
        hedges = instrument_returns(table, listed, kind, rates)
        values.attrs = dict(self.attrs)
        hedges.attrs = dict(self.attrs) | {"returns": kind}
        return position.returns(values, kind), hedges

    def counted(self, position: Position, kind: Kind = "simple") -> Position:
        """Return the position as the account counts it, at the last prices.

        Options count in currency, or in their coin; pools and loans as the tokens that they hold.
        """
        if position.onchain:
            market = self.holding(position)
            return position.with_onchain_units(onchain_units(position.onchain, market))
        options = list(position.options)
        in_coin = counts_in_coin(options, self.currency, position.delta)
        if in_coin and kind == "difference":
            raise DataError(
                "kind must be 'simple' for an account in coin; got 'difference'. Leave it out."
            )
        return position.in_account(in_coin=in_coin, option_units=position.option_units)

    def holding(self, position: Position) -> Market:
        """Return this market with the tokens of pools and loans whose value a rate moves.

        A token without a column, in which another one is priced whose rate is a column, gets a
        column of ones and that rate: in an account in euros, the dollar coin of a pool whose coin
        has the euros for a dollar as its rate. Bars need not hold these columns.

        Examples
        --------
        >>> import pandas as pd
        >>> import hedgeresearch as hr
        >>> days = pd.bdate_range("2025-01-01", periods=3)
        >>> table = pd.DataFrame({"WETH": [2e3, 2.1e3, 2e3], "USDEUR": [0.9, 0.91, 0.92]}, days)
        >>> market = hr.Market(table, rates={"WETH": "USDEUR"}, currency="EUR")
        >>> pool = hr.onchain.PoolPosition.of_value(1e4, 2e3, 1.5e3, 2.5e3, "WETH", "USDC")
        >>> held = market.holding(hr.Position(onchain=pool))
        >>> held.converted, held.value("USDC"), held.given_columns
        (('USDC',), 0.92, ['WETH', 'USDEUR'])
        """
        rates = tokens_at_rates(position.onchain, self) if position.onchain else {}
        if not rates:
            return self
        table = self.table.assign(**dict.fromkeys(rates, 1.0))
        table.attrs = dict(self.attrs)
        later = Market(
            table,
            {**self.rates, **rates},
            self.funding,
            self.underlying,
            self.currency,
            self.quotes,
            self.oracles,
        )
        object.__setattr__(later, "converted", (*self.converted, *rates))
        return later

    @property
    def given_columns(self) -> list[str]:
        """Names of the columns that a bar must hold: all but those of converted tokens."""
        return [name for name in self.columns if name not in self.converted]

    def check_columns(self, position: Position, instruments: Sequence[Instrument]) -> None:
        """Refuse a position or instruments without prices, and coins without a rate."""
        columns = self._column_numbers
        for asset in position.assets:
            refuse_absent(asset, columns, "the position")
        for one in instruments:
            refuse_absent(one.name, columns, "the instruments")
            if isinstance(one, InverseContract) and not self.pays_account(one):
                coin = self.rates.get(one.name)
                check_coin(one.name, coin, self.price(one.name), self.rate(one.name))

    def pays_account(self, contract: InverseContract) -> bool:
        """Return whether a contract pays the coin that the account counts in, at a rate of 1.

        Examples
        --------
        >>> import pandas as pd
        >>> import hedgeresearch as hr
        >>> days = pd.bdate_range("2025-01-01", periods=3)
        >>> prices = pd.DataFrame({"BTC": [9e4, 9.1e4, 9.3e4], "PERP": [9e4, 9.1e4, 9.2e4]}, days)
        >>> market = hr.Market(prices, rates={"PERP": "BTC"})
        >>> market.pays_account(hr.InverseContract("PERP", 100))
        False
        >>> market.counted(hr.Position({"BTC": 2})).units
        {'BTC': 2.0}
        """
        in_coin = self.currency is not None and contract.currency == self.currency
        return in_coin and contract.quote is not None and contract.name not in self.rates

    # --- one row more ---

    def append(self, bar: Mapping[Any, float] | pd.Series[float], date: Any) -> Market:
        """Return this market with one more row.

        Parameters
        ----------
        bar : mapping or Series
            A number for each column of the table.
        date : date
            Later than all before. Where the table has timestamps, it may be text, or a date of
            datetime or numpy.

        Raises
        ------
        DataError
            If a column is missing or not finite, a rate is not positive, or the date is not later.

        Examples
        --------
        >>> import pandas as pd
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2018":])
        >>> later = market.append({"NASDAQ": 6665.9, "SP500": 2510.0}, pd.Timestamp("2019-01-02"))
        >>> later.price("SP500"), market.price("SP500")
        (2510.0, 2506.850098)
        """
        if self.converted and isinstance(bar, Mapping | pd.Series):
            bar = {**dict.fromkeys(self.converted, 1.0), **dict(bar)}
        row = checked_bar(bar, self._column_numbers)
        date = checked_date(date, self.last_date)
        check_rates(self.rates, self._column_numbers, row, [date])
        longer = copy(self)
        object.__setattr__(longer, "_rows", self._rows.append(row, [date]))
        if self.quotes is not None and self.quotes.moment is not None:
            object.__setattr__(longer, "quotes", self.quotes.after(date - self.last_date))
        if self.oracles is not None:
            object.__setattr__(longer, "oracles", self.oracles.after(date - self.last_date))
        return longer

    def with_oracles(self, oracles: LaterRounds) -> Market:
        """Return this market with later rounds of oracles.

        Examples
        --------
        >>> import pandas as pd
        >>> import hedgeresearch as hr
        >>> at = pd.Timestamp("2026-03-02 12:00", tz="UTC")
        >>> latest = hr.onchain.OracleRound("ETH/USD", 7, 7, 200_012_000_000, 8, at, 3_600)
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2018":])
        >>> list(market.with_oracles({"NASDAQ": latest}).oracles.rounds)
        ['NASDAQ']
        """
        later = copy(self)
        known = Oracles({}) if self.oracles is None else self.oracles
        object.__setattr__(later, "oracles", known.with_later(oracles))
        return later

    def quoted(self, quotes: OptionQuotes) -> Market:
        """Return the market with other quotes of its options.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> market = hr.Market(hr.load("nasdaq_sp500").loc["2018":])
        >>> quotes = hr.recommendation.OptionQuotes({"P": 0.27}, moment="2018-12-31 21:00+00:00")
        >>> market.quoted(quotes).quotes.volatilities
        {'P': 0.27}
        """
        other = copy(self)
        object.__setattr__(other, "quotes", quotes)
        return other

    def _rate_series(self, name: str, table: pd.DataFrame) -> Any:
        rate = self.rates.get(name, 1.0)
        return table[rate] if isinstance(rate, str) else float(rate)
