"""Prices of a market at the arrival of an order, until its last fill, and then."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.errors import DataError

MARKET = "--market"
"""Option of the file of prices."""


def price_at_arrival(
    given: float | None, market: pd.DataFrame | None, arrived: pd.Timestamp, max_age: float
) -> float:
    """Return the price that was given, or that of the market at arrival."""
    if given is not None:
        return given
    if market is None:
        raise DataError("pass --arrival-price, or --market with the prices at that time.")
    row = int(market.index.searchsorted(arrived, side="right")) - 1
    if row < 0:
        raise DataError(
            f"{MARKET} begins at {market.index[0]}, after the arrival at {arrived}. Pass "
            "--arrival-price."
        )
    _check_age(market.index[row], arrived, max_age, "arrival", "--arrival-price")
    return float(market["price"].iloc[row])


def during(market: pd.DataFrame, arrived: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame | None:
    """Return the prices from arrival to the last fill, the first of which held at arrival."""
    rows = market.loc[(market.index > arrived) & (market.index <= last)]
    before = market.loc[market.index <= arrived].iloc[-1:]
    if len(before):
        opening = before.set_axis(pd.DatetimeIndex([arrived]))
        if "volume" in opening.columns:
            opening = opening.assign(volume=0.0)  # traded before
        rows = pd.concat([opening, rows])
    if "volume" in rows.columns and not rows["volume"].any():
        rows = rows.drop(columns="volume")
    return rows if len(rows) else None


def price_at_end(market: pd.DataFrame, end: pd.Timestamp, max_age: float) -> float | None:
    """Return the price of the market at the last fill, if it has one.

    A market goes on after the last fill for the mark-outs.
    """
    known = market.loc[market.index <= end, "price"]
    if known.empty:
        return None
    _check_age(known.index[-1], end, max_age, "last fill", "--end-price")
    return float(known.iloc[-1])


def _check_age(
    priced: pd.Timestamp, when: pd.Timestamp, max_age: float, name: str, option: str
) -> None:
    """Refuse a price of the market that is too old."""
    age = (when - priced).total_seconds()
    if age > max_age:
        raise DataError(
            f"the last price of {MARKET} before the {name} at {when} is {age:,.0f} s old, which "
            f"is more than --max-age {max_age:g}. Pass {option}, or a larger --max-age."
        )
