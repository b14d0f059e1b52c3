"""Collateral of what is held: no order adds to what is liquidated, others say what they need."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.collateral import only_reduced
from hedgeresearch.recommendation.sizing.decision import Decision, Reason, Trades

pytestmark = [
    pytest.mark.filterwarnings("ignore:the new bar should be right"),
    pytest.mark.filterwarnings("ignore:the last prices should be right"),
]

DATES = pd.bdate_range("2022-01-03", periods=501, name="date")
DOLLARS = hr.LinearContract("WTI", 1000, lot=1, maintenance_margin=0.05, currency="USD")
WTI = hr.LinearContract("WTI", 1000, lot=1, fee=1e-4, maintenance_margin=0.05)
NEXT_DATE = DATES[-1]


def oil_market(currency: str | None = "EUR") -> hr.Market:
    rng = np.random.default_rng(3)
    oil = 0.015 * rng.standard_normal(500)
    moves = {name: oil + 0.002 * rng.standard_normal(500) for name in ("BRENT", "WTI")}
    paths = {name: 80.0 * np.exp(move.cumsum()) for name, move in moves.items()}
    return hr.Market(pd.DataFrame(paths, DATES[:-1]), currency=currency)


def advise(
    contract: Any = WTI, wallet: float = 40_000.0, currency: str | None = "EUR", **settings: Any
) -> hr.recommendation.Recommendation:
    """Return advice for 4,300 barrels hedged with a contract on collateral."""
    market = oil_market(currency)
    position = hr.Position({"BRENT": 4_300})
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    margin = hr.Margin({"WTI": wallet})
    return hr.recommend(fit, position, contract, market, margin=margin, **settings)


def moved(
    advice: hr.recommendation.Recommendation, brent: float, wti: float
) -> hr.recommendation.Recommendation:
    """Return the advice one bar later, at prices that have moved by these factors."""
    last = advice.problem.market.table.iloc[-1]
    bar = {"BRENT": last["BRENT"] * brent, "WTI": last["WTI"] * wti}
    return advice.update(bar, NEXT_DATE)


def test_an_order_says_what_it_needs_where_the_held_live() -> None:
    """The four held have what they need; with a fifth there is too little."""
    before = advise()
    assert before.holdings["WTI"] == -4.0
    price = before.problem.market.price("WTI")
    # collateral 19 % above the margin of four at the new price, so 5 % below that of five
    wti = 1.0 + (40_000.0 - 0.05 * 4_000 * price * 1.19) / (4_000 * price * (1.0 + 0.05 * 1.19))
    after = moved(before, 1.25 * wti, wti)
    assert after.plan.trades[0] == -1.0
    collateral = 40_000.0 - 4_000 * price * (wti - 1.0)
    of_four, of_five = (0.05 * number * 1000 * price * wti for number in (4, 5))
    assert of_four < collateral < of_five
    text = (
        f"WTI: the 4 short held are not liquidated at today's price, with collateral of "
        f"{collateral:,.0f} EUR and a maintenance margin of {of_four:,.0f} EUR, but with the order "
        f"5 short are, with collateral of {collateral:,.0f} EUR and a maintenance margin of "
        f"{of_five:,.0f} EUR. The order needs more than {of_five - collateral:,.0f} EUR of new "
        "collateral first."
    )
    assert after.decision.startswith(f"{text} Sell 1 WTI (new position: 5 short).")
    # after the warnings that prices have moved by a quarter in a day
    others = [each for each in after.reasons if "Look it up before you trade" not in each]
    assert others[0] == f"Warning: {text}"
    assert not any("WTI is liquidated" in reason for reason in after.reasons)


@pytest.mark.parametrize("wti", [1.04, 1.06, 1.2])
def test_a_liquidated_holding_gets_no_order_that_adds(wti: float) -> None:
    before = advise()
    after = moved(before, 1.25 * wti, wti)
    price = before.problem.market.price("WTI")
    collateral = 40_000.0 - 4_000 * price * (wti - 1.0)
    assert collateral <= 0.05 * 4_000 * price * wti
    assert after.plan.targets.best[0] < -4.5
    assert after.action == "hold"
    assert after.orders.empty
    assert after.plan.decisions[0].reason is Reason.LIQUIDATED
    text = (
        f"WTI is liquidated at today's price: the 4 short held have collateral of "
        f"{collateral:,.0f} EUR and a maintenance margin of {0.05 * 4_000 * price * wti:,.0f} EUR. "
        "No order adds to them, and other figures count them as held: pass the holdings and the "
        "collateral that the venue left."
    )
    assert after.decision.startswith(text)
    assert f"Warning: {text}" in after.reasons
    assert any("no order that adds to what is held" in reason for reason in after.reasons)


def test_what_the_venue_left_is_hedged_again() -> None:
    """After the liquidation nothing is held, and new collateral carries a new position."""
    before = advise()
    price = before.problem.market.price("WTI")
    last = before.problem.market.table.iloc[-1]
    bar = {"BRENT": last["BRENT"] * 1.3, "WTI": price * 1.3}
    later = before.problem.market.append(bar, NEXT_DATE)
    fit = hr.OLSHedge().fit(*later.returns(before.problem.position, WTI))
    fresh = hr.recommend(
        fit, before.problem.position, WTI, later, margin=hr.Margin({"WTI": 60_000.0})
    )
    assert fresh.decision.startswith("Sell 4 WTI")


def test_a_liquidated_holding_may_become_smaller() -> None:
    advice = advise(wallet=5_000.0, holdings={"WTI": -9})
    assert advice.plan.trades[0] > 0.0
    assert advice.decision.startswith("WTI is liquidated at today's price: the 9 short held")
    assert advice.plan.decisions[0].reason is Reason.TO_BAND_EDGE
    turned = advise(wallet=5_000.0, holdings={"WTI": 3})
    assert turned.holdings["WTI"] == 0.0
    assert turned.plan.trades[0] == -3.0
    assert turned.plan.decisions[0].reason is Reason.LIQUIDATED


def test_collateral_that_carries_what_is_held_says_nothing() -> None:
    for advice in (advise(), advise(holdings={"WTI": -4}), advise(wallet=1e6)):
        assert advice.decision.startswith(("Sell 4 WTI", "No trade: hold 4 short WTI"))


def test_a_used_up_wallet_is_liquidated_at_any_margin() -> None:
    """The maintenance margin is not known; a negative balance is enough."""
    unknown = hr.LinearContract("WTI", 1000, lot=1, fee=1e-4)
    before = advise(unknown)
    assert moved(before, 1.05, 1.05).decision.startswith("No trade")
    after = moved(before, 1.6, 1.2)
    assert after.action == "hold"
    assert "WTI is liquidated at today's price: the 4 short held have collateral of -" in (
        after.decision
    )
    assert "maintenance" not in after.decision


@pytest.mark.parametrize(
    ("contract", "currency", "name"),
    [
        (WTI, None, "in the currency of WTI"),
        (DOLLARS, None, "USD"),
    ],
)
def test_collateral_is_named_in_its_currency(
    contract: Any, currency: str | None, name: str
) -> None:
    after = moved(advise(contract, currency=currency), 1.3, 1.2)
    collateral = after.settings.margin.wallet("WTI")
    assert f"have collateral of {collateral:,.0f} {name} and a" in after.decision
    assert after.margin.loc["WTI", "currency"] == (name if name == "USD" else "")


def test_only_liquidated_holdings_are_left_alone() -> None:
    """By hand: adds, reduces, turns around, and turns around below the smallest order."""
    cases = [(-4.0, -6.0), (-4.0, -2.0), (-4.5, 3.5), (-4.0, 3.0), (5.0, 5.0)]
    decisions = tuple(
        Decision(held, new, new, Reason.TO_BAND_EDGE, aim=new, smallest_order=1.0)
        for held, new in cases
    )
    decisions = (
        *decisions[:2],
        decisions[2]._replace(remainder=-0.5),
        decisions[3]._replace(smallest_order=5.0),
        decisions[4],
    )
    held, new = np.array(cases).T
    trades = Trades(new, new - held, decisions)
    assert only_reduced(trades, [False] * 5) is trades
    found = only_reduced(trades, [True] * 5)
    assert found.holdings.tolist() == [-4.0, -2.0, -0.5, -4.0, 5.0]
    assert found.trades.tolist() == [0.0, 2.0, 4.0, 0.0, 0.0]
    reasons = [one.reason is Reason.LIQUIDATED for one in found.decisions]
    assert reasons == [True, False, True, True, False]
    first = only_reduced(trades, [True, *[False] * 4])
    assert first.holdings.tolist() == [-4.0, *new[1:]]


def test_the_margin_of_an_inverse_contract_is_in_coins() -> None:
    from hedgeresearch.recommendation.sizing.collateral import maintenance_margin_at

    perpetual = hr.InverseContract("PERP", 100, maintenance_margin=0.01)
    assert maintenance_margin_at(perpetual, -500.0, 50_000.0) == pytest.approx(0.01, rel=1e-12)
    assert math.isnan(maintenance_margin_at(hr.Spot("A"), 1.0, 10.0))
    assert math.isnan(maintenance_margin_at(WTI, 1.0, -10.0))
