"""Costs of hedges against the definition, date by date."""

import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

DATES = pd.date_range("2020-01-01", periods=40, name="date")


@pytest.fixture
def ratio() -> pd.DataFrame:
    """Ratios of two hedges."""
    return pd.DataFrame(np.random.default_rng(5).normal(size=(40, 2)), DATES, ["gas", "coal"])


def slow_cost(ratio: pd.DataFrame, spread: dict, fee: dict, carry: pd.DataFrame) -> list[float]:
    """Cost of each date, hedge by hedge: the trade from the last holding, and the carry."""
    costs = []
    held = dict.fromkeys(ratio.columns, 0.0)
    for date in ratio.index:
        cost = 0.0
        for name in ratio.columns:
            now = ratio.loc[date, name]
            cost += (spread[name] + fee[name]) * abs(now - held[name])
            cost -= now * carry.loc[date, name]  # a positive ratio is short and earns the carry
            held[name] = now
        costs.append(cost)
    return costs


def test_costs_by_hand(ratio: pd.DataFrame) -> None:
    carry = pd.DataFrame(
        1e-4 * np.random.default_rng(1).normal(size=(40, 2)), DATES, ["gas", "coal"]
    )
    spread = {"gas": 0.001, "coal": 0.003}
    fee = {"coal": -0.0002, "gas": 0.0005}
    found = hr.trading.hedging_costs(ratio, hr.Costs(half_spread=spread, fee=fee, carry=carry))
    np.testing.assert_allclose(found, slow_cost(ratio, spread, fee, carry), rtol=1e-12)
    assert found.name == "cost"
    pd.testing.assert_index_equal(found.index, DATES)
    other_order = hr.Costs(half_spread=spread, fee=fee, carry=carry[["coal", "gas"]])
    np.testing.assert_allclose(hr.trading.hedging_costs(ratio, other_order), found, rtol=1e-12)


def test_one_rate_holds_for_all_hedges(ratio: pd.DataFrame) -> None:
    same = {"gas": 0.001, "coal": 0.001}
    funding = pd.Series(np.linspace(-1e-4, 2e-4, 50), pd.date_range("2019-12-25", periods=50))
    by_name = pd.DataFrame({name: funding.loc[DATES] for name in ratio})
    found = hr.trading.hedging_costs(ratio, hr.Costs(half_spread=0.001, fee=0.001, carry=funding))
    np.testing.assert_allclose(found, slow_cost(ratio, same, same, by_name), rtol=1e-12)
    constant = hr.trading.hedging_costs(ratio, hr.Costs(carry=2e-4))
    np.testing.assert_allclose(constant, -2e-4 * ratio.sum(axis=1), rtol=1e-12)
    named = hr.trading.hedging_costs(ratio, hr.Costs(carry={"gas": 2e-4, "coal": 0}))
    np.testing.assert_allclose(named, -2e-4 * ratio["gas"], rtol=1e-12)


def test_a_short_hedge_earns_positive_funding() -> None:
    short = pd.DataFrame({"perpetual": [1.0, 1.0]}, DATES[:2])
    assert hr.trading.hedging_costs(short, hr.Costs(carry=1e-4)).tolist() == [-1e-4, -1e-4]
    assert hr.trading.hedging_costs(-short, hr.Costs(carry=1e-4)).tolist() == [1e-4, 1e-4]


def test_costs_are_turnover_times_the_rate(ratio: pd.DataFrame) -> None:
    assert hr.trading.hedging_costs(ratio, hr.Costs(fee=0.002)).sum() == pytest.approx(
        0.002 * hr.metrics.turnover(ratio), rel=1e-12
    )
    assert (hr.trading.hedging_costs(ratio, hr.Costs()) == 0.0).all()


def test_a_constant_ratio_pays_for_entering_only() -> None:
    ratio = pd.DataFrame({"gas": [0.8] * 5}, DATES[:5])
    assert hr.trading.hedging_costs(ratio, hr.Costs(half_spread=0.01)).tolist() == pytest.approx(
        [0.008, 0, 0, 0, 0]
    )
    assert hr.metrics.turnover(ratio) == 0.8
    assert hr.metrics.turnover(ratio, entry=False) == 0.0


def test_costs_depend_on_no_later_ratio(ratio: pd.DataFrame) -> None:
    costs = hr.Costs(half_spread=0.001, carry=1e-4)
    shocked = ratio.copy()
    shocked.iloc[20:] += 5.0
    pd.testing.assert_series_equal(
        hr.trading.hedging_costs(shocked, costs)[:20], hr.trading.hedging_costs(ratio, costs)[:20]
    )
    assert (
        hr.trading.hedging_costs(shocked, costs).iloc[20]
        != hr.trading.hedging_costs(ratio, costs).iloc[20]
    )


def test_net_is_gross_less_cost(ratio: pd.DataFrame) -> None:
    hedged = pd.Series(np.random.default_rng(0).normal(size=40), DATES)
    costs = hr.Costs(half_spread=0.001, carry=-1e-4)
    net = hr.trading.net_returns(hedged, ratio, costs)
    np.testing.assert_allclose(net, hedged - hr.trading.hedging_costs(ratio, costs), rtol=1e-15)
    assert net.name == "net"
    with pytest.raises(
        hr.DataError,
        match="hedged and ratio must share their dates; 1 differ, the first 2020-01-01",
    ):
        hr.trading.net_returns(hedged[1:], ratio, costs)
    with pytest.raises(
        hr.DataError,
        match="hedged and ratio must have the same type of index; got dates in the time zone UTC",
    ):
        hr.trading.net_returns(hedged.tz_localize("UTC"), ratio, costs)


def test_costs_copy_their_arguments(ratio: pd.DataFrame) -> None:
    fee = {"gas": 0.001, "coal": 0.002}
    carry = pd.Series(1e-4, DATES)
    costs = hr.Costs(fee=fee, carry=carry)
    before = hr.trading.hedging_costs(ratio, costs)
    fee["gas"] = 1.0
    carry[:] = 1.0
    pd.testing.assert_series_equal(hr.trading.hedging_costs(ratio, costs), before)
    pd.testing.assert_series_equal(
        hr.trading.hedging_costs(ratio, pickle.loads(pickle.dumps(costs))), before
    )


def test_costs_that_do_not_fit_are_refused(ratio: pd.DataFrame) -> None:
    with pytest.raises(
        hr.DataError,
        match="half_spread of 'coal' must be a share .*; got -0.001. .* a rebate is a negative fee",
    ):
        hr.Costs(half_spread={"gas": 0.001, "coal": -0.001})
    with pytest.raises(
        hr.DataError, match="fee must be a share of the traded value, from -0.1 to 0.1; got 'much'"
    ):
        hr.Costs(fee="much")
    with pytest.raises(
        hr.DataError, match="fee of 'gas' must be a share of the traded value.*; got nan"
    ):
        hr.Costs(fee={"gas": np.nan})
    with pytest.raises(
        hr.DataError, match=r"carry must be finite; column 'carry' has a gap \(NaN\) on 2020-01-02"
    ):
        hr.Costs(carry=pd.Series([0.1, np.nan], DATES[:2]))
    with pytest.raises(
        hr.DataError, match=r"fee must name the hedges \['gas', 'coal'\]; got \['gas', 'oil'\]"
    ):
        hr.trading.hedging_costs(ratio, hr.Costs(fee={"gas": 0.1, "oil": 0.05}))
    with pytest.raises(
        hr.DataError, match=r"carry must have the columns \['gas', 'coal'\]; got \['gas'\]"
    ):
        hr.trading.hedging_costs(ratio, hr.Costs(carry=ratio[["gas"]]))
    with pytest.raises(
        hr.DataError,
        match="carry must contain every date of ratio; 1 are missing, the first 2020-02-09",
    ):
        hr.trading.hedging_costs(ratio, hr.Costs(carry=pd.Series(0.1, DATES[:-1])))
    with pytest.raises(
        hr.DataError,
        match=r"costs must be Costs\(...\), such as Costs\(half_spread=0.0001\); got 0.1",
    ):
        hr.trading.hedging_costs(ratio, 0.1)


@pytest.mark.parametrize("field", ["fee", "half_spread"])
def test_costs_and_instruments_have_the_same_rule(field: str) -> None:
    """Five per cent is a share of 0.05; five, or five hundred basis points, is a slip."""
    lowest = -0.1 if field == "fee" else 0.0
    for value in (lowest, 0.0, 0.05, 0.1, Decimal("0.0005")):
        assert getattr(hr.Costs(**{field: value}), field) == float(value)
        assert getattr(hr.LinearContract("X", 1, **{field: value}), field) == float(value)
    for value in (5, 1, 0.11, lowest - 1e-6, np.nan, np.inf, "5", True):
        message = f"{field} must be a share of the traded value, from {lowest:g} to 0.1; got "
        with pytest.raises(hr.DataError, match=message):
            hr.Costs(**{field: value})
        if value is not np.nan:  # what a table of contracts does not know, see test_terms.py
            with pytest.raises(hr.DataError, match=message):
                hr.LinearContract("X", 1, **{field: value})
    with pytest.raises(hr.DataError, match="got 5. .*a fee per contract is divided by the value"):
        hr.Costs(fee=5)
