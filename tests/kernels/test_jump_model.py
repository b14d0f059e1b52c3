"""Cheapest path of regimes against all paths of a short sample."""

from itertools import pairwise, product

import numpy as np
import pytest

from hedgeresearch._kernels.jump_model import cheapest_path, value_functions


@pytest.mark.parametrize("penalty", [0.0, 0.4, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_path_is_the_cheapest_of_all(penalty, seed):
    losses = np.random.default_rng(seed).random((7, 3))
    values = value_functions(losses, penalty, np.zeros(3))

    def cost(path):
        changes = sum(a != b for a, b in pairwise(path))
        return losses[np.arange(7), list(path)].sum() + penalty * changes

    best = min(product(range(3), repeat=7), key=cost)
    assert cheapest_path(values, penalty).tolist() == list(best)


def test_value_functions_continue_from_the_last_row():
    losses = np.random.default_rng(9).random((12, 2))
    whole = value_functions(losses, 0.3, np.zeros(2))
    first = value_functions(losses[:5], 0.3, np.zeros(2))
    second = value_functions(losses[5:], 0.3, first[-1])
    np.testing.assert_allclose(second, whole[5:], atol=1e-14)
