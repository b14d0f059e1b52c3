"""Regimes observed outside the returns: tables and functions, with their history."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

REGIMES = hr.GaussianHMM(2, n_starts=3)


@pytest.fixture(scope="module")
def returns():
    return hr.returns(hr.load("nasdaq_sp500")).loc["2014-01-03":]


@pytest.fixture(scope="module")
def vix():
    return hr.load("vix")["VIX"]


def fit_to(model, returns):
    return model.fit(returns["NASDAQ"], returns[["SP500"]])


def extend(fit, returns):
    return fit.extend(returns["NASDAQ"], returns[["SP500"]])


@pytest.mark.parametrize("power", [-2.0, -1.0, 1.0])
def test_regimes_are_numbered_by_the_variance_of_the_asset(power, returns, vix):
    fit = fit_to(hr.RegimeHedge(REGIMES, observe=vix**power), returns)
    moments = fit.detail.moments
    assert moments.covariances[0, 0, 0] < moments.covariances[1, 0, 0]
    likely = fit.regimes.predicted.idxmax(axis=1)
    volatilities = returns["NASDAQ"].groupby(likely).std()
    assert volatilities[1] > 1.5 * volatilities[0]
    index = vix[likely.index].groupby(likely).mean()
    assert index[1] > index[0]
    for k in range(2):
        ratio = moments.covariances[k, 0, 1] / moments.covariances[k, 1, 1]
        assert fit.by_regime["SP500"][k] == pytest.approx(ratio, rel=1e-9)
    # an extension keeps the numbers
    later = extend(
        fit_to(hr.RegimeHedge(REGIMES, observe=vix**power), returns[:900]), returns[900:]
    )
    assert later.regimes.predicted.iloc[-1, 1] > 0.9  # 2018-12-31, VIX 25


def test_a_table_equals_a_function_that_looks_it_up(returns, vix):
    table = fit_to(hr.RegimeHedge(REGIMES, observe=np.log(vix)), returns[:900])
    function = fit_to(
        hr.RegimeHedge(REGIMES, observe=lambda seen: np.log(vix).reindex(seen.index)), returns[:900]
    )
    np.testing.assert_array_equal(table.ratio, function.ratio)
    np.testing.assert_array_equal(
        extend(table, returns[900:]).ratio, extend(function, returns[900:]).ratio
    )
    assert table.model == hr.RegimeHedge(REGIMES, observe=np.log(vix).to_frame())


@pytest.mark.parametrize(
    "observe",
    [
        lambda seen: np.log(seen["NASDAQ"].rolling(20).std()),
        lambda seen: np.log(seen["NASDAQ"].abs().ewm(halflife=15).mean()).iloc[5:],
        lambda seen: np.log(seen.abs().rolling(30).mean().dropna()).add_suffix(" size"),
    ],
    ids=["window", "weights", "two"],
)
def test_functions_with_windows_extend_date_by_date(observe, returns):
    model = hr.RegimeHedge(REGIMES, observe=observe)
    fit = fit_to(model, returns[:900])
    new = returns[900:960]
    once = extend(fit, new)
    step = fit
    rows = []
    for i in range(len(new)):
        step = extend(step, new.iloc[i : i + 1])
        rows.append(step.ratio.to_numpy()[0])
    np.testing.assert_allclose(rows, once.ratio, rtol=1e-10)
    np.testing.assert_allclose(step.next_ratio, once.next_ratio, rtol=1e-10)
    # what it sees is what it would see of all returns
    whole = observe(returns[:960])
    seen = whole.to_frame() if isinstance(whole, pd.Series) else whole
    np.testing.assert_allclose(once.regimes.observations, seen.iloc[-60:], rtol=1e-10)


@pytest.mark.parametrize(
    ("observe", "what"),
    [
        (lambda seen: seen["NASDAQ"].abs() / seen["NASDAQ"].std(), "whole sample"),
        (lambda seen: seen["NASDAQ"].rolling(21, center=True).std(), "from later ones too"),
        (lambda seen: seen["NASDAQ"].shift(-1).ffill(), "2018-12-28"),
        (lambda seen: seen["NASDAQ"].rank(pct=True), "up to that date"),
        (lambda seen: seen["NASDAQ"] - seen["NASDAQ"].iloc[-1], "trailing windows"),
    ],
    ids=["standardized", "centered", "tomorrow", "ranks", "last row"],
)
def test_functions_that_look_ahead_are_refused(observe, what, returns):
    with pytest.raises(hr.DataError, match=f"observe must give each date a value.*{what}"):
        fit_to(hr.RegimeHedge(REGIMES, observe=observe), returns)


def test_tables_that_do_not_cover_the_dates_are_refused(returns, vix):
    short = hr.RegimeHedge(REGIMES, observe=vix.drop(returns.index[[10, 20]]))
    message = r"observe must have a row for every date.*2 dates, first 2014-01-17.*hr.align"
    with pytest.raises(hr.DataError, match=message):
        fit_to(short, returns)
    ends = hr.RegimeHedge(REGIMES, observe=vix[: returns.index[950]])
    fit = fit_to(ends, returns[:900])
    with pytest.raises(hr.DataError, match="none for 306 dates, first 2017-10-12.*longer table"):
        extend(fit, returns[900:])
    longer = replace(fit, model=hr.RegimeHedge(REGIMES, observe=vix))
    assert len(extend(longer, returns[900:]).ratio) == len(returns) - 900
    gap = vix.copy()
    gap[returns.index[30]] = np.nan
    with pytest.raises(hr.DataError, match="has a gap"):
        fit_to(hr.RegimeHedge(REGIMES, observe=gap), returns)
    with pytest.raises(hr.DataError, match="observe must be dated like the returns"):
        fit_to(hr.RegimeHedge(REGIMES, observe=vix.tz_localize("UTC")), returns)


def test_a_model_of_one_series_observes_an_indicator(returns, vix):
    switching = hr.MarkovSwitching(2, order=1, n_starts=2)
    fit = fit_to(hr.RegimeHedge(switching, observe=np.log(vix)), returns[:600])
    assert len(fit.ratio) == 600
    assert len(extend(fit, returns[600:620]).ratio) == 20


def test_what_is_no_table_is_refused(returns, vix):
    with pytest.raises(hr.DataError, match="what observe gives.*numbers"):
        fit_to(hr.RegimeHedge(REGIMES, observe=lambda seen: (seen > 0).astype(str)), returns)
    with pytest.raises(hr.DataError, match="what observe gives must be finite"):
        fit_to(hr.RegimeHedge(REGIMES, observe=lambda seen: seen + np.inf), returns)
    with pytest.raises(hr.DataError, match="observe must be sorted by date"):
        hr.RegimeHedge(REGIMES, observe=vix.iloc[::-1])
    with pytest.raises(hr.DataError, match="observe must give a DataFrame or a Series by date"):
        fit_to(hr.RegimeHedge(REGIMES, observe=lambda seen: seen.to_numpy()), returns)


def test_rare_regimes_are_warned_of_by_their_number_in_the_hedge(returns):
    """The indicator is high on a few quiet dates, and its own order is the other one."""
    sample = returns[:700]
    quiet = sample.index[400:412]
    indicator = pd.Series(np.random.default_rng(0).standard_normal(700), sample.index, name="mood")
    indicator[quiet] = np.linspace(30.0, 60.0, 12)
    calm = sample.copy()
    calm.loc[quiet] *= 0.1
    with pytest.warns(hr.errors.ConvergenceWarning, match="regime 0 should .* only on 2015-08-06"):
        fit = fit_to(hr.RegimeHedge(REGIMES, observe=indicator), calm)
    assert fit.regimes.most_likely_path.eq(0).sum() == 12


def test_walks_observe_the_table(returns, vix):
    model = hr.RegimeHedge(REGIMES, observe=1.0 / vix)
    backtest = hr.walk_forward(
        {"vix": model}, returns["NASDAQ"], returns[["SP500"]], 500, 250, progress=False
    )
    regime = backtest.predicted["vix"].idxmax(axis=1)
    volatilities = returns["NASDAQ"][regime.index].groupby(regime).std()
    assert volatilities[1] > volatilities[0]
    assert backtest.failed_refits["vix"] == 0
