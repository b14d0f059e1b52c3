"""Checks of a market's table, of its rates, and of the bars that are appended to it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import MAX_ABSOLUTE_VALUE
from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MAX_PRICE_RATIO = 2.0
"""Largest ratio of the price of a coin to that of an inverse contract on it, or the reverse."""


def refuse_absent(column: str, columns: Collection[str], whose: str) -> None:
    """Refuse a name that is not a column of the table."""
    if column not in columns:
        raise DataError(
            f"{whose} must have a column of the table for {column!r}; it holds "
            f"{', '.join(map(str, columns))}. Rename the column, or pass another table."
        )


def refuse_returns(table: Any) -> None:
    """Refuse a table that ``hr.returns`` made."""
    kind = table.attrs.get("returns") if isinstance(table, pd.DataFrame) else None
    # prices that are made of returns may keep the note, but are positive
    if kind is not None and (table.select_dtypes("number") <= 0.0).any(axis=None):
        raise DataError(
            f"the table of a market must hold prices; got {kind} returns, made by hr.returns. "
            "Pass the prices; market.returns(position, instruments) makes the returns."
        )


def checked_currency(currency: Any) -> str | None:
    """Return the name of a currency; refuse one that is not text."""
    if currency is not None and (not isinstance(currency, str) or not currency.strip()):
        raise DataError(
            f"currency must be the name of the account's currency; got {preview(currency)}. "
            "Pass for example 'USD'."
        )
    return currency


def check_links(field: str, links: Mapping[str, Any], columns: Collection[str]) -> None:
    """Refuse rates, funding or underlyings that are neither columns nor, for rates, numbers.

    Parameters
    ----------
    field : {"rates", "funding", "underlying"}
    links : mapping from asset or instrument
    columns : collection of str
        Columns of the table.
    """
    for name, column in links.items():
        refuse_absent(name, columns, field)
        if isinstance(column, str):
            refuse_absent(column, columns, f"{field} of {name!r}")
        elif field == "rates" and isinstance(column, int | float | np.number):
            check_between(column, f"rates of {name!r}", 0.0, np.inf)
        else:
            number = " or a number" if field == "rates" else ""
            raise DataError(
                f"{field} of {name!r} must be the name of a column of the table{number}; "
                f"got {preview(column)}. Put it into the table."
            )


def check_payments(funding: Mapping[str, Any], table: Any) -> None:
    """Refuse funding without a value on some dates, and say what to do between payments."""
    if not isinstance(table, pd.DataFrame):
        return
    for name, column in funding.items():
        if not isinstance(column, str) or list(table.columns).count(column) != 1:
            continue
        absent = table[column].isna().to_numpy()
        if absent.any():
            first = day(table.index[int(absent.argmax())])
            raise DataError(
                f"the funding of {name!r}, {column!r}, must have a value on every date; "
                f"{absent.sum()} are missing, the first on {first}. "
                "Where nothing was paid, between payments, write zeros: "
                f"table.fillna({{{column!r}: 0.0}})."
            )


def check_rates(
    rates: Mapping[str, Any],
    columns: Mapping[str, int],
    rows: Array,
    dates: Sequence[Any] | pd.Index[Any],
) -> None:
    """Refuse rates that are not positive in rows (n_dates, n_columns) of the table."""
    for name, column in rates.items():
        if not isinstance(column, str):
            continue
        path = rows[:, columns[column]]
        bad = path <= 0.0
        if bad.any():
            first = int(np.argmax(bad))
            raise DataError(
                f"the rate of {name!r}, {column!r}, must be positive; got {path[first]:g} "
                f"on {day(dates[first])}. Fix the data."
            )


def check_coin(name: str, coin: Any, price: float, rate: float) -> None:
    """Refuse the rate of an inverse contract that cannot be the price of its coin."""
    if not isinstance(coin, str):
        raise DataError(
            f"rates must name the column with the price of the coin that {name!r} pays in; "
            f"got {coin!r}. Pass for example rates={{{name!r}: 'BTC'}}."
        )
    if price > 0.0 and not 1.0 / MAX_PRICE_RATIO <= rate / price <= MAX_PRICE_RATIO:
        raise DataError(
            f"rates must name for {name!r} the column with the price of its coin, which is near "
            f"that of the contract; {coin!r} is {rate:g} where the contract is {price:g}. "
            "Name another column, or give both in one currency."
        )


# --- the next bar ---


def checked_bar(bar: Any, columns: Collection[str]) -> Array:
    """Return the numbers of a bar, (1, n_columns), in the order of the table."""
    if isinstance(bar, pd.DataFrame):
        raise DataError(
            f"the new bar must be one row; got a table of {len(bar)}. Call it for each row in "
            "turn: for date, row in table.iterrows(): advice = advice.update(row, date)."
        )
    if not isinstance(bar, Mapping | pd.Series):
        raise DataError(
            "the new bar must map each column of the table to a number; "
            f"got {preview(bar)}. Pass a dictionary or a Series."
        )
    values = as_mapping(bar, "the new bar", "{'BTC': 60_000.0}")
    row = []
    for name in columns:
        if name not in values:
            raise DataError(
                f"the new bar must contain every column of the table; {name!r} is missing. "
                "Add it, or leave it out of the market."
            )
        row.append(_checked_number(values[name], name))
    return np.array([row], dtype=np.float64)


def _checked_number(value: Any, name: str) -> float:
    # the usual case first: a bar should cost no more than its arithmetic
    if type(value) is float and -MAX_ABSOLUTE_VALUE < value < MAX_ABSOLUTE_VALUE:
        return value
    if value is None or value is pd.NA or value != value:
        raise DataError(
            f"the new bar must have a number in every column; {name!r} has none. Wait for it, or "
            "leave the bar out: the next one then holds the whole move."
        )
    check_between(value, f"{name!r} of the new bar", -MAX_ABSOLUTE_VALUE, MAX_ABSOLUTE_VALUE)
    return float(value)


def checked_date(date: Any, last_date: Any) -> Any:
    """Return the date of a bar as the table writes it; refuse one that is not after the last."""
    try:
        if isinstance(last_date, pd.Timestamp) and isinstance(
            date, str | datetime.date | np.datetime64
        ):
            date = pd.Timestamp(date)
            if date.tz is not None and last_date.tz is not None:
                date = date.tz_convert(last_date.tz)
        later = bool(date > last_date)
    except (TypeError, ValueError):
        raise DataError(
            f"the new bar must be dated like the table, whose last date is {last_date!r}; "
            f"got {date!r}. Convert it, for example with tz_localize or tz_convert."
        ) from None
    if not later:
        raise DataError(
            f"the new bar must be later than {day(last_date)}; got {day(date)}. Pass the next bar."
        )
    return date
