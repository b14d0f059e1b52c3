r"""Student-t densities of the observations in each regime.

With :math:`u_t = (\nu + n) / (\nu + d_t^2)`, d being Mahalanobis distances, mean and scale are
estimated as those of a normal with weights :math:`w_t u_t` (Kent, Tyler and Vardi 1994,
Communications in Statistics: Simulation 23, eq. 4); then nu maximizes :math:`\sum w_t \log f(x_t)`
(ECME: Liu and Rubin 1995, Statistica Sinica 5, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgeresearch.regimes.hmm.emissions import Metrics, Structure, impose_structure
from hedgeresearch.regimes.state import EllipticalDensities, Moments
from hedgeresearch.typing import Array

MIN_DEGREES = 2.1
"""Smallest degrees of freedom, at which the variance exists."""
MAX_DEGREES = 200.0
"""Largest degrees of freedom, at which the density is almost normal."""


@dataclass(frozen=True, eq=False)
class StudentEmissions:
    """Student-t observations.

    Attributes
    ----------
    means : array (k, n_series)
    scales : array (k, n_series, n_series), covariances times (nu - 2) / nu
    degrees_of_freedom : array (k,), nu
    """

    means: Array
    scales: Array
    degrees_of_freedom: Array

    @property
    def structure(self) -> Structure:
        """Restriction of the covariances: none."""
        return "full"

    @property
    def moments(self) -> Moments:
        """Means and covariances."""
        nu = self.degrees_of_freedom
        return Moments(self.means, self.scales * (nu / (nu - 2.0))[:, None, None])

    def log_densities(self, observations: Array) -> Array:
        """Return the log-density of each date in each regime, (n_dates, k)."""
        return self._metrics.log_densities(observations, self.means)

    @cached_property
    def elliptical(self) -> EllipticalDensities:
        """Densities of complete observations."""
        return EllipticalDensities(np.array(self.means, order="C"), *self._metrics)

    @cached_property
    def _metrics(self) -> Metrics:
        return Metrics.of(self.scales, self.degrees_of_freedom)

    def reestimate(self, observations: Array, weights: Array) -> StudentEmissions:
        """Return emissions of a higher likelihood, given regime probabilities (n_dates, k)."""
        n = observations.shape[1]
        means = np.empty_like(self.means)
        scales = np.empty_like(self.scales)
        degrees = np.empty_like(self.degrees_of_freedom)
        for k, (weight, nu) in enumerate(zip(weights.T, self.degrees_of_freedom, strict=True)):
            distances = self._metrics.squared_distances(k, observations - self.means[k])
            robust = weight * (nu + n) / (nu + distances)
            means[k] = robust @ observations / robust.sum()
            deviations = observations - means[k]
            scatter = (deviations * robust[:, None]).T @ deviations
            scales[k] = impose_structure(scatter / robust.sum(), "full")
            distances = Metrics.of(scales[k : k + 1]).squared_distances(0, deviations)
            degrees[k] = _most_likely_degrees(distances, weight, n)
        return StudentEmissions(means, scales, degrees)

    def with_moments(
        self, means: Array, covariances: Array, degrees_of_freedom: Array
    ) -> StudentEmissions:
        """Return emissions with other parameters."""
        nu = degrees_of_freedom
        return StudentEmissions(means, covariances * ((nu - 2.0) / nu)[:, None, None], nu)


def degrees_are_inside(degrees_of_freedom: float) -> bool:
    """Return whether degrees of freedom lie strictly between their bounds."""
    return MIN_DEGREES < degrees_of_freedom < MAX_DEGREES


def _most_likely_degrees(distances: Array, weight: Array, n: int) -> float:
    """Return the nu between its bounds that maximizes the weighted likelihood of the distances."""
    from scipy.optimize import brentq
    from scipy.special import digamma

    def slope(log_nu: float) -> float:
        nu = np.exp(log_nu)
        ratio = distances / nu
        by_date = (nu + n) / nu * ratio / (1.0 + ratio) - np.log1p(ratio)
        constant = digamma((nu + n) / 2) - digamma(nu / 2) - n / nu
        return float(constant * weight.sum() + weight @ by_date)

    low = np.log(MIN_DEGREES)
    high = np.log(MAX_DEGREES)
    if slope(low) <= 0.0:
        return MIN_DEGREES
    if slope(high) >= 0.0:
        return MAX_DEGREES
    return float(np.exp(brentq(slope, low, high, xtol=1e-10)))
