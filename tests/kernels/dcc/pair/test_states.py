"""Ends of the recursions of pairs, against the public model and a loop."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.dcc.pair.states import Q, states_of_pairs, targets_of_pairs
from hedgeresearch.covariance.dcc.estimation.parameters import CorrelationRules
from hedgeresearch.covariance.dcc.likelihoods.pair_search import maximize_all

PLAIN = CorrelationRules(False, False, False, False)
MODELS = {
    "dcc": hr.DCC(),
    "asymmetric": hr.DCC(asymmetric=True),
    "aielli": hr.DCC(correction="aielli"),
    "student": hr.DCC(density="student"),
    "integrated": hr.DCC(integrated=True),
}


def rules_of(model):
    is_student = model.density == "student"
    return CorrelationRules(
        model.asymmetric, model.correction == "aielli", model.integrated, is_student
    )


def ends_of(rules, first, second, points, is_warm):
    """Return which pairs have an optimum, and their states."""
    n_pairs = (len(first), len(second))
    targets = np.empty((*n_pairs, 6))
    targets_of_pairs(first, second, rules.asymmetric, targets)
    wanted = np.ones(n_pairs, dtype=bool)
    how = (np.array(rules.searched), rules.corrected, (first, second), targets)
    found = maximize_all(*how, points, is_warm & wanted, wanted)
    states = np.zeros((*n_pairs, 11))
    flags = (rules.asymmetric, rules.corrected)
    states_of_pairs(points, found, *flags, first, second, targets, states)
    return found, states


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("name", MODELS)
def test_end_of_residuals_is_that_of_the_model(name):
    model = MODELS[name]
    fit = model.fit(hr.data.simulate_dcc(600, a=0.05, b=0.9, seed=4).returns)
    steps = fit.estimates.errors
    z = np.ascontiguousarray(steps.first_step.residuals.T)
    found, states = ends_of(rules_of(model), z[:1], z[1:], np.zeros((1, 1, 4)), False)
    assert found.all()
    # the targets of the two differ by rounding, and the maximum is flat
    np.testing.assert_allclose(states[0, 0, :4], steps.estimate.all_parameters, rtol=1e-7)
    covariance = fit.next_covariance.to_numpy()
    expected = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    q11, q12, q22 = states[0, 0, Q : Q + 3]
    assert q12 / np.sqrt(q11 * q22) == pytest.approx(expected, rel=1e-7)


def residuals(n_series, n_dates, seed):
    z = hr.data.simulate_dcc(n_dates, n_series=n_series, a=0.05, b=0.9, seed=seed).returns
    return np.ascontiguousarray(((z - z.mean()) / z.std(ddof=0)).to_numpy().T)


def test_refits_continue_from_the_fit_before():
    z = residuals(2, 700, seed=4)
    points = np.zeros((1, 1, 4))
    for begin in range(0, 100, 20):
        x, y = np.ascontiguousarray(z[:, None, begin : begin + 600])
        _, continued = ends_of(PLAIN, x, y, points, begin > 0)
        _, fresh = ends_of(PLAIN, x, y, np.zeros((1, 1, 4)), False)
        np.testing.assert_allclose(continued[0, 0, Q:], fresh[0, 0, Q:], rtol=1e-7)
        np.testing.assert_allclose(continued[0, 0, :2], fresh[0, 0, :2], rtol=1e-5)


@pytest.mark.parametrize("is_warm", [False, True])
def test_pairs_together_have_the_bits_of_pairs_alone(is_warm):
    z = residuals(5, 400, seed=2)
    first = z[:3]
    second = z[3:]
    points = np.full((3, 2, 4), [0.95, 0.05, 0.0, 0.0])
    start = points.copy()
    found, states = ends_of(PLAIN, first, second, points, is_warm)
    for s, f in np.argwhere(found).tolist():
        alone = start[s : s + 1, f : f + 1].copy()
        _, one = ends_of(PLAIN, z[s : s + 1], z[3 + f : 4 + f], alone, is_warm)
        assert one[0, 0].tobytes() == states[s, f].tobytes()
    assert found.sum() >= 5


@pytest.mark.parametrize("twin", [1.0, np.nan])
def test_nothing_is_found_where_there_is_no_density(twin):
    """Neither the twin of a series nor missing values leave an estimate of the pair before."""
    x = np.random.default_rng(0).standard_normal((1, 300))
    points = np.array([[[0.95, 0.05, 0.0, 0.0]]])
    found, _ = ends_of(PLAIN, x, twin * x, points, True)
    assert not found.any()
