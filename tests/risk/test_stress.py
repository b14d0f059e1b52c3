"""Stress of a hedged position, by hand arithmetic."""

import math

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.risk.scenarios import FundingSpike
from hedgeresearch.risk.stress import stress_table


def test_worst_dates_by_hand(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, worst=2)
    first = table.loc["past date 1: 2020-03-11"]
    second = table.loc["past date 2: 2020-03-09"]
    assert first["unhedged"] == pytest.approx(-100_000.0)
    assert first["hedged"] == pytest.approx(-100_000.0 + 48_000.0 - 5_000.0)
    assert first["removed"] == pytest.approx(0.43)
    assert second["hedged"] == pytest.approx(-40_000.0 + 18_000.0 + 12_500.0)
    assert not any("past date 3" in name for name in table.index)


def test_worst_dates_of_a_short_position_are_rises(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(-exposures, returns, covariance, worst=1)
    row = table.loc["past date 1: 2020-03-12"]
    assert row["unhedged"] == pytest.approx(-30_000.0)
    assert row["hedged"] == pytest.approx(-30_000.0 + 18_000.0 + 10_000.0)
    assert "on 2020" not in row["meaning"]
    assert "2020-03-12" in row["meaning"]


def test_all_worst_dates_are_the_whole_sample(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, worst=5, jumps=())
    assert table["unhedged"][:5].tolist() == sorted(1e6 * returns["asset"])
    assert table["hedged"][:5].sum() == pytest.approx(float((returns @ exposures).sum()))
    without = stress_table(exposures, returns, covariance, worst=0, jumps=())
    assert list(without.index) == [
        "volatility",
        "volatility, correlations 1",
        "volatility, correlations 0",
    ]


def test_date_without_a_move_has_no_share_removed(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, worst=3)
    row = table.loc["past date 3: 2020-03-13"]
    assert (row["unhedged"], row["hedged"]) == (0.0, 3_500.0)
    assert math.isnan(row["removed"])


def test_volatilities_by_hand(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance)
    hedged = table["hedged"]
    # exposures times volatilities
    asset = 20_000.0
    near = -6_000.0
    far = -7_500.0
    assert table.loc["volatility", "unhedged"] == pytest.approx(20_000.0)
    squares = asset**2 + near**2 + far**2
    products = 0.8 * asset * near + 0.5 * asset * far + 0.4 * near * far
    assert hedged["volatility"] == pytest.approx(math.sqrt(squares + 2 * products))
    assert hedged["volatility, correlations 1"] == pytest.approx(asset + near + far)
    uncorrelated = math.sqrt(squares + 2 * 0.4 * near * far)
    assert hedged["volatility, correlations 0"] == pytest.approx(uncorrelated)
    removed = table.loc["volatility, correlations 1", "removed"]
    assert removed == pytest.approx(1 - 6_500 / 20_000)
    draws = np.random.default_rng(0).multivariate_normal(np.zeros(3), covariance, 200_000)
    # sampling error
    assert (draws @ exposures).std() == pytest.approx(hedged["volatility"], rel=0.01)


def test_jumps_by_hand(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, jumps=(-0.1, 0.25))
    near = 0.8 * 0.01 / 0.02  # beta on the asset, .4
    far = 0.5 * 0.03 / 0.02  # .75
    kept = 1_000_000.0 - 600_000.0 * near - 250_000.0 * far
    assert table.loc["jump -10%, hedges by beta", "hedged"] == pytest.approx(-0.1 * kept)
    assert table.loc["jump +25%, hedges by beta", "hedged"] == pytest.approx(0.25 * kept)
    assert table.loc["jump +25%, hedges by beta", "removed"] == pytest.approx(0.4275)
    still = table.loc["jump -10%, hedges still"]
    assert (still["unhedged"], still["hedged"], still["removed"]) == (-100_000.0, -100_000.0, 0.0)


def test_one_jump_needs_no_list(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    one = stress_table(exposures, returns, covariance, jumps=-0.1)
    listed = stress_table(exposures, returns, covariance, jumps=(-0.1,))
    pd.testing.assert_frame_equal(one, listed)


def test_funding_spike_by_hand(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, funding=FundingSpike(0.001, 9))
    row = table.loc["funding +0.1%, 9 payments"]
    assert row["meaning"].startswith("profit if longs pay 0.1% of value at each of 9 payments")
    # short positions receive it
    assert (row["unhedged"], row["hedged"]) == (0.0, pytest.approx(9 * 850.0))
    assert math.isnan(row["removed"])
    one = stress_table(exposures, returns, covariance, funding=FundingSpike(-0.001, 3, ("near",)))
    shorts_pay = one.loc["funding -0.1%, 3 payments"]
    assert shorts_pay["hedged"] == pytest.approx(-1_800.0)
    assert shorts_pay["meaning"].startswith("profit if shorts pay 0.1% of value at each of 3")


def test_order_of_names_changes_nothing(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance)
    turned = covariance.iloc[::-1, [1, 0, 2]]
    again = stress_table(exposures, returns[["far", "asset", "near"]].assign(other=0.0), turned)
    pd.testing.assert_frame_equal(table, again)


def test_scale_changes_profits_but_not_shares(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance)
    bigger = stress_table(10.0 * exposures, returns, covariance)
    np.testing.assert_allclose(bigger["hedged"], 10.0 * table["hedged"], rtol=1e-10)
    np.testing.assert_allclose(bigger["removed"], table["removed"], rtol=1e-10)


def test_every_scenario_has_a_name_and_a_meaning(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, funding=FundingSpike(0.001, 3))
    assert list(table.columns) == ["unhedged", "hedged", "removed", "meaning"]
    assert table.index.name == "scenario"
    assert table.index.is_unique
    assert len(table) == 5 + 3 + 4 + 1
    assert all(meaning.startswith(("profit", "volatility")) for meaning in table["meaning"])


def test_stress_of_a_recommendation_equals_its_own_numbers(simple_returns: pd.DataFrame) -> None:
    fit = hr.OLSHedge().fit(simple_returns["NASDAQ"], simple_returns[["SP500"]])
    plan = hr.hedge_notional(fit, -250_000.0)
    exposures = pd.concat([pd.Series({plan.asset: plan.notional}), -plan.sell])
    table = stress_table(exposures, simple_returns, fit.next_covariance)
    assert table.loc["volatility", "unhedged"] == pytest.approx(plan.volatility_before)
    assert table.loc["volatility", "hedged"] == pytest.approx(plan.volatility_after)
    removed = table.loc["jump -10%, hedges by beta", "removed"]
    assert removed == pytest.approx(fit.expected_effectiveness)
    worst = table.iloc[0]
    day = (-simple_returns["NASDAQ"]).idxmin()
    assert worst.name == f"past date 1: {day.date()}"
    profit = float(exposures @ simple_returns.loc[day, exposures.index])
    assert worst["hedged"] == pytest.approx(profit)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"exposures": {"asset": 1.0}}, "exposures must be a Series by name"),
        ({"worst": 6}, "worst must be at most the number of dates, 5; got 6"),
        ({"jumps": None}, "each jump must lie strictly between -1 and inf; got None"),
        ({"jumps": (-10,)}, "each jump must lie strictly between -1 and inf; got -10"),
        ({"funding": 0.01}, "funding must be a FundingSpike, such as .*, or None; got 0.01"),
        (
            {"funding": FundingSpike(0.001, 3, ("asset",))},
            "funding must name hedges among .*; got 'asset'",
        ),
    ],
)
def test_invalid_settings_are_refused(
    exposures: pd.Series,
    returns: pd.DataFrame,
    covariance: pd.DataFrame,
    settings: dict,
    message: str,
) -> None:
    given = {"exposures": exposures, "returns": returns, "covariance": covariance}
    with pytest.raises(hr.DataError, match=message):
        stress_table(**(given | settings))


def test_invalid_exposures_are_refused(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    def refused(message: str, changed: pd.Series) -> None:
        with pytest.raises(hr.DataError, match=message):
            stress_table(changed, returns, covariance)

    refused("exposures must be a Series by name", exposures[:1])
    without_value = exposures.replace(-600_000.0, np.nan)
    refused("the exposure of 'near' must lie strictly", without_value)
    without_asset = exposures.replace(1e6, 0.0)
    refused("the exposure of the asset, 'asset', must not be zero", without_asset)


def test_invalid_returns_are_refused(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    message = "returns must contain all names of exposures; 'far' is missing"
    with pytest.raises(hr.DataError, match=message):
        stress_table(exposures, returns[["asset", "near"]], covariance)
    prices = hr.load("nasdaq_sp500")[-6:]
    logs = hr.returns(prices, kind="log").set_axis(["asset", "near"], axis=1)
    with pytest.raises(hr.DataError, match="returns must be simple.*got log"):
        stress_table(exposures[:2], logs, covariance, worst=1)


def test_invalid_covariances_are_refused(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    def refused(message: str, changed: object) -> None:
        with pytest.raises(hr.DataError, match=message):
            stress_table(exposures, returns, changed)

    message = "covariance must contain all names of exposures; 'far' is missing"
    refused(message, covariance.iloc[:2])
    refused("covariance must be a DataFrame by name; got ndarray", covariance.to_numpy())
    refused("the variance of the asset positive", 0.0 * covariance)
    triangle = covariance.where(np.tri(3, dtype=bool), 0.0)
    refused("symmetric and positive semi-definite", triangle)
    # two hedges cannot move with the asset and against each other
    values = [[1.0, 0.9, 0.9], [0.9, 1.0, -0.9], [0.9, -0.9, 1.0]]
    impossible = pd.DataFrame(values, covariance.index, covariance.columns)
    refused("symmetric and positive semi-definite", impossible)
    two_rows = pd.concat([covariance, covariance[1:2]])
    refused("covariance must have every name once; 'near' occurs twice", two_rows)
    two_columns = pd.concat([covariance, covariance[["far"]]], axis=1)
    refused("covariance must have every name once; 'far' occurs twice", two_columns)
