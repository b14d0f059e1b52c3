"""EM that Python steers, and scores of expected moments, against compiled code."""

import numpy as np
import pytest

from hedgeresearch._kernels.hidden_markov.em import expected_moments, maximize_by_em
from hedgeresearch._kernels.hidden_markov.m_step import DIAGONAL, FULL, SPHERICAL

K = 2
DEGREES = {"normal": np.inf, "student": 8.0}


def observations():
    rng = np.random.default_rng(0)
    scale = np.where(np.arange(300) // 50 % 2 == 0, 1.0, 2.5)
    return rng.standard_normal((2, 300)) * scale


@pytest.mark.parametrize("structure", [FULL, DIAGONAL, SPHERICAL])
@pytest.mark.parametrize("density", DEGREES)
@pytest.mark.parametrize("plain_steps", [2, 15])
def test_python_finds_what_compiled_code_finds(density, structure, plain_steps):
    found = []
    for run, moments_of in (
        (maximize_by_em.dispatcher, expected_moments.dispatcher),
        (maximize_by_em.interpreted, expected_moments.interpreted),
    ):
        first = np.full(K, 0.5)
        transition = np.array([[0.95, 0.05], [0.05, 0.95]])
        means = np.array([[0.1, 0.0], [0.0, -0.1]])
        scales = np.array([0.5 * np.eye(2), 3.0 * np.eye(2)])
        degrees = np.full(K, DEGREES[density])
        history = np.zeros(15)
        parameters = (first, transition, means, scales)
        how = (degrees, structure, 1.5, 2.0, (2.1, 200.0), 1e-8, plain_steps, history)
        ends = np.array(run(observations(), *parameters, *how), dtype=float)
        moments = moments_of(observations(), *parameters, degrees, structure)
        arrays = (ends, *parameters, degrees, history, *moments[:4], np.tril(moments[4]))
        found.append(np.concatenate([x.ravel() for x in arrays]))
    # fast passes may sum in another order
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-9)
