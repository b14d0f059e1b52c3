r"""The asset's price change given those of the hedges, and given what both have done before.

.. math:: \Delta p^{asset}_t = k + \Delta p^{hedges}_t{}' b + \gamma' z_{t-1}
          + \sum_{l=1}^{L} \left( \phi_l \Delta p^{asset}_{t-l} + \psi_l' \Delta p^{hedges}_{t-l} \right) + u_t

with z the spreads that pull prices together, if any. By Frisch and Waugh (1933), Econometrica 1, b is the regression
of what the past leaves of the asset's change on what it leaves of the hedges': the ratio of least variance given the
past. The spreads are estimated so much faster (Engle and Granger 1987, Econometrica 55, theorem 2) that b's errors
take them as known.
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
    ErrorKind,
    Regression,
    least_squares,
    newey_west_lags,
)
from hedgeresearch.hedges.cointegration.lags import unforeseen, var_regressors
from hedgeresearch.hedges.cointegration.price_levels import PriceLevels, with_prices
from hedgeresearch.hedges.constant_ratio import constant_ratio_fit
from hedgeresearch.hedges.errors import ParameterErrors
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.standard_errors import RegressionErrors
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class ConditionalEquation:
    """The regression, hedges first behind the constant, and the covariance of what the past leaves, the asset first."""

    regression: Regression
    covariance: Array


def conditional_equation(
    changes: Array, spreads: Array, lags: int, names: list[str], regressors: list[str]
) -> ConditionalEquation:
    """Estimate on changes (n, 1 + n_hedges) and the spreads (n, r) before each of them; names are for messages.

    Raises
    ------
    DataError
        If the regressors are collinear, or a change is known from the past.
    """
    past = var_regressors(spreads, changes, lags)
    now = changes[lags:]
    design = np.column_stack([now[:, 1:], past])
    check_independent(
        np.atleast_2d(np.cov(design, rowvar=False)), regressors, "the equation's regressors"
    )
    left = unforeseen(now, past, names)
    covariance = left.T @ left / (len(left) - 1 - past.shape[1])
    return ConditionalEquation(least_squares(now[:, 0], design), (covariance + covariance.T) / 2.0)


def regressor_names(data: PriceLevels, n_spreads: int, lags: int) -> list[Any]:
    """Of the hedges, the spreads and the lagged changes, all different."""
    columns = list(data.prices.columns)
    names = columns[1:]
    spreads = (
        ["error correction"]
        if n_spreads == 1
        else [f"error correction {i + 1}" for i in range(n_spreads)]
    )
    past = [f"{name}, lag {lag}" for lag in range(1, lags + 1) for name in columns]
    for name in [*spreads, *past]:
        names.append(distinct_name(name, names))
    return names


def conditional_hedge(
    model: Any, data: PriceLevels, spreads: Array, lags: int, error_kind: ErrorKind, found: Any
) -> HedgeFit:
    """The hedge of the equation with spreads (n_dates, r) and lags, as a fit of ``model`` that keeps what was found."""
    names = regressor_names(data, spreads.shape[1], lags)
    changes = data.changes.to_numpy()
    equation = conditional_equation(
        changes, spreads[:-1], lags, data.names, [str(name) for name in names]
    )
    coefficients = equation.regression.coefficients
    n_dates = len(equation.regression.residuals)
    errors = RegressionErrors(equation.regression, error_kind, newey_west_lags(n_dates))
    estimates = Estimates(
        values=dict(
            zip([distinct_name("constant", names), *names], coefficients.tolist(), strict=True)
        ),
        n_dates=n_dates,
        degrees_of_freedom=errors.degrees_of_freedom,
        inference=errors,
    )
    ratio = coefficients[1 : changes.shape[1]]
    fit = constant_ratio_fit(model, data.changes, ratio, model.kind, estimates, ParameterErrors())
    covariance = pd.DataFrame(
        equation.covariance, index=data.changes.columns, columns=data.changes.columns
    )
    return with_prices(replace(fit, next_covariance=covariance), data, found)
