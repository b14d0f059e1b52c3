"""Two-step standard errors: against the stacked moment conditions, an independent program, and other units."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.densities import NORMAL, density_constants
from hedgeresearch._kernels.garch import garch_residuals, garch_scores
from hedgeresearch.covariance.dcc.estimation import CorrelationEstimate
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.standard_errors import correlation_influence
from hedgeresearch.estimation.influence import (
    Sensitivities,
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.volatility.garch.likelihood import backcast_start, mean_score, scores_by_date


def stacked_scores(theta, returns, rules, nu_position):
    """Scores of every margin and of the correlation at one vector of all parameters, (n_dates, k)."""
    n = returns.shape[1]
    blocks, residuals = [], []
    for i in range(n):
        mu, omega, alpha, beta = theta[4 * i : 4 * i + 4]
        parameters, r = np.array([mu, omega, alpha, 0.0, beta]), np.ascontiguousarray(returns[:, i])
        start = backcast_start(parameters, r)
        blocks.append(
            garch_scores(parameters, density_constants(NORMAL, 1), r, *start)[1][:, [0, 1, 2, 4]]
        )
        residuals.append(garch_residuals(parameters, r, *start)[0])
    likelihood = CorrelationLikelihood(np.stack(residuals, axis=1), **rules)
    dynamic, rest = np.zeros(3), theta[4 * n :]
    kept = [0, 1, *([2] if rules.get("asymmetric") else [])]
    dynamic[kept] = rest[: len(kept)]
    nu = rest[-1] if nu_position else NORMAL
    scores = likelihood.scores(dynamic, nu)[1]
    return np.hstack([*blocks, scores[:, [*kept, *([3] if nu_position else [])]]])


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
def test_the_sandwich_of_all_moment_conditions(model, rules, simulated_panel):
    """A^-1 B A^-T with A the numerical Jacobian of all scores, not symmetric: its second factor is transposed."""
    returns = simulated_panel.iloc[:1500]
    if getattr(model, "density", "normal") == "student":  # the panel is normal
        returns = returns.mul(np.sqrt(8 / np.random.default_rng(1).chisquare(10, 1500)), axis=0)
    fit = model.fit(returns)
    theta, student = fit.parameters.to_numpy(), "nu" in fit.parameters
    n_dates = len(returns)
    jacobian = np.empty((len(theta), len(theta)))
    for j, value in enumerate(theta):
        step = 1e-5 * max(abs(value), 0.1)

        def mean(h, j=j):
            moved = theta.copy()
            moved[j] += h
            return stacked_scores(moved, returns.to_numpy(), rules, student).mean(axis=0)

        jacobian[:, j] = (8 * (mean(step) - mean(-step)) - (mean(2 * step) - mean(-2 * step))) / (
            12 * step
        )
    scores = stacked_scores(theta, returns.to_numpy(), rules, student)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-6)
    bread = np.linalg.inv(jacobian)
    expected = bread @ (scores.T @ scores / n_dates) @ bread.T / n_dates
    found = fit.parameter_covariance.to_numpy()
    np.testing.assert_array_equal(found, found.T)
    scale = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(np.sqrt(np.diag(found)), scale, rtol=1e-4)
    np.testing.assert_allclose(
        found / np.outer(scale, scale), expected / np.outer(scale, scale), atol=1e-4
    )


def rugarch_start(parameters, returns):
    e = returns - parameters[0]
    return float(np.mean(e**2)), np.array([-2 * e.mean(), 0.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("case", ["N2_cap0.999", "N2_cap1", "N3_cap0.999", "N3_cap1"])
def test_an_independent_program(case, dow, dow_reference):
    """At its parameters, all taken as free: its Hessians are differences with a step, good to three digits."""
    expected = dow_reference["independent"][case]
    kept, sensitivities, residuals = [0, 1, 2, 4], [], []
    for i, margin in enumerate(expected["margin_pars"].values()):
        returns = dow.iloc[:, i].to_numpy().copy()
        point = np.array([margin[0], margin[1], margin[2], 0.0, margin[3], NORMAL])
        steps = np.array([1e-5, 1e-4 * point[1], 1e-5, 1e-5, 1e-5, 1.0])
        information = -numerical_hessian(
            lambda x, r=returns: mean_score(x, r, rugarch_start), point, steps, kept
        )
        scores = scores_by_date(point, returns, rugarch_start)[:, kept]
        z, derivatives = garch_residuals(point[:5], returns, *rugarch_start(point[:5], returns))
        sensitivities.append(
            Sensitivities(parameter_influence(scores, information, np.eye(4)), derivatives[kept])
        )
        residuals.append(z)
    likelihood = CorrelationLikelihood(np.stack(residuals, axis=1))
    estimate = CorrelationEstimate(
        point=np.zeros(4),
        parameters=np.array([*expected["dcc"], 0.0]),
        nu=NORMAL,
        reported=[0, 1],
        tangent=np.eye(2),
        log_density=0.0,
        gradient_norm=0.0,
        bounds_hit=(),
    )
    joint = correlation_influence(likelihood, estimate, sensitivities)
    found = np.sqrt(
        np.diag(
            covariance_from_influence(np.hstack([*(s.influence for s in sensitivities), joint]))
        )
    )
    np.testing.assert_allclose(found, expected["se_two_step"], rtol=1e-3)
    alone = correlation_influence(
        likelihood, estimate, [Sensitivities(0 * s.influence, s.derivatives) for s in sensitivities]
    )
    np.testing.assert_allclose(
        np.sqrt(np.diag(covariance_from_influence(alone))),
        expected["dcc_se_stage2_only_sandwich"],
        rtol=1e-3,
    )


@pytest.mark.parametrize("n", [2, 10, 30])
def test_units_do_not_change_errors(n, dow):
    """Fractions, per cent and 1e-4: rmgarch's errors of a for ten stocks are .136 in fractions and .022 in per cent."""
    returns = dow.iloc[:, :n]
    model, units = hr.DCC(), np.array([1e-2, 1e-4, 1.0, 1.0])
    with pytest.warns(hr.errors.ConvergenceWarning, match=r"alpha \+ beta = 1 of AXP"):
        percent, fractions = model.fit(returns), model.fit(returns / 100)
    with pytest.warns(hr.errors.ConvergenceWarning):
        tiny = model.fit(returns / 1e4)
    expected = percent.standard_errors.to_numpy()
    for fit, power in ((fractions, 1), (tiny, 2)):
        scale = np.concatenate([np.tile(units**power, n), [1.0, 1.0]])
        np.testing.assert_allclose(fit.standard_errors, expected * scale, rtol=1e-5)
    assert np.isfinite(percent.standard_errors[["a", "b"]]).all()


def test_a_margin_at_its_bound_does_not_spoil_the_others(dow):
    """Three of ten margins are integrated; unrestricted, the joint sandwich gives .045 for a, restricted .0023."""
    with pytest.warns(hr.errors.ConvergenceWarning):
        errors = hr.DCC().fit(dow.iloc[:, :10]).standard_errors
    assert errors["a"] == pytest.approx(0.00228, abs=1e-5)
    assert errors["b"] == pytest.approx(0.01202, abs=1e-5)


def test_errors_of_a_constant_correlation(simulated_panel):
    """Against the moment conditions of margins and of the demeaned second moments, by numerical Jacobian."""
    returns = simulated_panel.iloc[:1200, :2]
    fit = hr.CCC().fit(returns)
    theta = fit.parameters.to_numpy()[:8]
    values = returns.to_numpy()

    def residuals(p):
        columns = []
        for i in range(2):
            mu, omega, alpha, beta = p[4 * i : 4 * i + 4]
            parameters, r = (
                np.array([mu, omega, alpha, 0.0, beta]),
                np.ascontiguousarray(values[:, i]),
            )
            columns.append(garch_residuals(parameters, r, *backcast_start(parameters, r))[0])
        return np.stack(columns, axis=1)

    z = residuals(theta)
    means, scales = z.mean(axis=0), z.std(axis=0, ddof=1)
    rho = np.corrcoef(z, rowvar=False)[0, 1]
    everything = np.concatenate([theta, means, scales, [rho]])

    def conditions(p):
        z = (residuals(p[:8]) - p[8:10]) / p[10:12]
        margins = stacked_scores(np.append(p[:8], [0.01, 0.9]), values, {}, False)[:, :8]
        return np.hstack([margins, z, z**2 - 1, (z[:, 0] * z[:, 1] - p[12])[:, None]])

    jacobian = np.empty((13, 13))
    for j in range(13):
        step = np.zeros(13)
        step[j] = 1e-5
        jacobian[:, j] = (conditions(everything + step) - conditions(everything - step)).mean(
            axis=0
        ) / 2e-5
    bread = np.linalg.inv(jacobian)
    scores = conditions(everything)
    expected = bread @ (scores.T @ scores) @ bread.T / len(z) ** 2
    assert fit.standard_errors["correlation spot fut"] == pytest.approx(
        np.sqrt(expected[-1, -1]), rel=2e-3
    )
