"""GARCH: published benchmarks, log-likelihoods by hand, zero means, units, bounds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.volatility import GARCH

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning"
)
MODELS = {
    "sGARCH_norm": GARCH(),
    "gjrGARCH_norm": GARCH(asymmetric=True),
    "gjrGARCH_std": GARCH(asymmetric=True, density="student"),
}


def numbered(values, name="asset"):
    return pd.Series(values, pd.RangeIndex(1, len(values) + 1), name=name)


def slow_log_likelihoods(parameters, returns):
    """Normal log-densities at (mu, omega, alpha, gamma, beta), date by date."""
    mu, omega, alpha, gamma, beta = parameters
    errors = returns - mu
    h = omega + (alpha + gamma / 2 + beta) * np.mean(errors**2)
    variances = []
    for e in errors:
        variances.append(h)
        h = omega + (alpha + gamma * (e < 0)) * e**2 + beta * h
    return stats.norm.logpdf(errors, scale=np.sqrt(variances))


# --- published and other software ---


def test_benchmark_of_dem_gbp_is_as_published(dem_gbp):
    """Fiorentini, Calzolari and Panattoni (1996): coefficients and log-likelihood as printed."""
    fit = GARCH().fit(numbered(dem_gbp))
    published = [-0.00619040837994, 0.010761397852, 0.15313406182, 0.805973670305]
    np.testing.assert_allclose(fit.parameters, published, rtol=1e-6)
    assert fit.log_likelihood == pytest.approx(-1106.60788104129, abs=1e-8)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["NASDAQ", "SP500"])
def test_estimates_are_near_those_of_rugarch(name, model, reference, percent_log_returns):
    """The start-up rules differ: h_1 = mean(e^2) in rugarch."""
    coef = reference[f"rugarch_{name}_{model}"]["coef"]
    order = ("mu", "omega", "alpha1", "gamma1", "beta1", "shape")
    fit = MODELS[model].fit(percent_log_returns[name])
    expected = [coef[key] for key in order if key in coef]
    np.testing.assert_allclose(fit.parameters, expected, rtol=2e-3, atol=1e-6)


def test_log_likelihood_is_the_sum_inside_ccc(simple_returns):
    """CCC adds the correlation to the log-likelihoods of the series."""
    sample = simple_returns.iloc[:1500]
    fits = [GARCH(asymmetric=True).fit(sample[name]) for name in sample]
    ccc = hr.CCC(GARCH(asymmetric=True)).fit(sample)
    for name, fit in zip(sample, fits, strict=True):
        inside = ccc.parameters[[f"{name} {p}" for p in fit.parameters.index]]
        np.testing.assert_array_equal(inside, fit.parameters)
        errors = ccc.standard_errors[inside.index]
        np.testing.assert_allclose(errors, fit.standard_errors, rtol=1e-10)
    z = np.stack([fit.standardized_residuals for fit in fits])
    rho = np.corrcoef(z)[0, 1]
    joint = stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).logpdf(z.T).sum()
    single = stats.norm.logpdf(z).sum()
    total = sum(fit.log_likelihood for fit in fits) + joint - single
    assert ccc.log_likelihood == pytest.approx(total, rel=1e-12)


# --- zero means ---


def test_zero_mean_likelihood_is_by_definition(percent_log_returns):
    returns = percent_log_returns["NASDAQ"].iloc[:1500]
    fit = GARCH(mean="zero").fit(returns)
    omega, alpha, beta = fit.parameters
    by_date = slow_log_likelihoods((0.0, omega, alpha, 0.0, beta), returns.to_numpy())
    assert fit.log_likelihood == pytest.approx(by_date.sum(), rel=1e-12)
    assert (fit.mean == 0.0).all()
    assert fit.next_mean == 0.0
    assert fit.parameters.index.tolist() == ["omega", "alpha", "beta"]
    assert fit.aic == pytest.approx(-2 * by_date.sum() + 2 * 3)


@pytest.mark.parametrize("density", ["normal", "student"])
@pytest.mark.parametrize("asymmetric", [False, True])
def test_zero_mean_is_nested_in_a_constant_one(asymmetric, density, percent_log_returns):
    returns = percent_log_returns["SP500"].iloc[:2000]
    constant = GARCH(asymmetric, density).fit(returns)
    zero = GARCH(asymmetric, density, mean="zero").fit(returns)
    assert zero.log_likelihood < constant.log_likelihood
    assert list(zero.parameters.index) == list(constant.parameters.index[1:])


@pytest.mark.parametrize("model", MODELS)
def test_zero_mean_after_the_estimated_mean_is_the_same(model, percent_log_returns):
    """Returns less the estimate of mu: the other estimates, the path and the log-likelihood."""
    returns = percent_log_returns["NASDAQ"].iloc[:1500]
    constant = MODELS[model].fit(returns)
    zero = replace(MODELS[model], mean="zero").fit(returns - constant.parameters["mu"])
    others = constant.parameters.drop("mu")
    np.testing.assert_allclose(zero.parameters, others, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(zero.volatility, constant.volatility, rtol=1e-6)
    assert zero.log_likelihood == pytest.approx(constant.log_likelihood, abs=1e-8)


@pytest.mark.parametrize("density", ["normal", "student"])
def test_no_other_zero_mean_point_is_better(density, percent_log_returns):
    """A general optimizer on the likelihood written out, from the truth and from elsewhere."""
    from scipy.optimize import minimize

    returns = percent_log_returns["SP500"].to_numpy()[4000:4800]
    fit = GARCH(density=density, mean="zero").fit(numbered(returns))

    def slow(x):
        omega, alpha, beta = np.exp(x[:3])
        if alpha + beta >= 1.0:
            return np.inf
        h = omega + (alpha + beta) * np.mean(returns**2)
        variances = []
        for r in returns:
            variances.append(h)
            h = omega + alpha * r**2 + beta * h
        scale = np.sqrt(variances)
        if density == "normal":
            return -stats.norm.logpdf(returns, scale=scale).sum()
        nu = 2.0 + np.exp(x[3])
        return -stats.t.logpdf(returns, nu, scale=scale * np.sqrt((nu - 2) / nu)).sum()

    start = [np.log(0.05), np.log(0.08), np.log(0.85), *([np.log(6.0)] * (density == "student"))]
    for _ in range(3):  # a simplex may collapse before the optimum
        end = minimize(slow, start, method="Nelder-Mead", options={"maxiter": 1000})
        start = end.x
    best = -end.fun
    assert fit.log_likelihood >= best - 1e-6
    assert fit.log_likelihood == pytest.approx(best, abs=1e-3)


def test_zero_mean_errors_are_the_sandwich(percent_log_returns):
    returns = percent_log_returns["NASDAQ"].iloc[:1500]
    fit = GARCH(mean="zero").fit(returns)

    def by_date(x):
        return slow_log_likelihoods((0.0, x[0], x[1], 0.0, x[2]), returns.to_numpy())

    expected = sandwich(by_date, fit.parameters.to_numpy(), np.array([1e-5, 1e-4, 1e-4]))
    errors = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(fit.standard_errors, errors, rtol=2e-3)  # of the differences


def test_var_residuals_of_rmgarch_have_no_mean(dow, dow_reference):
    """rmgarch: VAR(1), then models without a mean; the first residual is x_1 less the constant.

    Its model of AXP sits on the cap alpha + beta = .999; ours goes on to its own bound.
    """
    case = dow_reference["dcc_var1_N2"]
    values = dow[["AA", "AXP"]].to_numpy()
    design = np.column_stack([np.ones(len(values) - 1), values[:-1]])
    coefficients = np.linalg.lstsq(design, values[1:], rcond=None)[0]
    first = values[:1] - coefficients[0]
    residuals = np.vstack([first, values[1:] - design @ coefficients])
    frame = pd.DataFrame(residuals, dow.index, columns=["AA", "AXP"])
    np.testing.assert_allclose((frame**2).mean(), case["first_variances"], rtol=1e-12)
    fit = GARCH(mean="zero").fit(frame["AA"])
    expected = [case["coef"][f"[AA].{name}"] for name in ("omega", "alpha1", "beta1")]
    np.testing.assert_allclose(fit.parameters, expected, rtol=2e-3)  # of the start-up rules
    with pytest.warns(hr.errors.ConvergenceWarning, match=r"alpha \+ beta = 1 of AXP"):
        dcc = hr.DCC(univariate=GARCH(mean="zero")).fit(frame)
    # rmgarch reports its likelihood with another start than it estimates with
    assert case["loglik"] < dcc.log_likelihood < case["loglik"] + 0.5
    assert dcc.parameters["a"] == pytest.approx(case["coef"]["[Joint]dcca1"], abs=2e-4)
    assert dcc.parameters["b"] == pytest.approx(case["coef"]["[Joint]dccb1"], abs=2e-4)


# --- units, errors, bounds, settings ---


@pytest.mark.parametrize("scale", [1e-4, 0.01, 100.0, 1e4])
@pytest.mark.parametrize("mean", ["constant", "zero"])
def test_units_scale_estimates_and_errors(mean, scale, percent_log_returns):
    returns = percent_log_returns["SP500"].iloc[:1000]
    model = GARCH(True, "student", mean)
    one = model.fit(returns)
    other = model.fit(returns * scale)
    power = pd.Series({"mu": 1.0, "omega": 2.0}).reindex(one.parameters.index, fill_value=0.0)
    units = scale**power
    np.testing.assert_allclose(other.parameters, one.parameters * units, rtol=1e-7, atol=1e-12)
    shift = 1000 * np.log(scale)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - shift, abs=1e-7)
    np.testing.assert_allclose(other.standard_errors, one.standard_errors * units, rtol=1e-6)


def sandwich(by_date, x, steps):
    """A^-1 B A^-1 with scores and Hessian from differences of the log-likelihood alone."""
    moves = np.diag(steps)
    scores = np.stack(
        [(by_date(x + m / 9) - by_date(x - m / 9)) / (2 * m.max() / 9) for m in moves], axis=1
    )
    k = len(x)
    hessian = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
            terms = [a * b * by_date(x + a * moves[i] + b * moves[j]).sum() for a, b in signs]
            hessian[i, j] = sum(terms) / (4 * steps[i] * steps[j])
    bread = np.linalg.inv(hessian)
    return bread @ (scores.T @ scores) @ bread


def test_errors_are_the_sandwich(percent_log_returns):
    returns = percent_log_returns["NASDAQ"].iloc[:1500]
    fit = GARCH().fit(returns)

    def by_date(x):
        return slow_log_likelihoods((x[0], x[1], x[2], 0.0, x[3]), returns.to_numpy())

    steps = np.array([1e-3, 1e-5, 1e-4, 1e-4])
    expected = sandwich(by_date, fit.parameters.to_numpy(), steps)
    errors = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(fit.standard_errors, errors, rtol=2e-3)  # of the differences


def test_bounds_are_named_and_have_no_error():
    noise = np.random.default_rng(11).standard_normal(300)
    calm_after_storm = noise * np.tile([1.0, 0.2], 150)
    with pytest.warns(
        hr.errors.ConvergenceWarning, match="the GARCH estimate lies on a bound: .*alpha = 0"
    ):
        fit = GARCH().fit(numbered(calm_after_storm))
    assert "alpha = 0" in fit.convergence["bounds hit"]
    assert np.isnan(fit.standard_errors["alpha"])


def test_settings_are_checked():
    with pytest.raises(hr.DataError, match="asymmetric must be True or False; got 'yes'"):
        GARCH(asymmetric="yes")
    with pytest.raises(hr.DataError, match="density must be one of 'normal', 'student'; got 't'"):
        GARCH(density="t")
    with pytest.raises(hr.DataError, match="mean must be one of 'constant', 'zero'; got 'Zero'"):
        GARCH(mean="Zero")
