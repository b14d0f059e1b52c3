"""The filter of a switching autoregression against sums over all paths of regimes."""

from itertools import product

import numpy as np
import pytest

from hedgeresearch.regimes.markov_switching.state import starting_state


def path_probabilities(series, parameters, first, unseen=None):
    """Return all paths of regimes and P(path, data) of each, by the definition.

    The first ``unseen`` dates have no density.
    """
    means, variances, autoregression, transition = parameters
    unseen = len(autoregression) if unseen is None else unseen
    paths = list(product(range(len(means)), repeat=len(series)))
    joint = []
    for path in paths:
        p = first[path[0]]
        for t in range(len(series)):
            p *= transition[path[t - 1], path[t]] if t else 1.0
            if t >= unseen:
                mean = means[path[t]]
                for lag, a in enumerate(autoregression, 1):
                    mean += a * (series[t - lag] - means[path[t - lag]])
                v = variances[path[t]]
                p *= np.exp(-0.5 * (series[t] - mean) ** 2 / v) / np.sqrt(2 * np.pi * v)
        joint.append(p)
    return np.array(paths), np.array(joint)


@pytest.mark.parametrize(("order", "k"), [(0, 2), (1, 3), (2, 2), (3, 2)])
def test_probabilities_are_sums_over_all_paths(order, k):
    rng = np.random.default_rng(order)
    series = rng.standard_normal(6)
    parameters = (
        rng.normal(0, 1, k),
        rng.uniform(0.3, 2, k),
        rng.uniform(-0.4, 0.4, order),
        rng.dirichlet(np.ones(k), k),
    )
    state = starting_state(*parameters)
    stationary = np.linalg.matrix_power(parameters[3], 1000)[0]
    paths, joint = path_probabilities(series, parameters, stationary)
    found = state.filter(series[:, None])
    smoothed, most_likely = state.hindsight(series[:, None])
    assert found.log_likelihood.sum() == pytest.approx(np.log(joint.sum()), abs=1e-12)
    for t in range(6):
        paths_so_far, so_far = path_probabilities(series[: t + 1], parameters, stationary)
        for i in range(k):
            filtered = so_far[paths_so_far[:, t] == i].sum() / so_far.sum()
            assert found.filtered[t, i] == pytest.approx(filtered, abs=1e-12)
            expected = joint[paths[:, t] == i].sum() / joint.sum()
            assert smoothed[t, i] == pytest.approx(expected, abs=1e-12)
    # the most likely path together with the lags before it
    padded = np.concatenate([np.zeros(order), series])
    paths, joint = path_probabilities(padded, parameters, stationary, unseen=2 * order)
    assert most_likely.tolist() == paths[joint.argmax()][order:].tolist()
    assert found.predicted[6] == pytest.approx(found.filtered[5] @ parameters[3], abs=1e-12)


def test_next_moments_are_those_of_a_mixture_over_paths():
    series = np.array([0.3, -1.0, 0.8, 0.1])
    means = np.array([0.5, -0.7])
    variances = np.array([0.4, 1.1])
    a1 = 0.5
    a2 = -0.3
    transition = np.array([[0.9, 0.1], [0.3, 0.7]])
    parameters = (means, variances, np.array([a1, a2]), transition)
    after = starting_state(*parameters).advance(series[:, None])
    paths, joint = path_probabilities(series, parameters, np.array([0.75, 0.25]))
    fitted = a1 * (series[-1] - means[paths[:, -1]]) + a2 * (series[-2] - means[paths[:, -2]])
    for k in range(2):
        weights = joint * transition[paths[:, -1], k]
        weights /= weights.sum()
        mean = means[k] + weights @ fitted
        assert after.moments.means[k, 0] == pytest.approx(mean, abs=1e-12)
        expected = variances[k] + weights @ (means[k] + fitted - mean) ** 2
        assert after.moments.covariances[k, 0, 0] == pytest.approx(expected, abs=1e-12)
