"""Warnings about estimates to be read with care."""

from __future__ import annotations

from collections.abc import Sequence

from hedgeresearch.errors import ConvergenceWarning, warn_caller

MAX_NAMED_BOUNDS = 5
"""Number of bounds that a warning names; it counts the others."""


def warn_of_bounds(model: str, bounds: Sequence[str], advice: str) -> None:
    """Warn that an estimate lies on bounds of its parameters; do nothing where there are none.

    Parameters
    ----------
    model : str
        Name of the model, such as "DCC".
    bounds : sequence of str
        Bounds on which the estimate lies, as formulas, such as "a + b = 1".
    advice : str
        Sentences on what this means and what may serve better.
    """
    remark = remark_on_bounds(model, bounds, advice)
    if remark is not None:
        warn_caller(remark, ConvergenceWarning)


def remark_on_bounds(model: str, bounds: Sequence[str], advice: str) -> str | None:
    """Return the text of that warning; None where there are no bounds."""
    if not bounds:
        return None
    named = "; ".join(bounds[:MAX_NAMED_BOUNDS])
    n_more = len(bounds) - MAX_NAMED_BOUNDS
    more = f" and {n_more} more (see fit.convergence)" if n_more > 0 else ""
    return f"the {model} estimate lies on a bound: {named}{more}. {advice}"
