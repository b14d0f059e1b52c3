"""Paths of prices against a slow, obvious twin."""

import numpy as np
import pytest

from hedgeresearch._kernels.sampling.price_paths import path_extremes


@pytest.mark.parametrize("mean_length", [1, 4, 50])
def test_extremes_are_those_of_paths_built_by_hand(mean_length):
    log_returns = 0.01 * np.random.default_rng(1).standard_normal(30)
    low, high = path_extremes(np.random.default_rng(7), log_returns, 25, 40, mean_length)
    rng = np.random.default_rng(7)
    for path in range(40):
        steps = []
        while len(steps) < 25:
            start = int(rng.random() * 30)
            length = 1 if mean_length == 1 else rng.geometric(1.0 / mean_length)
            steps += [log_returns[(start + i) % 30] for i in range(length)]
        level = np.concatenate([[0.0], np.cumsum(steps[:25])])
        assert low[path] == pytest.approx(level.min(), abs=1e-15)
        assert high[path] == pytest.approx(level.max(), abs=1e-15)
