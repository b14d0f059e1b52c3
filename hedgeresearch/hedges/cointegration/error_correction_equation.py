r"""Equation of the asset's price change given those of the hedges and the past of both.

.. math:: \Delta p^{asset}_t = k + \Delta p^{hedges}_t{}' b + \gamma' z_{t-1}
          + \sum_{l=1}^{L} \left( \phi_l \Delta p^{asset}_{t-l}
          + \psi_l' \Delta p^{hedges}_{t-l} \right) + u_t

with z the spreads that pull prices together, if any. By Frisch and Waugh (1933), Econometrica 1, b
is the regression of the innovations of the asset's change on those of the hedges' changes: the
minimum-variance ratio given the past. The spreads are estimated so much faster (Engle and Granger
1987, Econometrica 55, theorem 2) that the errors of b treat them as known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.asset_and_hedges import distinct_name
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.regression import (
    Regression,
    RegressionErrorKind,
    least_squares,
    newey_west_lags,
)
from hedgeresearch.hedges.cointegration.lags import innovations, lagged_regressors
from hedgeresearch.hedges.cointegration.price_levels import PriceLevels, with_prices
from hedgeresearch.hedges.cointegration.result import Cointegration
from hedgeresearch.hedges.constant_ratio import constant_ratio_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.plausibility import as_part
from hedgeresearch.hedges.ratio_errors import ParameterErrors
from hedgeresearch.hedges.standard_errors import RegressionErrors
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class ErrorCorrectionEquation:
    """Estimated equation.

    Attributes
    ----------
    regression : Regression, the hedges first after the constant
    covariance : array (1 + n_hedges, 1 + n_hedges), of the innovations, the asset first
    """

    regression: Regression
    covariance: Array


def estimate_equation(
    changes: Array, spreads: Array, lags: int, names: list[str], regressors: list[str]
) -> ErrorCorrectionEquation:
    """Estimate the equation by least squares.

    Parameters
    ----------
    changes : array (n, 1 + n_hedges), of the levels
    spreads : array (n, r), before each of the changes
    lags : int, number of lagged changes
    names, regressors : list of str, of the series and the regressors, for messages

    Raises
    ------
    DataError
        If the regressors are collinear, or a change is known from the past.
    """
    past = lagged_regressors(spreads, changes, lags)
    now = changes[lags:]
    design = np.column_stack([now[:, 1:], past])
    check_independent(
        np.atleast_2d(np.cov(design, rowvar=False)), regressors, "the equation's regressors"
    )
    left = innovations(now, past, names)
    covariance = left.T @ left / (len(left) - 1 - past.shape[1])
    regression = least_squares(now[:, 0], design)
    return ErrorCorrectionEquation(regression, (covariance + covariance.T) / 2.0)


def regressor_names(data: PriceLevels, n_spreads: int, lags: int) -> list[Any]:
    """Return different names of the hedges, the spreads and the lagged changes."""
    columns = list(data.prices.columns)
    if n_spreads == 1:
        spreads = ["error correction"]
    else:
        spreads = [f"error correction {i + 1}" for i in range(n_spreads)]
    names = columns[1:]
    for name in spreads:
        names.append(distinct_name(name, names))
    for lag in range(1, lags + 1):
        for column in columns:
            names.append(distinct_name(f"{column}, lag {lag}", names))
    return names


def error_correction_fit(
    model: Any,
    data: PriceLevels,
    spreads: Array,
    lags: int,
    error_kind: RegressionErrorKind,
    cointegration: Cointegration,
) -> HedgeFit:
    """Return the fit of a model whose ratio is that of the equation.

    Parameters
    ----------
    model : ErrorCorrectionHedge or VECMHedge
    data : PriceLevels
    spreads : array (n_dates, r)
    lags : int, number of lagged changes
    error_kind : kind of the standard errors
    cointegration : Cointegration, becomes the detail of the fit
    """
    names = regressor_names(data, spreads.shape[1], lags)
    changes = data.changes.to_numpy()
    equation = estimate_equation(changes, spreads[:-1], lags, data.names, list(map(str, names)))
    coefficients = equation.regression.coefficients
    n_dates = len(equation.regression.residuals)
    errors = RegressionErrors(equation.regression, error_kind, newey_west_lags(n_dates))
    constant = distinct_name("constant", names)
    estimates = Estimates(
        values=dict(zip([constant, *names], coefficients.tolist(), strict=True)),
        n_dates=n_dates,
        degrees_of_freedom=errors.degrees_of_freedom,
        errors=errors,
    )
    ratio = coefficients[1 : changes.shape[1]]
    fit = constant_ratio_fit(model, data.changes, ratio, model.kind, estimates, ParameterErrors())
    columns = data.changes.columns
    covariance = pd.DataFrame(equation.covariance, index=columns, columns=columns)
    with as_part():
        return with_prices(replace(fit, next_covariance=covariance), data, cointegration)
