"""The DCC family as models: rmgarch's path on the same data, limits, nesting, forecasts, and hard cases."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch._kernels.densities import NORMAL, density_constants
from hedgeresearch._kernels.garch import garch_residuals, garch_scores
from hedgeresearch.covariance.dcc.estimation import estimate_correlation
from hedgeresearch.covariance.dcc.likelihood import CorrelationLikelihood
from hedgeresearch.covariance.dcc.state import DCCState
from hedgeresearch.volatility.garch.likelihood import backcast_start
from hedgeresearch.volatility.garch.state import GARCHState


@pytest.fixture(scope="module")
def fit(percent_log_returns):
    return hr.DCC().fit(percent_log_returns)


def test_estimates_of_rmgarch(fit, reference):
    expected = reference["dcc"]
    assert fit.parameters["a"] == pytest.approx(expected["coef"]["[Joint]dcca1"], abs=1e-5)
    assert fit.parameters["b"] == pytest.approx(expected["coef"]["[Joint]dccb1"], abs=1e-5)
    # rmgarch reports its likelihood with another start than it estimates with: -10177.568 against our -10177.293
    assert expected["loglik"] < fit.log_likelihood < expected["loglik"] + 0.5
    ratio = fit.hedge_ratio("NASDAQ", ["SP500"])["SP500"]
    assert ratio.mean() == pytest.approx(1.21756, abs=2e-5)
    assert ratio.iloc[-1] == pytest.approx(1.10461, abs=2e-5)


def test_path_of_rmgarch_once_the_start_is_forgotten(fit, reference_path):
    late = slice(400, None)
    assert (fit.dates == reference_path.index).all()
    correlation = fit.correlation("NASDAQ", "SP500")
    ratio = fit.hedge_ratio("NASDAQ", ["SP500"])["SP500"]
    np.testing.assert_allclose(correlation[late], reference_path["rho"][late], atol=1e-4)
    np.testing.assert_allclose(
        ratio[late], (reference_path["h12"] / reference_path["h22"])[late], atol=1e-4
    )
    # variances carry the margins' other start-up rule in their estimates, one in ten thousand
    np.testing.assert_allclose(
        fit.volatility[late] ** 2, reference_path[["h11", "h22"]][late], rtol=2e-4
    )


@pytest.mark.parametrize("n", [2, 3])
def test_estimates_of_tsmarch(n, simulated_panel, simulated_reference):
    """The same start-up rules for margins and correlation; 1e-3 for its optimiser, which leaves gains of 1e-4."""
    expected = simulated_reference[f"tsmarch_dcc_N{n}"]
    fit = hr.DCC().fit(simulated_panel.iloc[:, :n])
    assert fit.log_likelihood >= -expected["nll"] - 1e-6
    assert fit.parameters["a"] == pytest.approx(expected["coef"]["alpha_1"], abs=1e-3)
    assert fit.parameters["b"] == pytest.approx(expected["coef"]["beta_1"], abs=1e-3)
    ratio = fit.hedge_ratio("spot", "fut")["fut"]
    assert ratio.mean() == pytest.approx(expected["hedge12"]["mean"], abs=1e-4)
    assert ratio.iloc[-1] == pytest.approx(expected["hedge12"]["last"], abs=1e-3)


def test_constant_correlation_of_tsmarch(simulated_panel, simulated_reference):
    """Its R is not demeaned, ours is: .1 at most in the likelihood of two thousand dates."""
    for n in (2, 3):
        expected = simulated_reference[f"tsmarch_constant_N{n}"]
        fit = hr.CCC().fit(simulated_panel.iloc[:, :n])
        assert fit.log_likelihood == pytest.approx(-expected["nll"], abs=0.1)
        ratio = fit.hedge_ratio("spot", "fut")["fut"]
        assert ratio.iloc[-1] == pytest.approx(expected["hedge12"]["last"], abs=1e-3)


@pytest.mark.parametrize(
    "model", [hr.CCC(), hr.DCC(), hr.DCC(hr.GARCH(True), asymmetric=True)], ids=str
)
def test_log_likelihood_is_that_of_the_path(model, simulated_panel):
    sample = simulated_panel.iloc[:600, :2]
    fit = model.fit(sample)
    errors = sample.to_numpy() - fit.parameters[["spot mu", "fut mu"]].to_numpy()
    total = 0.0
    for h, e in zip(fit.path(), errors, strict=True):
        total -= 0.5 * (2 * np.log(2 * np.pi) + np.linalg.slogdet(h)[1] + e @ np.linalg.solve(h, e))
    assert fit.log_likelihood == pytest.approx(total, abs=1e-8)
    count = len(fit.parameters)
    if isinstance(model, hr.DCC):
        count += 1 + 3 * model.asymmetric  # the correlation in S, and the three moments in N
    assert fit.aic == pytest.approx(-2 * total + 2 * count)
    assert fit.bic == pytest.approx(-2 * total + np.log(600) * count)


@pytest.mark.filterwarnings(
    "ignore::hedgeresearch.errors.ConvergenceWarning"
)  # g = 0 in two of the three
@pytest.mark.parametrize("data", ["percent_log_returns", "simulated_panel", "ten_series"])
def test_nested_models_are_ordered(data, request):
    returns = request.getfixturevalue(data)
    models = [
        hr.CCC(),
        hr.DCC(),
        hr.DCC(asymmetric=True),
        hr.DCC(asymmetric=True, density="student"),
    ]
    values = [model.fit(returns).log_likelihood for model in models]
    assert values[0] <= values[1] + 1e-8
    assert values[1] <= values[2] + 1e-8
    if (
        data == "percent_log_returns"
    ):  # the simulated ones are normal: nu then lies on its bound of 500
        assert values[2] < values[3]


def test_without_dynamics_the_correlation_is_constant():
    target = np.array([[1.1, 0.4], [0.4, 0.9]])
    margins = tuple(
        GARCHState(np.array(p), 1.0) for p in [(0, 0.1, 0.05, 0, 0.9), (0, 0.2, 0.1, 0, 0.8)]
    )
    still = DCCState(margins, np.zeros(3), False, target, target, target, np.inf)
    path = still.path(np.random.default_rng(0).standard_normal((50, 2)), np.arange(2))
    correlations = path[:, 0, 1] / np.sqrt(path[:, 0, 0] * path[:, 1, 1])
    np.testing.assert_allclose(correlations, 0.4 / np.sqrt(0.99), rtol=1e-12)


def test_two_series_have_one_equicorrelation(percent_log_returns):
    sample = percent_log_returns.iloc[:1500]
    deco, dcc = hr.DECO().fit(sample), hr.DCC(correction="aielli").fit(sample)
    assert deco.log_likelihood == pytest.approx(dcc.log_likelihood, abs=1e-7)
    np.testing.assert_allclose(deco.path(), dcc.path(), rtol=1e-5)


def test_composite_likelihood_of_two_series_is_the_full_one(simulated_panel):
    pair = simulated_panel[["spot", "fut"]]
    full, composite = hr.DCC().fit(pair), hr.DCC(estimator="composite").fit(pair)
    np.testing.assert_allclose(composite.parameters, full.parameters, rtol=1e-9)
    np.testing.assert_allclose(composite.standard_errors, full.standard_errors, rtol=1e-9)
    assert composite.log_likelihood is None
    assert composite.aic is None


def test_parameters_and_ratio_of_a_known_process_are_found():
    truth = hr.data.simulate_dcc(n_dates=3000, a=0.05, b=0.93, seed=4)
    fit = hr.DCC().fit(truth.returns)
    assert fit.parameters["a"] == pytest.approx(0.05, abs=0.02)
    assert fit.parameters["b"] == pytest.approx(0.93, abs=0.03)
    error = (fit.hedge_ratio("asset", ["hedge"]) - truth.hedge_ratio).abs().mean().item()
    static = (
        truth.hedge_ratio - hr.OLSHedge().fit(truth.returns["asset"], truth.returns["hedge"]).ratio
    ).abs()
    assert error < 0.5 * static.mean().item()


def test_the_last_ratio_of_ten_known_processes():
    """Mean absolute error at most .045, where one ratio for all dates errs by .12."""
    ours, static = [], []
    for seed in range(10):
        truth = hr.data.simulate_dcc(n_dates=1000, a=0.05, b=0.93, correlation=0.6, seed=seed)
        target = truth.hedge_ratio["hedge"].iloc[-1]
        ours.append(
            abs(
                hr.DCC().fit(truth.returns).hedge_ratio("asset", "hedge")["hedge"].iloc[-1] - target
            )
        )
        covariance = truth.returns.cov().to_numpy()
        static.append(abs(covariance[0, 1] / covariance[1, 1] - target))
    assert np.mean(ours) < 0.045
    assert np.mean(static) > 2 * np.mean(ours)


def test_a_block_needs_only_itself(ten_series):
    fit = hr.DCC().fit(ten_series)
    pair = fit.path(["a7", "a2"])
    np.testing.assert_allclose(pair, fit.path()[:, [6, 1]][:, :, [6, 1]], rtol=1e-12)


def test_margins_by_name(simulated_panel):
    margins = {"spot": hr.GARCH(asymmetric=True), "fut": hr.GARCH()}
    fit = hr.DCC(margins).fit(simulated_panel[["spot", "fut"]])
    expected = ["mu", "omega", "alpha", "gamma", "beta"]
    assert fit.parameters.index.tolist()[:5] == [f"spot {p}" for p in expected]
    assert "fut gamma" not in fit.parameters
    assert np.isfinite(fit.standard_errors).all()
    with pytest.raises(
        hr.DataError, match="univariate must hold every series; 'alt' is missing from"
    ):
        hr.DCC(margins).fit(simulated_panel)


def test_an_estimate_on_a_bound_warns():
    independent = hr.data.simulate_dcc(n_dates=400, a=0.0, b=0.0, seed=3).returns
    with pytest.warns(
        hr.errors.ConvergenceWarning, match=r"the DCC estimate lies on a bound: .*= 0"
    ):
        fit = hr.DCC().fit(independent)
    assert fit.convergence["bounds hit"]


def test_settings_and_samples_that_cannot_work_are_refused(percent_log_returns):
    with pytest.raises(hr.DataError, match="univariate must be a volatility model such as GARCH"):
        hr.DCC(univariate="GARCH")
    with pytest.raises(hr.DataError, match="correction='aielli' must go with asymmetric=False"):
        hr.DCC(correction="aielli", asymmetric=True)
    with pytest.raises(hr.DataError, match="target must be one of"):
        hr.DCC(target="shrunk")
    with pytest.raises(hr.DataError, match="DCC needs two series or more"):
        hr.DCC().fit(percent_log_returns[["SP500"]])
    with pytest.raises(
        hr.DataError, match="at least 40 rows, ten for each parameter of a univariate model; got 30"
    ):
        hr.DCC().fit(percent_log_returns.iloc[:30])
    with pytest.raises(
        hr.DataError, match="at least 60 rows, ten for each parameter of a univariate model; got 55"
    ):
        hr.DCC(hr.GARCH(True, "student")).fit(percent_log_returns.iloc[:55])
    with pytest.raises(hr.DataError, match="series must not be collinear; SP500, twice are"):
        hr.DCC().fit(percent_log_returns.assign(twice=2 * percent_log_returns["SP500"]))
    wide = pd.DataFrame(
        np.random.default_rng(0).standard_normal((60, 80)), percent_log_returns.index[:60]
    )
    with pytest.raises(
        hr.DataError, match="got 60 observations of 80 series. Use DCC\\(target='nonlinear'\\)"
    ):
        hr.DCC().fit(wide)


def test_an_earlier_fit_is_a_start(percent_log_returns):
    """The same optimum, for every margin and correlation of a window moved by a day."""
    for model in (hr.DCC(), hr.DCC(integrated=True), hr.DCC(density="student")):
        first, second = percent_log_returns.iloc[1500:2500], percent_log_returns.iloc[1501:2501]
        earlier = model.fit(first)
        cold, warm = model.fit(second), model.fit(second, warm_start=earlier)
        np.testing.assert_allclose(warm.parameters, cold.parameters, rtol=1e-5)
        assert warm.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-6)
        np.testing.assert_array_equal(
            model.fit(first).parameters, earlier.parameters
        )  # which it leaves as it was
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of DCC"):
        hr.DCC(asymmetric=True).fit(second, warm_start=earlier)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of DCC"):
        model.fit(second.iloc[:, ::-1], warm_start=earlier)


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("seed", [4, 19, 25])
def test_without_dynamics_nested_models_are_still_ordered(seed):
    returns = hr.data.simulate_dcc(300, a=0.0, b=0.0, seed=seed).returns
    values = [
        model.fit(returns).log_likelihood for model in (hr.CCC(), hr.DCC(), hr.DCC(asymmetric=True))
    ]
    assert values[0] <= values[1] + 1e-8 <= values[2] + 2e-8


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize(
    ("a", "b", "seed"), [(0.15, 0.2, 11), (0.02, 0.5, 19), (0.05, 0.9, 3), (0.0, 0.0, 7)]
)
def test_no_start_of_a_grid_beats_the_correlation_step(a, b, seed):
    """Short samples have several optima: one at a high persistence, one at a low one."""
    fit = hr.DCC().fit(hr.data.simulate_dcc(500, a=a, b=b, seed=seed).returns)
    steps = fit.estimates.inference
    for persistence in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        for news in (0.02, 0.2, 0.6):
            point = np.array([persistence * news, persistence * (1 - news), 0.0])
            near = replace(
                steps.estimate, point=np.array([persistence, news, 0.0, 0.0]), parameters=point
            )
            other = estimate_correlation(steps.likelihood, False, "a test", warm_start=near)
            assert other.log_density <= steps.estimate.log_density + 1e-6


def test_likelihood_of_components_is_that_of_the_path(simulated_panel):
    fit = hr.OrthogonalGARCH(2).fit(simulated_panel.iloc[:800])
    values = simulated_panel.iloc[:800].to_numpy()
    errors = values - fit.initial_state.means(values)[:-1]
    total = 0.0
    for h, e in zip(fit.path(), errors, strict=True):
        total -= 0.5 * (3 * np.log(2 * np.pi) + np.linalg.slogdet(h)[1] + e @ np.linalg.solve(h, e))
    assert fit.log_likelihood == pytest.approx(total, abs=1e-6)
    assert fit.aic == pytest.approx(
        -2 * total + 2 * (8 + 6 + 1)
    )  # two margins, six covariances, one mean


def test_series_of_a_hedge_must_differ(fit):
    for hedges in ([], ["NASDAQ"], ["SP500", "SP500"]):
        with pytest.raises(hr.DataError, match="asset and hedges must be different series"):
            fit.hedge_ratio("NASDAQ", hedges)


def test_warnings_point_at_the_caller():
    independent = hr.data.simulate_dcc(n_dates=400, a=0.0, b=0.0, seed=3).returns
    with pytest.warns(hr.errors.ConvergenceWarning) as caught:
        hr.MinimumVarianceHedge(hr.DCC()).fit(independent["asset"], independent[["hedge"]])
    assert caught[0].filename == __file__


# --- a + b = 1 ---


@pytest.fixture(scope="module", params=["normal", "student"])
def integrated(request, percent_log_returns):
    return hr.DCC(integrated=True, density=request.param).fit(percent_log_returns.iloc[1000:2200])


def smoothed(z, a):
    """The definition: Q_1 = (1 - a) S, Q_{t+1} = a z z' + (1 - a) Q_t."""
    q, path = (1 - a) * np.cov(z, rowvar=False), []
    for row in z:
        path.append(q / np.sqrt(np.outer(np.diag(q), np.diag(q))))
        q = a * np.outer(row, row) + (1 - a) * q
    return np.array(path)


def smoothed_density(z, a, nu):
    shape = stats.multivariate_normal if nu == np.inf else stats.multivariate_t
    settings = [
        {"cov": r} if nu == np.inf else {"shape": r * (nu - 2) / nu, "df": nu}
        for r in smoothed(z, a)
    ]
    return np.array(
        [shape(np.zeros(2), **s).logpdf(row) for s, row in zip(settings, z, strict=True)]
    )


def test_an_integrated_correlation_is_an_exponential_smoother(integrated):
    a, b, nu = (integrated.parameters.get(name, np.inf) for name in ("a", "b", "nu"))
    assert a + b == 1.0
    z = integrated.estimates.inference.first_step.residuals
    np.testing.assert_allclose(
        integrated.correlation("NASDAQ", "SP500"), smoothed(z, a)[:, 0, 1], rtol=1e-10
    )
    found = smoothed_density(z, a, nu).sum() - np.log(integrated.volatility).to_numpy().sum()
    assert integrated.log_likelihood == pytest.approx(found, abs=1e-7)
    for other in (a - 0.002, a + 0.002, 0.01, 0.1):
        assert smoothed_density(z, other, nu).sum() < smoothed_density(z, a, nu).sum()
    # a and b are one parameter, and S is where the recursion starts, not what it is drawn to
    count = len(integrated.parameters) - 1
    assert integrated.aic == pytest.approx(-2 * integrated.log_likelihood + 2 * count)


def test_an_integrated_correlation_is_forecast_as_it_stands(integrated):
    steps = integrated.forecast(30)
    correlation = [
        m.iloc[0, 1] / np.sqrt(m.iloc[0, 0] * m.iloc[1, 1])
        for m in (steps.loc[1], steps.loc[2], steps.loc[30])
    ]
    np.testing.assert_allclose(correlation, correlation[0], rtol=1e-12)


def test_errors_of_an_integrated_correlation(integrated):
    """The sandwich of the moment conditions in (margins, a, nu), b = 1 - a, by numerical Jacobian."""
    returns, named = integrated.returns.to_numpy(), integrated.parameters
    student = "nu" in named
    theta = named.drop("b").to_numpy()

    def conditions(p):
        blocks, residuals = [], []
        for i in range(2):
            mu, omega, alpha, beta = p[4 * i : 4 * i + 4]
            parameters, r = (
                np.array([mu, omega, alpha, 0.0, beta]),
                np.ascontiguousarray(returns[:, i]),
            )
            start = backcast_start(parameters, r)
            blocks.append(
                garch_scores(parameters, density_constants(NORMAL, 1), r, *start)[1][
                    :, [0, 1, 2, 4]
                ]
            )
            residuals.append(garch_residuals(parameters, r, *start)[0])
        likelihood = CorrelationLikelihood(np.stack(residuals, axis=1), integrated=True)
        scores = likelihood.scores(np.array([p[8], 1 - p[8], 0.0]), p[9] if student else NORMAL)[1]
        return np.hstack(
            [*blocks, scores[:, [0]] - scores[:, [1]], scores[:, [3]][:, : int(student)]]
        )

    jacobian = np.empty((len(theta), len(theta)))
    for j, value in enumerate(theta):
        step = np.zeros(len(theta))
        step[j] = 1e-5 * max(abs(value), 0.1)
        jacobian[:, j] = (conditions(theta + step) - conditions(theta - step)).mean(axis=0) / (
            2 * step[j]
        )
    scores = conditions(theta)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-5)
    bread = np.linalg.inv(jacobian)
    expected = np.sqrt(np.diag(bread @ (scores.T @ scores) @ bread.T)) / len(scores)
    errors = integrated.standard_errors
    np.testing.assert_allclose(
        errors.drop("b"), expected, rtol=1e-3
    )  # of second differences of the score
    assert errors["b"] == pytest.approx(errors["a"], rel=1e-9)


def test_an_integrated_correlation_among_its_neighbours(percent_log_returns):
    sample = percent_log_returns.iloc[1000:2200]
    fit, free = hr.DCC(integrated=True).fit(sample), hr.DCC().fit(sample)
    assert fit.log_likelihood < free.log_likelihood
    error, wider = (
        hr.MinimumVarianceHedge(model)
        .fit(sample["NASDAQ"], sample[["SP500"]])
        .standard_errors["SP500"]
        for model in (hr.DCC(integrated=True), hr.DCC())
    )
    assert 0.3 * wider < error < 1.5 * wider


def test_an_integrated_correlation_of_independent_returns_stands_still():
    independent = hr.data.simulate_dcc(n_dates=400, a=0.0, b=0.0, seed=3).returns
    with pytest.warns(hr.errors.ConvergenceWarning, match="a = 0: constant correlation"):
        fit = hr.DCC(integrated=True).fit(independent)
    assert fit.parameters["a"] == 0.0
    assert fit.standard_errors[["a", "b"]].isna().all()
    z = fit.estimates.inference.first_step.residuals
    np.testing.assert_allclose(
        fit.correlation("asset", "hedge"), np.corrcoef(z, rowvar=False)[0, 1], rtol=1e-12
    )


@pytest.mark.parametrize("settings", [{"asymmetric": True}, {"correction": "aielli"}])
def test_what_acts_on_a_mean_is_not_integrated(settings):
    with pytest.raises(
        hr.DataError, match="integrated=True must go with asymmetric=False and correction='engle'"
    ):
        hr.DCC(integrated=True, **settings)
    with pytest.raises(hr.DataError, match="integrated must be True or False"):
        hr.DCC(integrated="yes")
