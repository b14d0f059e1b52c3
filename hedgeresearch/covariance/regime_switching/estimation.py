"""EM algorithm of correlations that switch between regimes: Pelletier (2006), section 4.2."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.hidden_markov.filter import expected_regimes
from hedgeresearch._kernels.switching.correlation import switching_em
from hedgeresearch.covariance.correlation import as_correlation
from hedgeresearch.covariance.regime_switching.state import SwitchingCorrelation, log_densities
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.typing import Array

SEARCH_TOLERANCE = 1e-4
"""Largest change of a parameter in an EM step at which a search from a start ends."""
MAX_SEARCH_STEPS = 500
FINAL_TOLERANCE = 1e-8
"""Largest change of a parameter in an EM step at which the best of the searches ends."""
MAX_FINAL_STEPS = 20000
SINGULAR_EIGENVALUE = 1e-6
"""Smallest eigenvalue of a correlation matrix below which its regime has collapsed."""
TINY = 1e-300
"""Smallest divisor."""
START_SWITCHING = 0.05
"""Probability of leaving a regime at which searches begin."""
SMOOTHING_WINDOWS = (10, 30, 80)
"""Numbers of dates over which starting points smooth local variances."""


class Expectations(NamedTuple):
    """Result of an E-step.

    Attributes
    ----------
    smoothed : array (n_dates, k)
        Probabilities of the regimes, given all dates.
    transitions : array (k, k)
        Expected numbers of transitions.
    moments : array (k, n_series, n_series)
        Second moments of each regime about the mean of all dates, as in CCC.
    log_density : float
        Log-density of all dates.
    """

    smoothed: Array
    transitions: Array
    moments: Array
    log_density: float


class EMResult(NamedTuple):
    """Result of an EM search: where it ended, the log-density, and the last change."""

    switching: SwitchingCorrelation
    log_density: float
    change: float


def estimate_regime_correlation(
    z: Array, starts: list[SwitchingCorrelation]
) -> SwitchingCorrelation:
    """Return the best result of EM searches from several starts, its regimes in order.

    Parameters
    ----------
    z : array (n_dates, n_series)
        Standardized residuals.
    starts : list of SwitchingCorrelation
        Points at which the searches begin.

    Raises
    ------
    ConvergenceError
        If a regime collapses in every search, or none converges.
    """
    results = [run_em(z, start, SEARCH_TOLERANCE, MAX_SEARCH_STEPS) for start in starts]
    found = [result for result in results if result is not None]
    for result in sorted(found, key=lambda result: -result.log_density):
        final = run_em(z, result.switching, FINAL_TOLERANCE, MAX_FINAL_STEPS)
        if final is not None and final.change < SEARCH_TOLERANCE:
            return _in_order(final.switching)
    raise ConvergenceError(
        f"{len(starts[0].transition)} regimes of correlation must reach an optimum where none is "
        f"singular or rests on a few dates; none of {len(starts)} starts did. Use fewer regimes, "
        "more observations or fewer series."
    )


def run_em(
    z: Array, switching: SwitchingCorrelation, tolerance: float, max_steps: int
) -> EMResult | None:
    """Run EM until no parameter changes by more than the tolerance; None if a regime collapses.

    A regime has collapsed when its correlation is singular or it has no more expected dates than
    series and one.
    """
    limits = (SINGULAR_EIGENVALUE, z.shape[1] + 1.0)
    correlations, transition, first, log_density, change = switching_em(
        z, *switching, tolerance, max_steps, limits
    )
    # a pivot is never below the smallest eigenvalue
    if np.isnan(change) or not np.linalg.eigvalsh(correlations)[:, 0].min() > SINGULAR_EIGENVALUE:
        return None
    return EMResult(SwitchingCorrelation(correlations, transition, first), log_density, change)


def expect(z: Array, switching: SwitchingCorrelation) -> Expectations:
    """Return what is expected of the regimes of residuals z (n_dates, n_series): the E-step."""
    densities = log_densities(z, switching.correlations)
    smoothed, transitions, log_density = expected_regimes(
        densities, switching.transition, switching.probabilities
    )
    centered = z - z.mean(axis=0)
    weighted = [
        (centered * weights[:, None]).T @ centered / max(weights.sum(), TINY)
        for weights in smoothed.T
    ]
    moments = np.stack(weighted)
    symmetric = 0.5 * (moments + moments.swapaxes(1, 2))  # rounding is not symmetric
    return Expectations(smoothed, transitions, symmetric, float(log_density))


def starting_points(z: Array, k: int, n_starts: int, seed: int) -> list[SwitchingCorrelation]:
    """Return random points at which searches begin.

    Dates are grouped around k random dates by local variances of random combinations of the
    series; the correlation of each group is one regime.

    Parameters
    ----------
    z : array (n_dates, n_series)
        Standardized residuals.
    k : int
        Number of regimes.
    n_starts : int
        Number of points.
    seed : int
        Seed of the random numbers.
    """
    rng = np.random.default_rng(seed)
    return [_starting_point(z, k, rng) for _ in range(n_starts)]


def _starting_point(z: Array, k: int, rng: np.random.Generator) -> SwitchingCorrelation:
    n = z.shape[1]
    log_squares = np.log((z @ rng.standard_normal((n, 2 * n))) ** 2 + 1e-12)
    width = min(int(rng.choice(SMOOTHING_WINDOWS)), len(z) // 4)
    window = np.ones(width) / width
    smooth = [np.convolve(column, window, "same") for column in log_squares.T]
    local = np.stack(smooth, axis=1)
    centers = local[rng.choice(len(z), k, replace=False)]
    distances = ((local[:, None] - centers) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    groups = [z[nearest == i] for i in range(k)]
    # a share of the identity keeps small groups from singular correlations
    moments = [0.8 * g.T @ g / max(len(g), 1) + 0.2 * np.eye(n) for g in groups]
    transition = np.full((k, k), START_SWITCHING / max(k - 1, 1))
    np.fill_diagonal(transition, 1.0 - START_SWITCHING if k > 1 else 1.0)
    return SwitchingCorrelation(
        correlations=np.stack([as_correlation(moment) for moment in moments]),
        transition=transition,
        probabilities=np.full(k, 1.0 / k),
    )


def _in_order(switching: SwitchingCorrelation) -> SwitchingCorrelation:
    """Return the same with regimes in the order of their mean correlation, the lowest first."""
    order = np.argsort(switching.correlations.sum(axis=(1, 2)), kind="stable")
    return SwitchingCorrelation(
        correlations=switching.correlations[order],
        transition=np.ascontiguousarray(switching.transition[order][:, order]),
        probabilities=switching.probabilities[order],
    )
