r"""The search for the maximum of a hidden Markov model: units, starting points, EM from each, and the best.

EM: Dempster, Laird and Rubin (1977), JRSS B 39; for Markov chains Hamilton (1990), Journal of Econometrics 45, eq.
4.1-4.3. With a prior :math:`\prod_i p_{ii}^c` on the transition (Dirichlet rows with c pseudo-counts on staying) the
posterior mode is climbed: :math:`p_{ij} = (n_{ij} + c 1[i = j]) / (\sum_j n_{ij} + c)`, n being expected moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._kernels.hidden_markov import expected_regimes
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.regimes.alignment import PermutedState
from hedgeresearch.regimes.fit import RegimeFit, check_start
from hedgeresearch.regimes.hmm.emissions import EstimatedEmissions
from hedgeresearch.regimes.state import HiddenMarkovChain
from hedgeresearch.typing import Array, Indices

SEARCH_TOLERANCE, FINAL_TOLERANCE = 1e-4, 1e-8
"""Gain in log-likelihood per EM step below which a start, and then the best of them, is left."""
LONGEST_RUN = 5000
"""EM steps after which a run is left."""
SAME_OPTIMUM = 0.01
"""Difference in log-likelihood within which two starts have reached the same optimum."""
DEGENERATE = 1e-6
"""Smallest variance of a combination of series in a regime, relative to the sample's, that has not collapsed."""
WIDTHS = (5, 20, 60, 250)
"""Dates over which a start looks for local levels and variances."""
GROUPINGS = ("random dates", "k-means", "random dates", "quantiles")
"""What starts group the dates by, in turn."""
STAY = 0.95
"""Probability of staying where a search starts."""
LIFTED = 1e-4
"""Part of an earlier transition spread evenly over all regimes, so that EM can leave probabilities of zero."""


@dataclass(frozen=True, eq=False)
class Units:
    """Location and size (n_series,) of the observations: the search goes on without them."""

    centre: Array
    scale: Array

    @classmethod
    def of(cls, observations: Array, *, common: bool = False) -> Units:
        """Means and standard deviations of what is observed, (n_series,); one size for all if ``common``."""
        variances = np.nanvar(observations, axis=0)
        if common:
            variances = np.full_like(variances, variances.mean())
        return cls(np.nanmean(observations, axis=0), np.sqrt(variances))

    def standardise(self, observations: Array) -> Array:
        """Observations (n_dates, n_series) without units."""
        return np.asarray((observations - self.centre) / self.scale)

    def log_volume(self, observations: Array) -> float:
        """What the log-likelihood loses when observations (n_dates, n_series) get back their units."""
        return float((~np.isnan(observations)).sum(axis=0) @ np.log(self.scale))

    def remove(self, emissions: EstimatedEmissions) -> EstimatedEmissions:
        """Emissions without units."""
        means, covariances = emissions.moments
        smaller = covariances / np.outer(self.scale, self.scale)
        return emissions.at(
            (means - self.centre) / self.scale, smaller, emissions.degrees_of_freedom
        )

    def restore(self, emissions: EstimatedEmissions) -> EstimatedEmissions:
        """Emissions in the units of the observations."""
        means, covariances = emissions.moments
        larger = covariances * np.outer(self.scale, self.scale)
        return emissions.at(self.centre + self.scale * means, larger, emissions.degrees_of_freedom)


class Parameters(NamedTuple):
    """Of a hidden Markov chain: emissions, transition (k, k) and probabilities of the first date (k,)."""

    emissions: EstimatedEmissions
    transition: Array
    first: Array

    def numbered(self) -> Parameters:
        """The same with regimes in the order of the variance of the first series."""
        means, covariances = self.emissions.moments
        order = np.argsort(covariances[:, 0, 0])
        degrees = self.emissions.degrees_of_freedom
        emissions = self.emissions.at(
            means[order], covariances[order], degrees[order] if len(degrees) else degrees
        )
        return Parameters(emissions, self.transition[np.ix_(order, order)], self.first[order])


class Run(NamedTuple):
    """Where a climb ended: parameters, log-likelihood, log-posterior before each step, and whether it converged."""

    parameters: Parameters
    log_likelihood: float
    history: list[float]
    converged: bool

    @property
    def height(self) -> float:
        """What was climbed: the log-likelihood, or the log-posterior up to a constant."""
        return self.history[-1]


MOST_TRUSTED = 2
"""Regimes up to which the optimum near an earlier one is taken for the best; with more there are several."""

Climb = Callable[[Parameters, Array, float], Run | None]
"""From parameters, on observations, until a step gains less than a tolerance; None if a regime collapses."""


def climb(
    parameters: Parameters, observations: Array, tolerance: float, persistence: float = 0.0
) -> Run | None:
    """EM with probabilities of the regimes as what is missing; None if a regime collapses."""
    history: list[float] = []
    stay = persistence * np.eye(len(parameters.first))
    for _ in range(LONGEST_RUN):
        try:
            log_densities = parameters.emissions.log_densities(observations)
        except np.linalg.LinAlgError:  # a covariance that is no longer positive definite
            return None
        smoothed, moves, log_likelihood = expected_regimes(
            log_densities, parameters.transition, parameters.first
        )
        prior = persistence * np.log(np.diag(parameters.transition)).sum() if persistence else 0.0
        history.append(float(log_likelihood + prior))
        if not np.isfinite(history[-1]) or not (smoothed.sum(axis=0) > 1.0).all():
            return None  # a regime of less than one date has no covariance
        if len(history) > 1 and history[-1] - history[-2] < tolerance:
            return Run(parameters, float(log_likelihood), history, True)
        moves = moves + stay
        transition = moves / moves.sum(axis=1, keepdims=True)
        try:
            emissions = parameters.emissions.reestimated(observations, smoothed)
        except np.linalg.LinAlgError:
            return None
        parameters = Parameters(emissions, transition, smoothed[0] / smoothed[0].sum())
    return Run(parameters, float(log_likelihood), history, False)


def search(
    starts: list[Parameters], observations: Array, run: Climb, finish: Climb
) -> tuple[Run, Array]:
    """The best of the runs from all starts, finished at the top, and the log-likelihood of each, NaN if it collapsed.

    Raises
    ------
    ConvergenceError
        If a regime collapses from every start.
    """
    from threadpoolctl import threadpool_limits

    spread = _spread(observations)
    with threadpool_limits(limits=1, user_api="blas"):
        runs = [_sound(run(start, observations, SEARCH_TOLERANCE), spread) for start in starts]
        left = np.array([np.nan if found is None else found.height for found in runs])
        while not np.isnan(left).all():
            # the first of those that agree, so that rounding does not choose
            best = int(np.argmax(left > np.nanmax(left) - SAME_OPTIMUM))
            found = runs[best]
            final = (
                None
                if found is None
                else _sound(finish(found.parameters, observations, FINAL_TOLERANCE), spread)
            )
            if final is not None:
                return final, np.array(
                    [np.nan if found is None else found.log_likelihood for found in runs]
                )
            left[best] = np.nan
    raise ConvergenceError(
        f"a hidden Markov model with {len(starts[0].first)} regimes must have a bounded likelihood; every one of "
        f"{len(starts)} starts put a regime on a few (almost) identical observations. Use fewer regimes or more dates, "
        "leave out stretches in which a series does not move, and look for outliers that dwarf the rest."
    )


def earlier_parameters(
    model: Any, start: RegimeFit | None, frame: pd.DataFrame, units: Units
) -> Parameters | None:
    """Parameters of an earlier fit of the same model to the same series, without units."""
    if start is None:
        return None
    check_start(model, start, frame.columns)
    chain = (
        start.initial_state.state
        if isinstance(start.initial_state, PermutedState)
        else start.initial_state
    )
    if not (
        isinstance(chain, HiddenMarkovChain) and isinstance(chain.emissions, EstimatedEmissions)
    ):
        raise DataError(f"warm_start must be a fit of a hidden Markov model; got {start!r}.")
    k = len(chain.transition)
    lifted = (1.0 - LIFTED) * chain.transition + LIFTED / k  # EM never leaves a probability of zero
    return Parameters(units.remove(chain.emissions), lifted, np.full(k, 1.0 / k))


def climb_on(earlier: Parameters | None, observations: Array, run: Climb) -> Run | None:
    """One climb from near the top; None if a regime collapses, or if there are too many regimes to trust one climb."""
    if earlier is None or len(earlier.first) > MOST_TRUSTED:
        return None
    return _sound(run(earlier, observations, FINAL_TOLERANCE), _spread(observations))


def starting_points(
    observations: Array, n_regimes: int, n_starts: int, seed: int, kind: EstimatedEmissions
) -> list[Parameters]:
    """Starting points from the moments of groups of dates, for emissions of a kind.

    A start looks at the local variance or the local level, in turn, of random combinations of the columns over a random
    width, so that short and long regimes, and regimes of variance, correlation and mean, are all searched. The columns
    are made uncorrelated first: what tells regimes apart is often a spread that hardly varies. Dates are grouped around
    random dates, around their k-means, or by quantiles of the first combination.
    """
    rng = np.random.default_rng(seed)
    filled = np.nan_to_num(observations)  # a missing value counts as the mean
    uncorrelated = filled @ _spread(observations).T
    n_dates, n_series = filled.shape
    points = []
    for start in range(n_starts):
        combinations = uncorrelated @ rng.standard_normal((n_series, 2 * n_series))
        width = min(int(rng.choice(WIDTHS)), n_dates // 4)
        by_variance = start % 2 == 0
        local = _moving_average(combinations**2 if by_variance else combinations, width)
        look = np.log(local + 1e-12) if by_variance else local
        grouping = GROUPINGS[start // 2 % len(GROUPINGS)]
        if grouping == "quantiles":
            labels = _by_quantile(look[:, 0], n_regimes)
        else:
            centres = look[rng.choice(n_dates, n_regimes, replace=False)]
            labels = _around(look, centres, refinements=10 if grouping == "k-means" else 0)
        points.append(_from_labels(filled, labels, n_regimes, kind))
    return points


def _sound(found: Run | None, spread: Array) -> Run | None:
    """The run, unless a combination of the series hardly varies in one of its regimes."""
    if found is None:
        return None
    smallest = np.linalg.eigvalsh(
        spread @ found.parameters.emissions.moments.covariances @ spread.T
    ).min()
    return found if smallest > DEGENERATE else None


def _spread(observations: Array) -> Array:
    """What makes the covariance of the sample the identity, (n_series, n_series)."""
    filled = np.nan_to_num(observations)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(filled.T @ filled / len(filled))))


def _moving_average(columns: Array, width: int) -> Array:
    """Centred means over ``width`` dates, fewer at the ends."""
    totals = np.vstack([np.zeros(columns.shape[1]), columns.cumsum(axis=0)])
    dates = np.arange(len(columns))
    low, high = np.maximum(dates - width // 2, 0), np.minimum(dates + width // 2 + 1, len(columns))
    return np.asarray((totals[high] - totals[low]) / (high - low)[:, None])


def _by_quantile(values: Array, n_groups: int) -> Indices:
    """Groups of equal size, by rank."""
    return np.asarray(values.argsort().argsort() * n_groups // len(values))


def _around(points: Array, centres: Array, refinements: int) -> Indices:
    """The nearest centre of each point; the centres move to the means of their points so many times (k-means)."""
    for _ in range(refinements):
        nearest = _nearest(points, centres)
        groups = [points[nearest == k] for k in range(len(centres))]
        centres = np.stack(
            [g.mean(axis=0) if len(g) else c for g, c in zip(groups, centres, strict=True)]
        )
    return _nearest(points, centres)


def _nearest(points: Array, centres: Array) -> Indices:
    return np.asarray(((points[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1))


def _from_labels(
    observations: Array, labels: Indices, n_regimes: int, kind: EstimatedEmissions
) -> Parameters:
    """Parameters from the moments of the dates in each group."""
    n_series = observations.shape[1]
    means, covariances = (
        np.zeros((n_regimes, n_series)),
        np.tile(np.eye(n_series), (n_regimes, 1, 1)),
    )
    for k in range(n_regimes):
        group = observations[labels == k]
        if len(group):
            means[k] = group.mean(axis=0)
            covariances[k] = 0.1 * np.eye(n_series) + 0.9 * group.T @ group / len(group)
    away = (1.0 - STAY) / max(n_regimes - 1, 1)
    transition = np.full((n_regimes, n_regimes), away) + (STAY - away) * np.eye(n_regimes)
    emissions = kind.at(means, covariances, kind.degrees_of_freedom)
    return Parameters(
        emissions,
        transition / transition.sum(axis=1, keepdims=True),
        np.full(n_regimes, 1.0 / n_regimes),
    )
