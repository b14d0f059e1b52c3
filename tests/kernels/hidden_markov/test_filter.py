"""Filter, smoother, expected moves and most likely path against all paths of a short chain."""

from itertools import product

import numpy as np
import pytest

from hedgeresearch._kernels.hidden_markov.filter import (
    expected_regimes,
    filter_regimes,
    most_likely_regimes,
    smooth_regimes,
)


def enumerate_paths(densities, transition, first):
    """Return every path of regimes and P(path, data) of each."""
    n_dates, k = densities.shape
    paths = list(product(range(k), repeat=n_dates))
    joint = []
    for path in paths:
        p = first[path[0]] * densities[0, path[0]]
        for t in range(1, n_dates):
            p *= transition[path[t - 1], path[t]] * densities[t, path[t]]
        joint.append(p)
    return np.array(paths), np.array(joint)


def chain(k, n_dates, seed):
    rng = np.random.default_rng(seed)
    return (
        rng.uniform(0.01, 2.0, (n_dates, k)),
        rng.dirichlet(np.ones(k), size=k),
        rng.dirichlet(np.ones(k)),
    )


@pytest.mark.parametrize("k", [1, 2, 3])
def test_probabilities_are_sums_over_all_paths(k):
    densities, transition, first = chain(k, 6, seed=k)
    predicted, filtered, by_date = filter_regimes(np.log(densities), transition, first)
    smoothed = smooth_regimes(predicted, filtered, transition)
    paths, joint = enumerate_paths(densities, transition, first)
    assert by_date.sum() == pytest.approx(np.log(joint.sum()), abs=1e-12)
    for t in range(6):
        seen_paths, seen = enumerate_paths(densities[: t + 1], transition, first)
        for i in range(k):
            assert filtered[t, i] == pytest.approx(
                seen[seen_paths[:, t] == i].sum() / seen.sum(), abs=1e-12
            )
            assert smoothed[t, i] == pytest.approx(
                joint[paths[:, t] == i].sum() / joint.sum(), abs=1e-12
            )
        blind = densities[: t + 1].copy()
        blind[t] = 1.0
        ahead_paths, ahead = enumerate_paths(blind, transition, first)
        expected = [ahead[ahead_paths[:, t] == i].sum() / ahead.sum() for i in range(k)]
        assert predicted[t] == pytest.approx(expected, abs=1e-12)
    assert predicted[6] == pytest.approx(filtered[5] @ transition, abs=1e-15)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_most_likely_path_has_the_greatest_density(k, seed):
    densities, transition, first = chain(k, 6, seed)
    paths, joint = enumerate_paths(densities, transition, first)
    assert (
        most_likely_regimes(np.log(densities), transition, first).tolist()
        == paths[joint.argmax()].tolist()
    )


@pytest.mark.parametrize("k", [1, 2, 3])
def test_expected_moves_are_sums_over_all_paths(k):
    densities, transition, first = chain(k, 6, seed=10 + k)
    smoothed, moves, log_likelihood = expected_regimes(np.log(densities), transition, first)
    paths, joint = enumerate_paths(densities, transition, first)
    probabilities = joint / joint.sum()
    assert log_likelihood == pytest.approx(np.log(joint.sum()), abs=1e-12)
    for i in range(k):
        assert smoothed[:, i] == pytest.approx(probabilities @ (paths == i), abs=1e-12)
        for j in range(k):
            seen = ((paths[:, :-1] == i) & (paths[:, 1:] == j)).sum(axis=1)
            assert moves[i, j] == pytest.approx(probabilities @ seen, abs=1e-12)


def test_densities_that_underflow_leave_probabilities():
    log_densities = np.array([[-1e5, -1e5 - 1.0], [-2e6, -1e6]])
    predicted, filtered, by_date = filter_regimes(
        log_densities, np.full((2, 2), 0.5), np.array([0.5, 0.5])
    )
    assert filtered[0] == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))])
    assert filtered[1] == pytest.approx([0, 1])
    assert np.isfinite(by_date).all()
    assert np.isfinite(predicted).all()


def test_density_of_an_impossible_regime_hides_no_other():
    """Divided by the density of a regime that cannot come, all others are zero."""
    log_densities = np.array([[-3.0, -4.0], [-2000.0, -10.0], [-1.0, -2.0]])
    certain = np.eye(2)
    first = np.array([1.0, 0.0])
    _, filtered, by_date = filter_regimes(log_densities, certain, first)
    assert by_date.tolist() == pytest.approx([-3.0, -2000.0, -1.0])
    assert filtered.tolist() == [[1.0, 0.0]] * 3
    smoothed, moves, log_likelihood = expected_regimes(log_densities, certain, first)
    assert log_likelihood == pytest.approx(-2004.0)
    assert smoothed.tolist() == [[1.0, 0.0]] * 3
    assert moves.tolist() == [[2.0, 0.0], [0.0, 0.0]]
