"""The EM algorithm of regime-switching correlations, its starts, and its errors: Pelletier (2006), section 4.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.hidden_markov import expected_regimes, filter_regimes
from hedgeresearch.covariance.dcc.state import as_correlation
from hedgeresearch.covariance.first_step import FirstStep
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.influence import Sensitivities, covariance_from_influence
from hedgeresearch.typing import Array

SEARCH, FINISH = (1e-4, 500), (1e-8, 20000)
"""Largest change of a parameter in an EM step at which a start, and then the best of them, is left; most steps."""
SINGULAR = 1e-6
"""Smallest eigenvalue of a correlation matrix below which its regime has collapsed."""
ON_BOUND = 1e-6
"""Smallest probability of a transition from which errors are computed; rows that hold a smaller one are held."""
STEP = 1e-6
"""Of the differences of log-densities and moments, below the smallest probability that is not held."""


class Point(NamedTuple):
    """Correlations (k, n, n), transition (k, k) with rows that sum to one, and probabilities of the next date (k,)."""

    correlations: Array
    transition: Array
    probabilities: Array


def _log_densities(z: Array, correlations: Array) -> Array:
    """Of the normal density of each date in each regime, (n_dates, k)."""
    factors = np.linalg.cholesky(correlations)
    whitened = np.einsum("kij,tj->kti", np.linalg.inv(factors), z)
    log_roots = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    return np.ascontiguousarray(
        -0.5 * (z.shape[1] * np.log(2.0 * np.pi) + (whitened**2).sum(axis=2)).T - log_roots
    )


def filter_correlations(z: Array, point: Point) -> tuple[Array, Array]:
    """Predicted probabilities, also of the date after the last, and the log-density of each date."""
    predicted, _, by_date = filter_regimes(_log_densities(z, point.correlations), *point[1:])
    return predicted, by_date


def expect(z: Array, point: Point) -> tuple[Array, Array, Array, float]:
    """Smoothed probabilities, expected moves, second moments of each regime (as CCC, about the mean), log-density."""
    smoothed, moves, log_density = expected_regimes(
        _log_densities(z, point.correlations), *point[1:]
    )
    centred = z - z.mean(axis=0)
    moments = np.stack(
        [(centred * w[:, None]).T @ centred / max(w.sum(), 1e-300) for w in smoothed.T]
    )
    return smoothed, moves, 0.5 * (moments + moments.swapaxes(1, 2)), float(log_density)


def estimate_regime_correlation(z: Array, points: list[Point]) -> Point:
    """The best of EM searches on residuals (n_dates, n_series) from several points, its regimes in order.

    Raises
    ------
    ConvergenceError
        If a regime collapses in every search, or none settles.
    """
    ends = [_run_em(z, point, *SEARCH) for point in points]
    order = sorted((end for end in ends if end is not None), key=lambda end: -end[1])
    for end, _, _ in order:
        finished = _run_em(z, end, *FINISH)
        if finished is not None and finished[2] < FINISH[0]:
            correlations, transition, first = finished[0]
            low = np.argsort(correlations.sum(axis=(1, 2)), kind="stable")
            return Point(
                correlations[low], np.ascontiguousarray(transition[low][:, low]), first[low]
            )
    raise ConvergenceError(
        f"{len(points[0].transition)} regimes of correlation must reach an optimum where none is singular or rests "
        f"on a few dates; none of {len(points)} starts did. Use fewer regimes, more dates or fewer series."
    )


def _run_em(
    z: Array, point: Point, smallest: float, longest: int
) -> tuple[Point, float, float] | None:
    """EM until no parameter changes by more than ``smallest``; where, log-density, last change; None if collapsed.

    A regime has collapsed when its correlation is singular or it has hardly more expected dates than series.
    """
    log_density, change = -np.inf, np.inf
    for _ in range(longest):
        if not np.linalg.eigvalsh(point.correlations)[:, 0].min() > SINGULAR:
            return None
        smoothed, moves, moments, log_density = expect(z, point)
        if not smoothed.sum(axis=0).min() > z.shape[1] + 1:
            return None
        transition = moves / moves.sum(axis=1, keepdims=True)
        following = Point(
            np.stack([as_correlation(m) for m in moments]), transition, smoothed[0].copy()
        )
        change = max(
            float(np.abs(new - old).max())
            for new, old in zip(following[:2], point[:2], strict=True)
        )
        point = following
        if change < smallest:
            break
    return point, log_density, change


def starting_points(z: Array, k: int, n_starts: int, seed: int) -> list[Point]:
    """Correlations of dates grouped around k random dates by what local variances of random combinations look like."""
    rng, points, n = np.random.default_rng(seed), [], z.shape[1]
    transition = np.full((k, k), 0.05 / max(k - 1, 1))
    np.fill_diagonal(transition, 0.95 if k > 1 else 1.0)
    for _ in range(n_starts):
        products = np.log((z @ rng.standard_normal((n, 2 * n))) ** 2 + 1e-12)
        width = min(int(rng.choice([10, 30, 80])), len(z) // 4)
        local = np.stack(
            [np.convolve(column, np.ones(width) / width, "same") for column in products.T], axis=1
        )
        distances = ((local[:, None] - local[rng.choice(len(z), k, replace=False)]) ** 2).sum(
            axis=2
        )
        groups = [z[distances.argmin(axis=1) == i] for i in range(k)]
        moments = [0.8 * g.T @ g / max(len(g), 1) + 0.2 * np.eye(n) for g in groups]
        points.append(
            Point(np.stack([as_correlation(m) for m in moments]), transition, np.full(k, 1.0 / k))
        )
    return points


@dataclass(frozen=True, eq=False)
class RegimeCorrelationInference:
    """Two-step sandwich of the margins' parameters, the correlations and the transition.

    EM ends where g = 0: w_k (corr(S_k) - R_k), w_k the mean probability of a regime and S_k its moments, and the score
    by p_ij. Date t adds to g, as far as it is known then, the derivative of its log-density by p_ij, or by
    Sigma_k = R_k + 2 R_k C R_k with tr(C (zz' - R_k)) = z_i z_j - R_ij (z_i^2 + z_j^2) / 2: martingale differences.
    """

    margins: FirstStep
    point: Point

    def covariance(self) -> Array:
        """Sampling covariance (m, m); NaN for parameters held by a bound."""
        return covariance_from_influence(
            self.influence([fit.sensitivities() for fit in self.margins.fits])
        )

    def influence(self, sensitivities: list[Sensitivities]) -> Array:
        """Of each date on the margins' parameters, the correlations and the transition, (n_dates, m)."""
        z, point, kept = self.margins.residuals, self.point, kept_parameters(self.point)
        jacobian = [
            _slope(lambda at: equations(z, at), point, move)
            for move in moves_of(point, natural=False)
        ]
        added = [
            _slope(lambda at: filter_correlations(z, at)[1], point, move)
            for move in moves_of(point, natural=True)
        ]
        by_date = np.stack(added, axis=1)
        for i, s in enumerate(sensitivities):
            along = s.derivatives[:, :, None] * np.eye(z.shape[1])[i]
            sizes = STEP / np.maximum(np.abs(s.derivatives).max(axis=1), 1e-300)
            ends = [
                [equations(z + h * d, point) for h in (size, -size)]
                for size, d in zip(sizes, along, strict=True)
            ]
            crossed = np.array(
                [(up - down) / (2.0 * size) for (up, down), size in zip(ends, sizes, strict=True)]
            )
            by_date += s.influence @ crossed
        information = -np.stack(jacobian, axis=1)[np.ix_(kept, kept)]
        reaction = np.zeros_like(by_date)
        reaction[:, kept] = np.linalg.solve(information, by_date[:, kept].T).T
        return np.hstack([*(s.influence for s in sensitivities), reaction])


def equations(z: Array, point: Point) -> Array:
    """g of ``RegimeCorrelationInference``, per date: correlations of a regime after the other, then rows of p."""
    smoothed, expected, moments, _ = expect(z, point)
    scaled = np.stack([as_correlation(m) for m in moments])
    gaps = (smoothed.mean(axis=0)[:, None, None] * (scaled - point.correlations))[
        :, *np.triu_indices(z.shape[1], 1)
    ]
    ratio = expected / np.maximum(point.transition, 1e-300) / len(z)
    return np.append(gaps, ratio[:, :-1] - ratio[:, -1:])


def moves_of(point: Point, natural: bool) -> Iterator[tuple[Array, Array]]:
    """Directions of correlations and transition, one a parameter: its own, or 2 R C R for a correlation."""
    k, n = point.correlations.shape[:2]
    for r, matrix in enumerate(point.correlations):
        for i, j in combinations(range(n), 2):
            c = np.zeros((n, n))
            c[i, j] = c[j, i] = 1.0
            if natural:
                c[i, i] = c[j, j] = -matrix[i, j]
                c = matrix @ c @ matrix
            yield np.eye(k)[r][:, None, None] * c, np.zeros((k, k))
    for i in range(k):
        for j in range(k - 1):
            yield (
                np.zeros_like(point.correlations),
                np.outer(np.eye(k)[i], np.eye(k)[j] - np.eye(k)[-1]),
            )


def _slope(function: Callable[[Point], Array], point: Point, move: tuple[Array, Array]) -> Array:
    """Central difference along a direction."""
    ends = (
        function(Point(point[0] + h * move[0], point[1] + h * move[1], point[2]))
        for h in (STEP, -STEP)
    )
    return (next(ends) - next(ends)) / (2.0 * STEP)


def kept_parameters(point: Point) -> Array:
    """Which parameters no bound holds, (m,) of bool: all correlations, and rows of p without a zero."""
    k, n = point.correlations.shape[:2]
    rows = (point.transition > ON_BOUND).all(axis=1)
    return np.append(np.ones(k * n * (n - 1) // 2, dtype=bool), np.repeat(rows, k - 1))
