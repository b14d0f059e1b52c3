r"""Regressions of price changes on their past, and the number of lags in them.

.. math:: BIC = n \log \det(U'U / n) + \log(n) \, q \, k

for n observations, q responses and k regressors, compared on the observations that every candidate
has: Luetkepohl (2005), New Introduction to Multiple Time Series Analysis, section 4.3.2.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

Lags = int | Literal["bic"]
MAX_BIC_LAGS = 10
"""Largest number of lags that BIC may choose."""
OBSERVATIONS_PER_COEFFICIENT = 3
"""Minimum number of observations for each coefficient of an equation."""


def check_lags(lags: Any, name: str = "lags") -> None:
    """Refuse a setting that is neither "bic" nor a number of lags."""
    if lags != "bic":
        check_at_least(lags, name, 0)


def resolve_lags(lags: Lags, responses: Array, regressors: Array, changes: Array) -> int:
    """Return the given number of lags, or the one that BIC chooses.

    Parameters
    ----------
    lags : int or "bic"
    responses : array (n, q)
    regressors : array (n, p), in the equation with any number of lags
    changes : array (n, k), whose lags are in the equation, too

    Raises
    ------
    DataError
        If the lags leave fewer than three observations for each coefficient.
    """
    n, k = changes.shape
    n_fixed = 1 + regressors.shape[1]
    per_coefficient = OBSERVATIONS_PER_COEFFICIENT
    most = max((n - per_coefficient * n_fixed) // (per_coefficient * k + 1), 0)
    if lags == "bic":
        return choose_lags(responses, regressors, changes, min(MAX_BIC_LAGS, most))
    if lags > most:
        raise DataError(
            f"lags must leave {per_coefficient} dates for each coefficient, and so be at most "
            f"{most} with {n} price changes of {k} series; got {lags}. "
            "Use fewer lags or a longer sample."
        )
    return lags


def choose_lags(responses: Array, regressors: Array, changes: Array, most: int) -> int:
    """Return the number of lags, from 0 to ``most``, with the lowest BIC; see ``resolve_lags``."""
    criteria = [_criterion(responses, regressors, changes, lags, most) for lags in range(most + 1)]
    return int(np.argmin(criteria))


def _criterion(responses: Array, regressors: Array, changes: Array, lags: int, most: int) -> float:
    design = lagged_regressors(regressors, changes, lags)[most - lags :]
    left = regression_residuals(responses[most:], design)
    n, k = design.shape
    return float(n * np.linalg.slogdet(left.T @ left / n)[1] + np.log(n) * left.shape[1] * (k + 1))


def innovations(changes: Array, past: Array, names: list[str]) -> Array:
    """Return the residuals of changes (n, k) after regression on the past (n, p), (n, k).

    Raises
    ------
    DataError
        If one of the changes is known from the past.
    """
    left = regression_residuals(changes, past)
    known = left.var(axis=0) < COLLINEARITY_TOLERANCE * changes.var(axis=0)
    if known.any():
        raise DataError(
            f"asset and hedges must not be known from their past; {names[int(np.argmax(known))]} "
            "is, within the given lags. Use quotes of the same time."
        )
    return left


def lagged_regressors(regressors: Array, changes: Array, lags: int) -> Array:
    """Return regressors (n, p) and the lags of changes (n, k), (n - lags, p + lags * k)."""
    n = len(changes)
    past = [changes[lags - lag : n - lag] for lag in range(1, lags + 1)]
    return np.column_stack([regressors[lags:], *past])


def regression_residuals(responses: Array, design: Array) -> Array:
    """Return residuals of responses (n, q) after regression on a constant and a design (n, k)."""
    centered = design - design.mean(axis=0)
    size = np.sqrt((centered**2).mean(axis=0))
    centered = centered / np.where(centered.any(axis=0), size, 1.0)
    target = responses - responses.mean(axis=0)
    return np.asarray(target - centered @ np.linalg.lstsq(centered, target, rcond=None)[0])
