"""Functions of a transition matrix."""

import numpy as np
import pytest

from hedgeresearch.regimes.markov_chain import (
    expected_durations,
    forecast_probabilities,
    stationary_distribution,
    stationary_probabilities,
    transition_from,
    transition_parameters,
    zero_transitions,
)

TRANSITION = np.array([[0.9, 0.07, 0.03], [0.0, 0.93, 0.07], [0.1, 0.2, 0.7]])


def test_stationary_probabilities_are_the_long_run():
    long_run = np.linalg.matrix_power(TRANSITION, 5000)[0]
    np.testing.assert_allclose(stationary_probabilities(TRANSITION), long_run, atol=1e-12)
    absorbing = np.array([[1.0, 0.0], [0.3, 0.7]])
    distribution = stationary_distribution(absorbing)
    np.testing.assert_allclose(distribution, [1.0, 0.0], atol=1e-14)
    assert (distribution >= 0.0).all()


def test_forecasts_are_powers_of_the_transition():
    first = np.array([0.2, 0.3, 0.5])
    forecast = forecast_probabilities(first, TRANSITION, 4)
    for step in range(4):
        expected = first @ np.linalg.matrix_power(TRANSITION, step)
        np.testing.assert_allclose(forecast[step], expected, rtol=1e-12)


def test_durations_are_those_of_geometric_stays():
    np.testing.assert_allclose(expected_durations(TRANSITION), [10.0, 1 / 0.07, 1 / 0.3])
    assert expected_durations(np.ones((1, 1))) == np.inf


def test_parameters_and_matrix_are_inverse():
    named = transition_parameters(TRANSITION)
    assert [str(name) for name in named] == [
        "p [0,0]",
        "p [0,1]",
        "p [1,0]",
        "p [1,1]",
        "p [2,0]",
        "p [2,1]",
    ]
    matrix = transition_from(np.array(list(named.values())), 3)
    np.testing.assert_allclose(matrix, TRANSITION, atol=1e-15)
    assert (transition_from(np.array([1.0 + 1e-16, 0.2]), 2) >= 0.0).all()


def test_zero_transitions_are_bounds():
    assert [str(bound) for bound in zero_transitions(TRANSITION, 1e-6)] == ["p [1,0] = 0"]
    assert len(zero_transitions(TRANSITION, 0.05)) == 2
    assert zero_transitions(np.full((2, 2), 0.5), 1e-6) == ()
    assert zero_transitions(TRANSITION, 1e-6)[0].value == pytest.approx(0.0)
