"""Liquidation risk of the hedges held, and the collateral that they need."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import pandas as pd

from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.margin.liquidation import (
    Contract,
    collateral_needed,
    inverse_liquidation_price,
    linear_liquidation_price,
)
from hedgeresearch.margin.price_range import PriceRange, simulate_price_range
from hedgeresearch.margin.probability import barrier_probability
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import Margin
from hedgeresearch.typing import Array

COLUMNS = (
    "collateral",
    "liquidation price",
    "probability",
    "lower",
    "upper",
    "closed form",
    "needed",
)
"""Columns of numbers in the table of liquidation risk."""
SIMULATION_CONFIDENCE = 0.95
"""Confidence of the interval of a simulated probability."""


class _MarginPosition(NamedTuple):
    """A position on margin.

    Attributes
    ----------
    contract : "linear" or "inverse"
    size : float
        In units; of an inverse contract in dollars of face.
    maintenance : float
        Maintenance margin as a share of the position's value.
    price : float
        Today's price, in the place of the price of entry.
    """

    contract: Contract
    size: float
    maintenance: float
    price: float


def assess_margin(
    problem: HedgeProblem, holdings: Array, margin: Margin, seed: int
) -> pd.DataFrame | None:
    """Return a row for each hedge held on margin; None without any.

    Columns: collateral; liquidation price; probability of touching it within the horizon, by the
    block bootstrap of the contract's past returns; lower and upper, the 95 % interval of the
    simulation; closed form, for a geometric Brownian motion with the sample's volatility, observed
    at each date; and needed, the collateral that keeps the probability at the accepted one.

    Collateral is in coins for inverse contracts, and includes profits so far: so today's price
    takes the place of the entry price. What is not known is NaN, and so is everything where past
    prices are not all positive. A last column, currency, names what the collateral is counted in,
    empty where the terms do not say.
    """
    rows = {}
    for instrument, contracts in zip(problem.terms, holdings.tolist(), strict=True):
        if contracts != 0.0 and instrument.maintenance_margin != 0.0:
            prices = problem.market.table[instrument.name]
            rows[instrument.name] = _liquidation_risk(instrument, contracts, prices, margin, seed)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("instrument") if rows else None


def without_maintenance_margin(problem: HedgeProblem, holdings: Array, margin: Margin) -> list[str]:
    """Return hedges held on collateral whose maintenance margin is not given."""
    held = [one for one, contracts in zip(problem.terms, holdings, strict=True) if contracts]
    return [
        one.name
        for one in held
        if one.maintenance_margin == 0.0 and margin.wallet(one.name) is not None
    ]


def _liquidation_risk(
    instrument: Terms, contracts: float, prices: pd.Series[float], margin: Margin, seed: int
) -> dict[str, Any]:
    """Return the row of one hedge."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS, math.nan)
    in_coins = isinstance(instrument, InverseContract)
    row["currency"] = instrument.currency or ("coins" if in_coins else "")
    wallet = margin.wallet(instrument.name)
    if wallet is not None:
        row["collateral"] = float(wallet)
    if not (prices > 0.0).all():
        return row
    position = _margin_position(instrument, contracts, float(prices.iloc[-1]))
    returns = prices.pct_change().iloc[1:]
    paths = simulate_price_range(returns, position.price, margin.horizon, seed=seed)
    row["needed"] = collateral_needed(
        paths,
        position.size,
        position.maintenance,
        margin.probability,
        contract=position.contract,
    )
    if wallet is None:
        return row
    level = _liquidation_price(float(wallet), position)
    return row | _touch_probability(paths, level, "long" if position.size > 0.0 else "short")


def _touch_probability(
    paths: PriceRange, level: float, side: Literal["long", "short"]
) -> dict[str, float]:
    """Return the probability that the price touches a level: simulated and in closed form."""
    from scipy.stats import binomtest

    probability = paths.probability(level, side)
    n_paths = len(paths.lowest)
    touched = binomtest(round(probability * n_paths), n_paths)
    lower, upper = touched.proportion_ci(SIMULATION_CONFIDENCE, method="wilson")
    past = paths.log_returns
    closed_form = barrier_probability(
        level,
        paths.price,
        float(past.std(ddof=1)),
        paths.horizon,
        float(past.mean()),
        steps=paths.horizon,
        position=side,
    )
    return {
        "liquidation price": level,
        "probability": probability,
        "lower": float(lower),
        "upper": float(upper),
        "closed form": closed_form,
    }


def _liquidation_price(wallet: float, position: _MarginPosition) -> float:
    """Return the liquidation price; today's where the wallet is below maintenance margin now."""
    inverse = position.contract == "inverse"
    value = abs(position.size) * (1.0 / position.price if inverse else position.price)
    if wallet <= position.maintenance * value:
        return position.price
    price_of = inverse_liquidation_price if inverse else linear_liquidation_price
    return float(price_of(wallet, position.size, position.price, position.maintenance))


def _margin_position(instrument: Terms, contracts: float, price: float) -> _MarginPosition:
    if isinstance(instrument, InverseContract):
        size = contracts * instrument.value
        return _MarginPosition("inverse", size, instrument.maintenance_margin, price)
    size = contracts * instrument.size  # type: ignore[attr-defined]
    if isinstance(instrument, QuantoContract):
        size *= instrument.fixed_rate
    return _MarginPosition("linear", size, instrument.maintenance_margin, price)
