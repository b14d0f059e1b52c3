"""Densities of a switching regression."""

from itertools import product

import numpy as np
import pytest

from hedgeresearch.hedges.regime_switching.emissions import RegressionEmissions
from hedgeresearch.regimes.state import HiddenMarkovChain


def test_likelihood_is_the_sum_over_all_paths():
    rng = np.random.default_rng(0)
    data = rng.standard_normal((6, 3))
    k = 2
    coefficients = rng.standard_normal((k, 3))
    variances = np.array([0.5, 2.0])
    transition = np.array([[0.9, 0.1], [0.3, 0.7]])
    first = np.array([0.4, 0.6])
    emissions = RegressionEmissions(coefficients, variances, np.zeros(2), np.eye(2))
    total = 0.0
    for path in product(range(k), repeat=6):
        p = first[path[0]]
        for t, s in enumerate(path):
            p *= transition[path[t - 1], s] if t else 1.0
            residual = data[t, 0] - coefficients[s] @ [1.0, data[t, 1], data[t, 2]]
            p *= np.exp(-0.5 * residual**2 / variances[s]) / np.sqrt(2 * np.pi * variances[s])
        total += p
    found = HiddenMarkovChain(emissions, transition, first).filter(data).log_likelihood.sum()
    assert found == pytest.approx(np.log(total), abs=1e-12)
