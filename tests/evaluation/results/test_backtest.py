"""The tables and figures of a backtest, by hand."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import hedgeresearch as hr

WINDOW = 250


def walk(models: dict[str, Any], returns: pd.DataFrame, **settings: Any) -> hr.evaluation.Backtest:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asset, hedges = returns.iloc[:, 0], returns.iloc[:, 1:]
        return hr.walk_forward(models, asset, hedges, WINDOW, 100, progress=False, **settings)


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=400, seed=11).returns


FEE, CARRY = 0.0005, 0.0001


@pytest.fixture(scope="module")
def study() -> hr.evaluation.Backtest:
    data = hr.data.simulate_dcc(n_dates=650, n_series=3, seed=3).returns
    models = {
        "rolling": hr.RollingOLSHedge(60),
        "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    }
    return walk(models, data, cost=hr.Costs(fee=FEE, carry=CARRY))


@pytest.fixture(scope="module")
def by_hand(study: hr.evaluation.Backtest) -> dict[str, dict[str, np.ndarray]]:
    """Hedged returns, ratios in all, trades and costs of each model, in plain numpy."""
    values, found = (
        hr.data.simulate_dcc(n_dates=650, n_series=3, seed=3).returns.to_numpy()[WINDOW:],
        {},
    )
    for name in study.hedged_returns:
        ratio = study.ratios[name].to_numpy() if name in study.models else np.zeros((400, 2))
        trades = np.abs(np.diff(ratio, axis=0, prepend=np.zeros((1, 2)))).sum(axis=1)
        cost = FEE * trades - CARRY * ratio.sum(axis=1)
        hedged = values[:, 0] - (ratio * values[:, 1:]).sum(axis=1)
        found[name] = {
            "gross": hedged,
            "net": hedged - cost,
            "cost": cost,
            "trades": trades,
            "total": ratio.sum(axis=1),
        }
    return found


def test_summary_by_hand(study: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    assert list(study.summary.columns) == [
        "effectiveness", "gain on ols", "gain, lower", "gain, upper", "volatility", "mean gross", "mean cost",
        "mean net", "mean ratio", "least ratio", "greatest ratio", "turnover", "failed refits",
    ]  # fmt: skip
    assert list(study.summary.index) == ["unhedged", "naive", "ols", "rolling", "regime"]
    removed = {
        name: 1 - one["gross"].var() / by_hand["unhedged"]["gross"].var()
        for name, one in by_hand.items()
    }
    for name, row in study.summary.iterrows():
        one = by_hand[name]
        expected = {
            "effectiveness": removed[name],
            "gain on ols": removed[name] - removed["ols"],
            "volatility": one["gross"].std(ddof=1),
            "mean gross": one["gross"].mean(),
            "mean cost": one["cost"].mean(),
            "mean net": one["net"].mean(),
            "mean ratio": one["total"].mean(),
            "least ratio": one["total"].min(),
            "greatest ratio": one["total"].max(),
            "turnover": one["trades"].sum(),
            "failed refits": 0,
        }
        np.testing.assert_allclose(
            row[list(expected)], list(expected.values()), rtol=1e-9, atol=1e-12
        )
    gains = study.summary[["gain, lower", "gain on ols", "gain, upper"]]
    assert (gains.drop("ols").diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert gains.loc["ols"].eq(0.0).all()
    interval = hr.evaluation.bootstrap_difference(
        hr.effectiveness, *(study.hedged_returns[n] for n in ("rolling", "ols", "unhedged"))
    )
    assert gains.loc["rolling"].tolist() == [interval.lower, interval.difference, interval.upper]


def test_without_costs_there_are_no_columns_of_means(returns: pd.DataFrame) -> None:
    study = walk({}, returns)
    assert not {"mean gross", "mean cost", "mean net"} & set(study.summary)
    pd.testing.assert_frame_equal(study.net_returns, study.hedged_returns)


def test_measures_by_hand(study: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    table = study.measures(risk_aversion=4.0, periods_per_year=252)
    pd.testing.assert_frame_equal(
        study.costs, pd.DataFrame({n: one["cost"] for n, one in by_hand.items()}, study.costs.index)
    )
    for name, one in by_hand.items():
        for version in ("gross", "net"):
            values, row = one[version], table.loc[name].xs(version, level="returns")
            expected = {
                "mean": values.mean(),
                "semivariance": np.minimum(values, 0).__pow__(2).mean(),
                "VaR 1 %": -np.quantile(values, 0.01),
                "CVaR 5 %": -values[values <= np.quantile(values, 0.05)].mean(),
                "effectiveness": 1 - values.var() / by_hand["unhedged"][version].var(),
                "exponential certainty equivalent": -np.log(np.exp(-4 * values).mean()) / 4,
                "mean-variance certainty equivalent": values.mean() - 2 * values.var(ddof=1),
                "Sharpe ratio": np.sqrt(252) * values.mean() / values.std(ddof=1),
            }
            np.testing.assert_allclose(
                row[list(expected)].astype(float), list(expected.values()), rtol=1e-8, atol=1e-12
            )
            wealth = np.concatenate([[1.0], np.cumprod(1 + values)])
            fall = 1 - (wealth / np.maximum.accumulate(wealth)).min()
            np.testing.assert_allclose(row["maximum drawdown"], fall, rtol=1e-8)
        np.testing.assert_allclose(table.loc[name, "turnover"], one["trades"].sum(), rtol=1e-9)
        np.testing.assert_allclose(table.loc[name, "cost"], one["cost"].sum(), rtol=1e-9)
    dates = study.hedged_returns.index
    pace = 399 / ((dates[-1] - dates[0]).days / 365.25)
    ratio = (
        study.measures().loc["ols", ("Sharpe ratio", "gross")]
        / table.loc["ols", ("Sharpe ratio", "gross")]
    )
    assert ratio == pytest.approx(np.sqrt(pace / 252), rel=1e-9)


def test_a_perfect_hedge_has_no_sharpe_ratio(returns: pd.DataFrame) -> None:
    same = returns[["asset"]].assign(copy=returns["asset"])
    table = walk({}, same).measures()
    assert np.isnan(table.loc["naive", ("Sharpe ratio", "gross")])
    assert table.loc["naive", ("effectiveness", "gross")] == pytest.approx(1.0)


def test_by_year(study: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    table, years = study.measure_by_year(), study.hedged_returns.index.year
    assert list(table.columns) == list(study.models)
    for year in table.index:
        chosen = years == year
        for name in study.models:
            left = by_hand[name]["gross"][chosen].var() / by_hand["unhedged"]["gross"][chosen].var()
            expected = 1 - left if chosen.sum() >= 20 else np.nan
            np.testing.assert_allclose(table.loc[year, name], expected, rtol=1e-8)


def test_by_regime(study: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    likeliest = study.predicted["regime"].to_numpy().argmax(axis=1)
    table = study.by_regime("regime", lambda hedged, asset: float(hedged.mean() - asset.mean()))
    for regime in (0, 1):
        chosen = likeliest == regime
        assert chosen.sum() >= 20
        for name in study.models:
            expected = (
                by_hand[name]["gross"][chosen].mean() - by_hand["unhedged"]["gross"][chosen].mean()
            )
            np.testing.assert_allclose(table.loc[regime, name], expected, rtol=1e-8, atol=1e-14)
    labels = pd.Series(np.where(likeliest == 0, "calm", "storm"), study.hedged_returns.index)
    np.testing.assert_allclose(study.by_regime(labels), study.by_regime("regime"))
    with pytest.raises(
        hr.DataError,
        match=r"regimes must name a model with regimes, of \['regime'\]; got 'rolling'",
    ):
        study.by_regime("rolling")


def test_worst_days(study: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    asset = by_hand["unhedged"]["gross"]
    worst, table = asset <= np.quantile(asset, 0.1), study.worst_days(0.1)
    for name, one in by_hand.items():
        mean = one["gross"][worst].mean()
        np.testing.assert_allclose(
            table.loc[name], [mean, 1 - mean / asset[worst].mean()], rtol=1e-8, atol=1e-14
        )


# --- comparisons ---


def half_variance(returns: np.ndarray) -> np.ndarray:
    return 0.5 * (returns - returns.mean()) ** 2


def test_compare_takes_the_losses_it_is_told(
    study: hr.evaluation.Backtest, by_hand: dict[str, Any]
) -> None:
    gross = {name: by_hand[name]["gross"] for name in study.models}
    losses = {
        "variance": {name: values.var() for name, values in gross.items()},
        "semivariance": {
            name: (np.minimum(values, 0) ** 2).mean() for name, values in gross.items()
        },
        half_variance: {name: values.var() / 2 for name, values in gross.items()},
    }
    for measure, expected in losses.items():
        found = study.compare(measure, n_bootstrap=100)
        assert found.against == "ols"
        pd.testing.assert_series_equal(
            found.table["mean loss"], pd.Series(expected), check_names=False
        )
    variance, half = study.compare(n_bootstrap=100), study.compare(half_variance, n_bootstrap=100)
    np.testing.assert_allclose(variance.table["DM t"], half.table["DM t"], rtol=1e-9)


def test_compare_after_costs_and_against_another(
    study: hr.evaluation.Backtest, by_hand: dict[str, Any]
) -> None:
    net = study.compare(net=True, against="rolling", n_bootstrap=100)
    assert net.against == "rolling"
    expected = [by_hand[name]["net"].var() for name in net.table.index]
    np.testing.assert_allclose(net.table["mean loss"], expected, rtol=1e-9)
    assert not np.allclose(study.compare(n_bootstrap=100).table["mean loss"], expected, rtol=1e-9)


def test_compare_draws_with_the_seed_of_the_study(
    study: hr.evaluation.Backtest, returns: pd.DataFrame
) -> None:
    direct = hr.evaluation.compare_hedges(study.hedged_returns, "ols", n_bootstrap=100, seed=0)
    pd.testing.assert_frame_equal(study.compare(n_bootstrap=100).table, direct.table)
    seven = walk({"rolling": hr.RollingOLSHedge(60)}, returns, seed=7)
    again = hr.evaluation.compare_hedges(seven.hedged_returns, "ols", n_bootstrap=100, seed=7)
    assert seven.compare(n_bootstrap=100).joint.p_value == again.joint.p_value
    other = seven.compare(n_bootstrap=100, seed=8)
    pd.testing.assert_frame_equal(
        other.table,
        hr.evaluation.compare_hedges(seven.hedged_returns, n_bootstrap=100, seed=8).table,
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"measure": "range"}, "measure must be one of 'variance', 'semivariance'; got 'range'"),
        ({"against": "dcc"}, "against must be one of .*; got 'dcc'"),
    ],
)
def test_comparisons_that_are_refused(
    study: hr.evaluation.Backtest, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        study.compare(**settings)


# --- figures and paper ---


def lines_of(study: hr.evaluation.Backtest, kind: Any) -> dict[str, np.ndarray]:
    axes = study.plot(kind, Figure().subplots())
    return {line.get_label(): np.asarray(line.get_ydata()) for line in axes.get_lines()}


def test_the_ratio_plot_draws_the_sum_of_ratios(
    study: hr.evaluation.Backtest, by_hand: dict[str, Any]
) -> None:
    lines = lines_of(study, "ratio")
    assert list(lines) == list(study.models)
    for name, values in lines.items():
        np.testing.assert_allclose(values, by_hand[name]["total"], rtol=1e-12)


def test_the_cumulative_plot_ends_at_the_gain(
    study: hr.evaluation.Backtest, by_hand: dict[str, Any]
) -> None:
    lines = lines_of(study, "cumulative")
    assert list(lines) == list(study.models)
    squares = {name: (one["gross"] - one["gross"].mean()) ** 2 for name, one in by_hand.items()}
    for name, values in lines.items():
        expected = 100 * np.cumsum(squares["ols"] - squares[name]) / squares["unhedged"].sum()
        np.testing.assert_allclose(values, expected, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(
            values[-1], 100 * study.summary.loc[name, "gain on ols"], rtol=1e-8
        )


def test_the_effectiveness_plot_draws_points_and_intervals(study: hr.evaluation.Backtest) -> None:
    axes = study.plot("effectiveness", Figure().subplots())
    reference, points = axes.get_lines()
    models = study.summary.drop(index="unhedged")
    np.testing.assert_allclose(points.get_xdata(), 100 * models["effectiveness"])
    np.testing.assert_allclose(reference.get_xdata(), 100 * models.loc["ols", "effectiveness"])
    assert [label.get_text() for label in axes.get_yticklabels()] == list(models.index)
    ends = np.array([segment[:, 0] for segment in axes.collections[0].get_segments()])
    ols = models.loc["ols", "effectiveness"]
    np.testing.assert_allclose(ends, 100 * (ols + models[["gain, lower", "gain, upper"]]))
    with pytest.raises(
        hr.DataError, match="kind must be one of 'ratio', 'cumulative', 'effectiveness'; got 'pie'"
    ):
        study.plot("pie")


def test_how_it_reads_on_paper(study: hr.evaluation.Backtest) -> None:
    text, page = study.to_latex(), study._repr_html_()
    assert text.startswith("\\begin{tabular}")
    assert "\\toprule" in text
    for name, row in study.summary.iterrows():
        assert f"{row['effectiveness']:.4g} & " in text
        assert f"<th>{name}</th>" in page
    assert "Backtest(4 models, 400 dates out of sample" in page
    assert study.to_latex(float_format="%.1f") != text


def test_value_at_risk_tests_are_those_of_each_series() -> None:
    returns = hr.data.simulate_dcc(n_dates=900, seed=8).returns
    study = hr.walk_forward(
        {"rolling": hr.RollingOLSHedge(60)},
        returns["asset"],
        returns[["hedge"]],
        200,
        100,
        progress=False,
    )
    table = study.value_at_risk_tests(level=0.1, window=150)
    for name in ("unhedged", "rolling"):
        hedged = study.hedged_returns[name]
        forecasts = pd.Series(
            [-hedged.iloc[t - 150 : t].quantile(0.1) for t in range(150, 700)], hedged.index[150:]
        )
        assert table.loc[name, "exceeded"] == (hedged.iloc[150:] < -forecasts).mean()
        for column, test in (
            ("Kupiec p", hr.evaluation.kupiec_test),
            ("independence p", hr.evaluation.christoffersen_test),
            ("conditional coverage p", hr.evaluation.conditional_coverage_test),
            ("dynamic quantile p", hr.evaluation.dynamic_quantile_test),
        ):
            assert table.loc[name, column] == pytest.approx(
                test(hedged.iloc[150:], forecasts, 0.1).p_value, abs=1e-9
            )
