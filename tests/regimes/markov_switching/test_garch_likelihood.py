"""Stationary probabilities and the extreme cases of the likelihood of Markov-switching GARCH."""

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch.regimes.markov_switching.garch_likelihood import (
    stationary_derivatives,
    switching_garch_likelihood,
)


def test_stationary_derivatives_equal_differences():
    transition = np.array([[0.9, 0.07, 0.03], [0.02, 0.93, 0.05], [0.1, 0.2, 0.7]])
    pi, by_row = stationary_derivatives(transition)
    np.testing.assert_allclose(pi @ transition, pi, rtol=1e-12)
    for i in range(3):
        for j in range(2):
            step = np.zeros((3, 3))
            step[i, j] = 1e-6
            step[i, 2] = -1e-6
            numerical = (
                stationary_derivatives(transition + step)[0]
                - stationary_derivatives(transition - step)[0]
            ) / 2e-6
            np.testing.assert_allclose(by_row[:, i, j], numerical, atol=1e-7)


def test_error_without_a_possible_regime_has_finite_likelihood():
    """Regime 1 never occurs; under regime 0 alone the density of the last error underflows."""
    parameters = np.array([1e-6, 0.0, 0.0, 0.0, NORMAL, 1e2, 0.0, 0.0, 0.0, NORMAL, 1.0, 1.0])
    by_date, scores = switching_garch_likelihood(parameters, np.array([0.0, 1e-3, 30.0]), 2)
    assert np.isfinite(by_date).all()
    assert by_date[-1] < -600
    assert scores.shape == (2, 12)
