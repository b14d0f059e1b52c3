"""Forward and discount of every expiry of a chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.options.chains.parity import (
    Pairs,
    ParityForward,
    pairs_of,
    parity_discount,
    parity_forward,
)
from hedgeresearch.options.expiries import years_to_expiry

ROUNDING = 1e-9
"""Relative error of a forward that rounded prices may have."""
SAME = 1e-6
"""Relative difference up to which a forward counts as equal to the index."""


def forward_table(table: pd.DataFrame, moment: pd.Timestamp, rate: Any, rule: str) -> pd.DataFrame:
    """Return forward and discount of each expiry by every rule, see ``OptionChain.forwards``.

    Raises
    ------
    DataError
        If the rule needs a pair of call and put and an expiry has none.
    """
    strike = table["strike"].to_numpy()
    is_call = (table["kind"] == "call").to_numpy()
    bid = table["bid"].to_numpy()
    ask = table["ask"].to_numpy()
    given = table["forward"].to_numpy() if "forward" in table.columns else None
    owner, expiries = pd.factorize(table["expiry"])
    rows = []
    for number, expiry in enumerate(expiries):
        own = owner == number
        years = float(years_to_expiry(moment, expiry))
        pairs = pairs_of(strike[own], is_call[own], bid[own], ask[own])
        discount = _discount(rate, pairs, expiry, years)
        row = {"years": years, "discount": discount} | _by_parity(pairs, discount)
        if given is not None:
            row["table"] = float(np.median(given[own]))
        if np.isnan(row[rule]):
            raise DataError(
                f"the forward of {day(expiry)} needs a strike with a bid and an ask of both call "
                "and put, the bid not above the ask; there is none. Leave the expiry out, or add a "
                "column 'forward'."
            )
        rows.append(row)
    frame = pd.DataFrame(rows, index=pd.DatetimeIndex(expiries, name="expiry"))
    frame.insert(2, "forward", frame[rule])
    return frame


def _discount(rate: Any, pairs: Pairs, expiry: pd.Timestamp, years: float) -> float:
    if rate == "parity":
        return parity_discount(pairs, expiry)
    yearly = rate[expiry] if isinstance(rate, Mapping) else rate
    return float(np.exp(-yearly * years))


def _by_parity(pairs: Pairs, discount: float) -> dict[str, float]:
    """Return the forward by both rules; NaN where there is no pair."""
    found = ParityForward(discount, np.nan, np.nan, np.nan, 0)
    if len(pairs.strike):
        found = parity_forward(pairs, discount)
    return {
        "median": found.median,
        "cboe": found.cboe,
        "distance": found.median - found.cboe,
        "tolerance": found.tolerance,
        "n_pairs": found.n_pairs,
    }


def warn_of_given_forwards(forwards: pd.DataFrame, index: float | None) -> None:
    """Warn where the forward of the table is further from that of parity than spreads explain."""
    if "table" not in forwards.columns:
        return
    gap = forwards["table"] - forwards["median"]
    far = forwards[gap.abs() > forwards["tolerance"] + ROUNDING * forwards["median"]]
    if not len(far):
        return
    row = far.iloc[0]
    level = float(row["table"])
    if index is not None and abs(level / index - 1.0) <= SAME:
        cause = "It equals the index, which is not the forward: leave the column out."
    elif len(forwards) > 1 and np.ptp(forwards["table"]) <= SAME * level:
        cause = "All expiries have the same one, as if it were the index: leave the column out."
    else:
        cause = "Check that it is of the same moment as the quotes, and the interest rate."
    warn_caller(
        f"the forward of {day(far.index[0])} is {level:g}; calls and puts say {row['median']:g}, "
        f"and their spreads allow for {row['tolerance']:.3g} only (such are {len(far)} of "
        f"{len(forwards)} expiries). {cause}",
        DataWarning,
    )
