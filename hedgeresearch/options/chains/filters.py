"""Quality of quotes: the reason why each one is not used."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._formatting import counted, day
from hedgeresearch.errors import DataWarning, warn_caller
from hedgeresearch.typing import Array

USED = "used"
NO_BID = "no bid"
NO_ASK = "no ask"
CROSSED = "crossed"
BELOW_INTRINSIC = "below intrinsic"
ABOVE_BOUND = "above bound"
WIDE = "wide"
ROUNDING = 1e-9
"""What prices may be below their value at exercise by rounding, in units of their bound."""
FILTERS = (NO_BID, NO_ASK, CROSSED, BELOW_INTRINSIC, ABOVE_BOUND, WIDE)
"""Reasons in the order in which they are looked for; a quote counts for the first one."""


def quality(
    table: pd.DataFrame, forward: Array, discount: Array, max_spread: float | None
) -> pd.Series[str]:
    """Return the reason why each row is not used, or "used".

    Parameters
    ----------
    table : DataFrame (n, ...), with the columns strike, kind, bid and ask
    forward, discount : arrays (n,), those of the expiry of each row
    max_spread : float or None, largest spread in units of the middle
    """
    strike = table["strike"].to_numpy()
    bid = table["bid"].to_numpy()
    ask = table["ask"].to_numpy()
    is_call = (table["kind"] == "call").to_numpy()
    intrinsic = discount * np.maximum(np.where(is_call, forward - strike, strike - forward), 0.0)
    bound = discount * np.where(is_call, forward, strike)
    middle = (bid + ask) / 2.0
    limit = np.inf if max_spread is None else max_spread
    conditions = [
        ~(bid > 0.0),
        ~(ask > 0.0),
        bid > ask,
        ask < intrinsic - ROUNDING * bound,
        ask >= bound,
        ask - bid > limit * middle,
    ]
    return pd.Series(np.select(conditions, FILTERS, USED), index=table.index, dtype=object)


def warn_of_faults(table: pd.DataFrame, reasons: pd.Series[str]) -> None:
    """Warn of quotes that no market shows: crossed ones, and those that give money away."""
    faults = {
        CROSSED: "have a bid above the ask",
        BELOW_INTRINSIC: "are offered below their value at exercise against the forward",
    }
    for reason, fault in faults.items():
        rows = table[reasons == reason]
        if len(rows):
            first = rows.iloc[0]
            warn_caller(
                f"{counted(len(rows), 'quote')} of {len(table)} {fault}, first the "
                f"{first['kind']} of strike {first['strike']:g} and expiry {day(first['expiry'])} "
                f"({first['bid']:g} bid, {first['ask']:g} offered); they are not used. Check that "
                "all quotes are of the same moment.",
                DataWarning,
            )


def warn_of_order(table: pd.DataFrame, reasons: pd.Series[str]) -> None:
    """Warn of quotes offered below what an option that is worth less is bid at.

    A call is worth less at a higher strike, a put at a lower one, whatever the forward.
    """
    used = table[reasons == USED]
    faults = []
    for (_, kind), rows in used.groupby(["expiry", "kind"], sort=True):
        ordered = rows.sort_values("strike", ascending=kind == "put")
        best_worse_bid = ordered["bid"].cummax().shift(fill_value=-np.inf)
        faults.append(ordered[ordered["ask"] < best_worse_bid])
    found = pd.concat(faults) if faults else used
    if faults and len(found):
        first = found.iloc[0]
        side = "higher" if first["kind"] == "call" else "lower"
        warn_caller(
            f"{counted(len(found), 'quote')} of {len(table)} are offered below the bid of a "
            f"{side} strike, first the {first['kind']} of strike {first['strike']:g} and expiry "
            f"{day(first['expiry'])} ({first['bid']:g} bid, {first['ask']:g} offered); they bend "
            "the smile. Leave out the quote that is stale.",
            DataWarning,
        )
