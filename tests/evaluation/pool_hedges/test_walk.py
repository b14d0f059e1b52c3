"""Walks of hedges of a liquidity position, against a loop and known truths."""

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.evaluation import PoolBacktest, PoolFees, walk_forward_pool
from hedgeresearch.evaluation.shocks import shocked_rows
from hedgeresearch.onchain import LiquidityRange, PoolPosition
from hedgeresearch.trading import no_trade_band

POSITION = PoolPosition(
    [LiquidityRange(900.0, 1_500.0, 2_500.0), LiquidityRange(400.0, 1_900.0, 2_050.0)],
    "WETH",
    "USDC",
)
WINDOW = 150
FUNDING = 2e-5


class Data(NamedTuple):
    """Prices of a pool and of a contract that moves less, and what the pool has earned."""

    prices: "pd.Series[float]"
    hedges: pd.DataFrame
    fees: PoolFees


@pytest.fixture(scope="module")
def data() -> Data:
    rng = np.random.default_rng(1)
    dates = pd.date_range("2026-01-01", periods=400, freq="1h", tz="UTC", name="date")
    steps = 0.006 * rng.standard_normal((2, 400))
    prices = pd.Series(2_000.0 * np.exp(steps[0].cumsum()), dates, name="WETH")
    hedges = pd.DataFrame({"PERP": 2_000.0 * np.exp((0.8 * steps[0] + 0.1 * steps[1]).cumsum())})
    volume = pd.Series(rng.uniform(1e5, 1e6, 400), dates)
    return Data(prices, hedges.set_axis(dates), PoolFees(3_000, volume, 5e4))


def walked(data: Data, **settings: Any) -> PoolBacktest:
    given = {
        "window": WINDOW,
        "fees": data.fees,
        "cost": hr.Costs(half_spread=1e-4, fee=4e-4, carry=FUNDING),
        "gas": 0.5,
        "risk_aversion": 1e-3,
    }
    return walk_forward_pool(POSITION, data.prices, data.hedges, **(given | settings))


@pytest.fixture(scope="module")
def backtest(data: Data) -> PoolBacktest:
    ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    return walked(data, models={"ewma": ewma})


@pytest.mark.parametrize("name", ["unhedged", "static", "naive", "ols", "ewma", "ewma, band"])
def test_gains_are_those_of_a_loop(data: Data, backtest: PoolBacktest, name: str) -> None:
    """Date by date, from contracts alone: prices, funding, costs and gas."""
    held = 0.0
    for date in backtest.gains.index:
        row = data.prices.index.get_loc(date)
        before = float(data.hedges["PERP"].iloc[row - 1])
        after = float(data.hedges["PERP"].iloc[row])
        short = float(backtest.contracts[name].loc[date, "PERP"])
        trade = short - held
        held = short
        gain = POSITION.value(data.prices.iloc[row]) - POSITION.value(data.prices.iloc[row - 1])
        gain += data.fees.earned(POSITION, data.prices).iloc[row]
        gain -= short * (after - before)
        gain += short * before * FUNDING
        gain -= abs(trade) * before * 5e-4 + (0.5 if trade else 0.0)
        assert backtest.gains.loc[date, name] == pytest.approx(gain, abs=1e-8)


def test_contracts_are_the_tokens_of_the_date_before(data: Data, backtest: PoolBacktest) -> None:
    for name in ("naive", "ols", "ewma"):
        for date in backtest.prices.index[::20]:
            row = data.prices.index.get_loc(date)
            price = data.prices.iloc[row - 1]
            ratio = backtest.ratios.loc[date, (name, "PERP")]
            expected = POSITION.delta(price) * price * ratio / data.hedges["PERP"].iloc[row - 1]
            assert backtest.contracts[name].loc[date, "PERP"] == pytest.approx(expected, rel=1e-12)
    static = backtest.contracts["static"]["PERP"]
    assert static.nunique() == 1
    assert static.iloc[0] == backtest.contracts["naive"]["PERP"].iloc[0]


def test_ratios_are_those_of_the_walk_of_returns(data: Data, backtest: PoolBacktest) -> None:
    table = hr.returns(data.prices.to_frame().join(data.hedges))
    models = {"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))}
    alone = hr.walk_forward(models, table["WETH"], table[["PERP"]], WINDOW, progress=False)
    pd.testing.assert_frame_equal(backtest.ratios, alone.ratios)


def test_the_estimated_ratio_removes_more_than_one_to_one(backtest: PoolBacktest) -> None:
    """The contract moves by .8 of the token, so that 1.25 contracts are needed."""
    removed = backtest.summary["variance removed"]
    # the contract's own noise is .1 of the token's, which leaves 1 / (1 + 64) of the variance
    assert removed["ols"] > 0.97
    assert removed["ewma"] > 0.97
    assert removed["naive"] < 0.955
    assert backtest.ratios["ols"].mean().item() == pytest.approx(0.8 / 0.65, abs=0.03)


def test_without_basis_what_is_left_is_gamma_and_fees(data: Data) -> None:
    perpetual = data.prices.to_frame("PERP")
    with pytest.warns(DataWarning, match="a hedge should be another instrument"):
        found = walk_forward_pool(POSITION, data.prices, perpetual, window=WINDOW, fees=data.fees)
    left = found.hedged_moves["naive"]
    np.testing.assert_allclose(left, found.gamma_losses, atol=1e-7)
    assert (found.gamma_losses <= 1e-9).all()
    part = found.parts["naive"]
    assert found.gains["naive"].sum() == pytest.approx(part["fees"].sum() + left.sum())
    assert found.summary.loc["naive", "variance removed"] > 0.99


@pytest.mark.parametrize("kind", ["up", "down", "zero", "permuted"])
@pytest.mark.parametrize("row", [200, 271, 398])
def test_the_future_changes_no_contract(
    data: Data, backtest: PoolBacktest, kind: str, row: int
) -> None:
    """Prices, volume and liquidity are shocked from a date on; contracts up to it stay."""
    table = data.prices.to_frame().join(data.hedges)
    table["volume"] = data.fees.volume
    other = shocked_rows(table, row, kind, np.random.default_rng(row))
    with hr.data.quality.once.data_checked():
        changed = walked(
            Data(other["WETH"], other[["PERP"]], PoolFees(3_000, other["volume"], 5e4)),
            models={"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))},
        )
    date = table.index[row]
    for name, contracts in backtest.contracts.items():
        pd.testing.assert_frame_equal(contracts.loc[:date], changed.contracts[name].loc[:date])
        before = backtest.gains[name].loc[:date].iloc[:-1]
        pd.testing.assert_series_equal(before, changed.gains[name].loc[:date].iloc[:-1])
    assert not backtest.contracts["ols"].equals(changed.contracts["ols"]) or row == 398


def test_a_band_is_that_of_gamma_and_costs(data: Data, backtest: PoolBacktest) -> None:
    """Each date keeps the contracts within the band of that date, and trades to its edge."""
    held = backtest.contracts["ols, band"]["PERP"]
    target = backtest.contracts["ols"]["PERP"]
    table = hr.returns(data.prices.to_frame().join(data.hedges))
    at_edge = 0
    for place in range(1, len(held)):
        row = data.prices.index.get_loc(held.index[place])
        price = data.prices.iloc[row - 1]
        contract = data.hedges["PERP"].iloc[row - 1]
        variances = table.iloc[row - 1 - WINDOW : row - 1].var()
        ratio = backtest.ratios["ols"].iloc[place].item()
        move = POSITION.gamma(price) * price * ratio * price / contract
        half_width = no_trade_band(
            5e-4 * contract,
            move**2 * variances["WETH"],
            1e-3,
            contract**2 * variances["PERP"],
            step=1.0,
        )
        kept = np.clip(
            held.iloc[place - 1], target.iloc[place] - half_width, target.iloc[place] + half_width
        )
        assert held.iloc[place] == pytest.approx(kept, rel=1e-9)
        at_edge += held.iloc[place] != held.iloc[place - 1]
    assert 0 < at_edge < len(held) - 1


def test_a_band_trades_less_and_costs_less(backtest: PoolBacktest) -> None:
    table = backtest.summary
    assert table.loc["ols, band", "trades"] < 0.6 * table.loc["ols", "trades"]
    assert table.loc["ols, band", "trading"] > 0.7 * table.loc["ols", "trading"]
    assert table.loc["ols, band", "variance removed"] > 0.96
    assert table.loc["static", "trades"] == 1
    assert table.loc["unhedged", "trades"] == 0


def test_parts_add_up_to_gains(backtest: PoolBacktest) -> None:
    table = backtest.summary
    columns = ["position", "fees", "hedge", "funding", "trading", "gas"]
    np.testing.assert_allclose(table[columns].sum(axis=1), table["gain"], atol=1e-7)
    np.testing.assert_allclose(table["gas"], -0.5 * table["trades"])
    assert (table["funding"].drop("unhedged") > 0.0).all()
    assert (table.loc["unhedged", ["hedge", "funding", "trading", "gas"]] == 0.0).all()
    assert "The gains vary least with 'ols" in backtest.conclusion


def test_several_contracts_share_the_hedge(data: Data) -> None:
    second = data.hedges["PERP"] * np.exp(
        0.02 * np.random.default_rng(2).standard_normal(len(data.hedges))
    )
    both = data.hedges.assign(OTHER=second)
    found = walk_forward_pool(POSITION, data.prices, both, window=WINDOW, risk_aversion=1e-3)
    contracts = found.contracts["ols"]
    assert list(contracts.columns) == ["PERP", "OTHER"]
    moves = -(contracts * both.diff().loc[contracts.index]).sum(axis=1)
    pd.testing.assert_series_equal(found.parts["ols"]["hedge"], moves, check_names=False)


@pytest.mark.parametrize("kind", ["cumulative", "contracts", "parts"])
def test_plots_have_a_line_for_each_hedge_or_part(backtest: PoolBacktest, kind: Any) -> None:
    axes = backtest.plot(kind, hedge="ols")
    expected = {"cumulative": 7, "contracts": 6, "parts": 6}
    assert len(axes.lines) == expected[kind]
    plt.close("all")


def test_its_names_and_dates_are_shown(backtest: PoolBacktest) -> None:
    assert repr(backtest).startswith("PoolBacktest(7 hedges of WETH/USDC, 249 dates out of sample")
    assert "ewma, band" in backtest._repr_html_()
    with pytest.raises(DataError, match="hedge must be one of unhedged, static, naive"):
        backtest.plot("parts", hedge="dcc")


@pytest.mark.parametrize("upper", [600.0, 9_000.0])
def test_a_position_out_of_range_says_what_is_hedged(data: Data, upper: float) -> None:
    """Above the price it holds base tokens, which are hedged as ever; below it quote tokens."""
    outside = PoolPosition([LiquidityRange(100.0, upper / 1.2, upper)], "WETH", "USDC")
    found = walk_forward_pool(outside, data.prices, data.hedges, window=WINDOW)
    assert "nan" not in found.conclusion
    if upper > 2_000.0:
        assert found.conclusion.startswith("The gains vary least with 'ols', which removes 9")
        return
    assert found.conclusion == (
        "There is nothing to hedge: the value of the position does not move, as above all of its "
        "ranges. In USDC: +0 of fees."
    )
    assert (found.gains == 0.0).all(axis=None)


def test_names_of_what_is_compared_always_are_reserved(data: Data) -> None:
    for name in ("ols, band", "static", "unhedged"):
        for risk_aversion in (None, 1e-3):
            with pytest.raises(DataError, match=f"must not be called '{name}'"):
                walked(data, models={name: hr.OLSHedge()}, risk_aversion=risk_aversion)


def test_settings_that_cannot_be_are_refused(data: Data) -> None:
    with pytest.raises(DataError, match="prices and hedges must share their dates"):
        walk_forward_pool(POSITION, data.prices, data.hedges.iloc[1:], window=WINDOW)
    with pytest.raises(DataError, match="gas must not be negative"):
        walked(data, gas=-1.0)
    with pytest.raises(DataError, match="risk_aversion must"):
        walked(data, risk_aversion=0.0)
    with pytest.raises(DataError, match="must not have the name of the pool's token, WETH"):
        walk_forward_pool(POSITION, data.prices, data.hedges.set_axis(["WETH"], axis=1))
    with pytest.raises(DataError, match="position must be a PoolPosition"):
        walk_forward_pool(1.0, data.prices, data.hedges)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="positive"):
        walk_forward_pool(POSITION, -data.prices, data.hedges, window=WINDOW)
