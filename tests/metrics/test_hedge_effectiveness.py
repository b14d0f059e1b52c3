"""Hedged returns and effectiveness: definitions, and a published hedge of bitcoin."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

DATES = pd.date_range("2020-01-01", periods=50, name="date")


@pytest.fixture
def data() -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """Returns of an asset and two hedges, and ratios on the last 20 dates."""
    rng = np.random.default_rng(8)
    hedges = pd.DataFrame(rng.normal(size=(50, 2)), DATES, ["gas", "coal"])
    asset = pd.Series(hedges.sum(axis=1) + rng.normal(size=50), DATES, name="oil")
    return asset, hedges, pd.DataFrame(rng.normal(size=(20, 2)), DATES[30:], hedges.columns)


def test_hedged_returns_by_hand(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset, hedges, ratio = data
    hedged = hr.hedged_returns(asset, hedges, ratio)
    expected = [
        asset[t] - sum(ratio.loc[t, name] * hedges.loc[t, name] for name in hedges)
        for t in DATES[30:]
    ]
    np.testing.assert_allclose(hedged, expected, rtol=1e-12)
    pd.testing.assert_index_equal(hedged.index, DATES[30:])
    assert hedged.name == "hedged"


def test_a_ratio_may_hold_some_of_the_dates(
    data: tuple[pd.Series, pd.DataFrame, pd.DataFrame],
) -> None:
    asset, hedges, ratio = data
    some = hr.hedged_returns(asset, hedges, ratio.iloc[::3])
    pd.testing.assert_series_equal(
        some, hr.hedged_returns(asset, hedges, ratio).iloc[::3], check_freq=False
    )


def test_a_ratio_of_zero_leaves_the_asset(
    data: tuple[pd.Series, pd.DataFrame, pd.DataFrame],
) -> None:
    asset, hedges, ratio = data
    hedged = hr.hedged_returns(asset, hedges, ratio * 0)
    np.testing.assert_array_equal(hedged, asset[30:])
    assert hr.effectiveness(hedged, asset[30:]) == 0.0


def test_one_hedge_may_be_a_series(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset, hedges, ratio = data
    expected = asset[30:] - ratio["gas"] * hedges["gas"][30:]
    np.testing.assert_allclose(
        hr.hedged_returns(asset, hedges["gas"], ratio["gas"]), expected, rtol=1e-12
    )


def test_ratios_that_do_not_fit_are_refused(
    data: tuple[pd.Series, pd.DataFrame, pd.DataFrame],
) -> None:
    asset, hedges, ratio = data
    with pytest.raises(
        hr.DataError,
        match=r"ratio must have the columns of hedges, \['gas', 'coal'\]; got \['coal'",
    ):
        hr.hedged_returns(asset, hedges, ratio[["coal", "gas"]])
    with pytest.raises(
        hr.DataError,
        match=r"every date of ratio must have returns; 20 have none, the first 2021-01-31\.",
    ):
        hr.hedged_returns(asset, hedges, ratio.set_axis(DATES[30:] + pd.DateOffset(years=1)))
    with pytest.raises(
        hr.DataError, match=r"ratio must be finite; column 'coal' has a gap \(NaN\) on 2020-02-01"
    ):
        hr.hedged_returns(
            asset, hedges, ratio.assign(coal=ratio["coal"].where(ratio.index != DATES[31]))
        )


def test_variance_with_both_divisors(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    returns = data[0]
    values = returns.tolist()
    mean = sum(values) / 50
    squares = sum((x - mean) ** 2 for x in values)
    assert hr.metrics.variance(returns) == pytest.approx(squares / 49, rel=1e-12)
    assert hr.metrics.variance(returns, ddof=0) == pytest.approx(squares / 50, rel=1e-12)
    with pytest.raises(hr.DataError, match="returns must have at least 2 rows; got 1"):
        hr.metrics.variance(returns[:1])


def test_effectiveness_by_hand(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset, hedges, ratio = data
    hedged = hr.hedged_returns(asset, hedges, ratio)
    unhedged = asset[30:]
    spread = [
        sum((x - sum(r) / 20) ** 2 for x in r) / 19 for r in (hedged.tolist(), unhedged.tolist())
    ]
    assert hr.effectiveness(hedged, unhedged) == pytest.approx(1 - spread[0] / spread[1], rel=1e-12)
    assert hr.effectiveness(7 * hedged, 7 * unhedged) == pytest.approx(
        hr.effectiveness(hedged, unhedged), rel=1e-12
    )
    assert hr.effectiveness(hedged + 1, unhedged - 3) == pytest.approx(
        hr.effectiveness(hedged, unhedged), rel=1e-12
    )


def test_effectiveness_of_known_hedges(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset = data[0]
    assert hr.effectiveness(asset, asset) == 0.0
    assert hr.effectiveness(asset * 0 + 2.0, asset) == 1.0
    assert hr.effectiveness(2 * asset, asset) == pytest.approx(-3.0)


def test_the_ols_hedge_has_the_effectiveness_of_its_regression(
    simple_returns: pd.DataFrame,
) -> None:
    asset = simple_returns["NASDAQ"]
    hedges = simple_returns[["SP500"]]
    hedged = hr.hedged_returns(asset, hedges, hr.OLSHedge().fit(asset, hedges).ratio)
    assert hr.effectiveness(hedged, asset) == pytest.approx(
        np.corrcoef(simple_returns.T)[0, 1] ** 2, rel=1e-10
    )


def test_returns_without_an_effectiveness_are_refused(
    data: tuple[pd.Series, pd.DataFrame, pd.DataFrame],
) -> None:
    asset = data[0]
    with pytest.raises(
        hr.DataError, match="must vary over two dates or more; their variance is zero"
    ):
        hr.effectiveness(asset, asset * 0 + 1)
    with pytest.raises(hr.DataError, match="must vary over two dates or more"):
        hr.effectiveness(asset[:1], asset[:1])
    with pytest.raises(
        hr.DataError, match="must share their dates; 1 differ, the first 2020-01-01"
    ):
        hr.effectiveness(asset[1:], asset)
    with pytest.raises(hr.DataError, match="must be finite"):
        hr.effectiveness(asset.where(asset.index != DATES[3]), asset)


@pytest.fixture
def bitcoin(data_dir: Path) -> pd.DataFrame:
    """Daily log returns of bitcoin and of its CME future, 868 dates, oldest first."""
    table = pd.read_csv(data_dir / "BBT_Tiingo.csv", index_col="Date", parse_dates=True)
    return table.sort_index()[["log return bitcoin", "log return future"]].set_axis(
        ["spot", "future"], axis=1
    )


def test_the_bitcoin_hedge_of_liu_equals_the_print(bitcoin: pd.DataFrame) -> None:
    """Liu et al. (2023), Quantitative Finance 23: their archive's results for BBT_Tiingo.

    112 blocks of 5 dates, counted back from the last one; each is hedged with the slope of the 300
    dates right before it. (Neither leaving out 5 dates between them nor the 113th block that the
    data would allow gives these digits.)
    """
    ratios = []
    for block in range(112):
        begin = len(bitcoin) - 5 * (block + 1)
        window = bitcoin.iloc[begin - 300 : begin]
        ratio = hr.OLSHedge().fit(window["spot"], window[["future"]]).next_ratio
        ratios.append(pd.DataFrame([ratio] * 5, index=bitcoin.index[begin : begin + 5]))
    path = pd.concat(ratios[::-1])
    hedged = hr.hedged_returns(bitcoin["spot"], bitcoin[["future"]], path)
    spot = bitcoin["spot"].loc[path.index]
    assert len(hedged) == 560
    assert [str(date.date()) for date in hedged.index[[0, -1]]] == ["2019-03-12", "2021-05-27"]
    # their first block is the last in time
    assert path.iloc[-1, 0] == pytest.approx(0.9469106195514347, rel=1e-10)
    summary = hr.metrics.ratio_summary(path).loc["future", ["mean", "min", "max"]]
    assert summary.tolist() == pytest.approx(
        [0.9580941003764212, 0.9410224368974556, 0.9876007559973901], rel=1e-10
    )
    assert hr.metrics.variance(hedged, ddof=0) == pytest.approx(1.4952537718275554e-05, rel=1e-10)
    assert hr.metrics.variance(spot, ddof=0) == pytest.approx(0.002197478486181586, rel=1e-10)
    assert hr.effectiveness(hedged, spot) == pytest.approx(0.9931955931253472, rel=1e-10)
    measures = (hr.metrics.value_at_risk, hr.metrics.expected_shortfall)
    combinations = itertools.product((hedged, spot), (0.05, 0.01), measures)
    found = [measure(x, tail) for x, tail, measure in combinations]
    printed = [
        0.006016710560918849,
        0.00993859093370338,
        0.010839976087683442,
        0.016612166716059633,
    ]
    printed += [0.06321970342124342, 0.11561775095490891, 0.1367462703721483, 0.19045136620335426]
    assert found == pytest.approx(printed, rel=1e-10)
