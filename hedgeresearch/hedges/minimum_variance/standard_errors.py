r"""Sampling errors of minimum-variance ratios.

Of a covariance model with parameters, by the delta method: the influence of each date of the sample on the next ratio
(``covariance.delta_method``), filtered over all that was seen with parameters that react to that date, summed as Newey and
West (1987) do, Econometrica 55, eq. 5. If the model holds these influences are not correlated over dates.

Of weighted moments, as a regression with these weights, which it is:

.. math:: V = A^{-1} \Big( \Gamma_0 + \sum_{l=1}^{L} k_l (\Gamma_l + \Gamma_l') \Big) A^{-1}, \qquad
          A = \sum_t w_t x_t x_t', \quad \Gamma_l = \sum_t m_t m_{t-l}', \quad m_t = w_t x_t (y_t - b' x_t)

with L chosen for the number of dates of equal weight that err as much, 1 / sum w^2 where sum w = 1 (Kish 1965, Survey
Sampling, section 11.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hedgeresearch._kernels.minimum_variance import minimum_variance_ratios
from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.covariance.delta_method import HasDeltaMethod
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.moments.ewma import EWMACovariance
from hedgeresearch.covariance.moments.rolling import RollingCovariance
from hedgeresearch.covariance.moments.sample import SampleCovariance
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.estimation.regression import long_run_sum, newey_west_lags
from hedgeresearch.hedges.intervals import RatioErrors
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from hedgeresearch.hedges.fit import HedgeFit


def inference_of(covariances: CovarianceFit) -> RatioErrors | None:
    """What knows the errors of the ratios of a covariance fit; None leaves them to the bootstrap."""
    model = covariances.model
    steps: Any = covariances.estimates.inference
    if isinstance(model, DCC) and model.target != "sample":
        return None  # how a shrunk target reacts to a date is not known
    if isinstance(steps, HasDeltaMethod):
        return DeltaMethod(steps)
    if isinstance(model, EWMACovariance):
        return ExponentialMoments(model.effective_decay)
    if isinstance(model, RollingCovariance):
        return EqualMoments(model.window)
    if isinstance(model, SampleCovariance) and model.shrinkage is None:
        return EqualMoments()
    return None


@dataclass(frozen=True, eq=False)
class DeltaMethod:
    """The errors of all that a covariance model estimated, carried into the next ratio."""

    steps: HasDeltaMethod

    def covariance(self, fit: HedgeFit) -> Array:
        """Sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        seen = fit.history.values

        def next_ratio(start: CovarianceState) -> Array:
            ratios, _ = minimum_variance_ratios(start.advance(seen).next_covariance[None])
            return np.asarray(ratios[0])

        by_date = self.steps.delta_method().influence_on(next_ratio)
        return long_run_sum(by_date, newey_west_lags(len(by_date))) / len(by_date) ** 2

    def degrees_of_freedom(self, fit: HedgeFit) -> float:
        """Infinite."""
        return np.inf


@dataclass(frozen=True)
class EqualMoments:
    """The errors of a regression over the last ``window`` dates, or over the estimation sample."""

    window: int | None = None

    def covariance(self, fit: HedgeFit) -> Array:
        """Sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        seen = fit.history.values
        used = seen[: fit.n_sample] if self.window is None else seen[-self.window :]
        return moment_errors(
            used - used.mean(axis=0), np.ones(len(used)), fit.next_ratio.to_numpy()
        )

    def degrees_of_freedom(self, fit: HedgeFit) -> float:
        """Infinite."""
        return np.inf


@dataclass(frozen=True)
class ExponentialMoments:
    """The errors of an exponentially weighted regression without a constant."""

    decay: float

    def covariance(self, fit: HedgeFit) -> Array:
        """Sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        seen = fit.history.values
        weights = self.decay ** np.arange(len(seen) - 1, -1, -1)
        return moment_errors(seen, weights, fit.next_ratio.to_numpy())

    def degrees_of_freedom(self, fit: HedgeFit) -> float:
        """Infinite."""
        return np.inf


def moment_errors(returns: Array, weights: Array, ratio: Array) -> Array:
    """Sampling covariance of a weighted minimum-variance ratio, (n_hedges, n_hedges).

    Parameters
    ----------
    returns : array (n_dates, 1 + n_hedges), the asset first, less their means if the moments are
    weights : array (n_dates,), in any unit
    ratio : array (n_hedges,), the ratio of these moments
    """
    w = weights / weights.sum()
    units = np.sqrt(w @ returns[:, 1:] ** 2)
    x = returns[:, 1:] / units
    left = returns[:, 0] - returns[:, 1:] @ ratio
    moments = x * (w * left)[:, None]
    inside = long_run_sum(moments, newey_west_lags(int(1.0 / (w @ w))))
    bread = np.linalg.inv((x * w[:, None]).T @ x)
    return np.asarray(bread @ inside @ bread / np.outer(units, units))
