"""Tables of a backtest, by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.results.tables import dates_per_year
from tests.evaluation.runs import walk


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=400, seed=11).returns


def test_the_summary_by_hand(backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    assert list(backtest.summary.columns) == [
        "effectiveness",
        "gain on ols",
        "gain, lower",
        "gain, upper",
        "volatility",
        "mean gross",
        "mean cost",
        "mean net",
        "mean ratio",
        "min ratio",
        "max ratio",
        "turnover",
        "failed refits",
    ]
    assert list(backtest.summary.index) == ["unhedged", "naive", "ols", "rolling", "regime"]
    unhedged = by_hand["unhedged"]["gross"].var()
    removed = {name: 1 - one["gross"].var() / unhedged for name, one in by_hand.items()}
    for name, row in backtest.summary.iterrows():
        one = by_hand[name]
        expected = {
            "effectiveness": removed[name],
            "gain on ols": removed[name] - removed["ols"],
            "volatility": one["gross"].std(ddof=1),
            "mean gross": one["gross"].mean(),
            "mean cost": one["cost"].mean(),
            "mean net": one["net"].mean(),
            "mean ratio": one["total"].mean(),
            "min ratio": one["total"].min(),
            "max ratio": one["total"].max(),
            "turnover": one["trades"].sum(),
            "failed refits": 0,
        }
        found = row[list(expected)]
        np.testing.assert_allclose(found, list(expected.values()), rtol=1e-9, atol=1e-12)


def test_gains_have_bootstrap_intervals(backtest: hr.evaluation.Backtest) -> None:
    gains = backtest.summary[["gain, lower", "gain on ols", "gain, upper"]]
    assert (gains.drop("ols").diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert gains.loc["ols"].eq(0.0).all()
    # one after the other, the intervals are those of all models together
    lengths = set()
    for name in gains.index.drop("ols"):
        series = [backtest.hedged_returns[column] for column in (name, "ols", "unhedged")]
        one = hr.evaluation.bootstrap_difference(hr.effectiveness, *series)
        assert gains.loc[name].tolist() == [one.lower, one.difference, one.upper]
        lengths.add(one.block_length)
    assert len(lengths) > 1


def test_few_dates_have_gains_without_intervals(returns: pd.DataFrame) -> None:
    backtest = walk({}, returns.iloc[:265])
    row = backtest.summary.loc["naive"]
    effectiveness = backtest.summary["effectiveness"]
    gain = effectiveness["naive"] - effectiveness["ols"]
    assert row["gain on ols"] == pytest.approx(gain, rel=1e-10)
    assert row[["gain, lower", "gain, upper"]].isna().all()


def test_summaries_without_costs_have_no_means(returns: pd.DataFrame) -> None:
    backtest = walk({}, returns)
    assert not {"mean gross", "mean cost", "mean net"} & set(backtest.summary)
    pd.testing.assert_frame_equal(backtest.net_returns, backtest.hedged_returns)


def test_costs_are_those_by_hand(backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    costs = {name: one["cost"] for name, one in by_hand.items()}
    expected = pd.DataFrame(costs, backtest.costs.index)
    pd.testing.assert_frame_equal(backtest.costs, expected)


def test_measures_by_hand(backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    table = backtest.measures(risk_aversion=4.0, periods_per_year=252)
    for name, one in by_hand.items():
        for version in ("gross", "net"):
            values = one[version]
            row = table.loc[name].xs(version, level="returns over 1 business day")
            expected = {
                "mean": values.mean(),
                "semivariance": np.minimum(values, 0).__pow__(2).mean(),
                "VaR 1%": -np.quantile(values, 0.01),
                "CVaR 5%": -values[values <= np.quantile(values, 0.05)].mean(),
                "effectiveness": 1 - values.var() / by_hand["unhedged"][version].var(),
                "exponential certainty equivalent": -np.log(np.exp(-4 * values).mean()) / 4,
                "mean-variance certainty equivalent": values.mean() - 2 * values.var(ddof=1),
                "Sharpe ratio": np.sqrt(252) * values.mean() / values.std(ddof=1),
            }
            found = row[list(expected)].astype(float)
            np.testing.assert_allclose(found, list(expected.values()), rtol=1e-8, atol=1e-12)
            wealth = np.concatenate([[1.0], np.cumprod(1 + values)])
            fall = 1 - (wealth / np.maximum.accumulate(wealth)).min()
            np.testing.assert_allclose(row["maximum drawdown"], fall, rtol=1e-8)
        np.testing.assert_allclose(table.loc[name, "turnover"], one["trades"].sum(), rtol=1e-9)
        np.testing.assert_allclose(table.loc[name, "cost"], one["cost"].sum(), rtol=1e-9)


def test_sharpe_ratios_are_per_year_of_the_data(backtest: hr.evaluation.Backtest) -> None:
    dates = backtest.hedged_returns.index
    pace = 399 / ((dates[-1] - dates[0]).days / 365.25)
    column = ("Sharpe ratio", "gross")
    annual = backtest.measures().loc["ols", column]
    daily = backtest.measures(periods_per_year=252).loc["ols", column]
    assert annual / daily == pytest.approx(np.sqrt(pace / 252), rel=1e-9)


def test_dates_per_year_of_any_index() -> None:
    daily = pd.date_range("2020-01-01", periods=1462)
    rows = np.arange(1462)
    assert dates_per_year(daily, rows) == pytest.approx(365.25)
    monthly = pd.period_range("2000-01", periods=1201, freq="M")
    assert dates_per_year(monthly, rows[:1201]) == pytest.approx(12.0, rel=1e-3)
    assert dates_per_year(pd.RangeIndex(100), rows[:100]) == 1.0
    left_out = np.concatenate([rows[:60], rows[700:760]])
    assert dates_per_year(daily[left_out], left_out) == pytest.approx(365.25)
    single = rows[::20]  # blocks of one row
    assert dates_per_year(daily[single], single) == pytest.approx(365.25)


def test_means_over_a_horizon_are_those_of_the_path(backtest: hr.evaluation.Backtest) -> None:
    means = ["mean gross", "mean cost", "mean net"]
    for horizon in (5, 20):
        longer = backtest.over(horizon).summary[means]
        np.testing.assert_allclose(longer, horizon * backtest.summary[means], rtol=1e-12)
    assert (backtest.summary["mean cost"].drop("unhedged") != 0.0).all()


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_a_perfect_hedge_has_no_sharpe_ratio(returns: pd.DataFrame) -> None:
    same = returns[["asset"]].assign(copy=returns["asset"])
    table = walk({}, same).measures()
    assert np.isnan(table.loc["naive", ("Sharpe ratio", "gross")])
    assert table.loc["naive", ("effectiveness", "gross")] == pytest.approx(1.0)


VALUE_AT_RISK_TESTS = {
    "Kupiec p": hr.evaluation.kupiec_test,
    "independence p": hr.evaluation.christoffersen_test,
    "conditional coverage p": hr.evaluation.conditional_coverage_test,
    "dynamic quantile p": hr.evaluation.dynamic_quantile_test,
}


@pytest.mark.long
def test_value_at_risk_tests_are_those_of_each_series() -> None:
    returns = hr.data.simulate_dcc(n_dates=900, seed=8).returns
    backtest = walk({"rolling": hr.RollingOLSHedge(60)}, returns, window=200, refit_every=100)
    table = backtest.value_at_risk_tests(tail=0.1, window=150)
    for name in ("unhedged", "rolling"):
        hedged = backtest.hedged_returns[name]
        quantiles = [-hedged.iloc[t - 150 : t].quantile(0.1) for t in range(150, 700)]
        forecasts = pd.Series(quantiles, hedged.index[150:])
        assert table.loc[name, "exceeded"] == (hedged.iloc[150:] < -forecasts).mean()
        for column, test in VALUE_AT_RISK_TESTS.items():
            p_value = test(hedged.iloc[150:], forecasts, 0.1).p_value
            assert table.loc[name, column] == pytest.approx(p_value, abs=1e-9)
