"""The GARCH margin: at least the best optimum known, independent of units, errors as printed."""

import numpy as np
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.estimation.influence import covariance_from_influence
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.garch.likelihood import coordinates, from_box, maximise_garch

MODELS = {
    "sGARCH_norm": GARCH(),
    "gjrGARCH_norm": GARCH(asymmetric=True),
    "sGARCH_std": GARCH(density="student"),
    "gjrGARCH_std": GARCH(asymmetric=True, density="student"),
}


def rugarch_start(parameters, returns):
    """h_1 = mean(e^2), set directly, and its gradient."""
    e = returns - parameters[0]
    return float(np.mean(e**2)), np.array([-2 * e.mean(), 0.0, 0.0, 0.0, 0.0])


def optimum_with_rugarch_start(model, returns):
    """(mu, omega, alpha, gamma, beta, nu) in the units of the returns, the log-likelihood and the gradient norm."""
    centre, scale = returns.mean(), returns.std()
    unit = (returns - centre) / scale
    optimum, point = maximise_garch(
        unit, coordinates(model.asymmetric, model.density == "student"), rugarch_start
    )
    parameters, nu = from_box(point)
    parameters = parameters * [scale, scale**2, 1, 1, 1] + [centre, 0, 0, 0, 0]
    return (
        np.append(parameters, nu),
        optimum.log_likelihood - len(returns) * np.log(scale),
        optimum.gradient_norm,
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["NASDAQ", "SP500"])
def test_optimum_is_at_least_that_of_rugarch(name, model, reference, percent_log_returns):
    result = reference[f"rugarch_{name}_{model}"]
    ours, log_likelihood, gradient_norm = optimum_with_rugarch_start(
        MODELS[model], percent_log_returns[name].to_numpy()
    )
    assert log_likelihood >= result["loglik"] - 1e-6
    assert gradient_norm < 1e-5
    expected = [
        result["coef"].get(key, 0.0) for key in ("mu", "omega", "alpha1", "gamma1", "beta1")
    ]
    # rugarch caps the persistence at .999, which its Student margin of the S&P 500 reaches: ours goes on to .99903
    np.testing.assert_allclose(ours[:5], expected, atol=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_optimum_on_dem_gbp(model, dem_gbp, data_dir, dem_gbp_reference):
    case = dem_gbp_reference[model]
    ours, log_likelihood, _ = optimum_with_rugarch_start(MODELS[model], dem_gbp)
    assert log_likelihood >= case["loglik"] - 1e-6
    expected = [case["coef"].get(key, 0.0) for key in ("mu", "omega", "alpha1", "gamma1", "beta1")]
    # the Student margins of rugarch sit on its cap alpha + beta = .999 and lie lower by .09 and .07
    np.testing.assert_allclose(
        ours[:5], expected, atol=1e-3 if MODELS[model].density == "normal" else 2e-3
    )
    if MODELS[model].density == "student":
        assert log_likelihood > case["loglik"] + 0.05


def test_published_benchmark_of_dem_gbp(dem_gbp):
    """Fiorentini, Calzolari and Panattoni (1996): coefficients, log-likelihood and robust errors as printed."""
    ours = GARCH().estimate_array(dem_gbp)
    published = [-0.00619040837994, 0.010761397852, 0.15313406182, 0.805973670305]
    np.testing.assert_allclose(ours.parameters, published, rtol=1e-6)
    assert ours.log_likelihood == pytest.approx(-1106.60788104129, abs=1e-8)


@pytest.mark.parametrize("model", ["sGARCH_norm", "gjrGARCH_norm", "gjrGARCH_std"])
@pytest.mark.parametrize("name", ["NASDAQ", "SP500"])
def test_the_default_start_moves_estimates_by_little(name, model, reference, percent_log_returns):
    coef = reference[f"rugarch_{name}_{model}"]["coef"]
    order = ("mu", "omega", "alpha1", "gamma1", "beta1", "shape")
    ours = MODELS[model].estimate_array(percent_log_returns[name].to_numpy()).parameters
    np.testing.assert_allclose(
        ours, [coef[key] for key in order if key in coef], rtol=2e-3, atol=1e-6
    )


def test_a_local_optimum_that_traps_rugarch(ten_series, ten_reference):
    """Its default solver stops at -1005.75 with code 0; the best known is -1002.93."""
    best = ten_reference["local_optimum_a7"]["rugarch_gosolnp_ll"]
    _, log_likelihood, _ = optimum_with_rugarch_start(GARCH(), ten_series["a7"].to_numpy())
    assert log_likelihood >= best - 1e-6


@pytest.mark.parametrize(
    "model", [GARCH(), GARCH(True), GARCH(density="student"), GARCH(True, "student")], ids=repr
)
@pytest.mark.parametrize("seed", range(6))
def test_no_random_start_beats_the_optimum(model, seed):
    """Short simulated series, some without any clustering, against a search from thirty random points."""
    rng = np.random.default_rng(seed)
    returns = (
        hr.data.simulate_dcc(400, alpha=0.05 * (seed % 3), beta=0.85, seed=seed)
        .returns["asset"]
        .to_numpy()
    )
    unit = (returns - returns.mean()) / returns.std()
    moved = coordinates(model.asymmetric, model.density == "student")
    found, _ = maximise_garch(unit, moved)
    from hedgeresearch.volatility.garch import likelihood as box

    low, high = np.array([box.BOX[i] for i in moved]).T
    low, high = np.maximum(low, -8.0), np.minimum(high, 1.0)
    best = -np.inf
    for _ in range(30):
        start = low + (high - low) * rng.random(len(moved))
        start[0] = 0.0
        try:
            best = max(best, search_from(unit, moved, start))
        except hr.ConvergenceError:
            continue
    assert found.log_likelihood >= best - 1e-6


def search_from(unit, moved, start):
    from hedgeresearch._kernels.densities import density_constants
    from hedgeresearch._kernels.garch import garch_scores
    from hedgeresearch.optimization.quasi_newton import maximize
    from hedgeresearch.volatility.garch import likelihood as box

    point = np.array([0.0, 0.0, 0.0, 0.0, 0.5, 0.0])

    def likelihood(x):
        point[moved] = x
        parameters, nu = from_box(point)
        first, derivative = box.backcast_start(parameters, unit)
        by_date, scores = garch_scores(
            parameters, density_constants(nu, 1), unit, first, derivative
        )
        return by_date, scores, box.box_jacobian(point)[:, moved]

    return maximize(likelihood, [start], [box.BOX[i] for i in moved], "a test").log_likelihood


@pytest.mark.parametrize("scale", [1e-4, 0.01, 100.0, 1e4])
def test_units_do_not_matter(scale, percent_log_returns):
    returns = percent_log_returns["SP500"].to_numpy()[:1000]
    one, other = (
        GARCH(True, "student").estimate_array(returns),
        GARCH(True, "student").estimate_array(returns * scale),
    )
    units = np.array([scale, scale**2, 1, 1, 1, 1])
    np.testing.assert_allclose(other.parameters, one.parameters * units, rtol=1e-7, atol=1e-12)
    assert other.log_likelihood == pytest.approx(
        one.log_likelihood - 1000 * np.log(scale), abs=1e-7
    )
    errors = [
        np.sqrt(np.diag(covariance_from_influence(fit.sensitivities().influence)))
        for fit in (one, other)
    ]
    np.testing.assert_allclose(errors[1], errors[0] * units, rtol=1e-6)


def test_errors_are_the_sandwich(percent_log_returns):
    """A^-1 B A^-1 with the Hessian from differences of the log-likelihood alone."""
    returns = percent_log_returns["NASDAQ"].to_numpy()[:1500]
    fit = GARCH().estimate_array(returns)

    def log_likelihood(p):
        e = returns - p[0]
        h, total = p[1] + (p[2] + p[3]) * np.mean(e**2), []
        for x in e:
            total.append(stats.norm.logpdf(x, scale=np.sqrt(h)))
            h = p[1] + p[2] * x**2 + p[3] * h
        return np.array(total)

    p, steps = fit.parameters, np.array([1e-3, 1e-5, 1e-4, 1e-4])
    moves = np.diag(steps)
    scores = np.stack(
        [
            (log_likelihood(p + m / 9) - log_likelihood(p - m / 9)) / (2 * m.max() / 9)
            for m in moves
        ],
        axis=1,
    )
    hessian = np.empty((4, 4))
    for i in range(4):
        for j in range(4):
            signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
            terms = [
                a * b * log_likelihood(p + a * moves[i] + b * moves[j]).sum() for a, b in signs
            ]
            hessian[i, j] = sum(terms) / (4 * steps[i] * steps[j])
    bread = np.linalg.inv(hessian)
    expected = bread @ (scores.T @ scores) @ bread
    found = covariance_from_influence(fit.sensitivities().influence)
    np.testing.assert_allclose(
        np.sqrt(np.diag(found)), np.sqrt(np.diag(expected)), rtol=2e-3
    )  # of the differences


def test_bounds_are_named_and_have_no_error():
    calm_after_storm = np.random.default_rng(11).standard_normal(300) * np.tile([1.0, 0.2], 150)
    fit = GARCH().estimate_array(calm_after_storm)
    assert "alpha = 0" in fit.bounds_hit
    assert np.isnan(covariance_from_influence(fit.sensitivities().influence)[2, 2])


def test_settings_are_checked():
    with pytest.raises(hr.DataError, match="asymmetric must be True or False; got 'yes'"):
        GARCH(asymmetric="yes")
    with pytest.raises(hr.DataError, match="density must be one of 'normal', 'student'; got 't'"):
        GARCH(density="t")
