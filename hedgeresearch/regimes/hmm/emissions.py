r"""Densities of the observations in each regime, and their estimates given the probabilities of the regimes.

Normal: :math:`\mu = \sum w_t x_t / \sum w_t,\ \Sigma = \sum w_t (x_t - \mu)(x_t - \mu)' / \sum w_t`; values that are
missing are replaced by their expectation given the others, to whose products their conditional covariance is added
(Little and Rubin 2002, Statistical Analysis with Missing Data, section 11.2.1). Student-t, with
:math:`u_t = (\nu + n) / (\nu + d_t^2)`: the same with weights :math:`w_t u_t` (Kent, Tyler and Vardi 1994,
Communications in Statistics: Simulation 23, eq. 4), then nu maximises :math:`\sum w_t \log f(x_t)` (ECME: Liu and Rubin
1995, Statistica Sinica 5, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array, Indices

Structure = Literal["full", "diagonal", "spherical"]
FEWEST_DEGREES, MOST_DEGREES = 2.1, 200.0
"""Bounds of the degrees of freedom: a variance that exists, and a density that cannot be told from the normal."""


class Metric(NamedTuple):
    """The inverse of a covariance's Cholesky factor (n, n), and the logarithm of its determinant."""

    inverse_factor: Array
    log_determinant: float

    @classmethod
    def of(cls, covariance: Array) -> Metric:
        """That of a covariance (n, n)."""
        factor = np.linalg.cholesky(covariance)
        return cls(np.linalg.inv(factor), float(2.0 * np.log(np.diag(factor)).sum()))

    def distances(self, deviations: Array) -> Array:
        """Squared Mahalanobis distances (n_dates,) of deviations (n_dates, n) from the mean."""
        standardised = self.inverse_factor @ deviations.T
        return np.asarray(np.einsum("ij,ij->j", standardised, standardised))


@dataclass(frozen=True, eq=False)
class GaussianEmissions:
    """Normal observations, of which some may be missing (NaN).

    Attributes
    ----------
    means : array (k, n_series)
    covariances : array (k, n_series, n_series)
    structure : "full", "diagonal", or "spherical" (one variance for all series), kept by ``reestimated``
    """

    means: Array
    covariances: Array
    structure: Structure = "full"

    @property
    def moments(self) -> Moments:
        """The means and covariances."""
        return Moments(self.means, self.covariances)

    @property
    def degrees_of_freedom(self) -> Array:
        """None, (0,)."""
        return np.empty(0)

    def log_densities(self, observations: Array) -> Array:
        """Logarithm of the normal density of what is observed on each date in each regime, (n_dates, k)."""
        densities = np.zeros(
            (len(observations), len(self.means))
        )  # 0 for a date on which nothing is observed
        for rows, seen in _patterns(observations):
            values, block = observations[rows][:, seen], np.ix_(seen, seen)
            metrics = (
                self._metrics
                if len(seen) == len(self.means[0])
                else [Metric.of(c[block]) for c in self.covariances]
            )
            for k, (mean, metric) in enumerate(zip(self.means, metrics, strict=True)):
                size = len(seen) * np.log(2 * np.pi) + metric.log_determinant
                densities[rows, k] = -0.5 * (size + metric.distances(values - mean[seen]))
        return densities

    @cached_property
    def _metrics(self) -> list[Metric]:
        return [Metric.of(covariance) for covariance in self.covariances]

    def reestimated(self, observations: Array, weights: Array) -> GaussianEmissions:
        """The likeliest emissions given probabilities of the regimes, (n_dates, k)."""
        means, covariances = np.empty_like(self.means), np.empty_like(self.covariances)
        for k, weight in enumerate(weights.T):
            filled, spread = _fill(observations, self.means[k], self.covariances[k], weight)
            means[k] = weight @ filled / weight.sum()
            deviations = filled - means[k]
            scatter = (deviations * weight[:, None]).T @ deviations + spread
            covariances[k] = _structured(scatter / weight.sum(), self.structure)
        return replace(self, means=means, covariances=covariances)

    def at(self, means: Array, covariances: Array, degrees_of_freedom: Array) -> GaussianEmissions:
        """Emissions of the same kind with other parameters."""
        structured = np.stack(
            [_structured(covariance, self.structure) for covariance in covariances]
        )
        return replace(self, means=means, covariances=structured)


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
        """No restriction."""
        return "full"

    @property
    def moments(self) -> Moments:
        """The means and covariances."""
        nu = self.degrees_of_freedom
        return Moments(self.means, self.scales * (nu / (nu - 2.0))[:, None, None])

    def log_densities(self, observations: Array) -> Array:
        """Logarithm of the Student-t density of each date in each regime, (n_dates, k)."""
        from scipy.special import gammaln

        n, columns = observations.shape[1], []
        for mean, metric, nu in zip(
            self.means, self._metrics, self.degrees_of_freedom, strict=True
        ):
            constant = gammaln((nu + n) / 2) - gammaln(nu / 2) - 0.5 * n * np.log(np.pi * nu)
            distances = metric.distances(observations - mean)
            columns.append(
                constant - 0.5 * metric.log_determinant - 0.5 * (nu + n) * np.log1p(distances / nu)
            )
        return np.stack(columns, axis=1)

    def reestimated(self, observations: Array, weights: Array) -> StudentEmissions:
        """Likelier emissions given probabilities of the regimes, (n_dates, k)."""
        n = observations.shape[1]
        means, scales = np.empty_like(self.means), np.empty_like(self.scales)
        degrees = np.empty_like(self.degrees_of_freedom)
        for k, (weight, nu) in enumerate(zip(weights.T, self.degrees_of_freedom, strict=True)):
            both = (
                weight * (nu + n) / (nu + self._metrics[k].distances(observations - self.means[k]))
            )
            means[k] = both @ observations / both.sum()
            deviations = observations - means[k]
            scales[k] = _structured(
                (deviations * both[:, None]).T @ deviations / both.sum(), "full"
            )
            degrees[k] = _likeliest_degrees(Metric.of(scales[k]).distances(deviations), weight, n)
        return StudentEmissions(means, scales, degrees)

    def at(self, means: Array, covariances: Array, degrees_of_freedom: Array) -> StudentEmissions:
        """Emissions of the same kind with other parameters."""
        nu = degrees_of_freedom
        return StudentEmissions(means, covariances * ((nu - 2.0) / nu)[:, None, None], nu)

    @cached_property
    def _metrics(self) -> list[Metric]:
        return [Metric.of(scale) for scale in self.scales]


EstimatedEmissions = GaussianEmissions | StudentEmissions


def _patterns(observations: Array) -> Iterator[tuple[Indices, Indices]]:
    """Groups of dates on which the same series are observed: their rows, and these series; none without any."""
    missing = np.isnan(observations)
    if not missing.any():
        yield np.arange(len(observations)), np.arange(observations.shape[1])
        return
    which, group = np.unique(missing, axis=0, return_inverse=True)
    for number, gone in enumerate(which):
        if not gone.all():
            yield np.flatnonzero(group == number), np.flatnonzero(~gone)


def _fill(
    observations: Array, mean: Array, covariance: Array, weight: Array
) -> tuple[Array, Array]:
    """Missing values replaced by their expectation given the others, and the weighted sum of their covariances."""
    spread = np.zeros_like(covariance)
    missing = np.isnan(observations)
    if not missing.any():
        return observations, spread
    filled = np.where(missing, mean, observations)
    spread += weight[missing.all(axis=1)].sum() * covariance
    for rows, seen in _patterns(observations):
        gone = np.setdiff1d(np.arange(len(mean)), seen)
        slopes = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, gone)])
        filled[np.ix_(rows, gone)] += (observations[np.ix_(rows, seen)] - mean[seen]) @ slopes
        left = covariance[np.ix_(gone, gone)] - covariance[np.ix_(gone, seen)] @ slopes
        spread[np.ix_(gone, gone)] += weight[rows].sum() * left
    return filled, spread


def _structured(covariance: Array, structure: Structure) -> Array:
    """The covariance, exactly symmetric, or its likeliest restriction."""
    if structure == "full":
        return np.asarray(0.5 * (covariance + covariance.T))
    variances = np.diag(covariance)
    return np.diag(
        variances if structure == "diagonal" else np.full_like(variances, variances.mean())
    )


def _likeliest_degrees(distances: Array, weight: Array, n: int) -> float:
    """The nu between its bounds at which the weighted likelihood of Student-t distances is highest."""
    from scipy.optimize import brentq
    from scipy.special import digamma

    def slope(log_nu: float) -> float:
        nu = np.exp(log_nu)
        ratio = distances / nu
        by_date = (nu + n) / nu * ratio / (1.0 + ratio) - np.log1p(ratio)
        return float(
            (digamma((nu + n) / 2) - digamma(nu / 2) - n / nu) * weight.sum() + weight @ by_date
        )

    low, high = np.log(FEWEST_DEGREES), np.log(MOST_DEGREES)
    if slope(low) <= 0.0:
        return FEWEST_DEGREES
    return (
        MOST_DEGREES if slope(high) >= 0.0 else float(np.exp(brentq(slope, low, high, xtol=1e-10)))
    )
