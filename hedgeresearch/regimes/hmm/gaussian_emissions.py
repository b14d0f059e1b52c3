r"""Normal densities of the observations in each regime, of which some may be missing.

Estimates given the probabilities w of a regime: :math:`\mu = \sum w_t x_t / \sum w_t,\ \Sigma =
\sum w_t (x_t - \mu)(x_t - \mu)' / \sum w_t`. Missing values are replaced by their expectation given
the others, to whose products their conditional covariance is added (Little and Rubin 2002,
Statistical Analysis with Missing Data, section 11.2.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hedgeresearch.regimes.hmm.emissions import Metrics, Structure, impose_structure
from hedgeresearch.regimes.state import EllipticalDensities, Moments
from hedgeresearch.typing import Array, Indices


@dataclass(frozen=True, eq=False)
class GaussianEmissions:
    """Normal observations, of which some may be missing (NaN).

    Attributes
    ----------
    means : array (k, n_series)
    covariances : array (k, n_series, n_series)
    structure : "full", "diagonal", or "spherical" (one variance for all series)
    """

    means: Array
    covariances: Array
    structure: Structure = "full"

    @property
    def moments(self) -> Moments:
        """Means and covariances."""
        return Moments(self.means, self.covariances)

    @property
    def degrees_of_freedom(self) -> Array:
        """Empty array, (0,): normal densities have no degrees of freedom."""
        return np.empty(0)

    def log_densities(self, observations: Array) -> Array:
        """Return the log-density of what is observed on each date in each regime, (n_dates, k)."""
        if not np.isnan(observations).any():
            return self._metrics.log_densities(observations, self.means)
        # a date on which nothing is observed keeps the logarithm of one
        densities = np.zeros((len(observations), len(self.means)))
        for rows, seen in _missing_patterns(observations):
            metrics = Metrics.of(self.covariances[:, seen[:, None], seen])
            densities[rows] = metrics.log_densities(
                observations[rows][:, seen], self.means[:, seen]
            )
        return densities

    @cached_property
    def elliptical(self) -> EllipticalDensities:
        """Densities of complete observations."""
        return EllipticalDensities(np.array(self.means, order="C"), *self._metrics)

    @cached_property
    def _metrics(self) -> Metrics:
        return Metrics.of(self.covariances)

    def reestimate(self, observations: Array, weights: Array) -> GaussianEmissions:
        """Return the most likely emissions, given regime probabilities (n_dates, k)."""
        means = np.empty_like(self.means)
        covariances = np.empty_like(self.covariances)
        for k, weight in enumerate(weights.T):
            filled, spread = _fill_missing(observations, self.means[k], self.covariances[k], weight)
            means[k] = weight @ filled / weight.sum()
            deviations = filled - means[k]
            scatter = (deviations * weight[:, None]).T @ deviations + spread
            covariances[k] = impose_structure(scatter / weight.sum(), self.structure)
        return replace(self, means=means, covariances=covariances)

    def with_moments(
        self, means: Array, covariances: Array, degrees_of_freedom: Array
    ) -> GaussianEmissions:
        """Return emissions of the same structure with other moments."""
        structured = np.stack(
            [impose_structure(covariance, self.structure) for covariance in covariances]
        )
        return replace(self, means=means, covariances=structured)


def _missing_patterns(observations: Array) -> Iterator[tuple[Indices, Indices]]:
    """Yield the rows of dates on which the same series are observed, and these series.

    Dates on which nothing is observed are left out.
    """
    missing = np.isnan(observations)
    if not missing.any():
        yield np.arange(len(observations)), np.arange(observations.shape[1])
        return
    patterns, group = np.unique(missing, axis=0, return_inverse=True)
    group = group.reshape(-1)  # NumPy 2.0.0 gives it two dimensions
    for number, pattern in enumerate(patterns):
        if not pattern.all():
            yield np.flatnonzero(group == number), np.flatnonzero(~pattern)


def _fill_missing(
    observations: Array, mean: Array, covariance: Array, weight: Array
) -> tuple[Array, Array]:
    """Replace missing values by their expectation given the others.

    Returns
    -------
    tuple of array (n_dates, n_series), array (n_series, n_series)
        The filled observations, and the weighted sum of the covariances of what was missing.
    """
    spread = np.zeros_like(covariance)
    missing = np.isnan(observations)
    if not missing.any():
        return observations, spread
    filled = np.where(missing, mean, observations)
    spread += weight[missing.all(axis=1)].sum() * covariance
    for rows, seen in _missing_patterns(observations):
        gone = np.setdiff1d(np.arange(len(mean)), seen)
        slopes = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, gone)])
        filled[np.ix_(rows, gone)] += (observations[np.ix_(rows, seen)] - mean[seen]) @ slopes
        conditional = covariance[np.ix_(gone, gone)] - covariance[np.ix_(gone, seen)] @ slopes
        spread[np.ix_(gone, gone)] += weight[rows].sum() * conditional
    return filled, spread
