"""Directions and equations behind the standard errors of switching correlations."""

import numpy as np

from hedgeresearch.covariance.regime_switching.standard_errors import (
    estimating_equations,
    free_parameters,
    parameter_directions,
)


def test_equations_vanish_at_the_estimate(fit):
    z = fit.estimates.errors.first_step.residuals
    equations = estimating_equations(z, fit.initial_state.switching)
    np.testing.assert_allclose(equations, 0.0, atol=1e-6)


def test_directions_keep_correlations_and_rows(fit):
    """Natural directions keep the diagonal as well; rows of the transition sum to one."""
    for natural in (False, True):
        for direction in parameter_directions(fit.initial_state.switching, natural=natural):
            diagonals = np.diagonal(direction.correlations, axis1=1, axis2=2)
            if not natural:
                np.testing.assert_array_equal(diagonals, 0.0)
            symmetric = np.swapaxes(direction.correlations, 1, 2)
            np.testing.assert_allclose(direction.correlations, symmetric, atol=1e-15)
            np.testing.assert_array_equal(direction.transition.sum(axis=1), 0.0)


def test_a_row_with_a_zero_is_held(fit):
    switching = fit.initial_state.switching
    transition = np.array([[1.0, 0.0], [0.1, 0.9]])
    free = free_parameters(switching._replace(transition=transition))
    n_correlations = 2 * 3
    assert free[:n_correlations].all()
    assert free[n_correlations:].tolist() == [False, True]
