"""Errors from the Hessian of switching models: those that EViews prints, and shares of moves."""

from dataclasses import replace

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.markov_chain import transition_from
from hedgeresearch.regimes.markov_switching.model import MarkovSwitching
from hedgeresearch.regimes.markov_switching.standard_errors import SwitchingErrors


def test_errors_of_hamiltons_model_as_printed():
    """EViews, as printed in statsmodels' tests of MarkovAutoregression (TestHamiltonAR4)."""
    fit = MarkovSwitching(order=4, switching_variance=False, n_starts=1).fit(
        hr.load("hamilton_gnp")
    )
    errors = np.sqrt(np.diag(fit.estimates.errors.inverse_hessian()))
    printed = [
        0.0745187,
        0.2645396,
        0.1199942,
        0.137663,
        0.1069103,
        0.1105311,
        0.0377362,
        0.0965189,
    ]
    # the printed estimates lie up to 2e-6 from the optimum
    np.testing.assert_allclose(np.delete(errors, 2), printed, atol=1e-6)


def test_errors_of_shares():
    """Moves that are seen: shares p of n moves have the curvature n / (p (1 - p)); those that never happen are held."""
    moves = np.repeat(np.arange(4), [30, 10, 8, 32])

    def log_likelihood(point):
        return np.log(transition_from(point, 2).ravel()[moves])

    point = np.array([0.75, 0.2])
    seen = SwitchingErrors(log_likelihood, point, np.ones(2), transition_from(point, 2))
    # of third order in a step of a thousandth
    np.testing.assert_allclose(
        seen.inverse_hessian(), np.diag([0.75 * 0.25, 0.2 * 0.8]) / 40, rtol=1e-5, atol=1e-9
    )
    moves = np.repeat(np.arange(4), [30, 10, 0, 40])
    never = np.array([0.75, 0.0])
    held = replace(seen, point=never, transition=transition_from(never, 2)).inverse_hessian()
    assert held[0, 0] == pytest.approx(0.75 * 0.25 / 40, rel=1e-5)
    assert held[1, 1] == 0.0
