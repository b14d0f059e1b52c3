"""Returns over a horizon, hedges traded later, and dates that a splitter leaves out."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import TimeSeriesSplit

import hedgeresearch as hr
from hedgeresearch.evaluation.results.spans import blocks_of, first_of_spans, returns_over
from tests.evaluation.runs import check_same, walk

ROLLING = {"rolling": hr.RollingOLSHedge(60)}
COST = hr.Costs(fee=0.001, carry=0.0002)


class Blocks:
    """A splitter that evaluates 60 rows of every 200."""

    def split(self, X: Any) -> Any:  # noqa: N803 (its name in scikit-learn)
        for k in (300, 500, 700):
            yield np.arange(k - 300, k), np.arange(k, k + 60)


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=400, seed=11).returns


@pytest.fixture(scope="module")
def long_returns() -> pd.DataFrame:
    """Returns of asset and hedge with a positive mean, 900 business days."""
    values = np.random.default_rng(0).standard_normal((900, 2)) @ [[1.0, 0.0], [0.6, 0.8]]
    dates = pd.bdate_range("2015-01-01", periods=900)
    return pd.DataFrame(values * 0.01 + 0.0005, dates, ["asset", "hedge"])


@pytest.fixture(scope="module")
def with_gaps(long_returns: pd.DataFrame) -> hr.evaluation.Backtest:
    return walk(ROLLING, long_returns, splitter=Blocks(), cost=COST)


@pytest.fixture(scope="module")
def two_closes() -> tuple[pd.Series, pd.DataFrame]:
    """Tokyo closes before New York: it follows half of the return of the day before."""
    rng = np.random.default_rng(4)
    hours = 0.01 * rng.standard_normal((3001, 2)) * np.sqrt([0.5, 0.5])
    new_york = hours.sum(axis=1)
    # the second half of a New York day belongs to the next day in Tokyo
    tokyo = 0.9 * (hours[1:, 0] + hours[:-1, 1]) + 0.006 * rng.standard_normal(3000)
    dates = pd.bdate_range("2010-01-01", periods=3000)
    hedge = pd.DataFrame({"ny": new_york[1:]}, dates)
    return pd.Series(tokyo, dates, name="tokyo"), hedge


# --- a horizon ---


def test_returns_over_a_horizon_are_sums_within_blocks() -> None:
    rows = np.array([3, 4, 5, 9, 10, 20])
    assert [(one.start, one.stop) for one in blocks_of(rows)] == [(0, 3), (3, 5), (5, 6)]
    assert first_of_spans(rows, 2).tolist() == [0, 1, 3]
    table = pd.DataFrame({"a": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]}, list("uvwxyz"))
    found = returns_over(table, rows, 2)
    assert found["a"].tolist() == [3.0, 6.0, 24.0]
    assert found.index.tolist() == ["v", "w", "y"]
    assert returns_over(table, rows, 1) is table


def test_a_horizon_evaluates_sums_of_hedged_returns(returns: pd.DataFrame) -> None:
    daily = walk(ROLLING, returns, cost=COST)
    weekly = walk(ROLLING, returns, cost=COST, horizon="1w")
    assert (weekly.horizon, daily.horizon) == (5, 1)
    pd.testing.assert_frame_equal(weekly.ratios, daily.ratios)
    pd.testing.assert_frame_equal(weekly.date_returns, daily.hedged_returns)
    sums = daily.hedged_returns.rolling(5).sum().dropna()
    close: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-14, "check_freq": False}
    pd.testing.assert_frame_equal(weekly.hedged_returns, sums, **close)
    net = daily.net_returns.rolling(5).sum().dropna()
    pd.testing.assert_frame_equal(weekly.net_returns, net, **close)
    removed = 1.0 - sums["rolling"].var() / sums["unhedged"].var()
    assert weekly.summary.loc["rolling", "effectiveness"] == pytest.approx(removed, rel=1e-9)
    check_same(daily.over(5), weekly)
    check_same(weekly.over(1), daily)


def test_all_results_say_the_horizon(returns: pd.DataFrame) -> None:
    weekly = walk(ROLLING, returns, horizon=5)
    assert weekly.summary.columns.name == "over 5 business days, execution lag 0"
    assert weekly.measures().columns.names == ["measure", "returns over 5 business days"]
    for table in (weekly.by_year(), weekly.on_worst_days()):
        assert table.columns.name == "over 5 business days"
    of_single_dates = weekly.value_at_risk_tests(window=50)
    assert of_single_dates.columns.name == "over 1 business day"
    assert repr(weekly).endswith("over 5 business days, execution lag 0)")
    assert "over 5 business days" in weekly._repr_html_()
    comparison = weekly.compare()
    assert all(text.startswith("Over 5 business days, ") for text in comparison.sentences[1:])
    assert "returns over 5 business days" in repr(comparison)
    for kind in ("cumulative", "effectiveness"):
        texts = [text.get_text() for text in weekly.plot(kind).figure.findobj(_is_text)]
        assert any("over 5 business days" in text for text in texts)
    daily = walk(ROLLING, returns)
    assert daily.summary.columns.name == "over 1 business day, execution lag 0"
    assert daily.measures().columns.names == ["measure", "returns over 1 business day"]
    assert daily.by_year().columns.name == "over 1 business day"


def _is_text(artist: Any) -> bool:
    return "get_text" in dir(artist)


def test_measures_over_a_horizon(returns: pd.DataFrame) -> None:
    daily = walk(ROLLING, returns, cost=COST)
    weekly = daily.over(5)
    found = weekly.measures().loc["rolling"]
    week = weekly.hedged_returns["rolling"]
    assert found["volatility", "gross"] == pytest.approx(week.std(), rel=1e-12)
    assert found["VaR 5%", "gross"] == pytest.approx(hr.metrics.value_at_risk(week), rel=1e-12)
    # the mean of a week is that of five days of the path, in both tables under one header
    for version in ("gross", "net"):
        mean = weekly.summary.loc["rolling", f"mean {version}"]
        assert found["mean", version] == pytest.approx(mean, rel=1e-12)
        assert mean == pytest.approx(5.0 * daily.summary.loc["rolling", f"mean {version}"])
    same = ["maximum drawdown", "turnover", "cost"]
    of_days = daily.measures().loc["rolling", same]
    np.testing.assert_array_equal(found[same], of_days)
    day = daily.hedged_returns["rolling"]
    ratio = (
        found["Sharpe ratio", "gross"] / daily.measures().loc["rolling"]["Sharpe ratio", "gross"]
    )
    expected = week.mean() / week.std() / (day.mean() / day.std()) / np.sqrt(5.0)
    assert ratio == pytest.approx(expected, rel=1e-9)


def test_years_and_regimes_of_a_horizon(returns: pd.DataFrame) -> None:
    weekly = walk(ROLLING, returns, horizon=5)
    starts = weekly.ratios.index[:-4]
    labels = pd.Series(np.arange(len(weekly.ratios)) < 75, weekly.ratios.index)
    found = weekly.by_regime(labels)["rolling"]
    for label, value in found.items():
        dates = weekly.hedged_returns.index[(labels[starts] == label).to_numpy()]
        part = weekly.hedged_returns.loc[dates]
        removed = hr.effectiveness(part["rolling"], part["unhedged"])
        assert value == pytest.approx(removed, rel=1e-12)
    ends = weekly.hedged_returns.index.year
    assert list(weekly.by_year().index) == sorted(set(ends))


@pytest.mark.parametrize("horizon", [75, 10**9, "1y"])
def test_a_horizon_of_half_the_dates_is_refused(returns: pd.DataFrame, horizon: Any) -> None:
    message = "horizon must be less than half of the 150 dates out of sample; got"
    with pytest.raises(hr.DataError, match=message):
        walk(ROLLING, returns, horizon=horizon)
    with pytest.raises(hr.DataError, match=message):
        walk(ROLLING, returns).over(horizon)


def test_horizons_that_are_none_are_refused(returns: pd.DataFrame) -> None:
    numbered = returns.reset_index(drop=True)
    with pytest.raises(hr.DataError, match="number of rows where these have no dates"):
        walk(ROLLING, numbered, horizon="1w")
    with pytest.raises(hr.DataError, match="horizon must be a whole number of rows of at least 1"):
        walk(ROLLING, returns, horizon=0)


def test_panels_have_a_horizon_and_a_lag(pairs: Any) -> None:
    settings: dict[str, Any] = {"window": 250, "refit_every": 50, "progress": False}
    panel = hr.walk_forward_panel(ROLLING, pairs, horizon=5, execution_lag=2, **settings)
    for name, (asset, hedges) in pairs.items():
        table = pd.concat([asset, hedges], axis=1)
        table.attrs = asset.attrs
        check_same(panel[name], walk(ROLLING, table, horizon=5, execution_lag=2))
    assert panel.summary.columns.name == "over 5 business days, execution lag 2"
    plain = hr.walk_forward_panel(ROLLING, pairs, execution_lag=2, **settings)
    pd.testing.assert_frame_equal(plain.over("1w").summary, panel.summary)


def test_a_horizon_reverses_what_closes_get_wrong(two_closes: Any) -> None:
    """The remedy for closes that are not simultaneous wins over days, and loses on single days."""
    tokyo, ny = two_closes
    models = {
        "dimson": hr.DimsonHedge(lags=1, leads=0),
        "five": hr.HorizonHedge(hr.OLSHedge(), 5),
    }
    with pytest.warns(hr.errors.DataWarning, match="closes"):
        single = hr.walk_forward(models, tokyo, ny, 500, 250, progress=False)
    days = single.over(5)
    comparison = single.compare()
    assert (comparison.table.loc[["dimson", "five"], "verdict"] == "worse").all()
    assert (days.compare().table.loc[["dimson", "five"], "verdict"] == "better").all()
    by_hand = single.hedged_returns.rolling(5).sum().dropna()
    expected = hr.evaluation.compare_hedges(by_hand, horizon=5).table["effectiveness"]
    pd.testing.assert_series_equal(days.compare().table["effectiveness"], expected, rtol=1e-9)
    # single days do not decide: the sentences are those of five
    assert comparison.sentences[0].startswith(
        "Closes are not simultaneous: tokyo follows ny of the observation before (correlation 0."
    )
    assert "Returns over 1 business day cannot judge these hedges" in comparison.sentences[0]
    assert comparison.sentences[1:] == days.compare().sentences
    assert comparison.conclusion == f"Over 5 business days: {days.compare().conclusion}"
    assert single.judged.horizon == 5
    assert days.judged is days
    texts = [text.get_text() for text in single.plot("cumulative").figure.findobj(_is_text)]
    assert any("over 5 business days" in text for text in texts)
    for column in ("effectiveness", "gain on ols", "gain, lower", "gain, upper"):
        five = single.summary[f"{column} over 5 business days"]
        pd.testing.assert_series_equal(five, days.summary[column], check_names=False)


def test_panels_name_pairs_that_single_days_cannot_judge(two_closes: Any, pairs: Any) -> None:
    settings: dict[str, Any] = {"window": 250, "refit_every": 250, "progress": False}
    both = {"asia": two_closes, "oil": pairs["oil"]}
    with pytest.warns(hr.errors.DataWarning, match="closes"):
        panel = hr.walk_forward_panel({}, both, **settings)
    note = "closes of 1 pair are not simultaneous, see judged"
    assert note in repr(panel)
    assert panel.summary.columns.name == f"over 1 business day, execution lag 0; {note}"
    judged = panel.judged
    assert {one.horizon for one in judged.backtests.values()} == {5}
    assert judged.judged is judged
    assert note not in repr(judged)


def test_panels_judge_what_they_can_and_name_the_rest(two_closes: Any, pairs: Any) -> None:
    settings: dict[str, Any] = {"refit_every": 250, "progress": False}
    with pytest.warns(hr.errors.DataWarning, match="closes"):
        long = hr.walk_forward_panel({}, {"asia": two_closes}, window=250, **settings)["asia"]
        short = hr.walk_forward_panel({}, {"late": two_closes}, window=2985, **settings)["late"]
    panel = hr.evaluation.BacktestPanel({"asia": long, "late": short})
    judged = panel.judged
    assert {pair: one.horizon for pair, one in judged.backtests.items()} == {"asia": 5, "late": 1}
    note = "closes of late are not simultaneous on too few dates to judge"
    assert note in repr(panel)
    assert note in judged.summary.columns.name


# --- a lag ---


@pytest.mark.parametrize("lag", [1, 3])
def test_a_ratio_is_held_from_its_lag_on(returns: pd.DataFrame, lag: int) -> None:
    models = ROLLING | {"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95))}
    now = walk(models, returns.iloc[: len(returns) - lag])
    later = walk(models, returns, execution_lag=lag)
    np.testing.assert_array_equal(later.ratios, now.ratios)
    assert later.ratios.index.equals(returns.index[250 + lag :])
    for name in models:
        held = later.ratio(name)["hedge"]
        hedged = returns["asset"] - held * returns["hedge"]
        pd.testing.assert_series_equal(
            later.hedged_returns[name], hedged.dropna(), check_names=False, rtol=1e-12
        )
    assert later.summary.columns.name == f"over 1 business day, execution lag {lag}"
    assert later.execution_lag == lag
    texts = [text.get_text() for text in later.plot().figure.findobj(_is_text)]
    assert any(f"execution lag {lag}" in text for text in texts)


@pytest.mark.filterwarnings("ignore:no single date should decide")
def test_a_lagged_ratio_does_not_know_the_dates_of_its_lag(returns: pd.DataFrame) -> None:
    """A change of a date moves ratios from that date and the lag on only."""
    changed = returns.copy()
    changed.iloc[300] = [0.4, -0.5]
    settings: dict[str, Any] = {"refit_every": 1, "execution_lag": 4}
    before = walk(ROLLING, returns, **settings).ratio("rolling")["hedge"]
    after = walk(ROLLING, changed, **settings).ratio("rolling")["hedge"]
    moved = before.index[before != after]
    # the ratio for row 301 is the first that uses row 300; it is held four rows later
    assert moved[0] == returns.index[305]


def test_regimes_of_a_lagged_hedge_are_those_it_used(returns: pd.DataFrame) -> None:
    model = {"model": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))}
    now = walk(model, returns.iloc[:-2]).predicted["model"]
    later = walk(model, returns, execution_lag=2).predicted["model"]
    np.testing.assert_array_equal(later, now)
    assert later.index.equals(returns.index[252:])


def test_a_splitter_may_have_a_lag(returns: pd.DataFrame) -> None:
    splitter = TimeSeriesSplit(3, test_size=30)
    later = walk(ROLLING, returns, splitter=splitter, execution_lag=2)
    now = walk(ROLLING, returns.iloc[:-2], splitter=splitter)
    np.testing.assert_array_equal(later.ratios, now.ratios)
    assert later.rows.tolist() == (now.rows + 2).tolist()


@pytest.mark.parametrize("lag", [-1, 1.5, True])
def test_lags_out_of_range_are_refused(returns: pd.DataFrame, lag: Any) -> None:
    with pytest.raises(hr.DataError, match="execution_lag must be a whole number of at least 0"):
        walk(ROLLING, returns, execution_lag=lag)


@pytest.mark.parametrize("lag", [400, 10**12])
def test_lags_longer_than_the_data_are_refused(returns: pd.DataFrame, lag: int) -> None:
    with pytest.raises(hr.DataError, match="execution_lag must be much smaller than the number"):
        walk(ROLLING, returns, execution_lag=lag)


# --- dates that are left out ---


def test_sharpe_ratios_do_not_count_the_time_of_gaps(with_gaps: hr.evaluation.Backtest) -> None:
    unhedged = with_gaps.hedged_returns["unhedged"]
    found = with_gaps.measures().loc["unhedged", ("Sharpe ratio", "gross")]
    periods = (found / (unhedged.mean() / unhedged.std())) ** 2
    assert periods == pytest.approx(261.0, rel=0.02)


def test_hedges_are_closed_at_a_gap_and_entered_after_it(
    with_gaps: hr.evaluation.Backtest,
) -> None:
    ratio = with_gaps.ratio("rolling")["hedge"].to_numpy().reshape(3, 60)
    trades = np.abs(np.diff(ratio, axis=1, prepend=0.0))
    trades[:2, -1] += ratio[:2, -1]  # the last block is not closed
    expected = 0.001 * trades - 0.0002 * ratio
    np.testing.assert_allclose(with_gaps.costs["rolling"], expected.ravel(), rtol=1e-12, atol=1e-18)
    assert with_gaps.summary.loc["rolling", "turnover"] == pytest.approx(trades.sum(), rel=1e-12)


def test_nothing_is_added_up_over_a_gap(with_gaps: hr.evaluation.Backtest) -> None:
    weekly = with_gaps.over(5)
    assert len(weekly.hedged_returns) == 3 * 56
    blocks = with_gaps.hedged_returns["rolling"].to_numpy().reshape(3, 60)
    sums = np.concatenate([np.convolve(one, np.ones(5), "valid") for one in blocks])
    np.testing.assert_allclose(weekly.hedged_returns["rolling"], sums, rtol=1e-9, atol=1e-15)
    with pytest.raises(hr.DataError, match="180 dates out of sample in blocks of at most 60; got"):
        with_gaps.over(70)


def test_windows_do_not_reach_over_a_gap(with_gaps: hr.evaluation.Backtest) -> None:
    found = with_gaps.value_at_risk_tests(tail=0.2, window=40)
    returns = with_gaps.hedged_returns["rolling"]
    exceeded = []
    for block in range(3):
        own = returns.iloc[60 * block : 60 * block + 60]
        forecasts = hr.evaluation.historical_value_at_risk(own, 40, 0.2)
        exceeded += (own[forecasts.index] < -forecasts).tolist()
    assert len(exceeded) == 60
    assert found.loc["rolling", "exceeded"] == pytest.approx(np.mean(exceeded))
    with pytest.raises(hr.DataError, match="window"):
        with_gaps.value_at_risk_tests(window=60)


def test_drawdowns_join_the_blocks(with_gaps: hr.evaluation.Backtest) -> None:
    returns = with_gaps.net_returns["rolling"]
    expected = hr.metrics.maximum_drawdown(returns)
    found = with_gaps.measures().loc["rolling", ("maximum drawdown", "net")]
    assert found == pytest.approx(expected, rel=1e-12)


def test_lags_do_not_reach_over_a_gap(with_gaps: hr.evaluation.Backtest) -> None:
    found = with_gaps.compare().table.loc["rolling"]
    returns = with_gaps.hedged_returns
    joined = hr.evaluation.compare_hedges(returns).table.loc["rolling"]
    apart = hr.evaluation.compare_hedges(returns, positions=with_gaps.rows).table.loc["rolling"]
    pd.testing.assert_series_equal(found, apart)
    assert found["effectiveness"] == joined["effectiveness"]
    assert found["DM t"] != joined["DM t"]
