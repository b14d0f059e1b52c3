"""Names and dates in the messages of data problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hedgeresearch._formatting import day

MAX_LISTED = 4
"""Number of names or dates that a message lists; it counts the others."""


def listed(items: Sequence[Any]) -> str:
    """Return names or dates in words, the first ones only if there are many.

    Examples
    --------
    >>> listed(["A", "B"]), listed(list("ABCDEF"))
    ("'A' and 'B'", "'A', 'B', 'C', 'D' and 2 more")
    """
    shown = [repr(item) if isinstance(item, str) else day(item) for item in items[:MAX_LISTED]]
    n_more = len(items) - len(shown)
    if n_more:
        return f"{', '.join(shown)} and {n_more} more"
    if len(shown) == 1:
        return shown[0]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
