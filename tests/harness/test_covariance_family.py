"""Properties that every covariance model has."""

import pickle

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality.once import data_checked

MODELS = {
    "sample": hr.SampleCovariance(),
    "sample, shrunk": hr.SampleCovariance(shrinkage="nonlinear"),
    "rolling": hr.RollingCovariance(60),
    "ewma": hr.EWMACovariance(0.95),
    "ccc": hr.CCC(),
    "ccc, models by name": hr.CCC(
        {"asset": hr.GARCH(), "hedge": hr.GARCH(asymmetric=True), "hedge2": hr.GARCH()}
    ),
    "dcc": hr.DCC(),
    "dcc, asymmetric": hr.DCC(hr.GARCH(asymmetric=True), asymmetric=True),
    "dcc, aielli": hr.DCC(correction="aielli"),
    "dcc, zero mean": hr.DCC(hr.GARCH(mean="zero")),
    "dcc, student": hr.DCC(hr.GARCH(density="student"), density="student"),
    "dcc, composite": hr.DCC(estimator="composite", target="linear"),
    "dcc, integrated": hr.DCC(integrated=True),
    "dcc, arch": hr.DCC(hr.ArchModel(vol="EGARCH", o=1)),
    "deco": hr.DECO(),
    "bekk": hr.BEKK("full"),
    "bekk, asymmetric": hr.BEKK("diagonal", asymmetric=True),
    "bekk, targeting": hr.BEKK("scalar", targeting=True),
    "bekk, zero mean": hr.BEKK("diagonal", asymmetric=True, mean="zero"),
    "orthogonal": hr.OrthogonalGARCH(2),
    "regimes": hr.RegimeCorrelation(n_starts=2),
    "dcc by regime": hr.RegimeDCC(),
}
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning"
)
MOMENTS = {"sample", "sample, shrunk", "rolling", "ewma"}
ESTIMATED = set(MODELS) - MOMENTS
SPLIT = 400


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=700, n_series=3, alpha=0.1, beta=0.85, seed=8).returns


@pytest.fixture(scope="module", params=MODELS, ids=str)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def fit(name, returns):
    return MODELS[name].fit(returns.iloc[:SPLIT])


def test_path_is_dated_and_positive_definite(fit, returns):
    assert fit.path().shape == (len(fit.dates), 3, 3)
    assert fit.dates[-1] == fit.sample_end == fit.last_date == returns.index[SPLIT - 1]
    assert (np.linalg.eigvalsh(fit.path()) > 0).all()
    np.testing.assert_array_equal(fit.path(), np.swapaxes(fit.path(), 1, 2))
    assert fit.covariance.loc[fit.dates[5]].shape == (3, 3)
    np.testing.assert_allclose(fit.volatility.iloc[5] ** 2, np.diag(fit.path()[5]))


def test_path_uses_earlier_dates_only(fit, returns):
    new = returns.iloc[SPLIT:]
    shocked = returns.iloc[SPLIT:].copy()
    day = 100
    shocked.iloc[day:] = 10 * shocked.iloc[day:] + 0.1
    np.testing.assert_array_equal(
        fit.extend(new).path()[: day + 1], fit.extend(shocked).path()[: day + 1]
    )


def test_next_value_is_the_first_of_an_extension(fit, returns):
    extended = fit.extend(returns.iloc[SPLIT:])
    np.testing.assert_allclose(fit.next_covariance, extended.path()[0], rtol=1e-12)
    assert extended.sample_end == fit.sample_end
    assert extended.parameters is fit.parameters


@pytest.mark.long
def test_bar_by_bar_is_one_long_filter(name, fit):
    # a bar of arch's models costs as much as all bars before it
    n_dates = 600 if name == "dcc, arch" else 3700
    new = hr.data.simulate_dcc(n_dates=n_dates, n_series=3, seed=9).returns.iloc[SPLIT:]
    once = fit.extend(new)
    step = fit
    rows = []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.path()[0])
    np.testing.assert_allclose(rows, once.path(), rtol=1e-12)
    np.testing.assert_allclose(step.next_covariance, once.next_covariance, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_scale_the_covariance(name, fit, returns, scale):
    scaled = fit.model.fit(returns.iloc[:SPLIT] * scale)
    np.testing.assert_allclose(scaled.path(), fit.path() * scale**2, rtol=tolerance(name))
    if name in ESTIMATED and fit.log_likelihood is not None:
        shift = 3 * SPLIT * np.log(scale)
        assert scaled.log_likelihood == pytest.approx(fit.log_likelihood - shift, abs=1e-3)


def test_a_shift_changes_means_only(name, fit, returns):
    if name == "ewma" or "zero mean" in name:
        return  # the mean is zero
    shift = 0.005 if name == "dcc, arch" else 0.5  # arch searches the mean from zero
    with data_checked():  # a mean of 0.5 a row is refused
        shifted = fit.model.fit(returns.iloc[:SPLIT] + shift)
    np.testing.assert_allclose(shifted.path(), fit.path(), rtol=tolerance(name))


def test_order_of_series_does_not_matter(name, fit, returns):
    if name == "dcc, composite":
        return  # its pairs are those of neighbors
    order = [2, 0, 1]
    permuted = fit.model.fit(returns.iloc[:SPLIT, order])
    np.testing.assert_allclose(
        permuted.path(), fit.path()[:, order][:, :, order], rtol=tolerance(name)
    )


def tolerance(name):
    """Within which searches that end at the same optimum agree."""
    # arch's optimizer is SLSQP with numerical gradients; the likelihood of the full BEKK of these
    # 400 observations is flat at its maximum (C[3,3] = 0)
    return {"dcc, arch": 2e-4, "bekk": 1e-4}.get(name, 1e-5)


def test_same_data_give_the_same_bytes(fit, returns):
    assert fit.model.fit(returns.iloc[:SPLIT]).path().tobytes() == fit.path().tobytes()


def test_a_fit_survives_pickling(fit, returns):
    copy = pickle.loads(pickle.dumps(fit))
    np.testing.assert_array_equal(
        copy.extend(returns.iloc[SPLIT:]).path(), fit.extend(returns.iloc[SPLIT:]).path()
    )


def test_hedge_ratio_is_that_of_its_block(fit):
    ratio = fit.hedge_ratio("hedge", ["asset"])["asset"]
    np.testing.assert_allclose(ratio, fit.path()[:, 0, 1] / fit.path()[:, 0, 0], rtol=1e-10)
    with pytest.raises(hr.DataError, match="the series must be one of"):
        fit.hedge_ratio("unknown", ["asset"])


def test_bad_input_is_refused(fit, returns):
    sample = returns.iloc[:SPLIT]
    new = returns.iloc[SPLIT:]
    for bad, message in [
        (sample.replace(sample.iloc[50, 0], np.nan), "has a gap"),
        (sample.assign(asset=np.inf), "has an infinity"),
        (sample.assign(asset=0.1), "'asset' is constant"),
        (sample.iloc[::-1], "sorted by date"),
        (sample.iloc[[0, 0, *range(1, SPLIT)]], "every date once"),
        (sample.astype(object), "must contain numbers"),
        (sample.iloc[:4], r"at least \d+ rows.*; got 4"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            fit.model.fit(bad)
    with pytest.raises(hr.DataError, match="must start after"):
        fit.extend(sample)
    with pytest.raises(hr.DataError, match="must have the columns"):
        fit.extend(new.iloc[:, ::-1])
    with pytest.raises(hr.DataError, match="must be dated like the fit"):
        fit.extend(new.tz_localize("UTC"))


def test_repr_html_and_plot_name_the_model(fit):
    assert type(fit.model).__name__ in repr(fit)
    assert "estimate" in fit._repr_html_()
    assert fit.plot().get_ylabel() == "volatility, % per period"


def test_path_of_a_block_is_cut_from_the_whole(fit):
    block = fit.path(["hedge2", "asset"])
    np.testing.assert_allclose(block, fit.path()[:, [2, 0]][:, :, [2, 0]], rtol=1e-11)


def test_estimates_have_errors_and_criteria(name, fit):
    if name not in ESTIMATED:
        assert fit.parameters.empty
        assert fit.standard_errors.empty
        assert fit.log_likelihood is None
        return
    assert fit.summary.columns.tolist() == ["estimate", "standard error", "t", "p"]
    held = fit.standard_errors.isna()
    assert held.sum() <= 2 * len(fit.convergence["bounds hit"])
    assert (fit.standard_errors[~held] > 0).all()
    matrix = fit.parameter_covariance.to_numpy()
    np.testing.assert_array_equal(matrix, matrix.T)
    assert fit.convergence["gradient norm"] < 1e-4
    if fit.log_likelihood is not None:
        assert fit.aic < fit.bic


def test_forecasts_begin_with_the_next_and_add_up(fit):
    steps = fit.forecast(7)
    np.testing.assert_allclose(steps.loc[1], fit.next_covariance, rtol=1e-12)
    np.testing.assert_allclose(
        fit.aggregate(7), steps.groupby("series", sort=False).sum(), rtol=1e-12
    )
    for _, matrix in steps.groupby("step"):
        assert (np.linalg.eigvalsh(matrix) > 0).all()
    with pytest.raises(
        hr.DataError,
        match="horizon must be a whole number of rows of at least 1, or a time.*; got 0",
    ):
        fit.forecast(0)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(MODELS) - {"dcc, arch"}), indirect=True)
def test_simulated_returns_have_the_next_covariance(name, fit):  # arch is slow, see below
    check_covariance_of_draws(fit)


@pytest.mark.slow
def test_simulated_returns_of_arch_have_the_next_covariance(returns):
    check_covariance_of_draws(MODELS["dcc, arch"].fit(returns.iloc[:SPLIT]))


def check_covariance_of_draws(fit):
    first = np.array([fit.simulate(1, seed=seed).to_numpy()[0] for seed in range(1500)])
    expected = fit.next_covariance.to_numpy()
    scale = np.sqrt(np.diag(expected))
    units = np.outer(scale, scale)
    np.testing.assert_allclose(np.cov(first, rowvar=False) / units, expected / units, atol=0.12)


def test_simulation_is_reproducible(fit):
    path = fit.simulate(20, seed=3)
    assert path.shape == (20, 3)
    np.testing.assert_array_equal(path, fit.simulate(20, seed=3))
    assert (path != fit.simulate(20, seed=4)).all(axis=None)


def test_standardized_residuals_undo_the_covariance(name, fit):
    residuals = fit.standardized_residuals
    assert residuals.shape == fit.returns.shape
    values = fit.returns.to_numpy()
    path = fit.path()
    errors = values - fit.initial_state.means(values)[:-1]
    mahalanobis = [e @ np.linalg.solve(h, e) for e, h in zip(errors, path, strict=True)]
    np.testing.assert_allclose((residuals**2).sum(axis=1), mahalanobis, rtol=1e-9)
    if name in ESTIMATED:
        np.testing.assert_allclose(np.cov(residuals, rowvar=False), np.eye(3), atol=0.2)
    tests = fit.diagnostics(lags=5)
    assert len(tests) == 3 + 6
    assert tests["p"].between(0, 1).all()
