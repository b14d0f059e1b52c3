"""DCC as a model: rmgarch's and tsmarch's numbers, nesting, limits, warm starts and refusals."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def fit(percent_log_returns):
    return hr.DCC().fit(percent_log_returns)


def test_estimates_agree_with_rmgarch(fit, reference):
    expected = reference["dcc"]
    assert fit.parameters["a"] == pytest.approx(expected["coef"]["[Joint]dcca1"], abs=1e-5)
    assert fit.parameters["b"] == pytest.approx(expected["coef"]["[Joint]dccb1"], abs=1e-5)
    # rmgarch reports its likelihood with another start than it estimates with: -10177.568, and
    # ours is -10177.293
    assert expected["loglik"] < fit.log_likelihood < expected["loglik"] + 0.5
    ratio = fit.hedge_ratio("NASDAQ", ["SP500"])["SP500"]
    assert ratio.mean() == pytest.approx(1.21756, abs=2e-5)
    assert ratio.iloc[-1] == pytest.approx(1.10461, abs=2e-5)


def test_late_path_agrees_with_rmgarch(fit, reference_path):
    late = slice(400, None)
    assert (fit.dates == reference_path.index).all()
    correlation = fit.correlation("NASDAQ", "SP500")
    ratio = fit.hedge_ratio("NASDAQ", ["SP500"])["SP500"]
    np.testing.assert_allclose(correlation[late], reference_path["rho"][late], atol=1e-4)
    np.testing.assert_allclose(
        ratio[late], (reference_path["h12"] / reference_path["h22"])[late], atol=1e-4
    )
    # rmgarch's univariate start-up rule differs, which changes estimates by one in ten thousand
    np.testing.assert_allclose(
        fit.volatility[late] ** 2, reference_path[["h11", "h22"]][late], rtol=2e-4
    )


@pytest.mark.parametrize("n", [2, 3])
def test_estimates_agree_with_tsmarch(n, simulated_panel, simulated_reference):
    """Its start-up rules are ours; its optimizer leaves gains of 1e-4, so 1e-3 is allowed."""
    expected = simulated_reference[f"tsmarch_dcc_N{n}"]
    fit = hr.DCC().fit(simulated_panel.iloc[:, :n])
    assert fit.log_likelihood >= -expected["nll"] - 1e-6
    assert fit.parameters["a"] == pytest.approx(expected["coef"]["alpha_1"], abs=1e-3)
    assert fit.parameters["b"] == pytest.approx(expected["coef"]["beta_1"], abs=1e-3)
    ratio = fit.hedge_ratio("spot", "fut")["fut"]
    assert ratio.mean() == pytest.approx(expected["hedge12"]["mean"], abs=1e-4)
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


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")  # g = 0 in two
@pytest.mark.parametrize("data", ["percent_log_returns", "simulated_panel", "ten_series"])
def test_larger_models_have_higher_likelihoods(data, request):
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
    # the simulated data are normal: nu then lies on its bound of 500
    if data == "percent_log_returns":
        assert values[2] < values[3]


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("seed", [4, 19, 25])
def test_likelihoods_are_ordered_without_dynamics(seed):
    returns = hr.data.simulate_dcc(300, a=0.0, b=0.0, seed=seed).returns
    models = [hr.CCC(), hr.DCC(), hr.DCC(asymmetric=True)]
    values = [model.fit(returns).log_likelihood for model in models]
    assert values[0] <= values[1] + 1e-8 <= values[2] + 2e-8


def test_composite_likelihood_of_a_pair_is_the_full_one(simulated_panel):
    pair = simulated_panel[["spot", "fut"]]
    full = hr.DCC().fit(pair)
    composite = hr.DCC(estimator="composite").fit(pair)
    np.testing.assert_allclose(composite.parameters, full.parameters, rtol=1e-9)
    np.testing.assert_allclose(composite.standard_errors, full.standard_errors, rtol=1e-9)
    assert composite.log_likelihood is None
    assert composite.aic is None


def test_known_process_is_recovered():
    truth = hr.data.simulate_dcc(n_dates=3000, a=0.05, b=0.93, seed=4)
    fit = hr.DCC().fit(truth.returns)
    assert fit.parameters["a"] == pytest.approx(0.05, abs=0.02)
    assert fit.parameters["b"] == pytest.approx(0.93, abs=0.03)
    error = (fit.hedge_ratio("asset", ["hedge"]) - truth.hedge_ratio).abs().mean().item()
    ols = hr.OLSHedge().fit(truth.returns["asset"], truth.returns["hedge"])
    static_error = (truth.hedge_ratio - ols.ratio).abs().mean().item()
    assert error < 0.5 * static_error


def test_last_ratios_of_known_processes_are_close():
    """Mean absolute error at most .045, where one ratio for all dates errs by .12."""
    ours = []
    static = []
    for seed in range(10):
        truth = hr.data.simulate_dcc(n_dates=1000, a=0.05, b=0.93, correlation=0.6, seed=seed)
        target = truth.hedge_ratio["hedge"].iloc[-1]
        ratio = hr.DCC().fit(truth.returns).hedge_ratio("asset", "hedge")["hedge"]
        ours.append(abs(ratio.iloc[-1] - target))
        covariance = truth.returns.cov().to_numpy()
        static.append(abs(covariance[0, 1] / covariance[1, 1] - target))
    assert np.mean(ours) < 0.045
    assert np.mean(static) > 2 * np.mean(ours)


def test_path_of_a_pair_is_cut_from_the_whole(ten_series):
    fit = hr.DCC().fit(ten_series)
    pair = fit.path(["a7", "a2"])
    np.testing.assert_allclose(pair, fit.path()[:, [6, 1]][:, :, [6, 1]], rtol=1e-12)


def test_univariate_models_may_differ_by_series(simulated_panel):
    models = {"spot": hr.GARCH(asymmetric=True), "fut": hr.GARCH()}
    fit = hr.DCC(models).fit(simulated_panel[["spot", "fut"]])
    expected = ["mu", "omega", "alpha", "gamma", "beta"]
    assert fit.parameters.index.tolist()[:5] == [f"spot {p}" for p in expected]
    assert "fut gamma" not in fit.parameters
    assert np.isfinite(fit.standard_errors).all()
    with pytest.raises(
        hr.DataError, match="univariate must contain every series; 'alt' is missing from"
    ):
        hr.DCC(models).fit(simulated_panel)


def test_estimate_on_a_bound_warns():
    independent = hr.data.simulate_dcc(n_dates=400, a=0.0, b=0.0, seed=3).returns
    with pytest.warns(
        hr.errors.ConvergenceWarning, match=r"the DCC estimate lies on a bound: .*= 0"
    ):
        fit = hr.DCC().fit(independent)
    assert fit.convergence["bounds hit"]


def test_warnings_point_at_the_caller():
    independent = hr.data.simulate_dcc(n_dates=400, a=0.0, b=0.0, seed=3).returns
    with pytest.warns(hr.errors.ConvergenceWarning) as caught:
        hr.MinimumVarianceHedge(hr.DCC()).fit(independent["asset"], independent[["hedge"]])
    assert caught[0].filename == __file__


def test_impossible_settings_and_samples_are_refused(percent_log_returns):
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


def test_warm_start_reaches_the_same_optimum(percent_log_returns):
    """The second window begins and ends one day later."""
    for model in (hr.DCC(), hr.DCC(integrated=True), hr.DCC(density="student")):
        first = percent_log_returns.iloc[1500:2500]
        second = percent_log_returns.iloc[1501:2501]
        earlier = model.fit(first)
        cold = model.fit(second)
        warm = model.fit(second, warm_start=earlier)
        np.testing.assert_allclose(warm.parameters, cold.parameters, rtol=1e-5)
        assert warm.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-6)
        # the earlier fit is left as it was
        np.testing.assert_array_equal(model.fit(first).parameters, earlier.parameters)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of DCC"):
        hr.DCC(asymmetric=True).fit(second, warm_start=earlier)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of DCC"):
        model.fit(second.iloc[:, ::-1], warm_start=earlier)


def test_forecasts_agree_with_rmgarch(percent_log_returns, simulated_reference, simulated_panel):
    """Five-step forecasts: univariate variances, and correlations by (a + b)^(k - 1)."""
    for n in (2, 3):
        expected = simulated_reference[f"rmgarch_DCC_N{n}"]
        fit = hr.DCC().fit(simulated_panel.iloc[:, :n])
        steps = fit.forecast(5)
        for k in range(1, 6):
            h = steps.loc[k]
            rho = h.loc["spot", "fut"] / np.sqrt(h.loc["spot", "spot"] * h.loc["fut", "fut"])
            assert rho == pytest.approx(expected["forecast_rho12"][k - 1], abs=1e-4)
            assert h.loc["fut", "fut"] == pytest.approx(expected["forecast_var2"][k - 1], rel=1e-3)
        pd.testing.assert_frame_equal(steps.loc[1], fit.next_covariance, check_names=False)
        total = sum(steps.loc[k].to_numpy() for k in range(1, 6))
        np.testing.assert_allclose(fit.aggregate(5), total)


def test_forecasts_revert_to_the_target(fit):
    far = fit.forecast(5000).loc[5000]
    target = fit.final_state.target
    expected = target[0, 1] / np.sqrt(target[0, 0] * target[1, 1])
    assert far.iloc[0, 1] / np.sqrt(far.iloc[0, 0] * far.iloc[1, 1]) == pytest.approx(
        expected, rel=1e-8
    )
