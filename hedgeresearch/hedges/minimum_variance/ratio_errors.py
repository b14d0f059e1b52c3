r"""Sampling errors of minimum-variance ratios.

Covariance models with parameters use the delta method (``covariance.delta_method``): the influence
of each observation of the sample on the next ratio, including its effect on the parameters that
filter all data up to now. The influences are summed with the weights of Newey and West (1987),
Econometrica 55, eq. 5; they are not autocorrelated if the model is correct.

For weighted moments the ratio is a weighted least-squares coefficient, so its HAC sandwich applies:

.. math:: V = A^{-1} \Big( \Gamma_0 + \sum_{l=1}^{L} k_l (\Gamma_l + \Gamma_l') \Big) A^{-1},
          \qquad A = \sum_t w_t x_t x_t', \quad
          \Gamma_l = \sum_t m_t m_{t-l}', \quad m_t = w_t x_t (y_t - b' x_t)

with L chosen for the effective sample size, 1 / sum w^2 where sum w = 1 (Kish 1965, Survey
Sampling, section 11.7). With fewer than 250 effective observations they are corrected like those of
``OLSHedge``, see ``estimation.regression``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch.covariance.delta_method import HasDeltaMethod
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.moment_weights import MomentWeights
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.estimation.regression import (
    SMALL_SAMPLE,
    check_leverage,
    hac_degrees_of_freedom,
    long_run_sum,
    newey_west_lags,
)
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.hedges.ratio_errors import RatioErrors
from hedgeresearch.typing import Array


def minimum_variance_errors(covariances: CovarianceFit) -> RatioErrors | None:
    """Return the errors of the ratios of a covariance fit; None if only the bootstrap has them."""
    source = covariances.model.error_source
    if isinstance(source, MomentWeights):
        return MomentErrors(source)
    delta_method: Any = covariances.estimates.errors
    if source == "delta method" and isinstance(delta_method, HasDeltaMethod):
        return DeltaMethodErrors(delta_method)
    return None


@dataclass(frozen=True, eq=False)
class DeltaMethodErrors:
    """Delta-method errors of the next ratio, from all that the covariance model estimated."""

    estimates: HasDeltaMethod

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        seen = fit.sample.rows.values

        def next_ratio(first: CovarianceState) -> Array:
            ratios, _ = minimum_variance_ratios(first.advance(seen).next_covariance[None])
            return np.asarray(ratios[0])

        by_date = self.estimates.delta_method().influence_on(next_ratio)
        return long_run_sum(by_date, newey_west_lags(len(by_date))) / len(by_date) ** 2

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return infinity."""
        return np.inf


@dataclass(frozen=True)
class MomentErrors:
    """Errors of the weighted regression to which a weighted moment is equivalent."""

    weights: MomentWeights

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        rows = fit.sample.rows.values
        used, weights = self.weights.observations(rows, fit.sample.n_estimation)
        return moment_errors(used, weights, fit.next_ratio.to_numpy(), self.weights.centered)

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return those of the regression; infinite with many effective observations."""
        _, weights = self.weights.observations(fit.sample.rows.values, fit.sample.n_estimation)
        n_effective = effective_size(weights)
        n_coefficients = self.weights.centered + len(fit.hedges)
        lags = newey_west_lags(int(n_effective))
        return hac_degrees_of_freedom(n_effective, n_coefficients, lags)


def effective_size(weights: Array) -> float:
    """Return the number of equally weighted observations that weighted ones are worth."""
    return float(weights.sum() ** 2 / (weights @ weights))


def moment_errors(returns: Array, weights: Array, ratio: Array, centered: bool) -> Array:
    """Return the sampling covariance of a weighted minimum-variance ratio, (n_hedges, n_hedges).

    Parameters
    ----------
    returns : array (n_dates, 1 + n_hedges), the asset first; demeaned if the moments are centered
    weights : array (n_dates,), up to a constant factor
    ratio : array (n_hedges,), the ratio of these moments
    centered : bool, whether a mean was taken from the returns

    Raises
    ------
    DataError
        If a ratio rests on one observation.
    """
    w = weights / weights.sum()
    units = np.sqrt(w @ returns[:, 1:] ** 2)
    x = returns[:, 1:] / units
    residuals = returns[:, 0] - returns[:, 1:] @ ratio
    bread = np.linalg.inv((x * w[:, None]).T @ x)
    n_effective = effective_size(w)
    if n_effective < SMALL_SAMPLE:
        leverage = w * (centered + ((x @ bread) * x).sum(axis=1))
        check_leverage(float(leverage.max()))
        residuals = residuals / (1.0 - leverage)
    moments = x * (w * residuals)[:, None]
    inside = long_run_sum(moments, newey_west_lags(int(n_effective)))
    return np.asarray(bread @ inside @ bread / np.outer(units, units))
