"""Tables of quotes as Deribit and Cboe write them, in the columns of a chain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError

DERIBIT_NAME = re.compile(
    r"(?P<base>[A-Z0-9]+?)(?P<linear>_USD[CT])?-(?P<day>\d{1,2}[A-Z]{3}\d{2})-"
    r"(?P<strike>\d+(?:d\d+)?)-(?P<kind>[CP])"
)
DERIBIT_EXPIRY_HOUR = 8
"""Hour of UTC at which options on Deribit expire."""
CBOE_SYMBOL = re.compile(r"(?P<root>[A-Z]+)(?P<day>\d{6})(?P<kind>[CP])(?P<strike>\d{8})")
CBOE_ZONE = "America/New_York"
MORNING_ROOTS = ("SPX", "NDX", "RUT", "DJX", "VIX", "VIXW")
"""Roots whose options are settled at the opening; those of other roots at the close."""
INDEX_OF_ROOT = {"SPXW": "SPX", "NDXP": "NDX", "RUTW": "RUT", "VIXW": "VIX"}
"""Index of roots that are not named after it."""
OPENING = pd.Timedelta(hours=9, minutes=30)
CLOSE = pd.Timedelta(hours=16)
KINDS = {"C": "call", "P": "put"}
STRIP = ("strike", "call bid", "call ask", "put bid", "put ask")
"""Columns of the quotes of one expiry in Cboe's documents."""


def deribit_table(frame: Any) -> tuple[pd.DataFrame, pd.Timestamp | None, str, float | None]:
    """Return the rows of a chain, the last time, the underlying and the index, where given.

    Prices of options that are paid in the coin are converted at the forward of the row.

    Parameters
    ----------
    frame : DataFrame, as of get_book_summary_by_currency or of tickers
    """
    data = _as_table(frame, "instrument_name")
    names = _parsed(data["instrument_name"], DERIBIT_NAME, "BTC-27DEC24-60000-C")
    bases = names["base"].unique()
    if len(bases) > 1:
        raise DataError(
            f"a chain must have one underlying; got options on {' and '.join(bases[:2])}. Make a "
            "chain of each, for example frame[frame.instrument_name.str.startswith('BTC-')]."
        )
    days = pd.to_datetime(names["day"].str.title(), format="%d%b%y", utc=True)
    forward = _column(data, "underlying_price")
    is_linear = names["linear"].notna().to_numpy()
    rate = np.where(is_linear, 1.0, forward)
    table = pd.DataFrame(
        {
            "expiry": days + pd.Timedelta(hours=DERIBIT_EXPIRY_HOUR),
            "strike": names["strike"].str.replace("d", ".").astype(float),
            "kind": names["kind"].map(KINDS),
            "bid": _column(data, "bid_price", "best_bid_price") * rate,
            "ask": _column(data, "ask_price", "best_ask_price") * rate,
            "forward": forward,
        }
    )
    if "mark_price" in data:
        table["mark"] = _column(data, "mark_price") * rate
    if "mark_iv" in data:
        table["mark_volatility"] = _column(data, "mark_iv") / 100.0
    if "open_interest" in data:
        table["open_interest"] = _column(data, "open_interest")
    return table, _last_time(data), str(bases[0]), _index_of(data)


def cboe_table(quotes: Any) -> tuple[pd.DataFrame, str]:
    """Return the rows of a chain and the root of its symbols, "" where there are none.

    Parameters
    ----------
    quotes : mapping from expiry to the quotes of its strikes, or DataFrame with symbols
    """
    if isinstance(quotes, Mapping):
        strips = [_strip_table(expiry, strip) for expiry, strip in quotes.items()]
        if not strips:
            raise DataError("quotes must have an expiry at least; got none.")
        return pd.concat(strips, ignore_index=True), ""
    data = _as_table(quotes, "option")
    names = _parsed(data["option"], CBOE_SYMBOL, "SPXW241220C05000000")
    roots = sorted(set(names["root"].replace(INDEX_OF_ROOT)))
    if len(roots) > 1:
        raise DataError(
            f"a chain must have one underlying; got options on {' and '.join(roots[:2])}. Make a "
            "chain of each."
        )
    is_morning = names["root"].isin(MORNING_ROOTS)
    days = pd.to_datetime(names["day"], format="%y%m%d")
    # the time of day is that of the clocks, also on days on which these are changed
    local = (days + CLOSE).mask(is_morning, days + OPENING).dt.tz_localize(CBOE_ZONE)
    table = pd.DataFrame(
        {
            "expiry": local.dt.tz_convert("UTC"),
            "strike": names["strike"].astype(float) / 1000.0,
            "kind": names["kind"].map(KINDS),
            "bid": _column(data, "bid"),
            "ask": _column(data, "ask"),
        }
    )
    if "open_interest" in data:
        table["open_interest"] = _column(data, "open_interest")
    return table, roots[0]


def _strip_table(expiry: Any, strip: Any) -> pd.DataFrame:
    """Return the calls and the puts of the strikes of one expiry."""
    values = np.asarray(strip, dtype=float)
    if values.ndim != 2 or values.shape[1] != len(STRIP):
        raise DataError(
            f"the quotes of an expiry must have the five columns {', '.join(STRIP)}; those of "
            f"{expiry!r} have the shape {values.shape}."
        )
    if isinstance(strip, pd.DataFrame) and set(STRIP) <= set(map(str, strip.columns)):
        values = strip[list(STRIP)].to_numpy(dtype=float)
    time = pd.Timestamp(expiry)
    if time.tz is None:
        raise DataError(
            f"an expiry must be a time with a zone; got {expiry!r}. Name the zone, for example "
            "pd.Timestamp('2024-06-21 09:30', tz='America/New_York')."
        )
    sides = [
        pd.DataFrame(
            {
                "expiry": time.tz_convert("UTC"),
                "strike": values[:, 0],
                "kind": kind,
                "bid": values[:, first],
                "ask": values[:, first + 1],
            }
        )
        for kind, first in (("call", 1), ("put", 3))
    ]
    return pd.concat(sides, ignore_index=True)


def _as_table(data: Any, name: str) -> pd.DataFrame:
    if not isinstance(data, pd.DataFrame) or name not in data.columns or not len(data):
        raise DataError(
            f"the quotes must be a DataFrame with the column {name!r} and a row for each option; "
            f"got {type(data).__name__}. Wrap a list of records as pd.DataFrame(records)."
        )
    return data.reset_index(drop=True)


def _parsed(names: pd.Series[Any], pattern: re.Pattern[str], example: str) -> pd.DataFrame:
    """Return the groups of the pattern in each name."""
    found = names.astype(str).str.extract(rf"^{pattern.pattern}$")
    wrong = found["kind"].isna()
    if wrong.any():
        raise DataError(
            f"every name must be that of an option, such as {example}; row "
            f"{int(np.argmax(wrong))} has {names[wrong].iloc[0]!r}. Leave out other instruments."
        )
    return found


def _column(data: pd.DataFrame, *names: str) -> pd.Series[float]:
    """Return the first of the columns that the table has, as floats."""
    for name in names:
        if name in data.columns:
            return pd.to_numeric(data[name]).astype(float)
    raise DataError(
        f"the quotes must have the column {' or '.join(map(repr, names))}; got "
        f"{', '.join(map(str, data.columns))}."
    )


def _last_time(data: pd.DataFrame) -> pd.Timestamp | None:
    """Return the last time of the rows, which Deribit counts in milliseconds of UTC."""
    for name in ("creation_timestamp", "timestamp"):
        if name in data.columns:
            return pd.Timestamp(int(data[name].max()), unit="ms", tz="UTC")
    return None


def _index_of(data: pd.DataFrame) -> float | None:
    for name in ("index_price", "estimated_delivery_price"):
        if name in data.columns:
            return float(pd.to_numeric(data[name]).median())
    return None


def given_moment(moment: Any, found: pd.Timestamp | None) -> Any:
    """Return the moment that is given, or else the one that the rows have."""
    if moment is not None:
        return moment
    if found is None:
        raise DataError(
            "moment must be given: the rows have no creation_timestamp. Pass the time of the "
            "quotes, such as moment=pd.Timestamp('2024-06-28 12:00', tz='UTC')."
        )
    return found
