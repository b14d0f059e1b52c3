"""EM of switching regressions: what it returns where it is cut short."""

import numpy as np
import pytest

from hedgeresearch._kernels.switching.em import run_regression_em


def drawn_sample(seed, k):
    rng = np.random.default_rng(seed)
    regimes = np.repeat(rng.integers(0, k, 40), 10)
    hedge = rng.standard_normal(400)
    asset = (0.3 + 0.3 * regimes) * hedge + rng.standard_normal(400) * (0.3 + 0.3 * regimes)
    start = {
        "coefficients": rng.standard_normal((k, 2)) * 0.3,
        "variances": np.linspace(0.4, 1.5, k),
        "transition": np.full((k, k), 0.1 / (k - 1)) + (0.9 - 0.1 / (k - 1)) * np.eye(k),
        "first": np.full(k, 1.0 / k),
    }
    return asset, np.column_stack([np.ones(400), hedge]), start


def run(y, x, parameters, max_steps):
    return run_regression_em(y, x, *parameters.values(), 1e-9, max_steps, 1e-8)


@pytest.mark.parametrize("k", [2, 3])
def test_a_run_that_is_cut_short_keeps_its_likelihood(k):
    """Whatever the limit, the parameters are at least as likely as those before the last step."""
    for seed in range(4):
        y, x, start = drawn_sample(seed, k)
        for max_steps in range(4, 40):
            parameters = {name: value.copy() for name, value in start.items()}
            reported, _, state = run(y, x, parameters, max_steps)
            if state == 1:
                break
            again, _, _ = run(y, x, parameters, 1)
            assert again >= reported - 1e-8
