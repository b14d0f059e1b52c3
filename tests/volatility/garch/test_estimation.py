"""Estimation of GARCH: at least the best optimum known, from any start-up rule."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.garch.coordinates import BOX
from hedgeresearch.optimization.quasi_newton import maximize
from hedgeresearch.volatility.garch.estimation import search_garch
from hedgeresearch.volatility.garch.likelihood import GARCHLikelihood
from hedgeresearch.volatility.garch.parameters import GARCHLayout, from_box
from hedgeresearch.volatility.garch.search import maximize_garch

MODELS = {
    "sGARCH_norm": GARCHLayout(constant_mean=True, asymmetric=False, student=False),
    "gjrGARCH_norm": GARCHLayout(constant_mean=True, asymmetric=True, student=False),
    "sGARCH_std": GARCHLayout(constant_mean=True, asymmetric=False, student=True),
    "gjrGARCH_std": GARCHLayout(constant_mean=True, asymmetric=True, student=True),
}
ZERO_MEAN = GARCHLayout(constant_mean=False, asymmetric=True, student=True)


def rugarch_start(parameters, returns):
    """h_1 = mean(e^2), set directly, and its gradient."""
    e = returns - parameters[0]
    return float(np.mean(e**2)), np.array([-2 * e.mean(), 0.0, 0.0, 0.0, 0.0])


def optimum_with_rugarch_start(layout, returns):
    """(mu, omega, alpha, gamma, beta, nu) in the units of the returns, and the optimum."""
    center = returns.mean()
    scale = returns.std()
    unit = (returns - center) / scale
    optimum, point = maximize_garch(GARCHLikelihood(unit, layout.coordinates, rugarch_start))
    parameters, nu = from_box(point)
    parameters = parameters * [scale, scale**2, 1, 1, 1] + [center, 0, 0, 0, 0]
    log_likelihood = optimum.log_likelihood - len(returns) * np.log(scale)
    return np.append(parameters, nu), log_likelihood, optimum.gradient_norm


def rugarch_parameters(case):
    names = ("mu", "omega", "alpha1", "gamma1", "beta1")
    return [case["coef"].get(name, 0.0) for name in names]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["NASDAQ", "SP500"])
def test_optimum_is_at_least_that_of_rugarch(name, model, reference, percent_log_returns):
    case = reference[f"rugarch_{name}_{model}"]
    ours, log_likelihood, gradient_norm = optimum_with_rugarch_start(
        MODELS[model], percent_log_returns[name].to_numpy()
    )
    assert log_likelihood >= case["loglik"] - 1e-6
    assert gradient_norm < 1e-5
    # rugarch caps the persistence at .999, which its Student model of the S&P 500 reaches: ours
    # goes on to .99903
    np.testing.assert_allclose(ours[:5], rugarch_parameters(case), atol=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_optimum_on_dem_gbp_is_at_least_that_of_rugarch(model, dem_gbp, dem_gbp_reference):
    case = dem_gbp_reference[model]
    layout = MODELS[model]
    ours, log_likelihood, _ = optimum_with_rugarch_start(layout, dem_gbp)
    assert log_likelihood >= case["loglik"] - 1e-6
    # the Student models of rugarch sit on its cap alpha + beta = .999 and lie lower by .09 and .07
    tolerance = 2e-3 if layout.student else 1e-3
    np.testing.assert_allclose(ours[:5], rugarch_parameters(case), atol=tolerance)
    if layout.student:
        assert log_likelihood > case["loglik"] + 0.05


def test_local_optimum_that_traps_rugarch_is_left(ten_series, ten_reference):
    """Its default solver stops at -1005.75 with code 0; the best known is -1002.93."""
    best = ten_reference["local_optimum_a7"]["rugarch_gosolnp_ll"]
    layout = MODELS["sGARCH_norm"]
    _, log_likelihood, _ = optimum_with_rugarch_start(layout, ten_series["a7"].to_numpy())
    assert log_likelihood >= best - 1e-6


@pytest.mark.long
@pytest.mark.parametrize("layout", [*MODELS.values(), ZERO_MEAN], ids=[*MODELS, "zero mean"])
@pytest.mark.parametrize("seed", range(6))
def test_no_random_start_beats_the_optimum(layout, seed):
    """Short simulated series, some without any clustering, against thirty random points."""
    rng = np.random.default_rng(seed)
    alpha = 0.05 * (seed % 3)
    simulated = hr.data.simulate_dcc(400, alpha=alpha, beta=0.85, seed=seed).returns
    returns = simulated["asset"].to_numpy()
    unit_returns = (returns - returns.mean()) / returns.std()
    likelihood = GARCHLikelihood(unit_returns, layout.coordinates)
    found, _ = search_garch(layout, unit_returns, np.empty(6), is_warm=False)
    assert found.log_likelihood >= maximize_garch(likelihood)[0].log_likelihood - 1e-6
    low, high = np.array([BOX[i] for i in layout.coordinates]).T
    low = np.maximum(low, -8.0)
    high = np.minimum(high, 1.0)
    best = -np.inf
    for _ in range(30):
        start = low + (high - low) * rng.random(len(low))
        if layout.constant_mean:
            start[0] = 0.0
        try:
            best = max(best, log_likelihood_from(likelihood, start))
        except hr.ConvergenceError:
            continue
    assert found.log_likelihood >= best - 1e-6


def log_likelihood_from(likelihood, start):
    bounds = [BOX[i] for i in likelihood.coordinates]
    return maximize(likelihood, [start], bounds, "a test").log_likelihood


def test_change_of_parameters_moves_the_initial_state(percent_log_returns):
    """To first order, and exactly: the state of a model with these parameters."""
    returns = np.ascontiguousarray(percent_log_returns["SP500"].to_numpy()[:1000])
    for model in (hr.GARCH(True, "student"), hr.GARCH(mean="zero")):
        estimate = model.estimate_array(returns)
        change = 1e-3 * estimate.parameters
        moved = estimate.initial_state_after(change)
        full = np.zeros(6)
        full[estimate.layout.kept] = estimate.parameters + change
        mu, omega, alpha, gamma, beta, nu = full
        np.testing.assert_allclose(moved.parameters, full[:5], rtol=1e-12, atol=1e-18)
        first = omega + (alpha + gamma / 2 + beta) * np.mean((returns - mu) ** 2)
        assert moved.next_variance == pytest.approx(first, rel=1e-12)
        if estimate.layout.student:
            assert moved.degrees_of_freedom == pytest.approx(nu, rel=1e-12)
        unmoved = estimate.initial_state_after(0.0 * change)
        assert unmoved.next_variance == estimate.initial_state.next_variance


def test_residuals_react_to_parameters_as_differences_say(percent_log_returns):
    returns = np.ascontiguousarray(percent_log_returns["SP500"].to_numpy()[:500])
    for model in (hr.GARCH(True), hr.GARCH(mean="zero")):
        estimate = model.estimate_array(returns)
        found = estimate.sensitivities().derivatives
        assert len(found) == len(estimate.names)
        for i, size in enumerate(1e-5 * np.maximum(np.abs(estimate.parameters), 1e-3)):
            residuals = []
            for sign in (1, -1):
                change = np.zeros(len(estimate.names))
                change[i] = sign * size
                means, variances, _ = estimate.initial_state_after(change).filter(returns)
                residuals.append((returns - means[:-1]) / np.sqrt(variances[:-1]))
            slope = (residuals[0] - residuals[1]) / (2 * size)
            np.testing.assert_allclose(found[i], slope, rtol=1e-5, atol=1e-5 * np.abs(slope).max())


def test_warm_start_on_a_bound_is_searched_again():
    """A search that ends on a bound begins elsewhere, so that a warm start cannot keep it there."""
    noise = np.random.default_rng(11).standard_normal(300)
    calm = pd.Series(noise * np.tile([1.0, 0.2], 150), name="asset")
    moving = hr.data.simulate_dcc(300, alpha=0.1, beta=0.85, seed=8).returns["asset"]
    with pytest.warns(hr.errors.ConvergenceWarning, match="alpha = 0"):
        earlier = hr.GARCH().fit(calm)
    sample = pd.Series(moving.to_numpy(), name="asset")
    warm = hr.GARCH().fit(sample, warm_start=earlier)
    cold = hr.GARCH().fit(sample)
    assert warm.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-6)


NOISE_LENGTHS = (60, 100, 250, 500, 1250, 2500)
RIDGES = [(250, 120), (1250, 8), (1250, 39), (1250, 506), (1250, 517)]
"""Length and seed of normal noise whose likelihood is highest on a ridge with alpha = 0."""


def noise(n_dates, seed, normal=True):
    generator = np.random.default_rng(seed)
    draws = generator.standard_normal(n_dates) if normal else generator.standard_t(5, n_dates)
    return draws * 0.01


@pytest.mark.parametrize(("n_dates", "seed"), RIDGES)
def test_flat_ridge_of_noise_is_an_optimum(n_dates, seed):
    """alpha = 0: the persistence is a slow trend of the variance, and is barely identified."""
    returns = noise(n_dates, seed)
    estimate = hr.GARCH().estimate_array(returns)
    constant = -0.5 * n_dates * (np.log(2 * np.pi * returns.var()) + 1)
    assert constant <= estimate.log_likelihood < constant + 1
    assert "alpha = 0" in estimate.bounds_hit
    _, variances, _ = estimate.initial_state.filter(returns)
    np.testing.assert_allclose(variances, returns.var(), rtol=0.2)
    assert np.isfinite(estimate.sensitivities().influence).all()


@pytest.mark.parametrize(("n_dates", "seed"), RIDGES)
def test_unit_does_not_change_the_optimum_on_a_ridge(n_dates, seed):
    returns = noise(n_dates, seed)
    estimate = hr.GARCH().estimate_array(returns)
    in_bp = hr.GARCH().estimate_array(returns * 1e4)
    likelihood = in_bp.log_likelihood + n_dates * np.log(1e4)
    assert likelihood == pytest.approx(estimate.log_likelihood, abs=1e-5)
    variances = estimate.initial_state.filter(returns)[1]
    in_bp_variances = in_bp.initial_state.filter(returns * 1e4)[1]
    np.testing.assert_allclose(in_bp_variances * 1e-8, variances, rtol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("normal", [True, False], ids=["normal", "t(5)"])
@pytest.mark.parametrize("n_dates", NOISE_LENGTHS)
def test_no_series_of_noise_fails(n_dates, normal):
    """2,000 series of each length and kind were run once; about 1 in 300 failed before."""
    for seed in range(3000, 3060):
        estimate = hr.GARCH().estimate_array(noise(n_dates, seed, normal))
        assert np.isfinite(estimate.log_likelihood)


@pytest.mark.filterwarnings("ignore:the GARCH estimate lies on a bound")
def test_asymmetry_does_not_lower_the_likelihood_of_noise():
    values = 0.01 * np.random.default_rng(1000006).standard_t(4, 1000)
    returns = pd.Series(values, name="noise")
    smaller = hr.GARCH(False, "student").fit(returns)
    larger = hr.GARCH(True, "student").fit(returns)
    assert larger.log_likelihood >= smaller.log_likelihood - 1e-6
