"""Returns of futures by contract month: rolls, holidays, and a price below zero."""

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.reproductions.regime_study.futures import (
    COMMODITIES,
    Commodity,
    contract_returns,
    contracts_before,
    curve_of,
    first_dates,
    read_settlements,
    roll_flags,
)

THREE = Commodity("HO", 4, 3, 4)
"""A curve of four months that expire at the end of a month."""


@pytest.fixture(scope="module")
def settlements(data_dir):
    pytest.importorskip("rdata")
    return read_settlements()


def test_returns_over_a_roll_are_of_the_same_contract():
    days = pd.DatetimeIndex(["2020-01-30", "2020-01-31", "2020-02-03", "2020-02-04"])
    contracts = np.array([50.0, 55.0, 61.0, 68.0, 76.0])  # of five months, none of which moves
    values = np.array([contracts[:4], contracts[:4], contracts[1:], contracts[1:]])
    prices = pd.DataFrame(values, days, ["HO01", "HO02", "HO03", "HO04"])
    prices.iloc[2, 0] += 0.2  # the contract that was the second nearest gains 0.2
    returns = contract_returns(prices, THREE)
    assert returns["HO01"].tolist() == pytest.approx([0.0, 0.2 / 61.0, -0.2 / 68.0])
    assert (returns[["HO02", "HO03"]] == 0.0).all(axis=None)


def test_contracts_before_are_later_months_after_expiries():
    values = np.arange(12.0).reshape(3, 4)
    before = contracts_before(values, np.array([0, 2]))
    expected = [[0.0, 1.0, 2.0, 3.0], [6.0, 7.0, np.nan, np.nan]]
    assert np.array_equal(before, expected, equal_nan=True)


def test_expiries_follow_the_calendars_of_exchanges():
    days = pd.bdate_range("2015-01-01", "2016-12-30")
    # The WTI contracts of May 2015 ended on 21 April, those of October 2016 on 20 September.
    wti = first_dates(days, "CL").strftime("%Y-%m-%d")
    assert {"2015-04-22", "2016-09-21"} <= set(wti)
    # The gas contract of May 2015 ended on 28 April; Brent of May 2015 on 15 April.
    assert "2015-04-29" in first_dates(days, "NG").strftime("%Y-%m-%d")
    brent = first_dates(days, "BRN").strftime("%Y-%m-%d")
    assert "2015-04-16" in brent
    assert {"2016-01-15", "2016-02-01", "2016-03-01"} <= set(brent)


def test_a_shifted_curve_moves_a_roll_by_a_date():
    days = pd.bdate_range("2020-01-27", "2020-02-07")
    generator = np.random.default_rng(0)
    level = 100.0 + generator.standard_normal(len(days)).cumsum()[:, None]
    contracts = level + np.array([0.0, 5.0, -3.0, 8.0, 1.0])
    seen = np.where((days >= "2020-02-04")[:, None], contracts[:, 1:], contracts[:, :4])
    curve = pd.DataFrame(seen, days, ["HO01", "HO02", "HO03", "HO04"])
    flags = roll_flags(curve, THREE)  # the calendar has the third of February
    assert days[flags].strftime("%Y-%m-%d").tolist() == ["2020-02-04"]


def test_negative_price_gives_a_loss_of_its_notional(settlements):
    returns = contract_returns(settlements, COMMODITIES["WTI"])
    nearest = returns["CL01"].loc["2020-04-20":"2020-04-21"]
    assert nearest.tolist() == pytest.approx([(-37.63 - 18.27) / 35.26, (10.01 + 37.63) / 34.35])
    # On the 22nd the nearest contract is the one that was the second nearest before.
    assert returns["CL01"].loc["2020-04-22"] == pytest.approx((13.78 - 11.57) / 29.63)


@pytest.mark.parametrize("name", COMMODITIES)
def test_every_commodity_rolls_about_once_a_month(settlements, name):
    commodity = COMMODITIES[name]
    curve = curve_of(settlements, commodity)
    returns = contract_returns(settlements, commodity)
    rolls = curve.index[roll_flags(curve, commodity)]
    rolls = rolls[rolls >= returns.index[0]]
    assert len(rolls) >= len(returns.index.to_period("M").unique()) - 2
    days = rolls.to_series().diff().dt.days.dropna()
    assert ((days >= 25) & (days <= 36)).mean() > 0.98
    assert days.min() >= 15  # Brent changed its calendar in January 2016
    assert (returns.abs().max() < 2.0).all()


def test_cross_hedges_have_returns_between_common_dates(settlements):
    wti = COMMODITIES["WTI"]
    brent = COMMODITIES["Brent"]
    one = contract_returns(settlements, wti, brent)
    other = contract_returns(settlements, brent, wti)
    assert one.index.equals(other.index)
    alone = contract_returns(settlements, brent)
    skipped = alone.index.difference(other.index)
    assert len(skipped) > 50  # holidays in New York
    day = skipped[10]
    after = other.index[other.index > day][0]
    notional = settlements["BRN12"]
    between = [day, after]
    dates = alone.index
    before = dates[dates.get_indexer([day])[0] - 1]
    summed = sum(
        alone.loc[date, "BRN02"] * notional[dates[dates.get_indexer([date])[0] - 1]]
        for date in between
    )
    assert other.loc[after, "BRN02"] * notional[before] == pytest.approx(summed)
