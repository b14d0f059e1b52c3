"""Names and dates in the messages of data problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hedgeresearch._formatting import day

MAX_LISTED = 4
"""Number of names or dates that a message lists; it counts the others."""


def listed(items: Sequence[Any]) -> str:
    """Return names or dates in words; of many names the first, of many dates also the last.

    Examples
    --------
    >>> listed(["A", "B"]), listed(list("ABCDEF"))
    ("'A' and 'B'", "'A', 'B', 'C', 'D' and 2 more")
    >>> import pandas as pd
    >>> listed(list(pd.date_range("2020-01-01", periods=9)))
    '2020-01-01, 2020-01-02, 2020-01-03, 2020-01-04 and 5 more until 2020-01-09'
    """
    shown = [repr(item) if isinstance(item, str) else day(item) for item in items[:MAX_LISTED]]
    n_more = len(items) - len(shown)
    if n_more:
        until = "" if isinstance(items[-1], str) else f" until {day(items[-1])}"
        return f"{', '.join(shown)} and {n_more} more{until}"
    if len(shown) == 1:
        return shown[0]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
