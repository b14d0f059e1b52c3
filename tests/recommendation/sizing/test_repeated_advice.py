"""Advice that was followed: at the same prices and estimates the next call trades nothing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.bands import BandBasis, Bands
from hedgeresearch.recommendation.sizing.contracts import ContractTerms, JointLimits
from hedgeresearch.recommendation.sizing.decision import Reason, TargetHoldings
from hedgeresearch.recommendation.sizing.decisions import trade_to_bands

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
RULES = [
    hr.NoTradeBands(),
    hr.NoTradeBands(0.05),
    hr.NoTradeBands(0.4),
    hr.CostOptimalBands(1e-6),
]
FEES = [None, 0.0, 1e-5, 1e-4, 1e-3]


def simulated_prices(seed: int, n_dates: int = 900) -> pd.DataFrame:
    """Oil of two kinds, which move together, and gas, which moves with them in part."""
    rng = np.random.default_rng(seed)
    oil = 0.015 * rng.standard_normal(n_dates)
    moves = {
        "BRENT": oil + 0.004 * rng.standard_normal(n_dates),
        "WTI": oil + 0.005 * rng.standard_normal(n_dates),
        "GAS": 0.6 * oil + 0.02 * rng.standard_normal(n_dates),
    }
    starts = {"BRENT": 80.0, "WTI": 75.0, "GAS": 60.0}
    dates = pd.bdate_range("2022-01-03", periods=n_dates, name="date")
    paths = {name: starts[name] * np.exp(move.cumsum()) for name, move in moves.items()}
    return pd.DataFrame(paths, dates)


def oil_hedge(
    seed: int, contracts: list[Any], units: float, model: Any = EWMA, **settings: Any
) -> tuple[hr.recommendation.Recommendation, hr.recommendation.Recommendation]:
    """Return the advice, and the next one at the same prices where it was followed."""
    market = hr.Market(simulated_prices(seed), currency="EUR")
    position = hr.Position({"BRENT": units})
    fit = model.fit(*market.returns(position, contracts))
    first = hr.recommend(fit, position, contracts, market, **settings)
    after = settings | {"holdings": first.holdings.to_dict()}
    return first, hr.recommend(fit, position, contracts, market, **after)


def volatility_of(advice: hr.recommendation.Recommendation, holdings: np.ndarray) -> float:
    """Return the volatility of the position with holdings of hedges, by its definition."""
    weights = np.concatenate([[1.0], holdings])
    return float(np.sqrt(weights @ advice.valuation.covariance @ weights))


def test_lots_chosen_together_are_held_outside_a_band() -> None:
    """The lots of the two hedges make up for each other; GAS alone in its band is worse."""
    contracts = [hr.LinearContract("WTI", 1000, lot=1, fee=1e-4)]
    contracts.append(hr.LinearContract("GAS", 10, lot=1, fee=1e-4))
    first, second = oil_hedge(8, contracts, 5096.0)
    summary = first.summary
    outside = (summary["new"] - summary["target"]).abs() > summary["band"]
    assert outside.to_dict() == {"WTI": False, "GAS": True}
    assert second.action == "hold"
    decision = second.plan.decisions[1]
    assert decision.reason is Reason.LOTS_TOGETHER
    assert (
        "GAS: no trade, hold 20 short (target 14.55 short; left outside the no-trade band of "
        "±5.318, as lots are chosen for all hedges together; in whole lots together, 4 WTI and 20 "
        "GAS leave least variance)."
    ) in second.reasons
    held = first.plan.holdings
    least = volatility_of(first, held)
    for gas in range(0, 40):
        assert volatility_of(first, np.array([held[0], -float(gas)])) >= least
    other = oil_hedge(8, contracts, 5096.0, holdings={"WTI": -4, "GAS": -30})[0]
    assert other.plan.decisions[1].reason is Reason.TO_BAND_EDGE
    assert other.holdings["GAS"] == -19.0


@pytest.mark.parametrize(
    ("held", "new"),
    [
        ((0.0, 0.0), (-8.0, -3.0)),  # lots that leave least variance together
        ((-8.0, -3.0), (-8.0, -3.0)),
        ((-8.0, 0.0), (-5.0, -6.0)),  # to the edge of one band and into the other
        ((-4.0, 0.0), (-4.0, -6.0)),
        ((-4.0, -6.0), (-4.0, -6.0)),
        ((0.0, -3.0), (-5.0, -6.0)),
        ((3.0, 0.0), (-4.0, -6.0)),
    ],
)
def test_a_hedge_that_joins_others_opens_in_its_band(
    held: tuple[float, float], new: tuple[float, float]
) -> None:
    """Lots that make up for each other are right only where both are held in them."""
    targets = np.array([-4.6, -6.4])
    lots = TargetHoldings(targets, np.array([-8.0, -3.0]), targets, targets)
    ones = np.ones(2)
    stable = np.array([False, False])
    widths = 0.9 * ones
    bands = Bands(widths, targets, stable, BandBasis(ones, ones, widths, stable))
    ends = np.full(2, np.inf)
    terms = ContractTerms(ones, ones, -ends, ends, np.zeros(2), ones, ends)
    for holdings in (held, new):
        found = trade_to_bands(
            np.array(holdings), lots, bands, terms, JointLimits(), hr.NoTradeBands()
        )
        assert found.holdings.tolist() == list(new)


@pytest.mark.long
def test_advice_that_was_followed_trades_nothing_more() -> None:
    """Random positions, contracts, lots, smallest orders, fees, limits and holdings."""
    rng = np.random.default_rng(5)
    n_kept = 0
    for number in range(120):
        contracts = [_drawn_contract(rng, name) for name in ("WTI", "GAS")]
        units = float(rng.choice([-1.0, 1.0]) * 10 ** rng.uniform(2.5, 4.5))
        settings = {"rebalancing": RULES[number % len(RULES)], "model": hr.OLSHedge()}
        plain = oil_hedge(number % 5, contracts, units, **settings)[0]
        settings["limits"] = _drawn_limits(rng, plain)
        settings["holdings"] = _drawn_holdings(rng, plain)
        first, second = oil_hedge(number % 5, contracts, units, **settings)
        case = (contracts, units, settings, first.summary)
        assert second.action == "hold", case
        assert second.plan.holdings.tolist() == first.plan.holdings.tolist(), case
        n_kept += sum(one.reason is Reason.LOTS_TOGETHER for one in second.plan.decisions)
    assert n_kept > 0


def _drawn_contract(rng: np.random.Generator, name: str) -> hr.LinearContract:
    lot = float(rng.choice([0.1, 1.0, 2.0, 5.0]))
    size = float(10 ** rng.uniform(0.0, 3.0))
    minimum = float(rng.choice([1.0, 2e5])) if rng.random() < 0.3 else None
    return hr.LinearContract(name, size, lot=lot, fee=rng.choice(FEES), minimum_order=minimum)


def _drawn_limits(rng: np.random.Generator, plain: hr.recommendation.Recommendation) -> hr.Limits:
    """Return no limits, or such that bind often."""
    targets = plain.plan.targets.best
    kind = rng.choice(["none", "none", "contracts", "gross", "number"])
    if kind == "contracts":
        return hr.Limits({"WTI": max(5.0, float(abs(targets[0]) * rng.uniform(0.3, 1.2)))})
    if kind == "gross":
        gross = float(np.abs(targets) @ plain.valuation.notionals)
        return hr.Limits(gross=gross * rng.uniform(0.3, 1.3))
    return hr.Limits(max_instruments=1) if kind == "number" else hr.Limits()


def _drawn_holdings(
    rng: np.random.Generator, plain: hr.recommendation.Recommendation
) -> dict[str, float]:
    """Return nothing, whole lots, or odd numbers of contracts near the targets."""
    held = {}
    for i, name in enumerate(plain.problem.names):
        share = rng.uniform(0.5, 1.5)
        lot = plain.valuation.lots[i]
        near = float(plain.plan.targets.best[i] * share)
        kind = rng.choice(["nothing", "lots", "odd", "best lots"])
        if kind == "lots":
            held[name] = round(lot * round(near / lot), 1)
        elif kind == "odd":
            held[name] = round(near, 2)
        elif kind == "best lots":
            held[name] = float(plain.plan.targets.whole_lots[i])
    return held
