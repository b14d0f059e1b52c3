"""Errors of switching models: those that EViews and statsmodels print, and shares of moves."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.markov_chain import transition_from
from hedgeresearch.regimes.markov_switching.standard_errors import (
    SwitchingErrors,
    transition_bounds,
)

PRINTED = [
    0.0745187,
    0.2645396,
    0.1199942,
    0.137663,
    0.1069103,
    0.1105311,
    0.0377362,
    0.0965189,
]
"""EViews, as printed in statsmodels' tests of MarkovAutoregression (TestHamiltonAR4)."""


@pytest.mark.long
def test_errors_of_hamiltons_model_are_those_printed():
    model = hr.MarkovSwitching(order=4, switching_variance=False, n_starts=1)
    fit = model.fit(hr.load("hamilton_gnp"))
    errors = np.sqrt(np.diag(fit.estimates.errors.inverse_hessian()))
    # the printed estimates lie up to 2e-6 from the optimum
    np.testing.assert_allclose(np.delete(errors, 2), PRINTED, atol=1e-6)


def scores_of_moves(counts):
    """Return the scores of a chain that is seen, 1 / p of its move and -1 / p of the last one."""
    k = len(counts)
    moves = np.repeat(np.arange(k * k), counts.ravel())

    def scores(point):
        transition = transition_from(point, k)
        by_move = np.zeros((len(moves), k, k))
        rows = moves // k
        columns = moves % k
        by_move[np.arange(len(moves)), rows, columns] = 1.0 / transition[rows, columns]
        return (by_move[:, :, :-1] - by_move[:, :, -1:]).reshape(len(moves), -1)

    return scores


def test_inverse_hessian_of_shares_is_their_variance():
    """Shares p of n moves have the curvature n / (p (1 - p)); moves that never happen are held."""
    point = np.array([0.75, 0.2])
    scores = scores_of_moves(np.array([[30, 10], [8, 32]]))
    seen = SwitchingErrors(scores, point, np.ones(2), transition_from(point, 2))
    expected = np.diag([0.75 * 0.25, 0.2 * 0.8]) / 40
    # of second order in a step of a ten-thousandth
    np.testing.assert_allclose(seen.inverse_hessian(), expected, rtol=1e-5, atol=1e-9)
    scores = scores_of_moves(np.array([[30, 10], [0, 40]]))
    never = np.array([0.75, 0.0])
    held = SwitchingErrors(scores, never, np.ones(2), transition_from(never, 2)).inverse_hessian()
    assert held[0, 0] == pytest.approx(0.75 * 0.25 / 40, rel=1e-5)
    assert held[1, 1] == 0.0


def test_robust_errors_of_shares_are_their_variance():
    """Shares p of n moves have variance p (1 - p) / n, and those that never happen have none."""
    counts = np.array([[30, 10, 0], [0, 25, 15], [5, 10, 25]])
    transition = counts / 40
    point = transition[:, :-1].ravel()
    found = SwitchingErrors(scores_of_moves(counts), point, np.ones(6), transition).covariance()
    for row, shares in enumerate(transition):
        expected = (np.diag(shares) - np.outer(shares, shares))[:2, :2] / 40
        if row == 1:  # p [1,0] = 0 is held
            expected = np.where(np.eye(2) * [0, 1], expected, np.nan)
        block = slice(2 * row, 2 * row + 2)
        # of second order in a step of a ten-thousandth
        np.testing.assert_allclose(found[block, block], expected, rtol=1e-5)


def test_probabilities_of_zero_are_bounds():
    transition = np.array([[0.75, 0.25, 0.0], [0.0, 0.6, 0.4], [0.1, 0.2, 0.7]])
    bounds = [str(bound) for bound in transition_bounds(transition)]
    assert bounds == ["p [0,2] = 0", "p [1,0] = 0"]
