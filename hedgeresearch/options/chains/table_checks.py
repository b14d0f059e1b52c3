"""Checks of a table of quotes: its columns, times, strikes, kinds and prices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import counted, day
from hedgeresearch.errors import DataError
from hedgeresearch.options.checks import MAX_VOLATILITY, remedy_of
from hedgeresearch.options.expiries import years_to_expiry

REQUIRED = ("expiry", "strike", "kind", "bid", "ask")
OPTIONAL = ("mark", "mark_volatility", "forward", "open_interest")
"""Columns of numbers that a table may have."""
KINDS = ("call", "put")
SAME_FORWARD = 0.01
"""Relative difference of two forwards of an expiry from which they are of two underlyings."""


def checked_moment(moment: Any) -> pd.Timestamp:
    """Return the moment of the quotes in UTC.

    Raises
    ------
    DataError
        If it is no time, or has no zone.
    """
    try:
        time: Any = pd.Timestamp(moment)
    except (TypeError, ValueError):
        raise DataError(
            f"moment must be a time with a zone; got {moment!r}. Pass the time of the quotes."
        ) from None
    if pd.isna(time) or time.tz is None:
        raise DataError(
            f"moment must be a time with a zone; got {moment!r}. Name the zone, for example "
            "pd.Timestamp('2024-06-28 16:00', tz='America/New_York')."
        )
    moment_in_utc: pd.Timestamp = time.tz_convert("UTC")
    return moment_in_utc


def checked_table(table: Any, moment: pd.Timestamp) -> pd.DataFrame:
    """Return the rows by expiry, strike and kind, with expiries in UTC and numbers as floats.

    Raises
    ------
    DataError
        If a column is absent, or a row is not that of one option that expires after the moment.
    """
    _check_columns(table)
    kept = [name for name in (*REQUIRED, *OPTIONAL) if name in table.columns]
    clean: pd.DataFrame = table[kept].reset_index(drop=True)
    clean["kind"] = _checked_kinds(clean["kind"])
    clean["expiry"] = _checked_expiries(clean["expiry"], moment)
    for name in kept:
        if name not in ("expiry", "kind"):
            clean[name] = _as_floats(clean[name], name)
    _check_positive(clean["strike"], "strike")
    for name in ("bid", "ask"):
        _check_not_negative(clean[name], name)
    _check_fractions(clean)
    _check_underlying(table)
    is_put = (clean["kind"] == "put").to_numpy()
    keys = (is_put, clean["strike"].to_numpy(), clean["expiry"].to_numpy())
    clean = clean.iloc[np.lexsort(keys)].reset_index(drop=True)
    _check_unique(clean)
    _check_forwards(clean)
    return clean


def _check_columns(table: Any) -> None:
    if not isinstance(table, pd.DataFrame):
        raise DataError(
            "table must be a DataFrame with a row for each option; got "
            f"{type(table).__name__}. Its columns are {', '.join(REQUIRED)}."
        )
    absent = [name for name in REQUIRED if name not in table.columns]
    if absent:
        raise DataError(
            f"table must have the columns {', '.join(REQUIRED)}; it has no {absent[0]!r} "
            f"(its columns are {', '.join(map(str, table.columns))}). Rename them, or use "
            "OptionChain.from_deribit or OptionChain.from_cboe."
        )
    if not len(table):
        raise DataError("table must have a row for each option; got none.")


def _checked_kinds(kinds: pd.Series[Any]) -> pd.Series[Any]:
    wrong = ~kinds.isin(KINDS)
    if wrong.any():
        raise DataError(
            f"kind must be 'call' or 'put'; got {kinds[wrong].iloc[0]!r} in row "
            f"{int(np.argmax(wrong))}. {remedy_of(kinds[wrong].iloc[0])}"
        )
    return kinds.astype(object)


def _checked_expiries(expiries: pd.Series[Any], moment: pd.Timestamp) -> pd.Series[Any]:
    if not isinstance(expiries.dtype, pd.DatetimeTZDtype):
        example = expiries.iloc[0]
        raise DataError(
            f"expiry must be a column of times with a zone; got {example!r} ({expiries.dtype}). "
            "Convert it, for example pd.to_datetime(table['expiry'], utc=True) of times in UTC."
        )
    if expiries.isna().any():
        raise DataError(f"expiry must be known; row {int(np.argmax(expiries.isna()))} has none.")
    in_utc: pd.Series[Any] = expiries.dt.tz_convert("UTC")
    years_to_expiry(moment, pd.Series(in_utc.unique()))  # refuses what has expired
    return in_utc


def _as_floats(column: pd.Series[Any], name: str) -> pd.Series[float]:
    try:
        return column.astype(float)
    except (TypeError, ValueError):
        raise DataError(
            f"{name} must hold numbers; its values are of type {column.dtype}. Convert them with "
            "pd.to_numeric after looking at what does not parse."
        ) from None


def _check_positive(column: pd.Series[float], name: str) -> None:
    wrong = ~(np.isfinite(column) & (column > 0.0))
    if wrong.any():
        raise DataError(
            f"{name} must be positive; row {int(np.argmax(wrong))} has {column[wrong].iloc[0]:g}."
        )


def _check_not_negative(column: pd.Series[float], name: str) -> None:
    wrong = (column < 0.0) | np.isinf(column)
    if wrong.any():
        raise DataError(
            f"{name} must not be negative; row {int(np.argmax(wrong))} has "
            f"{column[wrong].iloc[0]:g}. A side without a quote is zero or NaN."
        )


def _check_fractions(table: pd.DataFrame) -> None:
    """Refuse volatilities in per cent."""
    if "mark_volatility" not in table.columns:
        return
    typical = table["mark_volatility"].median()
    if typical > MAX_VOLATILITY:
        raise DataError(
            "mark_volatility must be an annual fraction, such as 0.6; its median is "
            f"{typical:g}, which looks like per cent. Divide it by 100."
        )


def _check_underlying(table: pd.DataFrame) -> None:
    """Refuse a table whose column ``underlying`` has several values at one expiry."""
    if "underlying" not in table.columns:
        return
    names = table.groupby("expiry")["underlying"].unique()
    several = names[names.map(len) > 1]
    if len(several):
        found = " and ".join(map(str, several.iloc[0][:2]))
        raise DataError(
            f"a chain must have one underlying; {day(several.index[0])} has options on {found}. "
            "Make a chain of each."
        )


def _check_unique(table: pd.DataFrame) -> None:
    twice = table.duplicated(["expiry", "strike", "kind"])
    if twice.any():
        row = table[twice].iloc[0]
        raise DataError(
            f"every option must occur once; the {row['kind']} of strike {row['strike']:g} and "
            f"expiry {day(row['expiry'])} occurs twice ({counted(int(twice.sum()), 'such row')}). "
            "Keep one class of options of the expiry, for example "
            "table.drop_duplicates(['expiry', 'strike', 'kind'])."
        )


def _check_forwards(table: pd.DataFrame) -> None:
    """Refuse an expiry whose rows have forwards of two underlyings."""
    if "forward" not in table.columns:
        return
    _check_positive(table["forward"], "forward")
    least = table["forward"].min()
    if table["forward"].max() <= (1.0 + SAME_FORWARD) * least:
        return
    ends = table.groupby("expiry")["forward"].agg(["min", "max"])
    apart = ends[ends["max"] > (1.0 + SAME_FORWARD) * ends["min"]]
    if len(apart):
        low, high = apart.iloc[0]
        raise DataError(
            f"an expiry must have one underlying; the options of {day(apart.index[0])} have the "
            f"forwards {low:g} and {high:g}. Make a chain of each underlying."
        )
