"""States of a switching autoregression moved past dates against the filter, in both versions."""

import numpy as np
import pytest

from hedgeresearch._kernels.switching.advance import advance_states
from hedgeresearch.regimes.markov_switching.state import starting_state

MEANS = np.array([0.1, -0.4])
VARIANCES = np.array([0.5, 3.0])
TRANSITION = np.array([[0.95, 0.05], [0.1, 0.9]])


@pytest.mark.parametrize("version", ["plain", "dispatcher"])
@pytest.mark.parametrize("means", [MEANS, np.zeros(2)])
@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("n_dates", [1, 2, 50])
def test_states_are_those_of_the_filter(version, means, order, n_dates):
    state = starting_state(means, VARIANCES, np.array([0.3, -0.2, 0.1])[:order], TRANSITION)
    observations = np.random.default_rng(1).standard_normal((n_dates, 1))
    expected = state.filter(observations).predicted[-1]
    joint = state.joint.flatten()
    recent = state.recent.copy()
    advance = getattr(advance_states, version)
    advance(observations, *state._expanded, joint, recent)
    found = joint.reshape(2, -1).sum(axis=1)
    np.testing.assert_array_equal(found, expected)
    seen = np.concatenate([state.recent, observations[:, 0]])
    np.testing.assert_array_equal(recent, seen[n_dates:])
