r"""All that a BEKK model estimated, in one vector: its parameters and, with targeting, the moments S and N.

.. math:: \sum_t (e_t e_t' - S) = \sum_t (e_t e_t' - H_t) + \sum_t (H_t - S), \qquad
          \sum_t (H_t - S) \approx (I - K)^{-1} \sum_t \big( A' u_t A + B' v_t B \big)

with u = e e' - H and v = n n' - E[n n'] the surprises of a date and K the map from H to what its expectation adds to
the next H: the left side is correlated over dates, the right side is not if the model holds (Pedersen and Rahbek 2014,
Econometrics Journal 17, section 4). Exact without bad news; with them E[n n'] is linear in H near S only. Means, whose
error hardly touches covariances, are held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.bekk import bekk_covariance
from hedgeresearch.covariance.bekk.estimation import BEKKInference, BEKKLikelihood
from hedgeresearch.covariance.bekk.parameters import MatrixMap
from hedgeresearch.covariance.bekk.state import BEKKState
from hedgeresearch.covariance.correlation import upper_triangle_to_matrix
from hedgeresearch.covariance.delta_method import STEP, DeltaMethod
from hedgeresearch.covariance.news import expected_news
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class BEKKErrors:
    """The errors of a BEKK model's parameters, and of functions of its recursion.

    Attributes
    ----------
    steps : BEKKInference, of returns of unit variance
    mean, scale : array (n_series,), what makes the returns so
    """

    steps: BEKKInference
    mean: Array
    scale: Array

    def covariance(self) -> Array:
        """Sampling covariance of the parameters (k, k); NaN for parameters held at zero."""
        return self.steps.covariance()

    def delta_method(self) -> DeltaMethod[BEKKState]:
        """The parameters in unit variance, then the upper triangles of S and N, where they count."""
        likelihood = self.steps.likelihood
        if not likelihood.map.layout.targeting:
            by_date = self.steps.influence()
            return DeltaMethod(by_date, np.full(by_date.shape[1], STEP), self.start_after)
        targets = _target_influence(likelihood, self.steps.point)
        # differences straddle a bound, whose place depends on S and N: parameters on it do not move with these
        added = (
            0.0 if self.steps.on_bound else _through_targets(likelihood, self.steps.point, targets)
        )
        by_date = np.hstack([self.steps.influence(added), targets])
        return DeltaMethod(by_date, np.full(by_date.shape[1], STEP), self.start_after)

    def start_after(self, change: Array) -> BEKKState:
        """The recursion before the sample, in the units of the returns, after a change of the vector."""
        mapping, point = self.steps.likelihood.map, self.steps.point
        of_point, of_moments = change[: len(point)], change[len(point) :]
        matrices, _ = _moved(mapping, of_moments).at(point + of_point)
        units = np.outer(self.scale, self.scale)
        ratio = self.scale[None, :] / self.scale[:, None]
        first = mapping.moments[0] * units
        return BEKKState(
            self.mean,
            matrices.intercept * units,
            matrices.loadings * ratio,
            matrices.persistence * ratio,
            first,
        )


def with_errors(estimates: Estimates, mean: Array, errors: Array) -> Estimates:
    """Estimates that know the errors of functions of the recursion, too; ``errors`` are returns less their mean."""
    if not isinstance(estimates.inference, BEKKInference):
        raise TypeError(
            f"estimates of a BEKK model are needed; got {type(estimates.inference).__name__}"
        )
    return replace(
        estimates,
        inference=BEKKErrors(estimates.inference, mean, np.sqrt(np.mean(errors**2, axis=0))),
    )


def _moved(mapping: MatrixMap, change: Array) -> MatrixMap:
    """With other moments; their start H_1 is another matter."""
    if not change.any():
        return mapping
    n = mapping.layout.n
    return MatrixMap(
        mapping.layout,
        mapping.moments
        + [upper_triangle_to_matrix(part, n) for part in np.split(change, len(mapping.moments))],
    )


def _through_targets(likelihood: BEKKLikelihood, point: Array, targets: Array) -> Array:
    """What each date adds to the mean score by S and N, (n_dates, k)."""
    slopes = []
    for change in STEP * np.eye(targets.shape[1]):
        ends = (
            BEKKLikelihood(_moved(likelihood.map, c), likelihood.shocks)(point)[1]
            for c in (change, -change)
        )
        slopes.append((next(ends) - next(ends)).mean(axis=0) / (2.0 * STEP))
    return np.asarray(targets @ np.array(slopes))


def _target_influence(likelihood: BEKKLikelihood, point: Array) -> Array:
    """Influence of each date on the upper triangles of S and, with bad news, of N, at given parameters."""
    matrices, _ = likelihood.map.at(point)
    n, shocks = likelihood.map.layout.n, likelihood.shocks
    path = bekk_covariance(*matrices, shocks, likelihood.map.moments[0])[:-1].reshape(
        len(shocks), -1
    )
    products = np.einsum("tmi,tmj->mtij", shocks, shocks).reshape(shocks.shape[1], len(shocks), -1)
    seen = _expectations(likelihood.map.moments[0], shocks.shape[1])
    loads = [np.kron(a, a).T for a in matrices.loadings]
    surprises = [product - path @ part.T for product, part in zip(products, seen, strict=True)]
    added = sum(surprise @ load.T for surprise, load in zip(surprises, loads, strict=True))
    carried = np.kron(matrices.persistence, matrices.persistence).T + sum(
        load @ part for load, part in zip(loads, seen, strict=True)
    )
    later = added @ np.linalg.inv(np.eye(n * n) - carried).T
    rows, columns = np.triu_indices(n)
    both = np.hstack(
        [
            (s + later @ part.T)[:, rows * n + columns]
            for s, part in zip(surprises, seen, strict=True)
        ]
    )
    return np.asarray(both - both.mean(axis=0))


def _expectations(covariance: Array, kinds: int) -> list[Array]:
    """The derivatives of E[e e'] and, for two kinds, of E[n n'] of normals with respect to their covariance."""
    n = len(covariance)
    same = np.eye(n * n)
    if kinds == 1:
        return [same]
    slopes = []
    for direction in same.reshape(-1, n, n):
        step = 0.5 * STEP * (direction + direction.T)
        slopes.append(
            (expected_news(covariance + step) - expected_news(covariance - step)).ravel()
            / (2.0 * STEP)
        )
    return [same, np.stack(slopes, axis=1)]
