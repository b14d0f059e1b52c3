r"""Influence of each date on everything that a BEKK model estimates.

These are its parameters and, with targeting, the moments S and N:

.. math:: \sum_t (e_t e_t' - S) = \sum_t (e_t e_t' - H_t) + \sum_t (H_t - S), \qquad
          \sum_t (H_t - S) \approx (I - K)^{-1} \sum_t \big( A' u_t A + B' v_t B \big)

with u = e e' - H and v = n n' - E[n n'] the surprises of a date and K the map from H to what its
expectation adds to the next H: the left side is correlated over dates, the right side is not if the
model holds (Pedersen and Rahbek 2014, Econometrics Journal 17, section 4). It is exact without bad
news; with them E[n n'] is linear in H near S only. Means, whose error has almost no effect on
covariances, are held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.bekk.recursion import bekk_covariance
from hedgeresearch.covariance.bekk.likelihood import BEKKLikelihood
from hedgeresearch.covariance.bekk.matrices import MatrixMap
from hedgeresearch.covariance.bekk.standard_errors import BEKKSandwich
from hedgeresearch.covariance.bekk.state import BEKKState
from hedgeresearch.covariance.correlation import upper_triangle_to_matrix
from hedgeresearch.covariance.delta_method import STEP, DeltaMethod
from hedgeresearch.covariance.news import expected_news
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class BEKKErrors:
    """Errors of the parameters of a BEKK model, and of functions of its state.

    Attributes
    ----------
    sandwich : BEKKSandwich
        Errors of the parameters for returns of unit variance.
    mean, scale : array (n_series,)
        Numbers subtracted from the returns, and numbers they are divided by, for unit variance.
    """

    sandwich: BEKKSandwich
    mean: Array
    scale: Array

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "robust"

    def covariance(self) -> Array:
        """Return the sampling covariance (k, k) of the parameters; NaN for those held at zero."""
        return self.sandwich.covariance()

    def delta_method(self) -> DeltaMethod[BEKKState]:
        """Return the influence on the parameters in unit variance and on estimated moments.

        The moments are the upper triangles of S and N, with targeting only.
        """
        likelihood = self.sandwich.likelihood
        point = self.sandwich.point
        if likelihood.map.layout.targeting:
            targets = target_influence(likelihood, point)
            # Differences straddle a bound, whose place depends on S and N: parameters on it do not
            # move with these.
            on_bound = self.sandwich.on_bound.any()
            added = 0.0 if on_bound else _scores_through_targets(likelihood, point, targets)
            influence = np.hstack([self.sandwich.influence(added), targets])
        else:
            influence = self.sandwich.influence()
        return DeltaMethod(influence, np.full(influence.shape[1], STEP), self.state_at)

    def state_at(self, change: Array) -> BEKKState:
        """Return the state before the sample, in the units of the returns, after a change."""
        mapping = self.sandwich.likelihood.map
        point = self.sandwich.point
        point_change, moment_change = np.split(change, [len(point)])
        matrices = _with_moments(mapping, moment_change).matrices(point + point_change)
        units = np.outer(self.scale, self.scale)
        ratio = self.scale[None, :] / self.scale[:, None]
        return BEKKState(
            mean=self.mean,
            intercept=matrices.intercept * units,
            loadings=matrices.loadings * ratio,
            persistence=matrices.persistence * ratio,
            next_covariance=mapping.moments[0] * units,
        )


def with_delta_method(estimates: Estimates, mean: Array, errors: Array) -> Estimates:
    """Return estimates that know the errors of functions of the state, too.

    ``errors`` (n_dates, n_series) are the returns less ``mean``.
    """
    sandwich = estimates.errors
    if not isinstance(sandwich, BEKKSandwich):
        raise TypeError(f"estimates of a BEKK model are needed; got {type(sandwich).__name__}")
    scale = np.sqrt(np.mean(errors**2, axis=0))
    return replace(estimates, errors=BEKKErrors(sandwich, mean, scale))


def target_influence(likelihood: BEKKLikelihood, point: Array) -> Array:
    """Return the influence of each date on the upper triangles of S and, with bad news, of N.

    Parameters
    ----------
    likelihood : BEKKLikelihood
        Likelihood of standardized returns.
    point : array (k,)
        Parameters, which are held.

    Returns
    -------
    array (n_dates, m n (n + 1) / 2)
    """
    matrices = likelihood.map.matrices(point)
    shocks = likelihood.shocks
    n_dates, n_kinds, n = shocks.shape
    first = likelihood.map.moments[0]
    path = bekk_covariance(*matrices, shocks, first)[:-1].reshape(n_dates, -1)
    products = np.einsum("tmi,tmj->mtij", shocks, shocks).reshape(n_kinds, n_dates, -1)
    # expected products of each kind of shock as linear maps of vec H
    expectations = _expectations(first, n_kinds)
    loads = [np.kron(a, a).T for a in matrices.loadings]
    surprises = [
        product - path @ expectation.T
        for product, expectation in zip(products, expectations, strict=True)
    ]
    added = sum(surprise @ load.T for surprise, load in zip(surprises, loads, strict=True))
    carried = np.kron(matrices.persistence, matrices.persistence).T + sum(
        load @ expectation for load, expectation in zip(loads, expectations, strict=True)
    )
    later = added @ np.linalg.inv(np.eye(n * n) - carried).T
    rows, columns = np.triu_indices(n)
    triangles = [
        (surprise + later @ expectation.T)[:, rows * n + columns]
        for surprise, expectation in zip(surprises, expectations, strict=True)
    ]
    influence = np.hstack(triangles)
    return np.asarray(influence - influence.mean(axis=0))


def _with_moments(mapping: MatrixMap, change: Array) -> MatrixMap:
    """Return the map with changed moments S and N."""
    if not change.any():
        return mapping
    n = mapping.layout.n
    triangles = np.split(change, len(mapping.moments))
    changes = [upper_triangle_to_matrix(triangle, n) for triangle in triangles]
    return MatrixMap(mapping.layout, mapping.moments + changes)


def _scores_through_targets(likelihood: BEKKLikelihood, point: Array, targets: Array) -> Array:
    """Return what each date adds to the mean score through S and N, (n_dates, k)."""
    slopes = []
    for change in STEP * np.eye(targets.shape[1]):
        scores = []
        for signed in (change, -change):
            changed = BEKKLikelihood(_with_moments(likelihood.map, signed), likelihood.shocks)
            scores.append(changed.value_and_gradient(point)[1])
        slopes.append((scores[0] - scores[1]) / (2.0 * STEP))
    return np.asarray(targets @ np.array(slopes))


def _expectations(covariance: Array, n_kinds: int) -> list[Array]:
    """Return the derivatives of E[e e'] and, for two kinds, of E[n n'].

    Each is (n n, n n), with respect to the covariance, for normal shocks with this covariance.
    """
    n = len(covariance)
    identity = np.eye(n * n)
    if n_kinds == 1:
        return [identity]
    slopes = []
    for direction in identity.reshape(-1, n, n):
        step = 0.5 * STEP * (direction + direction.T)
        difference = expected_news(covariance + step) - expected_news(covariance - step)
        slopes.append(difference.ravel() / (2.0 * STEP))
    return [identity, np.stack(slopes, axis=1)]
