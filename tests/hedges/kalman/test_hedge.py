"""Kalman hedge against other software, in its limits, and on simulated ratios that are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.kalman.search import search_kalman
from hedgeresearch.hedges.kalman import likelihood
from hedgeresearch.hedges.kalman.filter import KalmanFilter
from tests.hedges.fitting import split


def moving_ratio(n_dates, seed, step=0.03, persistence=1.0, ratio=1.0):
    """Simulate returns of an asset and a hedge, and the ratios of n_dates + 1 dates."""
    rng = np.random.default_rng(seed)
    moves = step * rng.standard_normal(n_dates + 1)
    if persistence < 1.0:
        moves[0] /= np.sqrt(1.0 - persistence**2)
    away = np.zeros(n_dates + 1)
    for t in range(n_dates + 1):
        away[t] = moves[t] + (persistence * away[t - 1] if t else 0.0)
    hedge = 0.01 * rng.standard_normal(n_dates)
    asset = 0.0002 + (ratio + away[:-1]) * hedge + 0.006 * rng.standard_normal(n_dates)
    frame = pd.DataFrame(
        {"asset": asset, "hedge": hedge}, pd.bdate_range("2000-01-03", periods=n_dates)
    )
    return frame, ratio + away


def fit_to(frame, **settings):
    return hr.KalmanHedge(**settings).fit(frame["asset"], frame.drop(columns="asset"))


@pytest.fixture(scope="module")
def frame():
    return moving_ratio(1500, seed=3)[0]


@pytest.fixture(scope="module")
def walk(frame):
    return fit_to(frame)


@pytest.fixture(scope="module", params=["random_walk", "mean_reverting"])
def fit(request):
    persistence = {"random_walk": 1.0, "mean_reverting": 0.95}[request.param]
    return fit_to(moving_ratio(1500, 3, 0.08, persistence)[0], dynamics=request.param)


@pytest.fixture
def sample(fit):
    """Return the returns of the fit on their dates."""
    dates = pd.bdate_range("2000-01-03", periods=1500)
    return fit.sample.rows.frame().set_axis(dates)


def state_space(frame, estimates):
    """Return the random walk in statsmodels, started exactly diffuse, and its volatilities."""
    from statsmodels.tsa.statespace.mlemodel import MLEModel

    class RandomWalk(MLEModel):
        def __init__(self):
            super().__init__(
                frame["asset"].to_numpy(), k_states=2, k_posdef=1, initialization="diffuse"
            )
            self["design"] = np.stack([np.ones(len(frame)), frame["hedge"].to_numpy()])[None]
            self["transition"] = np.eye(2)
            self["selection"] = np.array([[0.0], [1.0]])

        def update(self, params, **kwargs):
            self["obs_cov", 0, 0], self["state_cov", 0, 0] = super().update(params, **kwargs) ** 2

    return RandomWalk(), estimates[["residual volatility", "ratio volatility hedge"]].to_numpy()


@pytest.mark.long
def test_filter_and_smoother_agree_with_statsmodels(frame, walk):
    fit = walk
    model, volatilities = state_space(frame, fit.estimates.parameters)
    theirs = model.smooth(volatilities, transformed=True)
    np.testing.assert_allclose(fit.ratio["hedge"], theirs.predicted_state[1, 20:-1], rtol=1e-7)
    assert fit.next_ratio["hedge"] == pytest.approx(theirs.predicted_state[1, -1], rel=1e-8)
    known = fit.state.filter.next_coefficient_covariance
    np.testing.assert_allclose(known, theirs.predicted_state_cov[:, :, -1], rtol=1e-7)
    hindsight = fit.model.hindsight(fit)
    np.testing.assert_allclose(hindsight["hedge"], theirs.smoothed_state[1, 20:], rtol=1e-7)
    assert (hindsight.index == fit.ratio.index).all()


def test_parameters_maximize_the_statsmodels_likelihood(frame, walk):
    """Its diffuse likelihood is lower at all points around our estimate."""
    model, volatilities = state_space(frame, walk.estimates.parameters)
    best = model.loglike(volatilities)
    for factors in ([1.01, 1.0], [0.99, 1.0], [1.0, 1.05], [1.0, 0.95]):
        assert model.loglike(volatilities * factors) < best


def test_persistence_of_a_random_walk_is_estimated_at_one(frame, walk):
    """The random walk is the limit of a ratio that reverts to its mean."""
    with pytest.warns(
        hr.errors.ConvergenceWarning, match="lies on a bound: persistence hedge = 1. A ratio"
    ):
        reverting = fit_to(frame, dynamics="mean_reverting")
    assert reverting.estimates.bounds_hit == ("persistence hedge = 1",)
    gain = reverting.estimates.log_likelihood - walk.estimates.log_likelihood
    assert abs(gain) < 0.02  # the bound is a little below one
    np.testing.assert_allclose(reverting.ratio, walk.ratio, atol=0.005)


def test_constant_ratio_is_estimated_as_that_of_ols():
    frame, _ = moving_ratio(800, seed=1, step=0.0)
    with pytest.warns(
        hr.errors.ConvergenceWarning,
        match="lies on a bound: ratio volatility hedge = 0. A ratio without",
    ):
        fit = fit_to(frame)
    assert fit.estimates.bounds_hit == ("ratio volatility hedge = 0",)
    assert np.isnan(fit.summary["standard error"]["ratio volatility hedge"])
    for t in (20, 100, 799):
        expected = np.polyfit(frame["hedge"][:t], frame["asset"][:t], 1)[0]
        assert fit.ratio["hedge"].loc[frame.index[t]] == pytest.approx(expected, rel=1e-8)
    ols = hr.OLSHedge("nonrobust").fit(frame["asset"], frame[["hedge"]])
    assert fit.next_ratio["hedge"] == pytest.approx(ols.next_ratio["hedge"], rel=1e-8)
    known = fit.state.filter.next_coefficient_covariance[1, 1]
    assert known == pytest.approx(ols.standard_errors["hedge"] ** 2, rel=1e-8)
    # steps that the data do not exclude add to it
    assert 1.05 * known < fit.standard_errors["hedge"] ** 2 < 9.0 * known
    assert fit.estimates.parameters["constant"] == pytest.approx(
        ols.estimates.parameters["constant"], rel=1e-8
    )
    np.testing.assert_allclose(fit.model.hindsight(fit), ols.next_ratio["hedge"], rtol=1e-8)


@pytest.mark.filterwarnings("ignore:the KalmanHedge estimate lies on a bound")
def test_errors_at_the_bound_average_over_steps_above_it():
    """By the likelihood of 400 step volatilities, each with the variance of its own filter."""
    frame, _ = moving_ratio(200, seed=1, step=0.0)
    fit = fit_to(frame)
    likelihood = fit.estimates.errors.likelihood
    best = likelihood.profile(np.zeros(1)).log_likelihood
    volatilities = np.linspace(0.0, 0.5, 400)
    weights = []
    variances = []
    for volatility in volatilities:
        point = likelihood.point(np.array([volatility**2]), np.ones(1))
        profile = likelihood.profile(point)
        first = KalmanFilter.initial(
            fit.state.filter.units, likelihood.dynamics(point), profile.variance
        )
        run = first.run(frame.to_numpy(), len(frame))
        change = run.ratios[0, 0] - fit.next_ratio["hedge"]
        weights.append(np.exp(profile.log_likelihood - best))
        variances.append(run.errors[0, 0] ** 2 + change**2)
    expected = np.average(variances, weights=weights)
    # the eight points of the package end where the likelihood has fallen by exp(-4)
    assert fit.standard_errors["hedge"] ** 2 == pytest.approx(expected, rel=0.1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
@pytest.mark.parametrize("step", [0.0, 0.02, 0.05, 0.1])
@pytest.mark.parametrize("n_dates", [60, 100])
def test_intervals_of_short_samples_cover_the_next_ratio(n_dates, step):
    held = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        hedge = rng.standard_normal(n_dates + 1)
        ratio = 0.8 + step * rng.standard_normal(n_dates + 1).cumsum()
        asset = ratio * hedge + 0.5 * rng.standard_normal(n_dates + 1)
        frame = pd.DataFrame({"asset": 0.01 * asset, "hedge": 0.01 * hedge})
        lower, upper = fit_to(frame[:-1]).conf_int().loc["hedge"]
        held.append(lower <= ratio[-1] <= upper)
    assert np.mean(held) >= 0.9


def test_persistence_of_a_constant_ratio_is_not_identified():
    frame, _ = moving_ratio(400, seed=2, step=0.0)
    with pytest.warns(hr.errors.ConvergenceWarning, match="ratio volatility hedge = 0. A ratio"):
        fit = fit_to(frame, dynamics="mean_reverting")
    errors = fit.summary["standard error"]
    assert np.isnan(errors[["ratio volatility hedge", "persistence hedge"]]).all()
    assert np.isfinite(errors[["constant", "mean hedge", "residual volatility"]]).all()
    assert np.isfinite(fit.standard_errors).all()


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_search_from_an_earlier_fit_starts_at_its_optimum(fit, sample, monkeypatch):
    evaluations = []

    def search(*arguments):
        found = search_kalman(*arguments)
        evaluations.append(found[-1])
        return found

    monkeypatch.setattr(likelihood, "search_kalman", search)
    again = fit.model.fit(sample["asset"], sample[["hedge"]], warm_start=fit)
    np.testing.assert_allclose(again.ratio, fit.ratio, rtol=1e-10)
    assert len(evaluations) == 1
    assert 0 < evaluations[0] <= 2
    # A fit that replicates its asset has no optimum to start from.
    replicating = fit.model.fit(sample["hedge"].rename("copy"), sample[["hedge"]])
    searched = fit.model.fit(sample["asset"], sample[["hedge"]], warm_start=replicating)
    np.testing.assert_array_equal(searched.ratio, fit.ratio)


def test_next_covariance_equals_hand_calculation(fit, sample):
    """Mean of Var(c + x b + e) given x over the hedge's sample, plus b' Var(x) b."""
    h = fit.next_covariance.to_numpy()
    x = sample["hedge"].to_numpy()
    known = fit.state.filter.next_coefficient_covariance
    residual = fit.estimates.parameters["residual volatility"]
    variance = x.var(ddof=1)
    b = fit.next_ratio["hedge"]
    products = np.array([[1.0, x.mean()], [x.mean(), variance + x.mean() ** 2]])
    np.testing.assert_allclose(h[1], [b * variance, variance], rtol=1e-10)
    assert h[0, 0] == pytest.approx(
        b**2 * variance + (known * products).sum() + residual**2, rel=1e-10
    )


def test_path_errors_equal_those_of_earlier_next_ratios(fit, sample):
    """The last date of a path has the errors of the next ratio of a filter that ends before it."""
    lower = fit.bands()["hedge"]["lower"]
    bands = fit.extend(*later(sample, 300)).bands()
    assert bands.shape == (300, 2)
    before = fit.extend(*(part.iloc[:-1] for part in later(sample, 300)))
    expected = before.conf_int().loc["hedge"]
    np.testing.assert_allclose(bands.iloc[-1], expected, rtol=1e-9)
    assert (lower < fit.ratio["hedge"]).all()


def later(sample, n_dates):
    new = moving_ratio(n_dates, seed=9)[0]
    new.index = pd.bdate_range(sample.index[-1] + pd.offsets.BDay(), periods=n_dates)
    return new["asset"], new[["hedge"]]


def test_uncertain_parameters_widen_intervals_as_draws_do(fit, sample):
    """E Var(b) + Var(E b) over 2000 draws of the parameters, by the filter at each."""
    errors = fit.estimates.errors
    estimated = fit.state.filter
    rng = np.random.default_rng(0)
    low, high = np.array(errors.likelihood.bounds).T
    at = np.concatenate([[np.log(estimated.variance)], errors.point])
    ratios = []
    variances = []
    for draw in rng.multivariate_normal(at, errors.by_coordinate, 2000):
        dynamics = errors.likelihood.dynamics(np.clip(draw[1:], low, high))
        first = replace(estimated, dynamics=dynamics, variance=np.exp(draw[0])).restarted()
        ratio, error, *_ = first.run(sample.to_numpy(), len(sample))
        ratios.append(ratio[0, 0])
        variances.append(error[0, 0] ** 2)
    expected = np.mean(variances) + np.mean((np.array(ratios) - fit.next_ratio["hedge"]) ** 2)
    # The draws are random, and the delta method leaves out higher orders.
    assert fit.standard_errors["hedge"] ** 2 == pytest.approx(expected, rel=0.02)
    known = estimated.next_coefficient_covariance[1, 1]
    assert 1.01 * known < fit.standard_errors["hedge"] ** 2 < 1.3 * known


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
def test_invalid_settings_and_samples_are_refused(frame):
    with pytest.raises(
        hr.DataError, match="dynamics must be one of 'random_walk', 'mean_reverting'; got 'walk'"
    ):
        hr.KalmanHedge("walk")
    with pytest.raises(hr.DataError, match="warm_up must be a whole number of at least 2; got 1"):
        hr.KalmanHedge(warm_up=1)
    few = "KalmanHedge needs at least 50 rows for 1 hedge .* got 49. .* OLSHedge or RollingOLSHedge"
    with pytest.raises(hr.DataError, match=few):
        fit_to(frame.iloc[:49], dynamics="mean_reverting")
    with pytest.raises(hr.DataError, match="KalmanHedge needs at least 61 rows .* got 60"):
        fit_to(frame.iloc[:60], warm_up=60)
    with pytest.raises(hr.DataError, match="warm_up must be at least 3 for 2 hedges; got 2"):
        fit_to(frame.assign(second=frame["hedge"] ** 2), warm_up=2)
    still = frame.copy()
    still.iloc[:30, 1] = 0.001
    with pytest.raises(
        hr.DataError, match="hedges must move, .* before 2000-01-31, .* warm_up=20 is too short"
    ):
        fit_to(still)
    assert len(fit_to(still, warm_up=40).ratio) == 1460
    still.iloc[:30, 1] = 0.0
    with pytest.raises(hr.DataError, match="warm_up=20 is too short"):
        fit_to(still)


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@pytest.mark.parametrize("level", [1e4, 1e6])
def test_a_hedge_that_hardly_varies_is_refused(frame, level):
    """The data cannot separate its ratio from the constant."""
    levels = frame.assign(hedge=1.0 + frame["hedge"] / frame["hedge"].std() / level)
    with pytest.raises(
        hr.DataError, match=r"the mean of 'hedge' is .*Pass returns, not levels|levels"
    ):
        fit_to(levels)


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@pytest.mark.filterwarnings("ignore:the KalmanHedge estimate lies on a bound")
def test_a_ratio_that_is_not_identified_has_finite_bands():
    """Hedges of plus or minus one make steps of the ratio look like residuals."""
    rng = np.random.default_rng(1104)
    hedge = np.sign(rng.standard_normal(300))
    asset = np.sign(rng.standard_normal(300)) + hedge
    found = fit_to(pd.DataFrame({"asset": asset, "hedge": hedge}), dynamics="mean_reverting")
    assert np.isfinite(found.bands()).all(axis=None)
    lower, upper = found.conf_int().loc["hedge"]
    assert lower < found.next_ratio["hedge"] < upper


def test_hedge_may_have_the_name_of_a_parameter(frame):
    odd = fit_to(frame.rename(columns={"hedge": "constant"}))
    assert odd.estimates.parameters.index.tolist() == [
        "constant",
        "residual volatility",
        "ratio volatility constant",
    ]
    assert odd.conf_int().index.tolist() == ["constant"]


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_hindsight_of_an_exact_hedge_is_its_ratio(frame):
    fit = hr.KalmanHedge().fit(2.0 * frame["hedge"].rename("twice"), frame[["hedge"]])
    np.testing.assert_allclose(fit.model.hindsight(fit), 2.0, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("persistence", [1.0, 0.97])
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_intervals_cover_the_next_true_ratio(persistence):
    """95% intervals of b_{T+1} over 1000 samples of 750 dates; the median recovers parameters."""
    model = hr.KalmanHedge("random_walk" if persistence == 1.0 else "mean_reverting")
    step = 0.03 if persistence == 1.0 else 0.08
    held = []
    found = []
    for seed in range(1000):
        frame, truth = moving_ratio(750, seed, step, persistence)
        fit = model.fit(frame["asset"], frame[["hedge"]])
        lower, upper = fit.conf_int().loc["hedge"]
        held.append(lower < truth[-1] < upper)
        found.append(fit.estimates.parameters)
    median = pd.DataFrame(found).median()
    print(f"\ncoverage {np.mean(held):.3f}, medians {median.round(4).to_dict()}")
    assert 0.92 <= np.mean(held) <= 0.97
    assert median["residual volatility"] == pytest.approx(0.006, rel=0.02)  # Monte Carlo
    # Small samples, in which the persistence is biased downwards.
    assert median["ratio volatility hedge"] == pytest.approx(step, rel=0.15)
    if persistence < 1.0:
        assert median["persistence hedge"] == pytest.approx(persistence, abs=0.015)


@pytest.mark.filterwarnings("ignore:the KalmanHedge estimate lies on a bound")
@pytest.mark.parametrize("seed", [6, 18, 26])
def test_errors_stay_near_those_of_ols_for_a_fixed_ratio(seed):
    """Also where the steps are estimated just above zero, with a large standard error."""
    rng = np.random.default_rng(seed)
    values = 0.01 * rng.standard_normal((400, 3))
    values[:, 0] = -0.8 * values[:, 1] + 0.005 * rng.standard_normal(400)
    frame = pd.DataFrame(values, columns=["asset", "first", "second"])
    fit = hr.KalmanHedge().fit(*split(frame))
    of_ols = hr.OLSHedge().fit(*split(frame)).standard_errors
    assert (fit.standard_errors < 8.0 * of_ols).all()
    assert (fit.errors.path_errors(fit)[-1] < 8.0 * of_ols).all()
