"""Data that break estimators: every model either fits well and says what to mind, or refuses and says what to do."""

import re
import warnings
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.bekk import estimation as bekk_estimate
from hedgeresearch.covariance.dcc import estimation as correlation_estimate
from hedgeresearch.volatility.garch import estimation as garch_estimation

N_DATES = 500
RNG = np.random.default_rng(3)
SIMULATED = hr.data.simulate_dcc(n_dates=N_DATES, alpha=0.1, beta=0.85, seed=8).returns
DATES = SIMULATED.index
WIDE = hr.data.simulate_dcc(n_dates=44, n_series=46, seed=1).returns
NOISE = RNG.standard_normal((N_DATES, 2))
HALF = slice(N_DATES // 2, None)

OUTLIERS = ["-40 % on a day", "-40 % on the last day"]

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
UNSHRUNK = [name for name in ESTIMATED if name != "dcc, composite"]
ADVICE = r"[Tt]ake|Leave|Give|Pass|Use|Choose|Add|Rename|Remove|Look|try"


def panel(values):
    return pd.DataFrame(values, index=DATES, columns=SIMULATED.columns)


def with_values(rows, column, value):
    changed = SIMULATED.copy()
    changed.iloc[rows, column] = value
    return changed


def correlated(correlation):
    return SIMULATED.assign(
        hedge=correlation * SIMULATED["asset"] + np.sqrt(1 - correlation**2) * 0.01 * NOISE[:, 0]
    )


def integrated(alpha, beta):
    """Variances that do not fall back, or hardly."""
    shocks, h, returns = (
        NOISE @ np.array([[1.0, 0.6], [0.0, 0.8]]),
        np.full(2, 1e-4),
        np.empty((N_DATES, 2)),
    )
    for t in range(N_DATES):
        returns[t] = np.sqrt(h) * shocks[t]
        h = 1e-6 + alpha * returns[t] ** 2 + beta * h
    return panel(returns)


FITTED = {
    "a month of zeros": with_values(slice(200, 221), 0, 0.0),
    "zeros in the first half": with_values(slice(N_DATES // 2), 0, 0.0),
    "correlation 1 - 1e-8": correlated(1 - 1e-8),
    "correlation 1 - 1e-4": correlated(1 - 1e-4),
    "-40 % on a day": with_values(300, 0, -0.4),
    "-40 % on the first day": with_values(0, 0, -0.4),
    "-40 % on the last day": with_values(-1, 0, -0.4),
    "1000 sigma": with_values(300, 0, 10.0),
    "nearly integrated": integrated(0.05, 0.9499),
    "integrated": integrated(0.05, 0.95),
    "white noise": panel(0.01 * NOISE),
    "tiny units": 1e-4 * SIMULATED,
    "units far apart": SIMULATED * [1e-6, 1e3],
    "huge means": SIMULATED + 100.0,
    "a trend": SIMULATED.add(np.linspace(0, 0.1, N_DATES), axis=0),
    "a random walk": panel(np.cumsum(0.01 * NOISE, axis=0)),
    "ticks": (400 * SIMULATED).round() / 400,
    "heavy tails": panel(0.01 * RNG.standard_t(2.1, (N_DATES, 2))),
}
INDEXED = {
    "a period index": SIMULATED.set_axis(pd.period_range("1950-01", periods=N_DATES, freq="M")),
    "an integer index": SIMULATED.set_axis(np.arange(N_DATES)),
    "a time zone": SIMULATED.tz_localize("Europe/Berlin"),
}
# close to a singular covariance, or with one date that is all of it, the likelihood is too steep for a search
MAY_STOP = {
    *((case, "bekk, full") for case in ("correlation 1 - 1e-8", "1000 sigma", "heavy tails")),
    ("correlation 1 - 1e-8", "bekk"),
    ("huge means", "ccc, arch"),  # arch searches the mean from zero
}


def fit(model, returns):
    """The fit and the text of its warnings, which must be about bounds."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = model.fit(returns)
    assert {w.category for w in caught} <= {hr.errors.ConvergenceWarning}
    return result, " ".join(str(w.message) for w in caught)


def assert_covariances(matrices):
    """Finite, exactly symmetric, and positive definite whatever the units."""
    assert np.isfinite(matrices).all()
    np.testing.assert_array_equal(matrices, np.swapaxes(matrices, 1, 2))
    scale = np.sqrt(np.diagonal(matrices, axis1=1, axis2=2))
    assert (scale > 0).all()
    assert (np.linalg.eigvalsh(matrices / (scale[:, :, None] * scale[:, None, :])) > 0).all()


def assert_sound(result, told):
    """Converged, bounds told, covariances as they must be, and errors for all that no bound holds."""
    n, bounds = len(result.series), result.convergence["bounds hit"]
    assert (
        all(bound in told for bound in bounds) or "more (see fit.convergence)" in told
    )  # the first few of many
    assert bool(bounds) == bool(told)
    assert_covariances(result.path())
    assert_covariances(result.forecast(5).to_numpy().reshape(5, n, n))
    np.testing.assert_allclose(result.forecast(5).loc[1], result.next_covariance)
    assert np.isfinite(result.simulate(10)).all(axis=None)
    assert np.isfinite(result.standardized_residuals).all(axis=None)
    if len(result.parameters):
        assert result.convergence["gradient norm"] < 1e-4
        held = result.standard_errors.isna()
        assert held.sum() <= 2 * len(bounds)
        assert (result.standard_errors[~held] > 0).all()
        assert np.isfinite(result.summary[~held]).all(axis=None)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("case", FITTED)
def test_hard_data_are_fitted(case, name):
    if case == "zeros in the first half" and name in ("rolling", "ewma"):
        return  # see the windows that do not move
    try:
        result, told = fit(MODELS[name], FITTED[case])
    except hr.ConvergenceError as stop:
        assert (case, name) in MAY_STOP
        assert re.search(ADVICE, str(stop))
        return
    assert_sound(result, told)


@pytest.mark.parametrize("name", ["dcc", "bekk", "orthogonal", "rolling"])
@pytest.mark.parametrize("kind", INDEXED)
def test_any_ordered_index_will_do(kind, name):
    result, told = fit(MODELS[name], INDEXED[kind].iloc[:400])
    assert_sound(result.extend(INDEXED[kind].iloc[400:]), told)


REFUSED = {
    "a constant series": (SIMULATED.assign(asset=0.01), "must vary; column 'asset' is constant"),
    "three rows": (SIMULATED.iloc[:3], r"must have at least \d+ rows.*got 3"),
    "few dates a parameter": (SIMULATED.iloc[:29], r"must have at least \d+ rows.*got 29"),
    "a gap": (with_values(7, 0, np.nan), "has a gap"),
    "perfect correlation": (
        SIMULATED.assign(hedge=-2 * SIMULATED["asset"]),
        "not be collinear; asset, hedge are",
    ),
    "correlation 1 - 1e-12": (correlated(1 - 1e-12), "not be collinear; asset, hedge are"),
    "a series twice": (
        SIMULATED.assign(again=SIMULATED["asset"]),
        "not be collinear; asset, again are",
    ),
}


@pytest.mark.parametrize("name", UNSHRUNK)
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_estimated_is_refused(case, name):
    returns, message = REFUSED[case]
    with pytest.raises(hr.DataError, match=message) as refusal:
        MODELS[name].fit(returns)
    assert re.search(ADVICE, str(refusal.value))


def test_a_variance_that_falls_to_zero_has_no_maximum():
    """The likelihood has a pole: our search holds omega at its bound, that of arch cannot."""
    stopped = with_values(HALF, 0, 0.0)
    _, told = fit(hr.CCC(), stopped)
    assert "omega = 0 of asset" in told
    with pytest.raises(
        hr.ConvergenceError, match=r"series 'asset': .* must reach a maximum; .*: try another vol"
    ):
        hr.CCC(hr.ArchModel()).fit(stopped)


@pytest.mark.parametrize("name", ["sample", "rolling", "ewma"])
def test_collinear_series_have_a_singular_covariance(name):
    """It is their covariance; what needs its inverse says so."""
    result, _ = fit(MODELS[name], SIMULATED.assign(hedge=SIMULATED["asset"]))
    with pytest.raises(
        hr.DataError, match="must be positive definite; it is singular on .* Leave these out"
    ):
        _ = result.standardized_residuals


def test_windows_that_do_not_move_have_no_variance():
    still = with_values(HALF, 0, 0.0)
    rolling, ewma = fit(hr.RollingCovariance(60), still)[0], fit(hr.EWMACovariance(), still)[0]
    assert rolling.next_covariance.loc["asset", "asset"] == 0.0
    assert_covariances(ewma.path())
    with pytest.raises(hr.DataError, match="singular at step 1, as series are constant"):
        rolling.simulate(10)
    with pytest.raises(hr.DataError, match=f"singular on {DATES[N_DATES // 2 + 60].date()}"):
        _ = rolling.standardized_residuals


def restart_gains(monkeypatch, model, returns, n_restarts=6):
    """What perturbed and random restarts of each search gain over where it ended, in log-likelihood."""
    searches = {}

    def spy(likelihood, starts, bounds, what, **settings):
        end = maximize(likelihood, starts, bounds, what, **settings)
        searches.setdefault(id(likelihood), []).append((end, likelihood, bounds, what))
        return end

    maximize = garch_estimation.maximize
    for module in (garch_estimation, correlation_estimate, bekk_estimate):
        monkeypatch.setattr(module, "maximize", spy)
    fit(model, returns)
    gains, rng = [], np.random.default_rng(0)
    for ends in searches.values():
        best, likelihood, *rest = max(ends, key=lambda search: search[0].log_likelihood)
        low, high = np.clip(np.array(rest[0]).T, best.point - 1.0, best.point + 1.0)
        for i in range(n_restarts):
            near = best.point + 0.1 * (high - low) * rng.standard_normal(len(low))
            start = np.clip(near if i % 2 else rng.uniform(low, high), low, high)
            with suppress(hr.ConvergenceError):
                gains.append(
                    maximize(likelihood, [start], *rest).log_likelihood - best.log_likelihood
                )
    return gains


@pytest.mark.parametrize("name", ["dcc", "dcc, student", "bekk, scalar", "bekk", "orthogonal"])
@pytest.mark.parametrize(
    "case", ["a month of zeros", *OUTLIERS, "nearly integrated", "correlation 1 - 1e-4", "ticks"]
)
def test_no_restart_ends_higher(case, name, monkeypatch):
    assert max(restart_gains(monkeypatch, MODELS[name], FITTED[case])) < 1e-4


@pytest.mark.parametrize("model", [hr.CCC(), hr.DCC(), hr.DECO(), hr.OrthogonalGARCH()], ids=str)
def test_more_series_than_dates_are_refused(model):
    with pytest.raises(
        hr.DataError,
        match=r"more observations than series .*; got 44 observations of 46 series\. Use DCC\(target=",
    ):
        model.fit(WIDE)
    with pytest.raises(hr.DataError, match="at least 48 rows; got 44. .* shrinkage='nonlinear'"):
        hr.SampleCovariance().fit(WIDE)


def test_more_series_than_dates_with_a_shrunk_target():
    assert_sound(*fit(hr.DCC(estimator="composite", target="nonlinear"), WIDE))


def test_about_as_many_series_as_dates():
    """The sample covariance still has an inverse; nonlinear shrinkage has none there."""
    square = WIDE.iloc[:, :43]
    assert_sound(*fit(hr.CCC(), square))
    with pytest.raises(
        hr.DataError, match="differs from the number of observations less one .* shrinkage='linear'"
    ):
        hr.DCC(target="nonlinear").fit(square)


@pytest.mark.parametrize("model", [hr.DCC(), hr.OrthogonalGARCH(5)], ids=str)
def test_fifty_series(model):
    assert_sound(*fit(model, hr.data.simulate_dcc(n_dates=300, n_series=50, seed=2).returns))


def test_a_hundred_thousand_dates():
    result, _ = fit(
        hr.DCC(), hr.data.simulate_dcc(n_dates=100_000, seed=1).returns.reset_index(drop=True)
    )
    assert_covariances(result.path())
    assert np.isfinite(result.summary).all(axis=None)


@pytest.mark.parametrize("name", ["dcc", "bekk", "orthogonal", "sample"])
@pytest.mark.parametrize("columns", [[0, 1], [("a", 1), ("a", 2)]])
def test_names_need_not_be_text(columns, name):
    result, told = fit(
        MODELS[name], SIMULATED.set_axis(pd.Index(columns), axis=1)
    )  # pairs become two levels
    assert_sound(result, told)
    first, second = columns
    np.testing.assert_array_equal(
        result.hedge_ratio(first, second), result.hedge_ratio(first, [second])
    )
    assert result.correlation(first, second).between(-1, 1).all()
    with pytest.raises(hr.DataError, match="the series must be one of"):
        result.correlation(first, "a")


def test_names_that_are_the_same_as_text_are_refused():
    with pytest.raises(hr.DataError, match="names that differ as text; '0' comes twice. Rename"):
        hr.DCC().fit(SIMULATED.set_axis(pd.Index([0, "0"]), axis=1))


@pytest.mark.parametrize("name", MODELS)
def test_hard_extensions(name):
    result, told = fit(MODELS[name], SIMULATED.iloc[:400])
    new = SIMULATED.iloc[400:]
    outlier, still, gap = (new.copy() for _ in range(3))
    outlier.iloc[50, 0], still.iloc[20:50], gap.iloc[3, 0] = -0.4, 0.0, np.nan
    for extension in (new.iloc[:1], outlier, outlier.iloc[:51], still):
        assert_sound(result.extend(extension), told)
    with pytest.raises(hr.DataError, match="has a gap .* Remove such dates knowingly"):
        result.extend(gap)
