"""Data that break estimators: every model fits well and warns, or refuses and names a remedy."""

import re
import warnings
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.garch.coordinates import BOX
from hedgeresearch.covariance.bekk import estimation as bekk_estimation
from hedgeresearch.covariance.dcc.estimation import panel_search
from hedgeresearch.covariance.dcc.estimation import second_step as dcc_estimation
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.volatility.garch import estimation as garch_estimation
from hedgeresearch.volatility.garch.likelihood import GARCHLikelihood
from tests.covariance.hard_data import (
    DATES,
    FITTED,
    HALF,
    INDEXED,
    N_DATES,
    REFUSED,
    SIMULATED,
    WIDE,
    with_values,
)

ESTIMATED = {
    "ccc": hr.CCC(),
    "ccc, arch": hr.CCC(hr.ArchModel()),
    "dcc": hr.DCC(),
    "dcc, asymmetric": hr.DCC(hr.GARCH(asymmetric=True), asymmetric=True),
    "dcc, aielli": hr.DCC(correction="aielli"),
    "dcc, student": hr.DCC(hr.GARCH(density="student"), density="student"),
    "dcc, composite": hr.DCC(estimator="composite", target="nonlinear"),
    "deco": hr.DECO(),
    "bekk, scalar": hr.BEKK("scalar"),
    "bekk": hr.BEKK(),
    "bekk, full": hr.BEKK("full"),
    "bekk, asymmetric": hr.BEKK("scalar", asymmetric=True, targeting=True),
    "orthogonal": hr.OrthogonalGARCH(),
}
GIVEN = {
    "sample": hr.SampleCovariance(),
    "shrunk": hr.SampleCovariance("nonlinear"),
    "rolling": hr.RollingCovariance(60),
    "ewma": hr.EWMACovariance(),
}
MODELS = ESTIMATED | GIVEN
NEW_PANDAS = pytest.mark.skipif(
    pd.__version__ < "3", reason="pandas 2 makes an index of levels from names that are tuples"
)
UNSHRUNK = [name for name in ESTIMATED if name != "dcc, composite"]
ADVICE = r"[Tt]ake|Leave|Give|Pass|Use|Choose|Add|Rename|Remove|Look|try"
# the likelihood is too steep for a search close to a singular covariance, and where one date makes
# up all of it
MAY_STOP = {
    *((case, "bekk, full") for case in ("correlation 1 - 1e-8", "1000 sigma", "heavy tails")),
    ("correlation 1 - 1e-8", "bekk"),
    ("huge means", "ccc, arch"),  # arch searches the mean from zero
}


def fit(model, returns):
    """Fit of a model, its data unchecked, and the text of its warnings, all about bounds."""
    with warnings.catch_warnings(record=True) as caught, data_checked():
        warnings.simplefilter("always")
        result = model.fit(returns)
    assert {w.category for w in caught} <= {hr.errors.ConvergenceWarning}
    return result, " ".join(str(w.message) for w in caught)


def assert_covariances(matrices):
    """Check that matrices are finite, exactly symmetric, and positive definite in any units."""
    assert np.isfinite(matrices).all()
    np.testing.assert_array_equal(matrices, np.swapaxes(matrices, 1, 2))
    scale = np.sqrt(np.diagonal(matrices, axis1=1, axis2=2))
    assert (scale > 0).all()
    correlations = matrices / (scale[:, :, None] * scale[:, None, :])
    assert (np.linalg.eigvalsh(correlations) > 0).all()


def assert_sound(result, text, gradient_tolerance=1e-4):
    """Check convergence, the text of warnings about bounds, covariances and standard errors."""
    n = len(result.series)
    bounds = result.convergence["bounds hit"]
    only_some_are_named = "more (see fit.convergence)" in text
    assert only_some_are_named or all(bound in text for bound in bounds)
    assert bool(bounds) == bool(text)
    assert_covariances(result.path())
    assert_covariances(result.forecast(5).to_numpy().reshape(5, n, n))
    np.testing.assert_allclose(result.forecast(5).loc[1], result.next_covariance)
    assert np.isfinite(result.simulate(10)).all(axis=None)
    assert np.isfinite(result.standardized_residuals).all(axis=None)
    if len(result.parameters):
        assert result.convergence["gradient norm"] < gradient_tolerance
        held = result.standard_errors.isna()
        assert held.sum() <= 2 * len(bounds)
        assert (result.standard_errors[~held] > 0).all()
        assert np.isfinite(result.summary[~held]).all(axis=None)


@pytest.mark.long
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("case", FITTED)
def test_hard_data_are_fitted(case, name):
    if case == "zeros in the first half" and name in ("rolling", "ewma"):
        return  # see the constant windows
    try:
        result, text = fit(MODELS[name], FITTED[case])
    except hr.ConvergenceError as stop:
        assert (case, name) in MAY_STOP
        assert re.search(ADVICE, str(stop))
        return
    # at a correlation of 1 - 1e-8, rounding of the parameters alone moves the gradient by 1e-3
    is_rounded = (case, name) == ("correlation 1 - 1e-8", "bekk")
    assert_sound(result, text, gradient_tolerance=1e-2 if is_rounded else 1e-4)


@pytest.mark.parametrize("name", ["dcc", "bekk", "orthogonal", "rolling"])
@pytest.mark.parametrize("kind", INDEXED)
def test_any_ordered_index_is_accepted(kind, name):
    result, text = fit(MODELS[name], INDEXED[kind].iloc[:400])
    assert_sound(result.extend(INDEXED[kind].iloc[400:]), text)


@pytest.mark.parametrize("name", UNSHRUNK)
@pytest.mark.parametrize("case", REFUSED)
def test_impossible_data_are_refused_with_advice(case, name):
    returns, message = REFUSED[case]
    with pytest.raises(hr.DataError, match=message) as refusal:
        MODELS[name].fit(returns)
    assert re.search(ADVICE, str(refusal.value))


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
def test_a_variance_that_falls_to_zero_is_on_a_bound():
    """The likelihood has a pole: our search holds omega at its bound, the search of arch cannot."""
    stopped = with_values(HALF, 0, 0.0)
    _, text = fit(hr.CCC(), stopped)
    assert "omega = 0 of asset" in text
    with pytest.raises(
        hr.ConvergenceError, match=r"series 'asset': .* must reach a maximum; .*: try another vol"
    ):
        hr.CCC(hr.ArchModel()).fit(stopped)


@pytest.mark.parametrize("name", ["sample", "rolling", "ewma"])
def test_collinear_series_have_a_singular_covariance(name):
    """The covariance is right; residuals, which need its inverse, are refused."""
    result, _ = fit(MODELS[name], SIMULATED.assign(hedge=SIMULATED["asset"]))
    with pytest.raises(
        hr.DataError, match="must be positive definite; it is singular on .* Leave these out"
    ):
        _ = result.standardized_residuals


def test_constant_windows_have_no_variance():
    still = with_values(HALF, 0, 0.0)
    rolling = fit(hr.RollingCovariance(60), still)[0]
    ewma = fit(hr.EWMACovariance(), still)[0]
    assert rolling.next_covariance.loc["asset", "asset"] == 0.0
    assert_covariances(ewma.path())
    with pytest.raises(hr.DataError, match="singular at step 1, as series are constant"):
        rolling.simulate(10)
    with pytest.raises(hr.DataError, match=f"singular on {DATES[N_DATES // 2 + 60].date()}"):
        _ = rolling.standardized_residuals


def restart_gains(monkeypatch, model, returns, n_restarts=6):
    """Log-likelihoods of perturbed and random restarts of each search, less its own."""
    searches = {}

    def spy(likelihood, starts, bounds, model_name, **settings):
        end = maximize(likelihood, starts, bounds, model_name, **settings)
        searches.setdefault(id(likelihood), []).append((end, likelihood, bounds, model_name))
        return end

    def spy_on_garch(layout, unit_returns, point, *, is_warm):
        end, free = search_garch(layout, unit_returns, point, is_warm=is_warm)
        likelihood = GARCHLikelihood(unit_returns, layout.coordinates)
        bounds = [BOX[coordinate] for coordinate in layout.coordinates]
        searches[id(likelihood)] = [(end, likelihood, bounds, "GARCH")]
        return end, free

    def spy_on_pair(pair, objective, near, model_name):
        end = find_pair_optimum(pair, objective, near, model_name)
        search = (end, objective, objective.box.limits, model_name)
        searches.setdefault(id(objective), []).append(search)
        return end

    def spy_on_bekk(likelihood, starts):
        end = search_bekk(likelihood, starts)
        bounds = [(-np.inf, np.inf)] * len(end.point)
        searches.setdefault(id(likelihood), []).append((end, likelihood, bounds, "BEKK"))
        return end

    find_pair_optimum = dcc_estimation._pair_optimum
    monkeypatch.setattr(dcc_estimation, "_pair_optimum", spy_on_pair)
    search_bekk = bekk_estimation.local_search
    monkeypatch.setattr(bekk_estimation, "local_search", spy_on_bekk)
    search_garch = garch_estimation.search_garch
    monkeypatch.setattr(garch_estimation, "search_garch", spy_on_garch)
    maximize = panel_search.maximize
    monkeypatch.setattr(panel_search, "maximize", spy)
    fit(model, returns)
    gains = []
    rng = np.random.default_rng(0)
    for ends in searches.values():
        best, likelihood, *rest = max(ends, key=lambda search: search[0].log_likelihood)
        low, high = np.clip(np.array(rest[0]).T, best.point - 1.0, best.point + 1.0)
        for i in range(n_restarts):
            near = best.point + 0.1 * (high - low) * rng.standard_normal(len(low))
            start = np.clip(near if i % 2 else rng.uniform(low, high), low, high)
            with suppress(hr.ConvergenceError):
                restarted = maximize(likelihood, [start], *rest)
                gains.append(restarted.log_likelihood - best.log_likelihood)
    return gains


@pytest.mark.long
@pytest.mark.parametrize("name", ["dcc", "dcc, student", "bekk, scalar", "bekk", "orthogonal"])
@pytest.mark.parametrize(
    "case",
    [
        "a month of zeros",
        "-40% on a day",
        "-40% on the last day",
        "nearly integrated",
        "correlation 1 - 1e-4",
        "ticks",
    ],
)
def test_no_restart_ends_higher(case, name, monkeypatch):
    assert max(restart_gains(monkeypatch, MODELS[name], FITTED[case])) < 1e-4


@pytest.mark.parametrize("model", [hr.CCC(), hr.DCC(), hr.DECO(), hr.OrthogonalGARCH()], ids=str)
def test_more_series_than_observations_are_refused(model):
    message = r"more observations than series .*; got 44 observations of 46 series\. Use DCC\("
    with pytest.raises(hr.DataError, match=message):
        model.fit(WIDE)
    with pytest.raises(hr.DataError, match="at least 48 rows; got 44. .* shrinkage='nonlinear'"):
        hr.SampleCovariance().fit(WIDE)


@pytest.mark.long
def test_shrunk_target_allows_more_series_than_observations():
    assert_sound(*fit(hr.DCC(estimator="composite", target="nonlinear"), WIDE))


@pytest.mark.long
def test_as_many_series_as_observations_are_fitted():
    """The sample covariance still has an inverse; nonlinear shrinkage has none there."""
    square = WIDE.iloc[:, :43]
    assert_sound(*fit(hr.CCC(), square))
    with pytest.raises(
        hr.DataError,
        match="differs from the number of observations minus one .* shrinkage='linear'",
    ):
        hr.DCC(target="nonlinear").fit(square)


@pytest.mark.long
@pytest.mark.parametrize("model", [hr.DCC(), hr.OrthogonalGARCH(5)], ids=str)
def test_fifty_series_are_fitted(model):
    assert_sound(*fit(model, hr.data.simulate_dcc(n_dates=300, n_series=50, seed=2).returns))


@pytest.mark.parametrize("n_dates", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_very_long_samples_are_fitted(n_dates):
    returns = hr.data.simulate_dcc(n_dates=n_dates, seed=1).returns.reset_index(drop=True)
    result, _ = fit(hr.DCC(), returns)
    assert_covariances(result.path())
    assert np.isfinite(result.summary).all(axis=None)


@pytest.mark.parametrize("name", ["dcc", "bekk", "orthogonal", "sample"])
@pytest.mark.parametrize("columns", [[0, 1], pytest.param([("a", 1), ("a", 2)], marks=NEW_PANDAS)])
def test_names_need_not_be_text(columns, name):
    # pairs become two levels
    result, text = fit(MODELS[name], SIMULATED.set_axis(pd.Index(columns), axis=1))
    assert_sound(result, text)
    first, second = columns
    as_list = result.hedge_ratio(first, [second])
    np.testing.assert_array_equal(result.hedge_ratio(first, second), as_list)
    assert result.correlation(first, second).between(-1, 1).all()
    with pytest.raises(hr.DataError, match="the series must be one of"):
        result.correlation(first, "a")


def test_names_that_are_equal_as_text_are_refused():
    with pytest.raises(hr.DataError, match="names that differ as text; '0' comes twice. Rename"):
        hr.DCC().fit(SIMULATED.set_axis(pd.Index([0, "0"]), axis=1))


@pytest.mark.long
@pytest.mark.parametrize("name", MODELS)
def test_hard_data_extend_a_fit(name):
    result, text = fit(MODELS[name], SIMULATED.iloc[:400])
    new = SIMULATED.iloc[400:]
    outlier, still, gap = (new.copy() for _ in range(3))
    outlier.iloc[50, 0] = -0.4
    still.iloc[20:50] = 0.0
    gap.iloc[3, 0] = np.nan
    for extension in (new.iloc[:1], outlier, outlier.iloc[:51], still):
        assert_sound(result.extend(extension), text)
    with pytest.raises(hr.DataError, match="has a gap .* Remove such dates knowingly"):
        result.extend(gap)
