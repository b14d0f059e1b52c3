r"""How many lags a regression of price changes on their past takes.

.. math:: BIC = n \log \det(U'U / n) + \log(n) \, q \, k

for n dates, q responses and k regressors, compared on the dates that every candidate has: Luetkepohl (2005), New
Introduction to Multiple Time Series Analysis, section 4.3.2.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

Lags = int | Literal["bic"]
MOST_LAGS = 10
"""Lags that BIC may choose."""
DATES_PER_COEFFICIENT = 3
"""Dates that there must be for each coefficient of an equation."""


def check_lags(lags: Any) -> None:
    """Refuse what is neither "bic" nor a number of lags."""
    if lags != "bic":
        check_at_least(lags, "lags", 0)


def resolve_lags(lags: Lags, responses: Array, always: Array, changes: Array) -> int:
    """The lags given, or those of BIC, in regressions of responses (n, q) on ``always`` (n, p) and past changes (n, k).

    Raises
    ------
    DataError
        If they leave fewer than three dates for each coefficient.
    """
    (n, k), n_fixed = changes.shape, 1 + always.shape[1]
    room = max((n - DATES_PER_COEFFICIENT * n_fixed) // (DATES_PER_COEFFICIENT * k + 1), 0)
    if lags == "bic":
        return choose_lags(responses, always, changes, min(MOST_LAGS, room))
    if lags > room:
        raise DataError(
            f"lags must leave {DATES_PER_COEFFICIENT} dates for each coefficient, and so be at most {room} with {n} "
            f"price changes of {k} series; got {lags}. Take fewer lags or a longer sample."
        )
    return lags


def choose_lags(responses: Array, always: Array, changes: Array, most: int) -> int:
    """Lags of the changes (n, k) that explain the responses (n, q) best beside ``always`` (n, p), by BIC."""
    return int(
        np.argmin([_criterion(responses, always, changes, lags, most) for lags in range(most + 1)])
    )


def _criterion(responses: Array, always: Array, changes: Array, lags: int, most: int) -> float:
    design = var_regressors(always, changes, lags)[most - lags :]
    left = residuals(responses[most:], design)
    n, k = design.shape
    return float(n * np.linalg.slogdet(left.T @ left / n)[1] + np.log(n) * left.shape[1] * (k + 1))


def unforeseen(changes: Array, past: Array, names: list[str]) -> Array:
    """What the past (n, p) leaves of the changes (n, k).

    Raises
    ------
    DataError
        If it leaves nothing of one of them.
    """
    left = residuals(changes, past)
    known = left.var(axis=0) < COLLINEARITY_TOLERANCE * changes.var(axis=0)
    if known.any():
        raise DataError(
            f"asset and hedges must not be known from their past; {names[int(np.argmax(known))]} is, within the lags "
            "given. Bring quotes of the same time together."
        )
    return left


def var_regressors(always: Array, changes: Array, lags: int) -> Array:
    """The columns of ``always`` (n, p) beside the changes (n, k) of the dates before, (n - lags, p + lags * k)."""
    n = len(changes)
    past = [changes[lags - lag : n - lag] for lag in range(1, lags + 1)]
    return np.column_stack([always[lags:], *past])


def residuals(responses: Array, design: Array) -> Array:
    """What a constant and the design (n, k) leave of the responses (n, q)."""
    centred = design - design.mean(axis=0)
    centred = centred / np.where(centred.any(axis=0), np.sqrt((centred**2).mean(axis=0)), 1.0)
    target = responses - responses.mean(axis=0)
    return np.asarray(target - centred @ np.linalg.lstsq(centred, target, rcond=None)[0])
