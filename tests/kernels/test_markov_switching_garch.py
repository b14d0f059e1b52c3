"""The kernels of Markov-switching GARCH against the definition, and their scores against differences."""

import numpy as np
import pytest
from scipy import stats

from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch._kernels.markov_switching_garch import (
    box,
    from_box,
    regime_log_densities,
    regime_variances,
    renumber,
    split_parameters,
    starting_points,
    stationary_derivatives,
    switching_garch_likelihood,
)

ONE = np.array([0.1, 0.1, 0.05, 0.8, 6.0])
TWO = np.array([0.05, 0.03, 0.05, 0.9, NORMAL, 0.5, 0.2, -0.1, 0.5, 5.0, 0.95, 0.1])
THREE = np.concatenate(
    [TWO[:10], [2.0, 0.1, 0.0, 0.2, 9.0], [0.9, 0.07], [0.02, 0.93], [0.1, 0.2]]
)  # rows of the transition without their last column
CASES = {1: ONE, 2: TWO, 3: THREE}


def errors(n_dates, seed=0):
    return np.random.default_rng(seed).standard_t(5, n_dates)


def slow_log_likelihood(parameters, e, k):
    """Of every date but the first, by the definition, from sums over regimes in plain probabilities."""
    own, rows = parameters[: 5 * k].reshape(k, 5), parameters[5 * k :].reshape(k, k - 1)
    transition = np.hstack([rows, 1 - rows.sum(axis=1, keepdims=True)])
    p = np.linalg.matrix_power(transition, 4096)[0]
    h = [o / (1 - a - g / 2 - b) for o, a, g, b, _ in own]
    values = []
    for t in range(1, len(e)):
        h = [
            o + (a + g * (e[t - 1] < 0)) * e[t - 1] ** 2 + b * h[i]
            for i, (o, a, g, b, _) in enumerate(own)
        ]
        f = np.array([density(e[t], h[i], own[i, 4]) for i in range(k)])
        values.append(np.log(p @ f))
        p = (p * f) @ transition / (p @ f)
    return np.array(values)


def density(e, h, nu):
    if nu == NORMAL:
        return stats.norm.pdf(e, 0, np.sqrt(h))
    return stats.t.pdf(e, nu, 0, np.sqrt(h * (nu - 2) / nu))


@pytest.mark.parametrize("k", CASES)
def test_the_likelihood_is_the_definition(k):
    e = errors(200)
    by_date, _ = switching_garch_likelihood(CASES[k], e, k)
    np.testing.assert_allclose(by_date, slow_log_likelihood(CASES[k], e, k), rtol=1e-10)


@pytest.mark.parametrize("k", CASES)
def test_scores_are_the_derivatives_of_every_date(k):
    e, point = errors(150, seed=1), CASES[k]
    _, scores = switching_garch_likelihood(point, e, k)
    for i in range(len(point)):
        if point[i] == NORMAL:
            np.testing.assert_array_equal(scores[:, i], 0)
            continue
        step = np.zeros_like(point)
        step[i] = 1e-4

        def at(times, step=step):
            return slow_log_likelihood(point + times * step, e, k)

        numerical = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * 1e-4)  # fourth order
        np.testing.assert_allclose(
            scores[:, i], numerical, atol=1e-7 * max(1, np.abs(numerical).max())
        )


def test_variances_and_densities_are_the_definition():
    e = errors(50)
    own, densities, _ = split_parameters(TWO, 2)
    h = regime_variances(own, e, np.array([1.0, 2.0]))
    for i, (omega, alpha, gamma, beta) in enumerate(own):
        expected = [1.0 + i]
        for x in e:
            expected.append(omega + (alpha + gamma * (x < 0)) * x**2 + beta * expected[-1])
        np.testing.assert_allclose(h[:, i], expected, rtol=1e-13)
        found = regime_log_densities(densities, e, h)[:, i]
        expected = [np.log(density(e[t], h[t, i], TWO[5 * i + 4])) for t in range(50)]
        np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("k", CASES)
def test_the_box_and_its_derivatives(k):
    rng = np.random.default_rng(k)
    low, high = box(k).T
    x = low + (high - low) * rng.uniform(0.2, 0.8, len(low))
    x[: 5 * k : 5] = rng.uniform(-1, 1, k)
    parameters, jacobian = from_box(x, k)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = 1e-6
        numerical = (from_box(x + step, k)[0] - from_box(x - step, k)[0]) / 2e-6
        np.testing.assert_allclose(
            jacobian[:, i], numerical, atol=1e-6 * max(1, np.abs(numerical).max())
        )
    own, _, transition = split_parameters(parameters, k)
    persistence = own[:, 1] + own[:, 2] / 2 + own[:, 3]
    np.testing.assert_allclose(persistence, x[1 : 5 * k : 5])
    np.testing.assert_allclose(own[:, 0] / (1 - persistence), np.exp(x[: 5 * k : 5]))
    np.testing.assert_allclose(transition.sum(axis=1), 1)
    assert (transition >= 0).all()


def test_stationary_probabilities_and_their_derivatives():
    transition = split_parameters(THREE, 3)[2]
    pi, by_row = stationary_derivatives(transition)
    np.testing.assert_allclose(pi @ transition, pi, rtol=1e-12)
    for i in range(3):
        for j in range(2):
            step = np.zeros((3, 3))
            step[i, j], step[i, 2] = 1e-6, -1e-6
            numerical = (
                stationary_derivatives(transition + step)[0]
                - stationary_derivatives(transition - step)[0]
            ) / 2e-6
            np.testing.assert_allclose(by_row[:, i, j], numerical, atol=1e-7)


def test_renumbering_keeps_the_model():
    x = starting_points(3, 4, (0.6, 0.1), seed=3)[2]
    x[15:] = [0.8, 0.3, 0.7, 0.4, 0.9, 0.1]
    x[[0, 5, 10]] = 0.5, -1.0, 0.1
    ordered, e = renumber(x, 3), errors(100)
    np.testing.assert_array_equal(ordered[[0, 5, 10]], [-1.0, 0.1, 0.5])
    before, after = (
        switching_garch_likelihood(from_box(point, 3)[0], e, 3)[0] for point in (x, ordered)
    )
    np.testing.assert_allclose(after, before, rtol=1e-12)


def test_an_error_that_no_possible_regime_explains_costs_a_finite_likelihood():
    """Regime 1 never occurs; under regime 0 alone the density of the last error underflows."""
    parameters = np.array([1e-6, 0.0, 0.0, 0.0, NORMAL, 1e2, 0.0, 0.0, 0.0, NORMAL, 1.0, 1.0])
    by_date, scores = switching_garch_likelihood(parameters, np.array([0.0, 1e-3, 30.0]), 2)
    assert np.isfinite(by_date).all()
    assert by_date[-1] < -600
    assert scores.shape == (2, 12)
