"""DCC with a + b = 1, the exponential smoother of Engle (2002)."""

import numpy as np
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from tests.covariance.dcc.stacked_conditions import first_step, jacobian_of_means


@pytest.fixture(scope="module", params=["normal", "student"])
def integrated(request, percent_log_returns):
    return hr.DCC(integrated=True, density=request.param).fit(percent_log_returns.iloc[1000:2200])


def smoothed(z, a):
    """Correlations of Q_1 = (1 - a) S, Q_{t+1} = a z z' + (1 - a) Q_t."""
    q = (1 - a) * np.cov(z, rowvar=False)
    path = []
    for row in z:
        path.append(q / np.sqrt(np.outer(np.diag(q), np.diag(q))))
        q = a * np.outer(row, row) + (1 - a) * q
    return np.array(path)


def smoothed_density(z, a, nu):
    """Log-density of each date under the exponential smoother."""
    if nu == np.inf:
        densities = [stats.multivariate_normal(np.zeros(2), r) for r in smoothed(z, a)]
    else:
        shapes = smoothed(z, a) * (nu - 2) / nu
        densities = [stats.multivariate_t(np.zeros(2), shape, nu) for shape in shapes]
    return np.array([density.logpdf(row) for density, row in zip(densities, z, strict=True)])


@pytest.mark.long
def test_integrated_correlation_is_an_exponential_smoother(integrated):
    a, b, nu = (integrated.parameters.get(name, np.inf) for name in ("a", "b", "nu"))
    assert a + b == 1.0
    z = integrated.estimates.errors.first_step.residuals
    np.testing.assert_allclose(
        integrated.correlation("NASDAQ", "SP500"), smoothed(z, a)[:, 0, 1], rtol=1e-10
    )
    greatest = smoothed_density(z, a, nu).sum()
    found = greatest - np.log(integrated.volatility).to_numpy().sum()
    assert integrated.log_likelihood == pytest.approx(found, abs=1e-7)
    for other in (a - 0.002, a + 0.002, 0.01, 0.1):
        assert smoothed_density(z, other, nu).sum() < greatest
    # a and b are one parameter, and S is only where the recursion starts
    count = len(integrated.parameters) - 1
    assert integrated.aic == pytest.approx(-2 * integrated.log_likelihood + 2 * count)


def test_forecast_of_the_correlation_is_constant(integrated):
    forecast = integrated.forecast(30)
    steps = [forecast.loc[step] for step in (1, 2, 30)]
    correlation = [h.iloc[0, 1] / np.sqrt(h.iloc[0, 0] * h.iloc[1, 1]) for h in steps]
    np.testing.assert_allclose(correlation, correlation[0], rtol=1e-12)


def test_standard_errors_are_the_stacked_sandwich(integrated):
    """The moment conditions are those of the univariate parameters, of a with b = 1 - a, and nu."""
    returns = integrated.returns.to_numpy()
    student = "nu" in integrated.parameters
    theta = integrated.parameters.drop("b").to_numpy()

    def conditions(at):
        univariate, residuals = first_step(at, returns)
        likelihood = CorrelationLikelihood(residuals, integrated=True)
        nu = at[9] if student else NORMAL
        _, scores = likelihood.scores(np.array([at[8], 1 - at[8], 0.0]), nu)
        by_a = scores[:, [0]] - scores[:, [1]]
        by_nu = scores[:, [3]][:, : int(student)]
        return np.hstack([*univariate, by_a, by_nu])

    steps = 1e-5 * np.maximum(np.abs(theta), 0.1)
    bread = np.linalg.inv(jacobian_of_means(conditions, theta, steps))
    scores = conditions(theta)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-5)
    expected = np.sqrt(np.diag(bread @ (scores.T @ scores) @ bread.T)) / len(scores)
    errors = integrated.standard_errors
    # both are differences of the score
    np.testing.assert_allclose(errors.drop("b"), expected, rtol=1e-3)
    assert errors["b"] == pytest.approx(errors["a"], rel=1e-9)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_integrated_is_close_to_the_free_model(percent_log_returns):
    sample = percent_log_returns.iloc[1000:2200]
    likelihoods = []
    errors = []
    for model in (hr.DCC(integrated=True), hr.DCC()):
        likelihoods.append(model.fit(sample).log_likelihood)
        hedge = hr.MinimumVarianceHedge(model).fit(sample["NASDAQ"], sample[["SP500"]])
        errors.append(hedge.standard_errors["SP500"])
    assert likelihoods[0] < likelihoods[1]
    assert 0.3 * errors[1] < errors[0] < 1.5 * errors[1]


def test_correlation_of_independent_returns_is_constant():
    independent = hr.data.simulate_dcc(n_dates=400, a=0.0, b=0.0, seed=3).returns
    with pytest.warns(hr.errors.ConvergenceWarning, match="a = 0: constant correlation"):
        fit = hr.DCC(integrated=True).fit(independent)
    assert fit.parameters["a"] == 0.0
    assert fit.standard_errors[["a", "b"]].isna().all()
    z = fit.estimates.errors.first_step.residuals
    np.testing.assert_allclose(
        fit.correlation("asset", "hedge"), np.corrcoef(z, rowvar=False)[0, 1], rtol=1e-12
    )


@pytest.mark.parametrize("settings", [{"asymmetric": True}, {"correction": "aielli"}])
def test_settings_that_need_a_mean_are_refused(settings):
    with pytest.raises(
        hr.DataError, match="integrated=True must go with asymmetric=False and correction='engle'"
    ):
        hr.DCC(integrated=True, **settings)
    with pytest.raises(hr.DataError, match="integrated must be True or False"):
        hr.DCC(integrated="yes")
