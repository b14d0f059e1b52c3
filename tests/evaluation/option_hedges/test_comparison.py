"""Comparisons of hedges of options: the day is the observation, and Black may not be beaten."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation import walk_forward_options
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.option_hedges.comparison import compare_losses
from hedgeresearch.hedges import DeltaHedge, HullWhiteDelta
from hedgeresearch.options import simulate_smiles

TWO_REGIMES: dict[str, Any] = {"nu": (0.5, 1.0), "rho": (-0.2, -0.85), "level": (0.15, 0.35)}


def walked(models: dict[str, Any], seed: int = 1, n_dates: int = 700, **settings: Any) -> Any:
    panel = simulate_smiles(n_dates, days=(63,), seed=seed, **settings).panel
    return walk_forward_options(models, panel, window=300, refit_every=100)


@pytest.fixture(scope="module")
def backtest() -> Any:
    """Hull and White's delta, and two that are worse or the same."""
    models = {
        "hull_white": HullWhiteDelta(),
        "moneyness": DeltaHedge(smile="sticky_moneyness"),
        "same": DeltaHedge(),
    }
    return walked(models, n_dates=1500)


def test_test_is_that_of_daily_sums(backtest: Any) -> None:
    comparison = backtest.compare()
    losses = backtest.losses
    gain = (losses["black"] - losses["hull_white"]).to_numpy()
    n = len(gain)
    lags = lags_for(gain, total=(losses["black"] + losses["hull_white"]).to_numpy())
    centered = gain - gain.mean()
    variance = centered @ centered
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (centered[lag:] @ centered[:-lag])
    statistic = np.sqrt((n - 1) / n) * gain.sum() / np.sqrt(variance)
    assert comparison.table.loc["hull_white", "DM t"] == pytest.approx(statistic, rel=1e-9)
    assert comparison.n_days == n == 1200


def test_verdicts_are_sentences(backtest: Any) -> None:
    comparison = backtest.compare()
    better, worse, same = comparison.sentences
    gain = comparison.table.loc["hull_white", "gain"]
    assert better.startswith(f"hull_white removes {100 * gain:.1f}% of the squared errors of black")
    assert "it is better (p" in better
    assert worse.startswith("moneyness adds ")
    assert "it is worse" in worse
    assert same == "same has the same errors as black on every day."
    assert comparison.is_beaten
    assert comparison.conclusion.startswith("Black's delta is beaten at 5% (p")
    assert "counting all 2 hedges tried" in comparison.conclusion
    assert "contains hull_white" in comparison.conclusion
    other = backtest.compare(against="hull_white")
    assert other.conclusion.startswith("hull_white is not beaten at 5%")
    assert repr(comparison).startswith("OptionComparison(1200 days: Black's delta is beaten")


def test_interval_of_the_gain_covers_it(backtest: Any) -> None:
    row = backtest.summary.loc["hull_white"]
    assert row["gain, lower"] < row["gain on black"] < row["gain, upper"]
    assert row["gain, lower"] > 0
    assert backtest.summary.loc["black", ["gain, lower", "gain, upper"]].tolist() == [0.0, 0.0]
    assert backtest.summary.loc["same", "gain, upper"] == 0.0


def test_groups_split_the_gain(backtest: Any) -> None:
    by_delta = backtest.by_delta(0.5)
    assert list(by_delta.index) == ["0 to 0.5", "0.5 to 1"]
    low = np.abs(backtest.rows.delta) <= 0.5
    squares = backtest.errors[["black", "hull_white"]][low] ** 2
    gain = 1 - squares["hull_white"].sum() / squares["black"].sum()
    assert by_delta.loc["0 to 0.5", "hull_white"] == pytest.approx(gain, rel=1e-12)
    assert list(backtest.by_expiry().index) == ["up to 91 days"]
    regimes = pd.Series("all", backtest.rows.dates)
    one = backtest.by_regime(regimes)
    gain = backtest.summary.loc["hull_white", "gain on black"]
    assert one.loc["all", "hull_white"] == pytest.approx(gain)
    with pytest.raises(hr.DataError, match="1 are missing, first"):
        backtest.by_regime(regimes.iloc[1:])
    with pytest.raises(hr.DataError, match="width must lie in"):
        backtest.by_delta(0.0)


def test_plots_are_of_the_gain(backtest: Any) -> None:
    axes = backtest.plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "hull_white",
        "moneyness",
        "same",
    ]
    cumulative = backtest.plot("cumulative")
    line = cumulative.lines[0].get_ydata()
    gain = backtest.summary.loc["hull_white", "gain on black"]
    assert line[-1] == pytest.approx(100 * gain)
    with pytest.raises(hr.DataError, match="kind must be one of"):
        backtest.plot("ratio")


def test_bad_comparisons_are_refused(backtest: Any) -> None:
    with pytest.raises(hr.DataError, match="against must be one of"):
        backtest.compare(against="delta")
    with pytest.raises(hr.DataError, match="20 days out of sample or more; got 10"):
        compare_losses(backtest.losses.iloc[:10], "black")
    few = compare_losses(backtest.losses[["black", "hull_white"]].iloc[:40], "black")
    assert few.sentences[0].startswith("The verdicts rest on few observations: 40 dates")


@pytest.mark.slow
def test_black_is_not_beaten_without_correlation() -> None:
    # a flat smile whose volatility moves by itself: Black's delta is the best one
    models = {"hull_white": HullWhiteDelta(), "adaptive": HullWhiteDelta(halflife=40)}
    n_samples = 120
    beaten = 0
    better = 0
    for seed in range(n_samples):
        found = walked(models, seed, n_dates=600, rho=0.0, smile="flat")
        comparison = found.compare(n_bootstrap=300)
        beaten += comparison.is_beaten
        better += comparison.table.loc["hull_white", "verdict"] == "better"
    # at 5 %: 6 of 120 on average, 11 or more in 4 of 100 such studies
    assert beaten <= 10
    assert better <= 10
    assert "Black's delta is not beaten at 5%" in comparison.conclusion or comparison.is_beaten


@pytest.mark.slow
def test_black_is_beaten_where_volatility_falls_with_prices() -> None:
    models = {"hull_white": HullWhiteDelta()}
    beaten = [walked(models, seed, n_dates=1200).compare().is_beaten for seed in range(10)]
    assert sum(beaten) >= 8


@pytest.mark.long
def test_regimes_help_in_the_calm_one() -> None:
    smiles = simulate_smiles(2500, **TWO_REGIMES, days=(42, 63), seed=2)
    models = {
        "hull_white": HullWhiteDelta(),
        "regimes": HullWhiteDelta(regimes=hr.GaussianHMM(2, n_starts=3)),
    }
    found = walk_forward_options(models, smiles.panel, window=1250, refit_every=1250)
    gains = found.by_regime(smiles.regimes)
    assert gains.loc[0, "hull_white"] < gains.loc[0, "regimes"] - 0.05
    assert gains.loc[0, "hull_white"] < 0 < gains.loc[1, "hull_white"]
