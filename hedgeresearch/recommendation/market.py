"""The prices that a recommendation is made of: of what is held and what hedges, with rates and funding, up to now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._validation import check_between, check_choice, check_frame
from hedgeresearch._wording import day
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.history import History
from hedgeresearch.instruments.hedge_returns import hedge_returns
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.recommendation.position import Position

Kind = Literal["simple", "difference"]


class Market:
    """One table of prices, its last row being now.

    Parameters
    ----------
    table : DataFrame (n_dates, n_columns), a column for each asset and instrument, and those that ``rates`` and
        ``funding`` name; without gaps
    rates : mapping from asset or instrument to what converts its currency into the account's: a column of the table,
        or a number. An inverse contract needs the spot price of its coin. 1 for those left out
    funding : mapping from perpetual to the column of its funding rates, what a long pays at the date, as a share

    Raises
    ------
    DataError
        If a column is not there, or the table has gaps.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500"))
    >>> market.price("SP500")
    2506.85...
    """

    def __init__(
        self,
        table: pd.DataFrame,
        rates: Mapping[str, str | float] | None = None,
        funding: Mapping[str, str] | None = None,
    ) -> None:
        frame = check_frame(table, "table", minimum_rows=3)
        self.attrs = dict(getattr(table, "attrs", {}))
        self.rates, self.funding = dict(rates or {}), dict(funding or {})
        self._dates: list[Any] = list(frame.index)
        self._index = frame.index
        self._rows = History.of(frame)
        self._place = {name: i for i, name in enumerate(frame.columns)}
        for name, rate in self.rates.items():
            if isinstance(rate, str):
                self._refuse_absent(rate, f"the rate of {name!r}")
            else:
                check_between(rate, f"the rate of {name!r}", 0.0, np.inf)
        for name, column in self.funding.items():
            self._refuse_absent(column, f"the funding of {name!r}")

    def __repr__(self) -> str:
        return f"Market({', '.join(map(str, self._place))}; {len(self._rows)} dates to {day(self.last_date)})"

    @property
    def table(self) -> pd.DataFrame:
        """All rows so far, (n_dates, n_columns)."""
        dates = self._dates[: len(self._rows)]
        index = self._index if len(dates) == len(self._index) else pd.Index(dates, name=self._index.name)
        return pd.DataFrame(self._rows.values, index=index, columns=list(self._place))

    @property
    def columns(self) -> list[str]:
        """What the table holds."""
        return list(self._place)

    @property
    def last_date(self) -> Any:
        """Now."""
        return self._dates[len(self._rows) - 1]

    def price(self, name: str, *, back: int = 0) -> float:
        """The last price of a column, or one some dates before it."""
        return float(self._rows.values[-1 - back, self._place[name]])

    def rate(self, name: str, *, back: int = 0) -> float:
        """What converts the currency of an asset or instrument, on the last date or some before it."""
        rate = self.rates.get(name, 1.0)
        return self.price(rate, back=back) if isinstance(rate, str) else float(rate)

    def value(self, asset: str, *, back: int = 0) -> float:
        """The price of an asset in the currency of the account."""
        return self.price(asset, back=back) * self.rate(asset, back=back)

    def funding_of(self, name: str) -> pd.Series[float] | None:
        """Funding rates of an instrument, (n_dates,); None where it has none here."""
        return self.table[self.funding[name]] if name in self.funding else None

    def returns(
        self, position: Position, instruments: Sequence[Instrument], kind: Kind = "simple"
    ) -> tuple[pd.Series[float], pd.DataFrame]:
        """What a hedge model is fitted on: returns of the position, and of each instrument as it pays.

        Parameters
        ----------
        position : Position
        instruments : those to hedge with
        kind : "simple", fractions of value, or "difference", currency per unit; the ratio is in these terms

        Returns
        -------
        (Series (n_dates - 1,), DataFrame (n_dates - 1, n_instruments)), dated alike

        Raises
        ------
        DataError
            If a column or rate is missing, or a price is not positive where returns divide by it.
        """
        check_choice(kind, "kind", ("simple", "difference"))
        self.check_columns(position, instruments)
        table = self.table
        values = pd.DataFrame({asset: table[asset] * self._rates_of(asset, table) for asset in position.assets})
        for asset in position.assets if kind == "simple" else []:
            bad = np.flatnonzero(values[asset].to_numpy() <= 0.0)
            if len(bad):
                raise DataError(
                    f"prices of {asset!r} must be positive for simple returns; got {values[asset].iloc[bad[0]]:g} on "
                    f"{day(values.index[bad[0]])}. Mend the table, or use kind='difference' if that is its price."
                )
        rates = {one.name: self._rates_of(one.name, table) for one in instruments}
        hedges = hedge_returns(table, list(instruments), kind, rates)
        values.attrs = hedges.attrs = dict(self.attrs)
        hedges.attrs["returns"] = kind
        return position.returns(values, kind), hedges

    def check_columns(self, position: Position, instruments: Sequence[Instrument]) -> None:
        """Refuse a position or an instrument without data, and an inverse contract without the price of its coin."""
        for asset in position.assets:
            self._refuse_absent(asset, "the position")
        for instrument in instruments:
            self._refuse_absent(instrument.name, "the instruments")
            if isinstance(instrument, InverseContract) and instrument.name not in self.rates:
                raise DataError(
                    f"rates must name the column with the price of the coin that {instrument.name!r} pays in; it has "
                    f"none. Give for example rates={{{instrument.name!r}: 'BTC'}}."
                )

    def followed_by(self, bar: Mapping[Any, float] | pd.Series[float], date: Any) -> Market:
        """This market and one more row: a number for each column, later than all before."""
        absent = [name for name in self._place if name not in bar]
        if absent:
            raise DataError(f"the new bar must hold every column of the table; {absent[0]!r} is missing.")
        if not date > self.last_date:
            raise DataError(f"the new bar must be later than {day(self.last_date)}; got {day(date)}.")
        row = np.array([[bar[name] for name in self._place]], dtype=np.float64)
        if not np.isfinite(row).all():
            name = list(self._place)[int(np.argmin(np.isfinite(row[0])))]
            raise DataError(f"the new bar must hold finite numbers; {name!r} is {bar[name]!r}.")
        following = Market.__new__(Market)
        following.__dict__.update(self.__dict__)
        following._rows = self._rows.followed_by(row)
        if len(self._dates) != len(self._rows):  # somebody else has gone on from here
            following._dates = self._dates[: len(self._rows)]
        following._dates.append(date)
        return following

    def _rates_of(self, name: str, table: pd.DataFrame) -> Any:
        rate = self.rates.get(name, 1.0)
        return table[rate] if isinstance(rate, str) else float(rate)

    def _refuse_absent(self, column: str, whose: str) -> None:
        if column not in self._place:
            raise DataError(
                f"{whose} must have a column of the table for {column!r}; it holds {', '.join(map(str, self._place))}. "
                "Rename the column, or give another table."
            )
