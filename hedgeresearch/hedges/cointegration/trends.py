r"""Deterministic terms of a relation between price levels: nothing, a constant, and trends.

.. math:: p^{asset}_t = c + g t + q t^2 + p^{hedges}_t{}' \theta + z_t, \qquad t = 1, 2, \dots

MacKinnon (2010), Queen's Economics Department Working Paper 1227, has critical values of the tests
for each of them.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from hedgeresearch._validation.settings import check_choice
from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.typing import Array

Trend = Literal["n", "c", "ct", "ctt"]
N_TERMS = {"n": 0, "c": 1, "ct": 2, "ctt": 3}
TERM_NAMES = ("constant", "trend", "trend squared")


def check_trend(trend: Any) -> None:
    """Refuse a setting that is not a choice of deterministic terms."""
    check_choice(trend, "trend", tuple(N_TERMS))


def deterministic_terms(n_dates: int, trend: Trend) -> Array:
    """Return the powers of t = 1, 2, ... in the relation, (n_dates, n_terms)."""
    t = np.arange(1.0, n_dates + 1.0)
    return t[:, None] ** np.arange(N_TERMS[trend])


def level_regression(levels: Array, trend: Trend) -> tuple[Array, Array]:
    """Regress the first column of levels (n_dates, 1 + n_hedges) on the terms and the others.

    Returns
    -------
    coefficients : array (n_terms + n_hedges,), the terms first
    residuals : array (n_dates,)
    """
    terms = deterministic_terms(len(levels), trend)
    if trend == "n":
        scale = levels.std(axis=0)
        x = levels[:, 1:] / scale[1:]
        inside = np.linalg.lstsq(x, levels[:, 0], rcond=None)[0]
        return inside / scale[1:], levels[:, 0] - x @ inside
    regression = least_squares(levels[:, 0], np.column_stack([terms[:, 1:], levels[:, 1:]]))
    return regression.coefficients, regression.residuals
