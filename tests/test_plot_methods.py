"""Every result class that is a table or a fit has a figure, with the numbers of its table."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.onchain import LiquidityRange, PoolPosition

DATES = 700


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(DATES, seed=0).returns


@pytest.fixture(scope="module")
def backtest(returns: pd.DataFrame) -> hr.evaluation.Backtest:
    models = {"rolling": hr.RollingOLSHedge(60)}
    return hr.walk_forward(models, returns["asset"], returns[["hedge"]], window=400)


def test_a_comparison_draws_gains_with_their_intervals(backtest) -> None:
    comparison = backtest.compare()
    axes = comparison.plot()
    ordered = comparison.table.sort_values("gain", ascending=False)
    np.testing.assert_allclose(axes.get_lines()[-1].get_xdata(), 100.0 * ordered["gain"])
    labels = [label.get_text() for label in axes.get_yticklabels()]
    starred = {label.removesuffix(" *") for label in labels if label.endswith(" *")}
    assert starred == set(ordered.index[ordered["in MCS"]])
    (segments,) = axes.collections
    first = segments.get_segments()[list(ordered.index).index("rolling")]
    bounds = backtest.summary.loc["rolling", ["gain, lower", "gain, upper"]].astype(float)
    np.testing.assert_allclose(first[:, 0], 100.0 * bounds)
    plt.close(axes.figure)


def test_a_panel_draws_every_pair_and_the_medians(returns: pd.DataFrame) -> None:
    pairs = {
        "there": (returns["asset"], returns[["hedge"]]),
        "back": (returns["hedge"], returns[["asset"]]),
    }
    panel = hr.walk_forward_panel({"rolling": hr.RollingOLSHedge(60)}, pairs, window=400)
    axes = panel.plot()
    gains = 100.0 * panel.effectiveness.sub(panel.effectiveness["ols"], axis=0)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == list(gains.drop(columns="ols").median().sort_values().index)
    for name, line in zip(names, axes.get_lines(), strict=False):
        np.testing.assert_allclose(line.get_xdata(), gains[name])
    plt.close(axes.figure)


def test_a_selection_draws_its_criterion() -> None:
    regimes = hr.data.simulate_regimes(n_dates=600, seed=0).returns
    selection = hr.select_regimes(hr.GaussianHMM(2, n_starts=2), regimes, (1, 2))
    axes = selection.plot()
    bic = selection.table["BIC"].astype(float)
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), bic - bic.min())
    assert axes.get_lines()[1].get_xdata()[0] == selection.recommended
    plt.close(axes.figure)


def test_a_chain_draws_the_volatility_of_its_quotes() -> None:
    moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    smile = {"strike": [90.0, 100.0, 110.0], "volatility": [0.22, 0.20, 0.19]}
    smile |= {"expiry": moment + pd.Timedelta(days=30), "forward": 101.0}
    axes = hr.options.OptionChain.from_volatilities(pd.DataFrame(smile), moment).plot()
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), [22.0, 20.0, 19.0], rtol=1e-8)
    np.testing.assert_allclose(
        axes.get_lines()[0].get_xdata(), np.log(np.array([90.0, 100.0, 110.0]) / 101.0)
    )
    plt.close(axes.figure)


def test_a_notional_hedge_draws_both_volatilities(returns: pd.DataFrame) -> None:
    fit = hr.OLSHedge().fit(returns["asset"], returns[["hedge"]])
    hedge = hr.hedge_notional(fit, 1_000_000)
    axes = hedge.plot()
    widths = [bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(widths, [hedge.volatility_after, hedge.volatility_before])
    plt.close(axes.figure)


def test_a_pool_position_draws_its_value_and_that_of_holding() -> None:
    position = PoolPosition([LiquidityRange(1_000.0, 1_500.0, 2_500.0)], "WETH", "USDC")
    prices = np.linspace(1_200.0, 2_800.0, 9)
    axes = position.plot(2_000.0, prices)
    held, provided, _ = axes.get_lines()
    np.testing.assert_allclose(provided.get_ydata(), position.value(prices))
    base, quote = position.amounts(2_000.0)
    np.testing.assert_allclose(held.get_ydata(), base * prices + quote)
    plt.close(axes.figure)


def test_figures_of_results_can_be_interactive(backtest) -> None:
    assert backtest.compare().plot(interactive=True).data
    assert not plt.get_fignums()
