r"""Vector autoregressions by least squares, and the shares of their forecast errors.

.. math:: y_t = c + \sum_{l=1}^{p} \Phi_l y_{t-l} + u_t, \qquad
          y_t = \mu + \sum_{h \ge 0} A_h u_{t-h}, \quad A_h = \sum_{l=1}^{p} \Phi_l A_{h-l}

Of the variance of the forecast error of series i over H steps the share that is due to shocks of
series j is, in the generalized decomposition of Pesaran and Shin (1998), Economics Letters 58,

.. math:: \theta_{ij} = \frac{\sigma_{jj}^{-1} \sum_{h<H} (A_h \Sigma)_{ij}^2}
                             {\sum_{h<H} (A_h \Sigma A_h')_{ii}}

and, with the Cholesky factor P of Sigma, the same with P in the place of Sigma and without
sigma_jj. Only the latter adds up to one; the former is divided by its sum over j.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MIN_PER_PARAMETER = 10
"""Minimum number of observations for each coefficient of an equation."""


class VectorAutoregression(NamedTuple):
    """Coefficients and errors of a vector autoregression.

    Attributes
    ----------
    coefficients : array (n_lags, n, n), of y at each lag in the equations of y
    residuals : array (n_dates - n_lags, n)
    """

    coefficients: Array
    residuals: Array

    @property
    def error_covariance(self) -> Array:
        """Covariance of the errors, (n, n), divided by the number of observations."""
        return self.residuals.T @ self.residuals / len(self.residuals)

    @property
    def largest_root(self) -> float:
        """Largest modulus of the roots; a process whose root is one or more does not settle."""
        n_lags, n, _ = self.coefficients.shape
        companion = np.eye(n * n_lags, k=-n)
        companion[:n] = np.concatenate(list(self.coefficients), axis=1)
        return float(np.abs(np.linalg.eigvals(companion)).max())


def fit_autoregression(values: Array, n_lags: int) -> VectorAutoregression:
    """Return a vector autoregression of values (n_dates, n) by least squares, with a constant."""
    n_dates, n = values.shape
    scale = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / scale
    lagged = [scaled[n_lags - lag : n_dates - lag] for lag in range(1, n_lags + 1)]
    design = np.column_stack([np.ones(n_dates - n_lags), *lagged])
    solution, *_ = np.linalg.lstsq(design, scaled[n_lags:], rcond=None)
    residuals = (scaled[n_lags:] - design @ solution) * scale
    by_lag = solution[1:].reshape(n_lags, n, n).transpose(0, 2, 1)
    return VectorAutoregression(by_lag * scale[:, None] / scale[None, :], residuals)


def moving_average(coefficients: Array, horizon: int) -> Array:
    """Return the responses A_h of y to errors h steps before, (horizon, n, n)."""
    n_lags, n, _ = coefficients.shape
    responses = np.zeros((horizon, n, n))
    responses[0] = np.eye(n)
    for step in range(1, horizon):
        for lag in range(1, min(step, n_lags) + 1):
            responses[step] += coefficients[lag - 1] @ responses[step - lag]
    return responses


def generalized_shares(responses: Array, covariance: Array) -> Array:
    """Return generalized shares of forecast error variances (n, n), rows that sum to one."""
    impact = responses @ covariance
    own = (impact**2).sum(axis=0) / np.diag(covariance)
    return np.asarray(own / own.sum(axis=1, keepdims=True))


def cholesky_shares(responses: Array, covariance: Array) -> Array:
    """Return the shares of a Cholesky decomposition (n, n), in the order of the series."""
    try:
        impact = responses @ np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError as error:
        raise DataError(
            "A series is an exact combination of others, so that its shocks have no order. Leave "
            "it out, or use the generalized decomposition."
        ) from error
    own = (impact**2).sum(axis=0)
    return np.asarray(own / own.sum(axis=1, keepdims=True))


def check_sample_size(n_dates: int, n_series: int, n_lags: int, name: str) -> None:
    """Refuse samples that are short for the number of coefficients."""
    n_coefficients = n_series * n_lags + 1
    needed = MIN_PER_PARAMETER * n_coefficients + n_lags
    if n_dates < needed:
        raise DataError(
            f"{name} must have at least {needed} observations: {MIN_PER_PARAMETER} for each of the "
            f"{n_coefficients} coefficients of an equation; got {n_dates}. Use fewer lags or "
            "series, or a longer sample."
        )


def refuse_unstable(model: VectorAutoregression) -> None:
    """Refuse a vector autoregression whose responses do not fade."""
    root = model.largest_root
    if root >= 1.0:
        raise DataError(
            f"The vector autoregression is not stable: its largest root is {root:.4f}, and at one "
            "or more responses never fade. Pass returns instead of prices, or use fewer lags."
        )
