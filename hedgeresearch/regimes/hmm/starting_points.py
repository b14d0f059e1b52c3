"""Starting points of the search for a hidden Markov model, from the moments of groups of dates."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.regimes.grouping import group_moments, local_averages, nearest_centers
from hedgeresearch.regimes.hmm.emissions import EstimatedEmissions
from hedgeresearch.regimes.hmm.parameters import Parameters
from hedgeresearch.typing import Array, Indices

WIDTHS = (5, 20, 60, 250)
"""Numbers of dates over which local levels and variances are measured."""
GROUPINGS = ("random dates", "k-means", "random dates", "quantiles")
"""Methods of grouping dates, used in turn."""
KMEANS_STEPS = 10
STAY = 0.95
"""Probability of staying in a regime."""
SHRINKAGE = 0.1
"""Weight of the sample's covariance in those of the groups."""


def starting_points(
    observations: Array, n_regimes: int, n_starts: int, seed: int, emissions: EstimatedEmissions
) -> list[Parameters]:
    """Return starting points for a search.

    A start measures the local variance or the local level, in turn, of random combinations of the
    columns over a random width, so that short and long regimes, and regimes of variance,
    correlation and mean, are all searched. The columns are made uncorrelated first, as regimes
    often differ in a combination of small variance. Dates are grouped around random dates, by
    k-means, or by quantiles of the first combination.

    Parameters
    ----------
    observations : array (n_dates, n_series), standardized, with NaN for missing values
    n_regimes, n_starts, seed : int
    emissions : EstimatedEmissions, of the kind to be estimated
    """
    rng = np.random.default_rng(seed)
    # a missing value counts as the mean
    filled = np.array(np.nan_to_num(observations), order="C")
    uncorrelated = filled @ whitening_matrix(observations).T
    points = []
    for start in range(n_starts):
        features = _local_features(uncorrelated, by_variance=start % 2 == 0, rng=rng)
        grouping = GROUPINGS[start // 2 % len(GROUPINGS)]
        labels = _group_dates(features, n_regimes, grouping, rng)
        points.append(_parameters_of_groups(filled, labels, n_regimes, emissions))
    return points


def whitening_matrix(observations: Array) -> Array:
    """Return the matrix (n_series, n_series) that makes the sample's covariance the identity."""
    filled = np.nan_to_num(observations)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(filled.T @ filled / len(filled))))


def _local_features(uncorrelated: Array, *, by_variance: bool, rng: np.random.Generator) -> Array:
    """Return local log-variances or levels of random combinations, (n_dates, 2 * n_series)."""
    n_dates, n_series = uncorrelated.shape
    combinations = rng.standard_normal((n_series, 2 * n_series))
    width = min(int(rng.choice(WIDTHS)), n_dates // 4)
    averages = local_averages(uncorrelated, combinations, width, by_variance)
    if by_variance:
        averages += 1e-12
        np.log(averages, out=averages)
    return np.asarray(averages)


def _group_dates(
    features: Array, n_groups: int, grouping: str, rng: np.random.Generator
) -> Indices:
    """Return the group of each date, (n_dates,)."""
    if grouping == "quantiles":
        ranks = features[:, 0].argsort().argsort()
        return np.asarray(ranks * n_groups // len(features))
    centers = features[rng.choice(len(features), n_groups, replace=False)]
    labels = np.empty(len(features), dtype=np.intp)
    for _ in range(KMEANS_STEPS if grouping == "k-means" else 0):
        nearest_centers(features, centers, labels)
    nearest_centers(features, centers, labels)
    return labels


def _parameters_of_groups(
    observations: Array, labels: Indices, n_regimes: int, emissions: EstimatedEmissions
) -> Parameters:
    """Return parameters from the moments of the dates in each group."""
    sizes, means, second_moments = group_moments(observations, labels, n_regimes)
    unit = np.eye(observations.shape[1])
    covariances = SHRINKAGE * unit + (1.0 - SHRINKAGE) * second_moments
    covariances[sizes == 0.0] = unit
    move = (1.0 - STAY) / max(n_regimes - 1, 1)
    transition = np.full((n_regimes, n_regimes), move) + (STAY - move) * np.eye(n_regimes)
    return Parameters(
        emissions.with_moments(means, covariances, emissions.degrees_of_freedom),
        transition / transition.sum(axis=1, keepdims=True),
        np.full(n_regimes, 1.0 / n_regimes),
    )
