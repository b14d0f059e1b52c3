"""Errors of minimum-variance ratios against regressions, limits of models, and simulated truth.

Share of 95% intervals that cover the truth, 400 samples, seeds from 0: for OLS a constant ratio
between series with GARCH volatilities, for DCC (a .05, b .93) the ratio of the date after the
sample:

    dates   OLS    DCC    DCC, S taken as known   error of DCC   standard error of DCC, mean
    1000    .945   .953   .915                    .0457          .0477
    2000    .945   .940   .897                    .0393          .0346
"""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.estimation.regression import newey_west_lags

pytestmark = pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(
        n_dates=800, n_series=3, correlation=0.7, a=0.05, b=0.9, seed=4
    ).returns


def fit(model, returns):
    return hr.MinimumVarianceHedge(model).fit(returns.iloc[:, 0], returns.iloc[:, 1:])


def extend(earlier, returns):
    return earlier.extend(returns.iloc[:, 0], returns.iloc[:, 1:])


def test_errors_of_the_sample_covariance_are_those_of_ols(returns):
    ols = hr.OLSHedge().fit(returns["asset"], returns[["hedge", "hedge2"]])
    sample = fit(hr.SampleCovariance(), returns)
    np.testing.assert_allclose(sample.standard_errors, ols.standard_errors, rtol=1e-9)
    half = fit(hr.SampleCovariance(), returns.iloc[:400])
    np.testing.assert_allclose(
        extend(half, returns.iloc[400:]).standard_errors, half.standard_errors, rtol=1e-12
    )


def test_errors_of_a_window_are_those_of_its_ols(returns):
    rolling = fit(hr.RollingCovariance(250), returns.iloc[:500])
    for now, last in ((rolling, 500), (extend(rolling, returns.iloc[500:]), 800)):
        dates = returns.iloc[last - 250 : last]
        ols = hr.OLSHedge(hac_lags=newey_west_lags(250)).fit(
            dates["asset"], dates[["hedge", "hedge2"]]
        )
        np.testing.assert_allclose(now.standard_errors, ols.standard_errors, rtol=1e-9)


def test_small_samples_and_windows_have_the_errors_of_ols(returns):
    few = returns.iloc[-30:]
    ols = hr.OLSHedge().fit(few["asset"], few[["hedge", "hedge2"]])
    for model in (hr.SampleCovariance(), hr.RollingCovariance(30)):
        found = fit(model, few if model == hr.SampleCovariance() else returns)
        np.testing.assert_allclose(found.conf_int(), ols.conf_int(), rtol=1e-9)


def test_errors_of_exponential_weights_by_definition(returns):
    decay = 0.97
    values = returns.to_numpy()
    later = extend(fit(hr.EWMACovariance(decay), returns.iloc[:500]), returns.iloc[500:])
    weights = np.array([decay ** (799 - t) for t in range(800)])
    weights /= weights.sum()
    bread = np.zeros((2, 2))
    middle = np.zeros((2, 2))
    moments = []
    for w, row in zip(weights, values, strict=True):
        bread += w * np.outer(row[1:], row[1:])
    inverse = np.linalg.inv(bread)
    for w, row in zip(weights, values, strict=True):
        residual = row[0] - row[1:] @ later.next_ratio.to_numpy()
        # 65 dates are few: residuals over one less their leverage
        moments.append(w * row[1:] * residual / (1 - w * row[1:] @ inverse @ row[1:]))
    lags = newey_west_lags(int(1 / (weights**2).sum()))  # 65 dates
    assert lags == 3
    for t in range(800):
        for s in range(max(0, t - lags), min(800, t + lags + 1)):
            middle += (1 - abs(t - s) / (lags + 1)) * np.outer(moments[t], moments[s])
    expected = inverse @ middle @ inverse
    np.testing.assert_allclose(later.standard_errors, np.sqrt(np.diag(expected)), rtol=1e-8)
    n = 1 / (weights**2).sum()
    degrees = 1 / (1 / (n - 2) + 2 * 3 / (3 * n))
    assert later.errors.degrees_of_freedom(later) == pytest.approx(degrees)
    np.testing.assert_allclose(later.errors.covariance(later), expected, rtol=1e-8)


def test_ccc_of_constant_variances_has_errors_of_ols(returns):
    """CCC of constant variances is OLS, so that its influences must give the covariance of OLS."""
    margins = hr.ArchModel(vol="Constant")
    found = fit(hr.CCC(univariate=margins), returns)
    ols = hr.OLSHedge().fit(returns["asset"], returns[["hedge", "hedge2"]])
    np.testing.assert_allclose(found.next_ratio, ols.next_ratio, rtol=1e-6)
    expected = ols.estimates.covariance.iloc[1:, 1:]
    np.testing.assert_allclose(
        found.errors.covariance(found), expected, rtol=5e-3
    )  # divisors of n and n - 1


MODELS = {
    "dcc": hr.DCC(),
    "deco": hr.DECO(),
    "bekk": hr.BEKK("scalar", targeting=True),
    "orthogonal": hr.OrthogonalGARCH(n_factors=1),
    "regimes": hr.RegimeCorrelation(n_starts=1),
}


@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.long
@pytest.mark.parametrize("name", MODELS)
def test_errors_scale_with_units_and_ignore_the_order(name, returns):
    """Two searches end within some 1e-6 of an error; numerical differences are farther apart."""
    found = fit(MODELS[name], returns)
    covariance = found.errors.covariance(found)
    np.testing.assert_array_equal(np.isfinite(covariance), True)
    scaled = fit(MODELS[name], returns * [1e-4, 1.0, 1e4])
    units = 1e-4 / np.array([1.0, 1e4])
    np.testing.assert_allclose(
        scaled.errors.covariance(scaled), covariance * np.outer(units, units), rtol=5e-3
    )
    turned = fit(MODELS[name], returns[["asset", "hedge2", "hedge"]])
    np.testing.assert_allclose(
        turned.standard_errors[["hedge", "hedge2"]], found.standard_errors, rtol=2e-3
    )


@pytest.mark.long
def test_errors_after_an_extension_by_slow_differences(returns):
    """Errors after an extension are those of the same parameters in another state."""
    early = fit(hr.DCC(), returns.iloc[:500])
    late = extend(early, returns.iloc[500:])
    moves = early.estimates.errors.delta_method()
    by_date = np.zeros((500, 2))
    for j in np.flatnonzero(moves.influence.any(axis=0)):
        ends = []
        for sign in (1.0, -1.0):
            change = np.zeros(len(moves.steps))
            change[j] = 3.0 * sign * moves.steps[j]
            h = moves.state_at(change)
            for row in returns.to_numpy():
                h = h.advance(row[None])
            ends.append(np.linalg.solve(h.next_covariance[1:, 1:], h.next_covariance[1:, 0]))
        by_date += np.outer(moves.influence[:, j], (ends[0] - ends[1]) / (6.0 * moves.steps[j]))
    lags = newey_west_lags(500)
    total = by_date.T @ by_date
    for lag in range(1, lags + 1):
        cross = by_date[lag:].T @ by_date[:-lag]
        total += (1 - lag / (lags + 1)) * (cross + cross.T)
    np.testing.assert_allclose(
        late.errors.covariance(late), total / 500**2, rtol=1e-6
    )  # differences
    assert not np.allclose(late.standard_errors, early.standard_errors, rtol=0.01)


def test_errors_of_dcc_at_its_bound_are_those_of_ccc():
    steady = hr.data.simulate_dcc(600, a=0.0, b=0.0, seed=2).returns
    dcc = fit(hr.DCC(), steady)
    ccc = fit(hr.CCC(), steady)
    assert dcc.estimates.bounds_hit
    np.testing.assert_allclose(dcc.next_ratio, ccc.next_ratio, rtol=1e-6)
    np.testing.assert_allclose(
        dcc.standard_errors, ccc.standard_errors, rtol=0.02
    )  # surprises stand for products


@pytest.mark.long
def test_shrunk_covariances_have_no_delta_method(returns):
    for model in (hr.SampleCovariance(shrinkage="linear"), hr.DCC(target="linear")):
        shrunk = fit(model, returns)
        assert shrunk.errors is None
        with pytest.raises(hr.DataError, match="method must be 'bootstrap'"):
            shrunk.conf_int(method="delta")
    assert (fit(hr.SampleCovariance(shrinkage="linear"), returns).standard_errors > 0).all()


def dcc_samples(n_dates, seeds):
    """Fits of the first dates, and the true ratio of the one after them."""
    for seed in seeds:
        truth = hr.data.simulate_dcc(n_dates + 1, seed=seed)
        yield fit(hr.DCC(), truth.returns.iloc[:-1]), truth.hedge_ratio["hedge"].iloc[-1]


def holds(found, truth):
    lower, upper = found.conf_int().loc["hedge"]
    return lower <= truth <= upper


@pytest.mark.slow
def test_ols_intervals_cover_a_constant_ratio():
    """The hedge and what it leaves have GARCH volatilities of their own."""
    hits = []
    for seed in range(400):
        parts = hr.data.simulate_dcc(1000, a=0.0, b=0.0, correlation=0.0, seed=seed).returns
        asset = (0.9 * parts["hedge"] + 0.5 * parts["asset"]).rename("asset")
        hits.append(holds(hr.OLSHedge().fit(asset, parts[["hedge"]]), 0.9))
    assert 0.92 <= np.mean(hits) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("n_dates", [1000, 2000])
def test_dcc_intervals_cover_the_next_ratio(n_dates):
    rows = []
    for found, truth in dcc_samples(n_dates, range(300)):
        rows.append(
            (holds(found, truth), found.next_ratio["hedge"] - truth, found.standard_errors["hedge"])
        )
    hits, errors, claimed = np.array(rows).T
    assert 0.92 <= hits.mean() <= 0.97
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(np.sqrt(np.mean(claimed**2)), rel=0.2)


@pytest.mark.slow
def test_dcc_bootstrap_intervals_cover_the_next_ratio():
    """With 100 draws, 95% of 48 samples; few of both here, as each draw is a fit."""
    hits = []
    widths = []
    for found, truth in dcc_samples(1000, range(30)):
        lower, upper = found.conf_int(method="bootstrap", n_bootstrap=50).loc["hedge"]
        hits.append(lower <= truth <= upper)
        widths.append((upper - lower) / (2 * 1.96 * found.standard_errors["hedge"]))
    assert np.mean(hits) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 30)
    assert np.mean(widths) == pytest.approx(
        1.0, abs=0.15
    )  # percentiles of 50 draws are somewhat narrow
