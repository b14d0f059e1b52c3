"""Hedged returns and effectiveness against the definitions."""

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
    expected = [asset[t] - sum(ratio.loc[t, name] * hedges.loc[t, name] for name in hedges) for t in DATES[30:]]
    np.testing.assert_allclose(hedged, expected, rtol=1e-12)
    pd.testing.assert_index_equal(hedged.index, DATES[30:])
    assert hedged.name == "hedged"


def test_ratio_of_some_dates(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset, hedges, ratio = data
    some = hr.hedged_returns(asset, hedges, ratio.iloc[::3])
    pd.testing.assert_series_equal(some, hr.hedged_returns(asset, hedges, ratio).iloc[::3], check_freq=False)


def test_a_ratio_of_nothing_leaves_the_asset(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset, hedges, ratio = data
    hedged = hr.hedged_returns(asset, hedges, ratio * 0)
    np.testing.assert_array_equal(hedged, asset[30:])
    assert hr.effectiveness(hedged, asset[30:]) == 0.0


def test_a_series_of_hedges_and_ratios(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset, hedges, ratio = data
    expected = asset[30:] - ratio["gas"] * hedges["gas"][30:]
    np.testing.assert_allclose(hr.hedged_returns(asset, hedges["gas"], ratio["gas"]), expected, rtol=1e-12)


def test_bad_ratios(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset, hedges, ratio = data
    with pytest.raises(hr.DataError, match=r"ratio must have the columns of hedges, \['gas', 'coal'\]; got \['coal'"):
        hr.hedged_returns(asset, hedges, ratio[["coal", "gas"]])
    with pytest.raises(
        hr.DataError, match=r"every date of ratio must have returns; 20 have none, the first 2021-01-31\."
    ):
        hr.hedged_returns(asset, hedges, ratio.set_axis(DATES[30:] + pd.DateOffset(years=1)))
    with pytest.raises(hr.DataError, match=r"ratio must be finite; column 'coal' has a gap \(NaN\) on 2020-02-01"):
        hr.hedged_returns(asset, hedges, ratio.assign(coal=ratio["coal"].where(ratio.index != DATES[31])))


def test_effectiveness_by_hand(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset, hedges, ratio = data
    hedged, unhedged = hr.hedged_returns(asset, hedges, ratio), asset[30:]
    spread = [sum((x - sum(r) / 20) ** 2 for x in r) / 19 for r in (hedged.tolist(), unhedged.tolist())]
    assert hr.effectiveness(hedged, unhedged) == pytest.approx(1 - spread[0] / spread[1], rel=1e-12)
    assert hr.effectiveness(7 * hedged, 7 * unhedged) == pytest.approx(hr.effectiveness(hedged, unhedged), rel=1e-12)
    assert hr.effectiveness(hedged + 1, unhedged - 3) == pytest.approx(hr.effectiveness(hedged, unhedged), rel=1e-12)


def test_limits_of_effectiveness(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset = data[0]
    assert hr.effectiveness(asset, asset) == 0.0
    assert hr.effectiveness(asset * 0 + 2.0, asset) == 1.0
    assert hr.effectiveness(2 * asset, asset) == pytest.approx(-3.0)


def test_the_ols_hedge_has_the_effectiveness_of_its_regression(simple_returns: pd.DataFrame) -> None:
    asset, hedges = simple_returns["NASDAQ"], simple_returns[["SP500"]]
    hedged = hr.hedged_returns(asset, hedges, hr.OLSHedge().fit(asset, hedges).ratio)
    assert hr.effectiveness(hedged, asset) == pytest.approx(np.corrcoef(simple_returns.T)[0, 1] ** 2, rel=1e-10)


def test_bad_input_of_effectiveness(data: tuple[pd.Series, pd.DataFrame, pd.DataFrame]) -> None:
    asset = data[0]
    with pytest.raises(hr.DataError, match="must vary over two dates or more; their variance is zero"):
        hr.effectiveness(asset, asset * 0 + 1)
    with pytest.raises(hr.DataError, match="must vary over two dates or more"):
        hr.effectiveness(asset[:1], asset[:1])
    with pytest.raises(hr.DataError, match="must share their dates; 1 differ, the first 2020-01-01"):
        hr.effectiveness(asset[1:], asset)
    with pytest.raises(hr.DataError, match="must be finite"):
        hr.effectiveness(asset.where(asset.index != DATES[3]), asset)
