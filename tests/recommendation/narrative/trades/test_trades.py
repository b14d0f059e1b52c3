"""Each reason of a trade in words."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import money
from hedgeresearch.recommendation.narrative.trades.trades import (
    trade_reason,
    unknown_cost_sentences,
)
from hedgeresearch.recommendation.sizing.decision import Decision, Reason


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.INSIDE_BAND, "target 41.26 short, inside the no-trade band of ±2.5"),
        (
            Reason.TO_BAND_EDGE,
            "target 41.26 short; traded to the edge of the no-trade band of ±2.5",
        ),
        (
            Reason.NEW_POSITION,
            "target 41.26 short; a new position opens at its target, no-trade band of ±2.5",
        ),
        (Reason.REBATE, "target 41.26 short; no band, as trades earn a rebate"),
        (Reason.FREE_TRADES, "target 41.26 short; no band, as trades cost nothing"),
        (Reason.NO_COSTS_GIVEN, "target 41.26 short; no band, as no costs were given"),
        (Reason.AT_LIMIT, "target 41.26 short; the position limit applies"),
        (
            Reason.JOINT_LIMITS,
            "target 41.26 short; a joint limit applies: gross, net or number of instruments",
        ),
        (Reason.PARTIAL, "12.3% of the way to an aim of 45.5 short"),
        (Reason.ONE_LOT, "one lot towards an aim of 45.5 short"),
        (Reason.BELOW_ONE_LOT, "aim 45.5 short, not worth the cost of one lot"),
        (Reason.CAPACITY, "target 41.26 short; the market holds 7.25 now, the rest waits"),
        (
            Reason.WAITS_FOR_CAPACITY,
            "target 41.26 short; left alone, as the limits leave no room before others, of which "
            "the market holds less, are traded",
        ),
        (
            Reason.NO_CAPACITY,
            "target 41.26 short; left alone, as the market holds 7.25 now, less than the smallest "
            "order of 1",
        ),
    ],
)
def test_every_reason_has_words(reason: Reason, words: str) -> None:
    decision = Decision(-50.0, -41.26, -43.0, reason, aim=-45.5, rate=0.123, capacity=7.25)
    assert trade_reason(decision, half_width=2.5) == words


def test_targets_of_zero_and_bands_of_no_width_are_written_short() -> None:
    decision = Decision(0.0, 0.0, 0.0, Reason.INSIDE_BAND, aim=0.0)
    assert trade_reason(decision, half_width=0.0) == "target 0"


def near_twins() -> tuple[hr.Position, list[Any], hr.Market]:
    """Two futures that move alike, so that what one lacks the other can add."""
    rng = np.random.default_rng(1)
    common = 0.01 * rng.standard_normal(500)
    moves = {
        "A": common + 0.003 * rng.standard_normal(500),
        "ES": common + 0.001 * rng.standard_normal(500),
        "NQ": common + 0.001 * rng.standard_normal(500),
    }
    prices = {name: 100.0 * np.cumprod(1.0 + move) for name, move in moves.items()}
    table = pd.DataFrame(prices, pd.bdate_range("2020-01-01", periods=500))
    futures = [hr.LinearContract(name, 10, fee=1e-5, half_spread=0.0) for name in ("ES", "NQ")]
    return hr.Position({"A": 27.0}), futures, hr.Market(table / table.iloc[-1] * 100.0)


def test_lots_that_were_rounded_together_say_so() -> None:
    position, futures, market = near_twins()
    fit = hr.OLSHedge().fit(*market.returns(position, futures))
    found = hr.recommend(fit, position, futures, market)
    target = found.summary["target"].to_numpy()
    new = found.holdings.to_numpy()
    # by brute force: the best pair of whole numbers is not the nearest to each target
    grid = np.stack(np.meshgrid(range(-5, 2), range(-5, 2)), axis=-1).reshape(-1, 2)
    covariance = found.valuation.covariance[1:, 1:]
    distance = np.einsum("ti,ij,tj->t", grid - target, covariance, grid - target)
    np.testing.assert_array_equal(grid[np.argmin(distance)], new)
    far = np.abs(new - target) > 0.5
    assert far.any()
    together = f"in whole lots together, {-new[0]:g} ES and {-new[1]:g} NQ leave least variance"
    for name, is_far in zip(("ES", "NQ"), far, strict=True):
        (text,) = [text for text in found.reasons if text.startswith(f"{name}: sell")]
        assert (together in text) == is_far
    assert [together in reason for reason in found.orders["reason"]] == list(far[new != 0.0])


@pytest.mark.parametrize(
    ("future", "said"),
    [
        (hr.contract_spec("cme_es", name="F"), "such as MES."),
        (hr.LinearContract("F", 50), "A smaller contract is needed."),
        (hr.LinearContract("F", 10, lot=5), "5 contracts are worth 5,000, more than twice the"),
    ],
)
def test_a_position_below_half_a_contract_names_its_size(future: Any, said: str) -> None:
    _, _, market = near_twins()
    table = market.table.rename(columns={"ES": "F"})
    position = hr.Position({"A": 1.0})
    market = hr.Market(table)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    found = hr.recommend(fit, position, future, market)
    assert found.decision.startswith("No trade; no hedge is held, as F is too large a contract.")
    (text,) = [text for text in found.reasons if "the smallest order does not fit" in text]
    assert said in text
    two = hr.recommend(fit, position, future, market, holdings={"F": -1.0})
    assert not any("does not fit" in text for text in two.reasons)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({}, "F: no costs were given: trades count as free in orders, bands and backtests."),
        ({"fee": 1e-4}, "F: no half spread was given: costs are those of fees alone."),
        ({"half_spread": 0.0}, "F: no fee was given: costs are those of the half spread alone."),
        ({"fee_per_contract": 2.0, "half_spread": 1e-4}, ""),
        ({"fee": 0.0, "half_spread": 0.0}, ""),
    ],
)
def test_costs_that_were_not_given_are_named(terms: dict[str, float], said: str) -> None:
    _, _, market = near_twins()
    market = hr.Market(market.table.rename(columns={"ES": "F"}))
    future = hr.LinearContract("F", 50, **terms)
    position = hr.Position({"A": 900.0})
    limits = hr.Limits(contracts={"F": 3})  # so that the limit is the reason of the trade
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    found = hr.recommend(fit, position, future, market, limits=limits)
    assert unknown_cost_sentences([future], found.plan) == ([said] if said else [])
    free = hr.recommend(fit, position, future, market)
    expected = [said] if said and terms else []
    assert unknown_cost_sentences([future], free.plan) == expected


def test_an_unknown_cost_is_missing_and_a_known_one_a_reason() -> None:
    _, _, market = near_twins()
    position = hr.Position({"A": 900.0})
    known = hr.LinearContract("ES", 50, fee=1e-4, half_spread=0.0)
    unknown = hr.LinearContract("NQ", 20)
    fit = hr.OLSHedge().fit(*market.returns(position, [known, unknown]))
    limits = hr.Limits(contracts={"ES": (-9, -5), "NQ": (-9, -5)})
    found = hr.recommend(fit, position, [known, unknown], market, limits=limits)
    costs = found.orders.set_index("instrument")["cost"]
    sold = -found.holdings["ES"]
    expected = 1e-4 * sold * 50 * market.price("ES")
    assert costs["ES"] == pytest.approx(expected, rel=1e-12)
    assert np.isnan(costs["NQ"])
    assert found.to_dict()["orders"][1]["cost"] is None
    assert found.to_dict()["instruments"]["NQ"]["cost"] is None
    text = f"The trades cost {money(expected)}, without NQ, whose costs are not known."
    assert text in found.reasons
    assert "<td>–</td>" in found._repr_html_()
    only = hr.recommend(
        hr.OLSHedge().fit(*market.returns(position, known)), position, known, market
    )
    assert f"The trade costs {money(only.orders.loc[0, 'cost'])}." in only.reasons


def test_the_reduction_of_what_is_traded_is_named() -> None:
    _, _, market = near_twins()
    position = hr.Position({"A": 900.0})
    future = hr.LinearContract("ES", 50, fee=0.0, half_spread=0.0)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    found = hr.recommend(fit, position, future, market, limits=hr.Limits(contracts={"ES": 1}))
    traded = found.decision.partition("a variance reduction of ")[2].partition(" under")[0]
    ratio = f"{100 * fit.expected_effectiveness:.1f}%"
    assert traded != ratio
    text = f"(model): {traded} as recommended, {ratio} without limits, bands and lots; not measured"
    assert any(text in reason for reason in found.reasons)
