r"""The coefficients of a cointegrating relation, four ways.

.. math:: p^{asset}_t = c + p^{hedges}_t{}' \theta + z_t

Static least squares: Engle and Granger (1987), Econometrica 55, section 4. Dynamic least squares, with leads and lags
of the hedges' changes (Saikkonen 1991, Econometric Theory 7; Stock and Watson 1993, Econometrica 61), and fully
modified least squares (Phillips and Hansen 1990, Review of Economic Studies 57): Hamilton (1994), Time Series
Analysis, section 19.3. Johansen's first vector, normalised on the asset: ibid., section 20.2, with the errors of
Luetkepohl (2005), New Introduction to Multiple Time Series Analysis, section 7.2:

.. math:: V(\hat\theta) = (\alpha' \Omega^{-1} \alpha)^{-1} \Big( \sum_t R_t R_t' \Big)^{-1}

where R is what a constant and the lagged changes leave of the hedges' last levels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from hedgeresearch.estimation.estimates import ParameterErrors
from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.hedges.cointegration.cointegration_tests import (
    Cointegration,
    johansen,
    residual_test,
)
from hedgeresearch.hedges.cointegration.lags import residuals, var_regressors
from hedgeresearch.hedges.cointegration.long_run_bootstrap import StaticBootstrap
from hedgeresearch.hedges.cointegration.price_levels import PriceLevels
from hedgeresearch.hedges.errors import FixedErrors
from hedgeresearch.typing import Array

MOST_LEADS = 8
"""Leads, and lags, that dynamic least squares may choose by BIC."""


class Relation(NamedTuple):
    """Coefficients of a relation, the constant first if it is estimated, with their errors and the test before them."""

    coefficients: Array
    inference: ParameterErrors
    found: Cointegration


def static_relation(data: PriceLevels) -> Relation:
    """By least squares on the levels."""
    coefficients = least_squares(data.levels[:, 0], data.levels[:, 1:]).coefficients
    return Relation(coefficients, StaticBootstrap(data.levels), residual_test(data))


def dynamic_relation(data: PriceLevels) -> Relation:
    """By least squares with leads and lags of the hedges' changes, as many as BIC says; long-run errors."""
    from arch.unitroot.cointegration import DynamicOLS

    n_dates, n_series = data.levels.shape
    # the regression at its longest keeps three dates for each of (2 most + 3) n_hedges + 1 coefficients or fewer
    most = max(min(MOST_LEADS, (n_dates - 9 * n_series) // (6 * n_series)), 0)
    levels: Any = data.scaled
    fit = DynamicOLS(
        levels[:, 0], levels[:, 1:], trend="c", max_lag=most, max_lead=most, method="bic"
    ).fit()
    return _unscaled(fit.params.to_numpy(), fit.cov.to_numpy(), data)


def fully_modified_relation(data: PriceLevels) -> Relation:
    """By least squares corrected for what the hedges' changes know of the spread; long-run errors."""
    from arch.unitroot.cointegration import FullyModifiedOLS

    levels: Any = data.scaled
    fit = FullyModifiedOLS(levels[:, 0], levels[:, 1:], trend="c").fit()
    return _unscaled(fit.params.to_numpy(), fit.cov.to_numpy(), data)


def _unscaled(coefficients: Array, covariance: Array, data: PriceLevels) -> Relation:
    """A relation of the levels from one of the scaled levels, whose constant comes last."""
    n_hedges = len(coefficients) - 1
    back = np.zeros((1 + n_hedges, 1 + n_hedges))
    back[1:, :n_hedges] = np.diag(data.scale[0] / data.scale[1:])
    # the scaled levels begin at zero: c = p_0 - h_0' theta + the scale of the asset times the scaled constant
    back[0] = np.append(-data.levels[0, 1:] @ back[1:, :n_hedges], data.scale[0])
    moved = back @ coefficients
    moved[0] += data.levels[0, 0]
    return Relation(moved, FixedErrors(back @ covariance @ back.T), residual_test(data))


def johansen_relation(data: PriceLevels) -> Relation:
    """Johansen's vector of the largest eigenvalue; no constant, which the model leaves unrestricted."""
    found, (lags, vectors) = johansen(data)
    vector = vectors[:, 0] * data.scale / data.scale[0]
    covariance = johansen_errors(data.scaled, vector, lags)
    units = data.scale[0] / data.scale[1:]
    return Relation(
        found.relation.to_numpy(), FixedErrors(covariance * np.outer(units, units)), found
    )


def johansen_errors(levels: Array, vector: Array, lags: int) -> Array:
    """Sampling covariance of -vector[1:] for levels (n_dates, 1 + n_hedges) and a vector whose first part is one."""
    changes = np.diff(levels, axis=0)
    now, before = changes[lags:], levels[lags:-1]
    past = var_regressors(changes[:, :0], changes, lags)
    now, before = residuals(now, past), residuals(before, past)
    spread = before @ vector
    loading = now.T @ spread / (spread @ spread)
    left = now - np.outer(spread, loading)
    pull = float(loading @ np.linalg.solve(left.T @ left / len(left), loading))
    return np.asarray(np.linalg.inv(before[:, 1:].T @ before[:, 1:]) / pull)


RELATIONS: dict[str, Callable[[PriceLevels], Relation]] = {
    "static": static_relation,
    "dynamic": dynamic_relation,
    "fully_modified": fully_modified_relation,
    "johansen": johansen_relation,
}
