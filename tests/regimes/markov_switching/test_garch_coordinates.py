"""The search box of Markov-switching GARCH: its map to parameters and the order of regimes."""

import numpy as np
import pytest

from hedgeresearch.regimes.markov_switching.garch_coordinates import (
    from_box,
    renumber_regimes,
    search_box,
    starting_points,
)
from hedgeresearch.regimes.markov_switching.garch_likelihood import (
    split_parameters,
    switching_garch_likelihood,
)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_box_derivatives_equal_differences(k):
    rng = np.random.default_rng(k)
    low, high = search_box(k).T
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


def test_renumbering_keeps_the_likelihood():
    x = starting_points(3, 4, (0.6, 0.1), seed=3)[2]
    x[15:] = [0.8, 0.3, 0.7, 0.4, 0.9, 0.1]
    x[[0, 5, 10]] = 0.5, -1.0, 0.1
    ordered = renumber_regimes(x, 3)
    e = np.random.default_rng(0).standard_t(5, 100)
    np.testing.assert_array_equal(ordered[[0, 5, 10]], [-1.0, 0.1, 0.5])
    before, _ = switching_garch_likelihood(from_box(x, 3)[0], e, 3)
    after, _ = switching_garch_likelihood(from_box(ordered, 3)[0], e, 3)
    np.testing.assert_allclose(after, before, rtol=1e-12)
