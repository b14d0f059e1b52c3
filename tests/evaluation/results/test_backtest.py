"""Methods of a backtest, by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.evaluation.runs import walk


def test_a_backtest_is_read_in_one_line(backtest: hr.evaluation.Backtest) -> None:
    last = backtest.hedged_returns.index[-1].date()
    assert repr(backtest) == f"Backtest(4 models, 400 dates out of sample, to {last})"


def test_the_ratio_of_one_model(backtest: hr.evaluation.Backtest) -> None:
    pd.testing.assert_frame_equal(
        backtest.ratio("rolling"), backtest.ratios["rolling"], check_names=False
    )
    with pytest.raises(hr.DataError, match="model must be one of .*'regime'.; got 'dcc'"):
        backtest.ratio("dcc")


# --- where it worked ---


def test_measures_by_year(backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    table = backtest.by_year()
    years = backtest.hedged_returns.index.year
    assert list(table.columns) == list(backtest.models)
    for year in table.index:
        chosen = years == year
        unhedged = by_hand["unhedged"]["gross"][chosen].var()
        for name in backtest.models:
            left = by_hand[name]["gross"][chosen].var() / unhedged
            expected = 1 - left if chosen.sum() >= 20 else np.nan
            np.testing.assert_allclose(table.loc[year, name], expected, rtol=1e-8)


def test_measures_by_regime(backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    most_probable = backtest.predicted["regime"].to_numpy().argmax(axis=1)
    table = backtest.by_regime("regime", lambda hedged, asset: float(hedged.mean() - asset.mean()))
    for regime in (0, 1):
        chosen = most_probable == regime
        assert chosen.sum() >= 20
        unhedged = by_hand["unhedged"]["gross"][chosen].mean()
        for name in backtest.models:
            expected = by_hand[name]["gross"][chosen].mean() - unhedged
            np.testing.assert_allclose(table.loc[regime, name], expected, rtol=1e-8, atol=1e-14)


def test_regimes_may_be_labels(backtest: hr.evaluation.Backtest) -> None:
    most_probable = backtest.predicted["regime"].to_numpy().argmax(axis=1)
    labels = pd.Series(np.where(most_probable == 0, "calm", "storm"), backtest.hedged_returns.index)
    np.testing.assert_allclose(backtest.by_regime(labels), backtest.by_regime("regime"))
    with pytest.raises(
        hr.DataError,
        match=r"regimes must name a model with regimes, of \['regime'\]; got 'rolling'",
    ):
        backtest.by_regime("rolling")


def test_returns_on_worst_days(backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]) -> None:
    asset = by_hand["unhedged"]["gross"]
    worst = asset <= np.quantile(asset, 0.1)
    table = backtest.on_worst_days(0.1)
    for name, one in by_hand.items():
        mean = one["gross"][worst].mean()
        expected = [mean, 1 - mean / asset[worst].mean()]
        np.testing.assert_allclose(table.loc[name], expected, rtol=1e-8, atol=1e-14)


# --- comparisons ---


def half_variance(returns: np.ndarray) -> np.ndarray:
    return 0.5 * (returns - returns.mean()) ** 2


def test_compare_uses_the_chosen_loss(
    backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]
) -> None:
    gross = {name: by_hand[name]["gross"] for name in backtest.models}
    losses = {
        "variance": {name: values.var() for name, values in gross.items()},
        "semivariance": {
            name: (np.minimum(values, 0) ** 2).mean() for name, values in gross.items()
        },
        half_variance: {name: values.var() / 2 for name, values in gross.items()},
    }
    for measure, expected in losses.items():
        comparison = backtest.compare(measure, n_bootstrap=100)
        assert comparison.against == "ols"
        pd.testing.assert_series_equal(
            comparison.table["mean loss"], pd.Series(expected), check_names=False
        )
    variance = backtest.compare(n_bootstrap=100).table["DM t"]
    half = backtest.compare(half_variance, n_bootstrap=100).table["DM t"]
    np.testing.assert_allclose(variance, half, rtol=1e-9)


def test_compare_after_costs_and_against_another(
    backtest: hr.evaluation.Backtest, by_hand: dict[str, Any]
) -> None:
    net = backtest.compare(net=True, against="rolling", n_bootstrap=100)
    assert net.against == "rolling"
    expected = [by_hand[name]["net"].var() for name in net.table.index]
    np.testing.assert_allclose(net.table["mean loss"], expected, rtol=1e-9)
    gross = backtest.compare(n_bootstrap=100).table["mean loss"]
    assert not np.allclose(gross, expected, rtol=1e-9)


def test_comparisons_know_the_intervals_of_the_summary(backtest: hr.evaluation.Backtest) -> None:
    found = backtest.compare(n_bootstrap=100).intervals
    assert found is not None
    pd.testing.assert_frame_equal(found, backtest.summary[["gain, lower", "gain, upper"]])
    assert backtest.compare(against="naive", n_bootstrap=100).intervals is None
    assert backtest.compare("semivariance", n_bootstrap=100).intervals is None
    assert backtest.compare(net=True, n_bootstrap=100).intervals is None


def test_compare_draws_with_the_seed_of_the_backtest(backtest: hr.evaluation.Backtest) -> None:
    direct = hr.evaluation.compare_hedges(backtest.hedged_returns, n_bootstrap=100, seed=0)
    pd.testing.assert_frame_equal(backtest.compare(n_bootstrap=100).table, direct.table)
    returns = hr.data.simulate_dcc(n_dates=400, seed=11).returns
    seven = walk({"rolling": hr.RollingOLSHedge(60)}, returns, refit_every=100, seed=7)
    for seed, settings in ((7, {}), (8, {"seed": 8})):
        direct = hr.evaluation.compare_hedges(seven.hedged_returns, n_bootstrap=100, seed=seed)
        ours = seven.compare(n_bootstrap=100, **settings)
        assert ours.joint == direct.joint
        pd.testing.assert_frame_equal(ours.table, direct.table)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"measure": "range"}, "measure must be one of 'variance', 'semivariance'; got 'range'"),
        ({"measure": 5}, "measure must be one of 'variance', 'semivariance', or a function; got 5"),
        ({"against": "dcc"}, "against must be one of .*; got 'dcc'"),
    ],
)
def test_comparisons_out_of_range_are_refused(
    backtest: hr.evaluation.Backtest, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        backtest.compare(**settings)


def test_a_backtest_of_few_dates_needs_a_shorter_window() -> None:
    returns = hr.data.simulate_dcc(n_dates=260, seed=11).returns
    short = walk({}, returns, window=250)
    with pytest.raises(hr.DataError, match="got 10 over 1 business day. Use a shorter window"):
        short.compare()


# --- output ---


def test_the_summary_in_html_and_latex(backtest: hr.evaluation.Backtest) -> None:
    text = backtest.to_latex()
    page = backtest._repr_html_()
    assert text.startswith("\\begin{tabular}")
    assert "\\toprule" in text
    for name, row in backtest.summary.iterrows():
        assert f"{row['effectiveness']:.4g} & " in text
        assert f"<th>{name}</th>" in page
    assert "Backtest(4 models, 400 dates out of sample" in page
    assert backtest.to_latex(float_format="%.1f") != text
