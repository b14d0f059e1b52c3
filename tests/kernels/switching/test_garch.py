"""Kernels of Markov-switching GARCH against the definition, scores against differences."""

import numpy as np
import pytest
from scipy import stats

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.switching.garch import regime_log_densities, regime_variances
from hedgeresearch.regimes.markov_switching.garch_likelihood import (
    split_parameters,
    switching_garch_likelihood,
)

ONE = np.array([0.1, 0.1, 0.05, 0.8, 6.0])
TWO = np.array([0.05, 0.03, 0.05, 0.9, NORMAL, 0.5, 0.2, -0.1, 0.5, 5.0, 0.95, 0.1])
# The rows of the transition come without their last column.
THREE = np.concatenate([TWO[:10], [2.0, 0.1, 0.0, 0.2, 9.0], [0.9, 0.07], [0.02, 0.93], [0.1, 0.2]])
CASES = {1: ONE, 2: TWO, 3: THREE}


def errors(n_dates, seed=0):
    return np.random.default_rng(seed).standard_t(5, n_dates)


def slow_log_likelihood(parameters, e, k):
    """Return the log-likelihood of every date but the first, from sums of probabilities."""
    own = parameters[: 5 * k].reshape(k, 5)
    rows = parameters[5 * k :].reshape(k, k - 1)
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
def test_likelihood_equals_its_definition(k):
    e = errors(200)
    by_date, _ = switching_garch_likelihood(CASES[k], e, k)
    np.testing.assert_allclose(by_date, slow_log_likelihood(CASES[k], e, k), rtol=1e-10)


@pytest.mark.long
@pytest.mark.parametrize("k", CASES)
def test_scores_are_derivatives_on_every_date(k):
    e = errors(60, seed=1)
    point = CASES[k]
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


def test_variances_and_densities_equal_their_definition():
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
