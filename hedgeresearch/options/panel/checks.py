"""Checks of the table of an option panel, which name the first row that is wrong."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._kernels.options.black import black_prices
from hedgeresearch._validation.numbers import is_number
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.options.checks import MAX_VOLATILITY, remedy_of
from hedgeresearch.options.panel.arrays import PanelArrays
from hedgeresearch.typing import Array, Indices

QUOTES = ("date", "contract", "kind", "strike", "expiry", "forward", "volatility", "price")
"""Columns that are known on the date of a row."""
MOVES = ("next_forward", "next_price", "next_volatility")
"""Columns that are known on the next date."""
ROUNDING = 1e-9
"""Share of the forward by which a price may miss its bounds."""
MAX_SPREAD = 0.05
"""Share by which forwards of one date and expiry may differ."""
MAX_ERROR = 0.2
"""Share of a volatility that the price of a row may differ by from its volatility."""
MAX_SHARE = 0.1
"""Share of rows that may differ by more."""


def checked_columns(table: pd.DataFrame) -> dict[str, Array]:
    """Return the columns of numbers, and the sign of each kind, as arrays (n_rows,).

    Raises
    ------
    DataError
        If a kind is unknown, a quote is missing or not positive, or a move is negative.
    """
    kinds = table["kind"].to_numpy(dtype=object)
    is_call = np.asarray(kinds == "call", dtype=bool)
    unknown = ~(is_call | np.asarray(kinds == "put", dtype=bool))
    if unknown.any():
        first = kinds[int(unknown.argmax())]
        raise DataError(
            f"kind must be 'call' or 'put'; got {first!r} for {_row(table, unknown)}. "
            f"{remedy_of(first)}"
        )
    columns = {"sign": np.where(is_call, 1.0, -1.0)}
    for name in (*QUOTES[3:], *MOVES):
        values = _as_numbers(table[name], name)
        columns[name] = values
        right = (values > 0.0) & (values < np.inf)
        if right.all():
            continue
        if name in MOVES:
            right |= np.isnan(values)
        if name in ("price", "next_price"):
            right |= values == 0.0
        if not right.all():
            found = values[int(right.argmin())]
            raise DataError(
                f"{name} must be positive and finite; got {found:g} for {_row(table, ~right)}. "
                "Leave out the row, or correct the quote."
            )
    highest = columns["volatility"].max()
    if highest > MAX_VOLATILITY:
        warn_caller(
            f"volatility must be an annual fraction, such as 0.2; the highest is {highest:g}. "
            "Divide by 100 if it is in per cent.",
            DataWarning,
        )
    return columns


class CheckedDates(NamedTuple):
    """Dates of a panel.

    Attributes
    ----------
    dates, next_dates : Index (n_dates,)
    starts : array (n_dates + 1,), first row of each date, and the number of rows
    """

    dates: pd.Index[Any]
    next_dates: pd.Index[Any]
    starts: Indices


def checked_dates(table: pd.DataFrame) -> CheckedDates:
    """Return the dates of a panel, or refuse them.

    Raises
    ------
    DataError
        If dates do not ascend, a contract comes twice on a date, or a move does not end on the
        next date.
    """
    values = table["date"].to_numpy()
    missing = pd.isna(values)
    if missing.any():
        raise DataError(f"every row must have a date; {_row(table, missing)} has none.")
    falls = values[1:] < values[:-1]
    if falls.any():
        row = int(falls.argmax()) + 1
        dates = pd.Index(values)
        raise DataError(
            f"dates must ascend; {day(dates[row])} follows {day(dates[row - 1])}. Sort the rows, "
            "as table.sort_values('date', kind='stable') does."
        )
    firsts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    starts = np.append(firsts, len(values))
    # much faster than the general check, for a panel that grows by one date
    if len(firsts) > 1 or len(set(table["contract"])) < len(table):
        check_contracts(table)
    ends = table["next_date"].to_numpy()
    _check_ends(table, values, ends, starts)
    return CheckedDates(
        pd.Index(values[firsts], name="date"), pd.Index(ends[firsts], name="date"), starts
    )


def check_contracts(table: pd.DataFrame) -> None:
    """Refuse a contract that comes twice on a date."""
    twice = table.duplicated(["date", "contract"]).to_numpy()
    if twice.any():
        raise DataError(
            f"a contract must come once on each date; {_row(table, twice)} comes again. Leave out "
            "one of the rows."
        )


def _check_ends(table: pd.DataFrame, dates: Any, ends: Any, starts: Indices) -> None:
    """Refuse moves that do not end on the next date: those of two dates would overlap."""
    last = ends[starts[-2]]
    expected = np.append(dates[starts[1:-1]], np.asarray([last], dtype=ends.dtype))
    expected = np.repeat(expected, np.diff(starts))
    other = np.asarray(ends != expected, dtype=bool)
    if other.any():
        other &= ~(pd.isna(ends) & pd.isna(expected))
    if other.any():
        row = int(other.argmax())
        raise DataError(
            f"every move must end on the next date of the panel; the one of {_row(table, other)} "
            f"ends on {ends[row]} instead of {expected[row]}, so that moves overlap or leave a "
            "gap. Use OptionPanel.from_quotes on all dates."
        )
    if not pd.isna(last) and not last > dates[-1]:
        raise DataError(
            f"the last next_date must be after {day(table['date'].iloc[-1])}; got {last}."
        )


def check_prices(table: pd.DataFrame, arrays: PanelArrays) -> None:
    """Refuse prices below the intrinsic value or above the bound of an option."""
    for name, price, forward in (
        ("price", arrays.price, arrays.forward),
        ("next_price", arrays.next_price, arrays.next_forward),
    ):
        intrinsic = np.maximum(arrays.sign * (forward - arrays.strike), 0.0)
        bound = np.where(arrays.sign > 0.0, forward, arrays.strike)
        tolerance = ROUNDING * forward
        with np.errstate(invalid="ignore"):
            wrong = (price < intrinsic - tolerance) | (price > bound + tolerance)
        if wrong.any():
            row = int(wrong.argmax())
            raise DataError(
                f"{name} must lie between {intrinsic[row]:g} and {bound[row]:g}; got "
                f"{price[row]:g} for {_row(table, wrong)}. Prices are undiscounted, in the "
                "currency of the forward: a price in coin times the forward."
            )


def warn_of_other_prices(table: pd.DataFrame, arrays: PanelArrays) -> None:
    """Warn where many prices are not those of their volatility: of a coin, or another forward."""
    black = np.empty(arrays.n_rows)
    quote = (arrays.forward, arrays.strike, arrays.expiry, arrays.volatility, arrays.sign)
    black_prices(*quote, np.ones(arrays.n_rows), black)
    allowed = MAX_ERROR * arrays.vega * arrays.volatility + ROUNDING * arrays.forward
    wrong = np.abs(arrays.price - black) > allowed
    # volatilities in per cent are warned of already
    if wrong.mean() <= MAX_SHARE or arrays.volatility.max() > MAX_VOLATILITY:
        return
    row = int(wrong.argmax())
    hint = (
        "Prices must be undiscounted, and the forward of the moment of the quotes, not the index."
    )
    in_coin = np.abs(arrays.price * arrays.forward - black) <= allowed
    if in_coin[wrong].mean() > 0.5:
        hint = "They are prices in coin: multiply them by the forward."
    warn_caller(
        f"price must be that of the volatility; {int(wrong.sum())} of {arrays.n_rows} differ, "
        f"first {_row(table, wrong)}, with {arrays.price[row]:.6g} where Black's price is "
        f"{black[row]:.6g}. {hint}",
        DataWarning,
    )


def check_underlying(table: pd.DataFrame, arrays: PanelArrays) -> None:
    """Refuse rows of one date and expiry whose forwards cannot be those of one underlying."""
    order = np.lexsort((arrays.forward, arrays.expiry, arrays.day_of_row))
    same = np.diff(arrays.day_of_row[order]) == 0
    same &= np.diff(arrays.expiry[order]) == 0.0
    forward = arrays.forward[order]
    far = same & (forward[1:] > (1.0 + MAX_SPREAD) * forward[:-1])
    if far.any():
        first = int(far.argmax())
        one = order[first]
        other = order[first + 1]
        raise DataError(
            "options of one date and expiry must have one underlying; "
            f"{table['contract'].iloc[one]!r} and {table['contract'].iloc[other]!r} on "
            f"{day(table['date'].iloc[one])} have the forwards {forward[first]:g} and "
            f"{forward[first + 1]:g}. Make a panel of each underlying."
        )


def check_ranges(min_expiry: Any, delta_range: Any) -> None:
    """Refuse ranges that are no ranges."""
    if not is_number(min_expiry) or not min_expiry >= 0.0:
        raise DataError(f"min_expiry must not be negative; got {min_expiry!r}.")
    ends = list(delta_range) if isinstance(delta_range, tuple | list) else []
    is_pair = len(ends) == 2 and all(map(is_number, ends))
    if not is_pair or not 0.0 <= ends[0] < ends[1] <= 1.0:
        raise DataError(
            f"delta_range must be two ascending numbers from 0 to 1; got {delta_range!r}."
        )


def _as_numbers(column: pd.Series[Any], name: str) -> Array:
    try:
        return column.to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} must hold numbers; got {column.dtype}: {error}.") from None


def _row(table: pd.DataFrame, wrong: Any) -> str:
    """Return the first wrong row in words."""
    row = int(np.asarray(wrong).argmax())
    return f"{table['contract'].iloc[row]!r} on {day(table['date'].iloc[row])}"
