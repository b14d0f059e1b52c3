"""Two-step standard errors: stacked moment conditions, an independent program, other units."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.garch.recursion import garch_residuals
from hedgeresearch.covariance.dcc.errors.standard_errors import correlation_influence
from hedgeresearch.covariance.dcc.estimation.parameters import ParameterBox
from hedgeresearch.covariance.dcc.estimation.second_step import CorrelationEstimate
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.estimation.influence import (
    Sensitivities,
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.volatility.garch.likelihood import mean_score, scores_by_date
from tests.covariance.dcc.stacked_conditions import jacobian_of_means, stacked_scores


@pytest.mark.parametrize(
    ("model", "rules"),
    [
        (hr.DCC(), {}),
        (hr.DCC(asymmetric=True), {"asymmetric": True}),
        (hr.DCC(correction="aielli"), {"corrected": True}),
        (hr.DCC(density="student"), {}),
        (hr.DCC(estimator="composite"), {"composite": True}),
        (hr.DECO(), {"corrected": True, "equicorrelation": True}),
    ],
    ids=["dcc", "asymmetric", "aielli", "student", "composite", "deco"],
)
def test_covariance_is_the_sandwich_of_all_conditions(model, rules, simulated_panel):
    """A^-1 B A^-T with the numerical Jacobian A of all scores, which is not symmetric."""
    student = isinstance(model, hr.DCC) and model.density == "student"
    returns = simulated_panel.iloc[:1500]
    if student:  # the panel is normal
        scales = np.sqrt(8 / np.random.default_rng(1).chisquare(10, 1500))
        returns = returns.mul(scales, axis=0)
    fit = model.fit(returns)
    theta = fit.parameters.to_numpy()

    def conditions(at):
        return stacked_scores(at, returns.to_numpy(), rules, student=student)

    steps = 1e-5 * np.maximum(np.abs(theta), 0.1)
    # differences of fourth order
    near = jacobian_of_means(conditions, theta, steps)
    far = jacobian_of_means(conditions, theta, 2 * steps)
    bread = np.linalg.inv((4 * near - far) / 3)
    scores = conditions(theta)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-6)
    n_dates = len(returns)
    expected = bread @ (scores.T @ scores / n_dates) @ bread.T / n_dates
    found = fit.parameter_covariance.to_numpy()
    np.testing.assert_array_equal(found, found.T)
    scale = np.sqrt(np.diag(expected))
    units = np.outer(scale, scale)
    np.testing.assert_allclose(np.sqrt(np.diag(found)), scale, rtol=1e-4)
    np.testing.assert_allclose(found / units, expected / units, atol=1e-4)


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize(
    "model",
    [
        hr.DCC(),
        hr.DCC(asymmetric=True),
        hr.DCC(correction="aielli"),
        hr.DCC(density="student"),
        hr.DCC(integrated=True),
        hr.DCC(target="linear"),
        hr.DCC(univariate=hr.GARCH(asymmetric=True, density="student")),
        hr.DCC(univariate=hr.GARCH(mean="zero")),
    ],
    ids=str,
)
def test_compiled_errors_are_those_of_the_influences(model, simulated_panel):
    """The second sample has no dynamics, so that some parameters are at bounds."""
    noise = np.random.default_rng(2).standard_normal((500, 2)) / 100
    for returns in (simulated_panel.iloc[:1000, :2], simulated_panel.iloc[:500, :2] * 0 + noise):
        steps = model.fit(returns).estimates.errors
        sensitivities = steps.first_step.sensitivities()
        correlation = correlation_influence(steps.likelihood, steps.estimate, sensitivities)
        joint = np.hstack([*(s.influence for s in sensitivities), correlation])
        expected = covariance_from_influence(joint)
        scale = np.sqrt(np.nan_to_num(np.diag(expected), nan=1.0))
        units = np.outer(scale, scale)
        np.testing.assert_allclose(steps.covariance() / units, expected / units, atol=1e-9)


def rugarch_start(parameters, returns):
    e = returns - parameters[0]
    return float(np.mean(e**2)), np.array([-2 * e.mean(), 0.0, 0.0, 0.0, 0.0])


def univariate_sensitivities(estimates, returns):
    """Residuals, and how they and the GARCH estimates of another program react to each date."""
    mu, omega, alpha, beta = estimates
    point = np.array([mu, omega, alpha, 0.0, beta, NORMAL])
    steps = np.array([1e-5, 1e-4 * omega, 1e-5, 1e-5, 1e-5, 1.0])
    used = [0, 1, 2, 4]
    hessian = numerical_hessian(lambda x: mean_score(x, returns, rugarch_start), point, steps, used)
    scores = scores_by_date(point, returns, rugarch_start)[:, used]
    start = rugarch_start(point[:5], returns)
    residuals, derivatives = garch_residuals(point[:5], returns, *start)
    influence = parameter_influence(scores, -hessian, np.eye(4))
    return residuals, Sensitivities(influence, derivatives[used])


@pytest.mark.parametrize("case", ["N2_cap0.999", "N2_cap1", "N3_cap0.999", "N3_cap1"])
def test_errors_agree_with_an_independent_program(case, dow, dow_reference):
    """At its parameters, all free; its Hessians are differences, good to three digits."""
    expected = dow_reference["independent"][case]
    pairs = [
        univariate_sensitivities(estimates, dow.iloc[:, i].to_numpy().copy())
        for i, estimates in enumerate(expected["margin_pars"].values())
    ]
    likelihood = CorrelationLikelihood(np.stack([z for z, _ in pairs], axis=1))
    sensitivities = [s for _, s in pairs]
    a, b = expected["dcc"]
    estimate = CorrelationEstimate(
        box=ParameterBox.of(likelihood, student=False),
        point=np.array([a + b, a / (a + b), 0.0, 0.0]),
        free=np.ones(2, dtype=bool),
        parameters=np.array([a, b, 0.0]),
        nu=NORMAL,
        log_density=0.0,
        gradient_norm=0.0,
    )
    correlation = correlation_influence(likelihood, estimate, sensitivities)
    joint = np.hstack([*(s.influence for s in sensitivities), correlation])
    np.testing.assert_allclose(standard_errors(joint), expected["se_two_step"], rtol=1e-3)
    known = [Sensitivities(0 * s.influence, s.derivatives) for s in sensitivities]
    alone = correlation_influence(likelihood, estimate, known)
    second_step_only = expected["dcc_se_stage2_only_sandwich"]
    np.testing.assert_allclose(standard_errors(alone), second_step_only, rtol=1e-3)


def standard_errors(influence):
    return np.sqrt(np.diag(covariance_from_influence(influence)))


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@pytest.mark.parametrize("n", [2, 10, pytest.param(30, marks=pytest.mark.slow)])
def test_units_do_not_change_errors(n, dow):
    """In rmgarch the error of a for ten stocks is .136 in fractions and .022 in per cent."""
    returns = dow.iloc[:, :n]
    model = hr.DCC()
    units = np.array([1e-2, 1e-4, 1.0, 1.0])
    with pytest.warns(hr.errors.ConvergenceWarning, match=r"alpha \+ beta = 1 of AXP"):
        percent = model.fit(returns)
        fractions = model.fit(returns / 100)
    with pytest.warns(hr.errors.ConvergenceWarning):
        tiny = model.fit(returns / 1e4)
    expected = percent.standard_errors.to_numpy()
    for fit, power in ((fractions, 1), (tiny, 2)):
        scale = np.concatenate([np.tile(units**power, n), [1.0, 1.0]])
        np.testing.assert_allclose(fit.standard_errors, expected * scale, rtol=1e-5)
    assert np.isfinite(percent.standard_errors[["a", "b"]]).all()


def test_a_bound_of_one_series_does_not_spoil_others(dow):
    """Three of ten variances are integrated; the unrestricted sandwich gives .045 for a."""
    with pytest.warns(hr.errors.ConvergenceWarning):
        errors = hr.DCC().fit(dow.iloc[:, :10]).standard_errors
    assert errors["a"] == pytest.approx(0.00228, abs=1e-5)
    assert errors["b"] == pytest.approx(0.01202, abs=1e-5)
