"""Fit of a pair from residuals alone, against the public model."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.dcc_pair_fit import fit_pair

PLAIN = (False, False, False)
MODELS = {
    "dcc": (hr.DCC(), [0, 1]),
    "asymmetric": (hr.DCC(asymmetric=True), [0, 1, 2]),
    "aielli": (hr.DCC(correction="aielli"), [0, 1]),
    "student": (hr.DCC(density="student"), [0, 1, 3]),
    "integrated": (hr.DCC(integrated=True), [1]),
}


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("name", MODELS)
def test_fit_of_residuals_is_the_fit_of_the_model(name):
    model, searched = MODELS[name]
    fit = model.fit(hr.data.simulate_dcc(600, a=0.05, b=0.9, seed=4).returns)
    steps = fit.estimates.errors
    x, y = np.ascontiguousarray(steps.first_step.residuals.T)
    point = np.zeros(4)
    parameters = np.empty(4)
    rules = (model.asymmetric, model.correction == "aielli", model.integrated)
    how = (rules, np.array(searched), False)
    found, value, _, _, q = fit_pair(x, y, *how, point, np.empty(4), parameters)
    assert found
    assert value * 600 == pytest.approx(steps.estimate.log_density, rel=1e-12)
    # the targets of the two differ by rounding, and the maximum is flat
    np.testing.assert_allclose(parameters, steps.estimate.all_parameters, rtol=1e-7)
    covariance = fit.next_covariance.to_numpy()
    expected = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert q[1] / np.sqrt(q[0] * q[2]) == pytest.approx(expected, rel=1e-7)


def test_refits_continue_from_the_fit_before():
    z = hr.data.simulate_dcc(700, a=0.05, b=0.9, seed=4).returns.to_numpy()
    z = np.ascontiguousarray(((z - z.mean(axis=0)) / z.std(axis=0)).T)
    point = np.zeros(4)
    for begin in range(0, 100, 20):
        x, y = np.ascontiguousarray(z[:, begin : begin + 600])
        fresh = np.zeros(4)
        parameters = np.empty((2, 4))
        how = (PLAIN, np.array([0, 1]))
        gradient = np.empty(4)
        continued = fit_pair(x, y, *how, begin > 0, point, gradient, parameters[0])
        again = fit_pair(x, y, *how, False, fresh, gradient, parameters[1])
        assert continued[1] == pytest.approx(again[1], rel=1e-7)
        np.testing.assert_allclose(continued[4], again[4], rtol=1e-7)
        np.testing.assert_allclose(parameters[0], parameters[1], rtol=1e-5)


@pytest.mark.parametrize("twin", [1.0, np.nan])
def test_nothing_is_found_where_there_is_no_density(twin):
    """Neither the twin of a series nor missing values leave an estimate of the pair before."""
    x = np.random.default_rng(0).standard_normal(300)
    point = np.array([0.95, 0.05, 0.0, 0.0])
    found = fit_pair(x, twin * x, PLAIN, np.array([0, 1]), True, point, np.zeros(4), np.empty(4))[0]
    assert not found
