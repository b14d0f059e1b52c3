"""Rolling, expanding and weighted OLS, date by date, against regressions written out."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch._kernels.moments.rolling_ratios import weighted_ratios
from hedgeresearch.estimation.regression import newey_west_lags
from hedgeresearch.hedges.regression.moving_errors import effective_dates
from hedgeresearch.hedges.regression.moving_regression import WeightedMoments


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=400, n_series=3, correlation=0.7, seed=3).returns


@pytest.fixture(scope="module")
def asset(returns):
    return returns["asset"]


@pytest.fixture(scope="module")
def hedges(returns):
    return returns[["hedge", "hedge2"]]


def regress(y, x, weights, lags, corrected):
    """Return slopes and HAC errors by the definition, from residuals over 1 - leverage or not."""
    x = np.column_stack([np.ones(len(y)), x])
    bread = np.linalg.inv(x.T @ (weights[:, None] * x))
    coefficients = bread @ x.T @ (weights * y)
    residuals = y - x @ coefficients
    if corrected:
        residuals = residuals / (1.0 - weights * np.einsum("ti,ij,tj->t", x, bread, x))
    moments = x * (weights * residuals)[:, None]
    middle = moments.T @ moments
    for lag in range(1, min(lags, len(y) - 1) + 1):
        cross = moments[lag:].T @ moments[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    return coefficients[1:], np.sqrt(np.diag(bread @ middle @ bread))[1:]


MODELS = {
    "rolling": (hr.RollingOLSHedge(90), 90, np.inf),
    "rolling, plain": (hr.RollingOLSHedge(90, small_sample=False), 90, np.inf),
    "rolling, lags": (hr.RollingOLSHedge(90, hac_lags=11), 90, np.inf),
    "rolling, no lags": (hr.RollingOLSHedge(90, hac_lags=0), 90, np.inf),
    "expanding": (hr.ExpandingOLSHedge(50), None, np.inf),
    "expanding, lags": (hr.ExpandingOLSHedge(50, hac_lags=7), None, np.inf),
    "expanding, plain": (hr.ExpandingOLSHedge(50, small_sample=False), None, np.inf),
    "weighted": (hr.WeightedOLSHedge(25), None, 25),
    "weighted, plain": (hr.WeightedOLSHedge(25, small_sample=False), None, 25),
    "weighted, lags": (hr.WeightedOLSHedge(3, hac_lags=30), None, 3),
}


def by_hand(model, returns, t, window, half_life):
    """Ratio and standard error of date number t."""
    past = returns.to_numpy()[0 if window is None else t - window : t]
    weights = 0.5 ** (np.arange(len(past))[::-1] / half_life)
    effective = weights.sum() ** 2 / (weights**2).sum()
    lags = newey_west_lags(effective) if model.hac_lags is None else model.hac_lags
    corrected = model.small_sample and effective < 250
    return regress(past[:, 0], past[:, 1:], weights, lags, corrected)


@pytest.mark.long
@pytest.mark.parametrize("name", MODELS)
def test_each_date_equals_its_own_regression(name, returns, asset, hedges):
    model, window, half_life = MODELS[name]
    fit = model.fit(asset[:300], hedges[:300])
    errors = fit.errors.path_errors(fit)
    first = 300 - len(fit.ratio)
    for t in (first, 137, 299):
        ratio, error = by_hand(model, returns, t, window, half_life)
        np.testing.assert_allclose(fit.ratio.iloc[t - first], ratio, rtol=1e-9)
        np.testing.assert_allclose(errors[t - first], error, rtol=1e-8)
    ratio, error = by_hand(model, returns, 300, window, half_life)
    np.testing.assert_allclose(fit.next_ratio, ratio, rtol=1e-9)
    np.testing.assert_allclose(fit.standard_errors, error, rtol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_errors_after_an_extension_equal_regressions(name, returns, asset, hedges):
    model, window, half_life = MODELS[name]
    fit = model.fit(asset[:200], hedges[:200]).extend(asset[200:310], hedges[200:310])
    later = fit.extend(asset[310:], hedges[310:])
    errors = later.errors.path_errors(later)
    assert errors.shape == (90, 2)
    for t in (310, 399):
        ratio, error = by_hand(model, returns, t, window, half_life)
        np.testing.assert_allclose(later.ratio.iloc[t - 310], ratio, rtol=1e-9)
        np.testing.assert_allclose(errors[t - 310], error, rtol=1e-8)
    np.testing.assert_allclose(
        later.standard_errors, by_hand(model, returns, 400, window, half_life)[1], rtol=1e-8
    )
    whole = model.fit(asset, hedges)
    pd.testing.assert_frame_equal(
        later.bands(), whole.bands().iloc[-90:], rtol=1e-9, check_freq=False
    )


@pytest.mark.long
@pytest.mark.parametrize(
    "model", [hr.RollingOLSHedge(260), hr.ExpandingOLSHedge(60)], ids=["rolling", "expanding"]
)
@pytest.mark.parametrize("n_hedges", [1, 2])
def test_errors_of_long_samples_equal_regressions(model, n_hedges):
    sample = hr.data.simulate_dcc(900, n_series=1 + n_hedges, names=list("abc")[: 1 + n_hedges])
    returns = sample.returns
    fit = model.fit(returns["a"], returns.iloc[:, 1:])
    errors = fit.errors.path_errors(fit)
    window = 260 if isinstance(model, hr.RollingOLSHedge) else None
    first = 900 - len(fit.ratio)
    for t in (first, 261, 520, 521, 777, 899):
        ratio, error = by_hand(model, returns, t, window, np.inf)
        np.testing.assert_allclose(fit.ratio.iloc[t - first], ratio, rtol=1e-9)
        np.testing.assert_allclose(errors[t - first], error, rtol=1e-8)


def test_bands_use_the_degrees_of_freedom_of_each_date(asset, hedges):
    fit = hr.ExpandingOLSHedge(10).fit(asset, hedges)
    reach = fit.bands().to_numpy()[:, 1] - fit.ratio["hedge"].to_numpy()
    quantiles = reach / fit.errors.path_errors(fit)[:, 0]
    # 1 / (1 / (n - k) + 2 L / (3 n)), the normal quantile from 250 dates on
    degrees = 1 / (1 / (10 - 3) + 2 * 2 / (3 * 10))
    assert quantiles[0] == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-9)
    degrees = 1 / (1 / (249 - 3) + 2 * 4 / (3 * 249))
    assert quantiles[239] == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-9)
    np.testing.assert_allclose(quantiles[240:], stats.norm.ppf(0.975), rtol=1e-9)


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_a_window_that_rests_on_one_date_is_refused():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((80, 2))
    values[:, 1] *= np.arange(80) % 25 == 24
    frame = pd.DataFrame(values, columns=["asset", "hedge"])
    fit = hr.RollingOLSHedge(30).fit(frame["asset"], frame[["hedge"]])
    with pytest.raises(hr.DataError, match="at least two observations behind every coefficient"):
        fit.bands()


def test_effective_dates_equal_their_definition():
    for half_life in (0.5, 10.0, 1e4):
        weights = 0.5 ** (np.arange(50) / half_life)
        expected = weights.sum() ** 2 / (weights**2).sum()
        assert effective_dates(np.array([50]), half_life)[0] == pytest.approx(expected, rel=1e-9)
    assert effective_dates(np.array([50]), 1e15)[0] == pytest.approx(50.0)
    assert effective_dates(np.array([50]), np.inf)[0] == 50.0


@pytest.mark.parametrize("decay", [1.0, 0.98])
def test_moments_in_pieces_equal_those_at_once(returns, decay):
    values = returns.to_numpy() + 5.0
    once, _ = WeightedMoments.empty(values, decay).advance(values, skip=0)
    moments = WeightedMoments.empty(values, decay)
    parts = []
    for start in range(0, 400, 3):
        piece, moments = moments.advance(values[start : start + 3], skip=0)
        parts.append(piece.ratios[:-1])
    np.testing.assert_array_equal(np.concatenate(parts), once.ratios[:-1])
    np.testing.assert_array_equal(piece.covariance, once.covariance)
    for t in (2, 57, 400):
        weights = decay ** np.arange(t)[::-1]
        expected = np.cov(values[:t], rowvar=False, aweights=weights)
        np.testing.assert_allclose(
            once.covariance_at(t), expected, rtol=1e-8
        )  # np.cov itself loses digits at this level


@pytest.mark.parametrize("decay", [1.0, 0.999])
def test_moments_keep_digits_at_the_level_of_prices(decay):
    """The slope of 300 000 rows near 1e5 that move by one, against extended precision."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=300_000)
    values = 1e5 + np.column_stack([0.7 * x + 0.1 * rng.normal(size=300_000), x])
    found, _ = WeightedMoments.empty(values, decay).advance(values, skip=0)
    weights = np.longdouble(decay) ** np.arange(300_000)[::-1]
    exact = values.astype(np.longdouble)
    exact = exact - (weights @ exact) / weights.sum()
    expected = (weights * exact[:, 0]) @ exact[:, 1] / ((weights * exact[:, 1]) @ exact[:, 1])
    assert found.ratios[-1, 0] == pytest.approx(float(expected), rel=1e-10)


def test_no_rows_have_no_ratio():
    state = (np.zeros(2), np.zeros(2), np.zeros((2, 2)))
    ratios, pivots, _ = weighted_ratios(np.ones((1, 2)), 1.0, 0, *state)
    assert np.isnan(ratios).all()
    assert (pivots == 0.0).all()


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
@pytest.mark.parametrize(
    "model", [hr.ExpandingOLSHedge(60), hr.WeightedOLSHedge(2)], ids=["expanding", "weighted"]
)
def test_constant_hedge_is_named_with_its_date(model, asset, hedges):
    still = hedges.copy()
    still.iloc[:61, 1] = 0.0
    date = "2000-03-24" if isinstance(model, hr.ExpandingOLSHedge) else "2000-01-28"
    with pytest.raises(hr.DataError, match=f"hedges on {date} must vary; hedge2 does not move"):
        model.fit(asset, still)


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")  # of unit variance
@pytest.mark.slow
@pytest.mark.parametrize(
    "model", [hr.RollingOLSHedge(250), hr.WeightedOLSHedge(90)], ids=["rolling", "weighted"]
)
def test_intervals_cover_a_constant_ratio(model):
    held = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=500)
        frame = pd.DataFrame(
            {"asset": 0.9 * x + 0.5 * rng.normal(size=500), "hedge": x}, pd.RangeIndex(500)
        )
        interval = model.fit(frame["asset"], frame[["hedge"]]).conf_int()
        held.append(bool(interval["lower"].item() < 0.9 < interval["upper"].item()))
    assert 0.92 < np.mean(held) < 0.98  # about .95
