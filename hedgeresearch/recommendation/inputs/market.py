"""The prices that a recommendation is made of: of what is held and what hedges, with rates and funding, up to now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Day
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._containers.growing_table import History
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import MAX_ABSOLUTE_VALUE, check_frame
from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument, as_instruments
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.returns import instrument_returns
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.typing import Array

APART = 2.0
"""How many times a coin's price may be that of an inverse contract on it, or the reverse: both are in one currency."""

Kind = Literal["simple", "difference"]


@exported_by("hedgeresearch.recommendation")
class Market:
    """One table of prices, its last row being now.

    Parameters
    ----------
    table : DataFrame (n_dates, n_columns), a column for each asset and instrument, and those that ``rates`` and
        ``funding`` name; without gaps
    rates : mapping from asset or instrument to what converts its currency into the account's: a column of the table,
        or a number. An inverse contract needs the spot price of its coin. 1 for those left out
    funding : mapping from perpetual to the column of its funding rates, what a long pays at the date, as a share;
        several payments of one date added up
    underlying : mapping from dated future to the column of the price of what it delivers; their basis is its carry

    Raises
    ------
    DataError
        If a column is not there, the table has gaps, or a rate is not positive.

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
        underlying: Mapping[str, str] | None = None,
    ) -> None:
        frame = check_frame(table, "table", minimum_rows=3)
        self.attrs = dict(getattr(table, "attrs", {}))
        self.rates: dict[str, str | float] = as_mapping(rates, "rates", "{'BTC_COIN_PERP': 'BTC'}")
        self.funding: dict[str, str] = as_mapping(funding, "funding", "{'BTC_PERP': 'BTC_FUNDING'}")
        self.underlying: dict[str, str] = as_mapping(
            underlying, "underlying", "{'BTC_FUTURE': 'BTC'}"
        )
        self._dates: list[Any] = list(frame.index)
        self._index = frame.index
        self._rows = History.of(frame)
        self._place = {name: i for i, name in enumerate(frame.columns)}
        for field in ("rates", "funding", "underlying"):
            for name, column in getattr(self, field).items():
                self._refuse_absent(name, field)
                if isinstance(column, str):
                    self._refuse_absent(column, f"{field} of {name!r}")
                elif field == "rates" and isinstance(column, int | float | np.number):
                    check_between(column, f"rates of {name!r}", 0.0, np.inf)
                else:
                    number = " or a number" if field == "rates" else ""
                    raise DataError(
                        f"{field} of {name!r} must be the name of a column of the table{number}; got {preview(column)}. "
                        "Put it into the table."
                    )
        self._check_rates(frame.to_numpy(), self._dates)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"Market({', '.join(map(str, self._place))}; {len(self._rows)} dates to {day(self.last_date)})"

    @property
    def table(self) -> pd.DataFrame:
        """All rows so far, (n_dates, n_columns)."""
        dates = self._dates[: len(self._rows)]
        index = (
            self._index
            if len(dates) == len(self._index)
            else pd.Index(dates, name=self._index.name)
        )
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

    def path(self, name: str, n_dates: int) -> Array:
        """A column on the last dates, (n_dates,)."""
        return self._rows.values[-n_dates:, self._place[name]]

    def rate_path(self, name: str, n_dates: int) -> Array:
        """What converts the currency of an asset or instrument on the last dates, (n_dates,)."""
        rate = self.rates.get(name, 1.0)
        return self.path(rate, n_dates) if isinstance(rate, str) else np.full(n_dates, float(rate))

    def funding_of(self, name: str) -> pd.Series[float] | None:
        """Funding rates of an instrument, (n_dates,); None where it has none here."""
        return self.table[self.funding[name]] if name in self.funding else None

    def returns(
        self,
        position: Position,
        instruments: Sequence[Instrument] | Instrument,
        kind: Kind = "simple",
    ) -> tuple[pd.Series[float], pd.DataFrame]:
        """What a hedge model is fitted on: returns of the position, and of each instrument as it pays.

        Parameters
        ----------
        position : Position
        instruments : those to hedge with, one or several
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
        listed = as_list(instruments)
        self.check_columns(position, listed)
        table = self.table
        values = pd.DataFrame(
            {asset: table[asset] * self._rates_of(asset, table) for asset in position.assets}
        )
        if kind == "simple":
            check_positive_prices(
                values, "simple returns", "Fix the table, or use kind='difference' if that is its price."
            )
        hedges = instrument_returns(
            table, listed, kind, {one.name: self._rates_of(one.name, table) for one in listed}
        )
        values.attrs = hedges.attrs = dict(self.attrs)
        hedges.attrs["returns"] = kind
        return position.returns(values, kind), hedges

    def check_columns(self, position: Position, instruments: Sequence[Instrument]) -> None:
        """Refuse a position or an instrument without data, and an inverse contract without the price of its coin."""
        for asset in position.assets:
            self._refuse_absent(asset, "the position")
        for instrument in instruments:
            self._refuse_absent(instrument.name, "the instruments")
            rate = self.rates.get(instrument.name)
            if isinstance(instrument, InverseContract) and not isinstance(rate, str):
                raise DataError(
                    f"rates must name the column with the price of the coin that {instrument.name!r} pays in; got "
                    f"{rate!r}. Give for example rates={{{instrument.name!r}: 'BTC'}}."
                )
            if isinstance(instrument, InverseContract):
                self._check_coin(instrument.name)

    def followed_by(self, bar: Mapping[Any, float] | pd.Series[float], date: Any) -> Market:
        """This market and one more row: a number for each column, later than all before.

        Where the table is dated, the date may be text, or of datetime or numpy.
        """
        row = self._row_of(bar)
        try:
            if isinstance(self.last_date, pd.Timestamp) and isinstance(
                date, str | Day | np.datetime64
            ):
                date = pd.Timestamp(date)
            later = bool(date > self.last_date)
        except (TypeError, ValueError):
            raise DataError(
                f"the new bar must be dated like the table, whose last date is {self.last_date!r}; got {date!r}. "
                "Convert it, for example with tz_localize or tz_convert."
            ) from None
        if not later:
            raise DataError(
                f"the new bar must be later than {day(self.last_date)}; got {day(date)}. Give the next one."
            )
        self._check_rates(row, [date])
        following = Market.__new__(Market)
        following.__dict__.update(self.__dict__)
        following._rows = self._rows.followed_by(row)
        if len(self._dates) != len(self._rows):  # somebody else has gone on from here
            following._dates = self._dates[: len(self._rows)]
        following._dates.append(date)
        return following

    def _row_of(self, bar: Mapping[Any, float] | pd.Series[float]) -> Array:
        """The numbers of a bar, (1, n_columns), in the order of the table."""
        if not isinstance(bar, Mapping | pd.Series):
            raise DataError(
                f"the new bar must map each column of the table to a number; got {preview(bar)}."
            )
        absent = [name for name in self._place if name not in bar]
        if absent:
            raise DataError(
                f"the new bar must hold every column of the table; {absent[0]!r} is missing. Add it, or leave it out "
                "of the market."
            )
        for name in self._place:
            check_between(
                bar[name], f"{name!r} of the new bar", -MAX_ABSOLUTE_VALUE, MAX_ABSOLUTE_VALUE
            )
        return np.array([[bar[name] for name in self._place]], dtype=np.float64)

    def _check_rates(self, rows: Array, dates: list[Any]) -> None:
        for name, column in self.rates.items():
            if not isinstance(column, str):
                continue
            bad = rows[:, self._place[column]] <= 0.0
            if bad.any():
                first = int(np.argmax(bad))
                raise DataError(
                    f"the rate of {name!r}, {column!r}, must be positive; got {rows[first, self._place[column]]:g} on "
                    f"{day(dates[first])}. Mend the table."
                )

    def _check_coin(self, name: str) -> None:
        """Refuse the rate of an inverse contract that cannot be the price of its coin."""
        price, rate = self.price(name), self.rate(name)
        if price > 0.0 and not 1.0 / APART <= rate / price <= APART:
            raise DataError(
                f"rates must name for {name!r} the column with the price of its coin, which is near that of the "
                f"contract; {self.rates[name]!r} is {rate:g} where the contract is {price:g}. Name another column, or "
                "give both in one currency."
            )

    def _rates_of(self, name: str, table: pd.DataFrame) -> Any:
        rate = self.rates.get(name, 1.0)
        return table[rate] if isinstance(rate, str) else float(rate)

    def _refuse_absent(self, column: str, whose: str) -> None:
        if column not in self._place:
            raise DataError(
                f"{whose} must have a column of the table for {column!r}; it holds {', '.join(map(str, self._place))}. "
                "Rename the column, or give another table."
            )


def as_list(instruments: Sequence[Instrument] | Instrument) -> list[Instrument]:
    """One instrument or several as a list.

    Raises
    ------
    DataError
        If there is none, one is no instrument, or two have the same name.
    """
    listed = as_instruments(instruments)
    for one in listed:
        if not isinstance(one, Terms):
            raise DataError(f"instruments must be such as LinearContract('ES', 50); got {one!r}.")
    return listed
