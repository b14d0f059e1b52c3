"""Stress of a hedged position, by hand arithmetic."""

import math

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.risk.stress import FundingSpike, forced_covariances, stress_table

NAMES = ["asset", "near", "far"]


@pytest.fixture
def exposures() -> pd.Series:
    """A million long, hedged with 600,000 and 250,000 sold."""
    return pd.Series([1_000_000.0, -600_000.0, -250_000.0], NAMES)


@pytest.fixture
def returns() -> pd.DataFrame:
    """Five dates, the asset's worst the third and the first."""
    values = [
        [-0.04, -0.03, -0.05],
        [0.01, 0.02, 0.00],
        [-0.10, -0.08, 0.02],
        [0.03, 0.03, 0.04],
        [0.00, -0.01, 0.01],
    ]
    return pd.DataFrame(values, pd.date_range("2020-03-09", periods=5), NAMES)


@pytest.fixture
def covariance() -> pd.DataFrame:
    """Volatilities 2, 1 and 3 %; correlations .8 and .5 with the asset, .4 between the hedges."""
    volatility = np.array([0.02, 0.01, 0.03])
    correlation = np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.4], [0.5, 0.4, 1.0]])
    return pd.DataFrame(correlation * np.outer(volatility, volatility), NAMES, NAMES)


def test_worst_dates_by_hand(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, worst=2)
    first, second = table.loc["past date 1: 2020-03-11"], table.loc["past date 2: 2020-03-09"]
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
    assert "on 2020" not in row["meaning"] and "2020-03-12" in row["meaning"]


def test_all_worst_dates_are_the_whole_sample(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, worst=5, jumps=())
    assert table["unhedged"][:5].tolist() == sorted(1e6 * returns["asset"])
    assert table["hedged"][:5].sum() == pytest.approx(float((returns @ exposures).sum()))
    assert list(stress_table(exposures, returns, covariance, worst=0, jumps=()).index) == [
        "volatility",
        "volatility, correlations 1",
        "volatility, correlations 0",
    ]


def test_nothing_happened_has_no_share(
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
    asset, near, far = 20_000.0, -6_000.0, -7_500.0  # exposures times volatilities
    assert table.loc["volatility", "unhedged"] == pytest.approx(20_000.0)
    variance = (
        asset**2
        + near**2
        + far**2
        + 2 * (0.8 * asset * near + 0.5 * asset * far + 0.4 * near * far)
    )
    assert table.loc["volatility", "hedged"] == pytest.approx(math.sqrt(variance))
    assert table.loc["volatility, correlations 1", "hedged"] == pytest.approx(asset + near + far)
    apart = asset**2 + near**2 + far**2 + 2 * 0.4 * near * far
    assert table.loc["volatility, correlations 0", "hedged"] == pytest.approx(math.sqrt(apart))
    assert table.loc["volatility, correlations 1", "removed"] == pytest.approx(1 - 6_500 / 20_000)
    draws = (
        np.random.default_rng(0).multivariate_normal(np.zeros(3), covariance, 200_000) @ exposures
    )
    assert draws.std() == pytest.approx(
        table.loc["volatility", "hedged"], rel=0.01
    )  # sampling error


def test_forced_covariances_are_positive_semidefinite() -> None:
    rng = np.random.default_rng(1)
    for size in (2, 3, 6):
        root = rng.standard_normal((size, size)) * rng.uniform(0.01, 10.0, size)[:, None]
        covariance = root @ root.T
        together, apart = forced_covariances(covariance)
        for matrix in (together, apart):
            assert np.linalg.eigvalsh(matrix)[0] > -1e-12 * np.trace(matrix)
            assert np.diag(matrix) == pytest.approx(np.diag(covariance), rel=1e-12)
        scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
        assert together / scale == pytest.approx(np.ones((size, size)), rel=1e-12)
        assert not apart[0, 1:].any() and not apart[1:, 0].any()
        assert (apart[1:, 1:] == covariance[1:, 1:]).all()


def test_jumps_by_hand(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, jumps=(-0.1, 0.25))
    near, far = 0.8 * 0.01 / 0.02, 0.5 * 0.03 / 0.02  # betas on the asset: .4 and .75
    kept = 1_000_000.0 - 600_000.0 * near - 250_000.0 * far
    assert table.loc["jump -10 %, hedges by beta", "hedged"] == pytest.approx(-0.1 * kept)
    assert table.loc["jump +25 %, hedges by beta", "hedged"] == pytest.approx(0.25 * kept)
    assert table.loc["jump +25 %, hedges by beta", "removed"] == pytest.approx(0.4275)
    still = table.loc["jump -10 %, hedges still"]
    assert (still["unhedged"], still["hedged"], still["removed"]) == (-100_000.0, -100_000.0, 0.0)


def test_a_funding_spike_by_hand(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, funding=FundingSpike(0.001, 9))
    row = table.loc["funding +0.1 %, 9 periods"]
    assert (row["unhedged"], row["hedged"]) == (0.0, pytest.approx(9 * 850.0))  # shorts earn
    assert math.isnan(row["removed"])
    one = stress_table(exposures, returns, covariance, funding=FundingSpike(-0.001, 3, ("near",)))
    assert one.loc["funding -0.1 %, 3 periods", "hedged"] == pytest.approx(-1_800.0)


def test_names_decide_not_the_order(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance)
    turned = covariance.iloc[::-1, [1, 0, 2]]
    again = stress_table(exposures, returns[["far", "asset", "near"]].assign(other=0.0), turned)
    pd.testing.assert_frame_equal(table, again)
    bigger = stress_table(10.0 * exposures, returns, covariance)
    np.testing.assert_allclose(bigger["hedged"], 10.0 * table["hedged"], rtol=1e-10)
    np.testing.assert_allclose(bigger["removed"], table["removed"], rtol=1e-10)


def test_every_scenario_says_what_it_is(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    table = stress_table(exposures, returns, covariance, funding=FundingSpike(0.001, 3))
    assert list(table.columns) == ["unhedged", "hedged", "removed", "meaning"]
    assert table.index.is_unique and len(table) == 5 + 3 + 4 + 1
    assert all(meaning.startswith(("profit", "volatility")) for meaning in table["meaning"])


def test_minimum_variance_keeps_least_under_its_own_covariance(
    simple_returns: pd.DataFrame,
) -> None:
    fit = hr.OLSHedge().fit(simple_returns["NASDAQ"], simple_returns[["SP500"]])
    plan = hr.recommend(fit, notional=-250_000.0)
    exposures = pd.concat([pd.Series({plan.asset: plan.notional}), -plan.sell])
    table = stress_table(exposures, simple_returns, fit.next_covariance)
    assert table.loc["volatility", "unhedged"] == pytest.approx(plan.volatility_before)
    assert table.loc["volatility", "hedged"] == pytest.approx(plan.volatility_after)
    assert table.loc["jump -10 %, hedges by beta", "removed"] == pytest.approx(
        fit.expected_effectiveness
    )
    worst = table.iloc[0]
    day = (-simple_returns["NASDAQ"]).idxmin()
    assert worst.name == f"past date 1: {day.date()}"
    assert worst["hedged"] == pytest.approx(
        float(exposures @ simple_returns.loc[day, exposures.index])
    )


def test_what_stress_refuses(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    def refused(message: str, **changes: object) -> None:
        given = {"exposures": exposures, "returns": returns, "covariance": covariance} | changes
        with pytest.raises(hr.DataError, match=message):
            stress_table(**given)

    # two hedges cannot move with the asset and against each other
    impossible = pd.DataFrame([[1.0, 0.9, 0.9], [0.9, 1.0, -0.9], [0.9, -0.9, 1.0]], NAMES, NAMES)
    refused("exposures must be a Series by name", exposures={"asset": 1.0})
    refused("exposures must be a Series by name", exposures=exposures[:1])
    refused(
        "the exposure of 'near' must lie strictly", exposures=exposures.replace(-600_000.0, np.nan)
    )
    refused(
        "the exposure of the asset, 'asset', must not be zero",
        exposures=exposures.replace(1e6, 0.0),
    )
    refused(
        "returns must hold all names of exposures; 'far' is missing",
        returns=returns[["asset", "near"]],
    )
    refused(
        "covariance must hold all names of exposures; 'far' is missing",
        covariance=covariance.iloc[:2],
    )
    refused("covariance must be a DataFrame by name; got ndarray", covariance=covariance.to_numpy())
    refused("the variance of the asset positive", covariance=0.0 * covariance)
    refused(
        "symmetric and positive semi-definite",
        covariance=covariance.where(np.tri(3, dtype=bool), 0.0),
    )
    refused("symmetric and positive semi-definite", covariance=impossible)
    refused("worst must be at most the number of dates, 5; got 6", worst=6)
    near, far = (
        pd.concat([covariance, covariance[1:2]]),
        pd.concat([covariance, covariance[["far"]]], axis=1),
    )
    refused("covariance must have every name once; 'near' occurs twice", covariance=near)
    refused("covariance must have every name once; 'far' occurs twice", covariance=far)
    refused("each jump must lie strictly between -1 and inf; got None", jumps=None)
    refused("funding must be None, or such as FundingSpike.*; got 0.01", funding=0.01)
    refused("each jump must lie strictly between -1 and inf; got -10", jumps=(-10,))
    refused(
        "funding must name hedges among .*; got 'asset'", funding=FundingSpike(0.001, 3, ("asset",))
    )
    prices = hr.load("nasdaq_sp500")[-6:]
    logs = hr.returns(prices, kind="log").set_axis(["asset", "near"], axis=1)
    refused("returns must be simple.*got log", returns=logs, exposures=exposures[:2], worst=1)


def test_what_a_funding_spike_refuses() -> None:
    with pytest.raises(hr.DataError, match="rate must lie strictly between -1 and 1; got 10"):
        FundingSpike(10, 3)
    with pytest.raises(hr.DataError, match="periods must be a whole number of at least 1; got 0"):
        FundingSpike(0.001, 0)
    with pytest.raises(hr.DataError, match="hedges must be a tuple of names; got 'near'"):
        FundingSpike(0.001, 3, "near")
    with pytest.raises(hr.DataError, match=r"hedges must be a tuple of names; got 5. Give \(5,\)"):
        FundingSpike(0.001, 3, 5)
    with pytest.raises(
        hr.DataError, match=r"hedges must be named once each.*got \('near', 'near'\)"
    ):
        FundingSpike(0.001, 3, ("near", "near"))


def test_a_list_of_names_is_kept_as_a_tuple() -> None:
    spike = FundingSpike(0.001, 3, ["near"])
    assert spike == FundingSpike(0.001, 3, ("near",)) and hash(spike) == hash(
        FundingSpike(0.001, 3, ("near",))
    )


def test_one_jump_needs_no_list(
    exposures: pd.Series, returns: pd.DataFrame, covariance: pd.DataFrame
) -> None:
    one = stress_table(exposures, returns, covariance, jumps=-0.1)
    pd.testing.assert_frame_equal(one, stress_table(exposures, returns, covariance, jumps=(-0.1,)))
