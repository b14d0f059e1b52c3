"""Liquidation risk of the hedges held, and the collateral that they need."""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd

from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.margined import Margined
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.margin.liquidation import collateral_for_probability, liquidation_price
from hedgeresearch.margin.price_range import PriceRange, simulate_price_range
from hedgeresearch.margin.probability import closed_form_reach_probability
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import Margin
from hedgeresearch.recommendation.sizing.collateral import CollateralState, maintenance_margin_at
from hedgeresearch.typing import Array

COLUMNS = (
    "collateral",
    "maintenance",
    "liquidation price",
    "probability",
    "lower",
    "upper",
    "closed form",
    "needed",
)
"""Columns of numbers in the table of liquidation risk."""
MOST_PATHS = 10_000
"""Number of simulated paths, unless they are long."""
FEWEST_PATHS = 5_000
"""Number of simulated paths, however long they are."""
MAX_STEPS = 20_000_000
"""Number of simulated periods, all paths together, from which paths become fewer."""
SIMULATION_CONFIDENCE = 0.95
"""Confidence of the interval of a simulated probability."""


def assess_margin(
    problem: HedgeProblem, holdings: Array, margin: Margin, horizon: int, seed: int
) -> pd.DataFrame | None:
    """Return a row for each hedge held on margin; None without any.

    The horizon is a number of periods.

    Columns: collateral; maintenance, the equity required at today's price; liquidation price;
    probability of reaching it within the horizon, by the block bootstrap of the contract's past
    returns, less their mean unless the settings keep it; lower and upper, the 95% interval of the
    simulation; closed form, for a geometric Brownian motion with the same mean and volatility,
    observed at each date; and needed, the collateral that keeps the probability at the accepted
    one.

    Collateral is in coins for inverse contracts, and includes profits so far: so today's price
    takes the place of the entry price. What is not known is NaN, and so is everything where the
    maintenance margin is not known or past prices are not all positive. A last column, currency,
    names what the collateral is counted in, empty where the terms do not say.
    """
    rows = {}
    for instrument, contracts in zip(problem.terms, holdings.tolist(), strict=True):
        if contracts == 0.0 or not isinstance(instrument, Margined):
            continue
        if instrument.maintenance_margin or _lacks_margin(instrument, margin):
            rows[instrument.name] = _liquidation_risk(
                instrument, contracts, problem.market, margin, horizon, seed
            )
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("instrument") if rows else None


def collateral_states(
    problem: HedgeProblem, holdings: Array, margin: Margin
) -> dict[str, CollateralState]:
    """Return the state of each hedge whose collateral is given, before and after the orders.

    Parameters
    ----------
    problem : HedgeProblem
    holdings : array (n_instruments,)
        Contracts after the orders.
    margin : Margin
    """
    states = {}
    for one, held, new in zip(
        problem.terms, problem.holdings.tolist(), holdings.tolist(), strict=True
    ):
        wallet = margin.wallet(one.name)
        if wallet is None or held == new == 0.0:
            continue
        price = problem.market.price(one.name)
        states[one.name] = CollateralState(
            held=held,
            new=new,
            collateral=wallet,
            held_margin=maintenance_margin_at(one, held, price),
            new_margin=maintenance_margin_at(one, new, price),
            currency=_currency(one, problem.market),
        )
    return states


def without_maintenance_margin(problem: HedgeProblem, holdings: Array, margin: Margin) -> list[str]:
    """Return hedges held on margin, or on collateral, whose maintenance margin is not known."""
    held = [one for one, contracts in zip(problem.terms, holdings, strict=True) if contracts]
    return [one.name for one in held if _lacks_margin(one, margin)]


def _lacks_margin(instrument: Terms, margin: Margin) -> bool:
    """Return whether an instrument is on margin while its maintenance margin is not known."""
    if instrument.maintenance_margin:
        return False
    has_wallet = margin.wallet(instrument.name) is not None
    unknown = instrument.maintenance_margin is None and not isinstance(instrument, Spot)
    return unknown or has_wallet


def _currency(instrument: Terms | Margined, market: Market) -> str:
    """Return what collateral is in: the currency of the payoff; "" where it is not known."""
    if instrument.currency is not None:
        return instrument.currency
    if isinstance(instrument, InverseContract):
        return "coins"
    is_converted = instrument.name in market.rates
    return "" if is_converted or market.currency is None else market.currency


def _liquidation_risk(
    instrument: Margined,
    contracts: float,
    market: Market,
    margin: Margin,
    horizon: int,
    seed: int,
) -> dict[str, Any]:
    """Return the row of one hedge."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS, math.nan)
    row["currency"] = _currency(instrument, market)
    wallet = margin.wallet(instrument.name)
    if wallet is not None:
        row["collateral"] = float(wallet)
    prices = market.table[instrument.name]
    price = float(prices.iloc[-1])
    row["maintenance"] = maintenance_margin_at(instrument, contracts, price)
    if math.isnan(row["maintenance"]) or not (prices > 0.0).all():
        return row
    returns = prices.pct_change().iloc[1:]
    paths = simulate_price_range(
        returns,
        price,
        horizon,
        n_paths=n_paths(horizon),
        seed=seed,
        keep_mean=margin.keep_mean,
    )
    row["needed"] = collateral_for_probability(
        instrument, paths, contracts, probability=margin.probability
    )
    if wallet is None:
        return row
    barrier = price
    if wallet > row["maintenance"]:
        barrier = float(liquidation_price(instrument, wallet, contracts, price))
    side: Literal["long", "short"] = "long" if contracts > 0.0 else "short"
    return row | _reach_probabilities(paths, barrier, side)


def n_paths(horizon: int) -> int:
    """Return the number of paths: 10,000, or fewer where they are long, to bound the time."""
    return min(MOST_PATHS, max(MAX_STEPS // horizon, FEWEST_PATHS))


def _reach_probabilities(
    paths: PriceRange, barrier: float, side: Literal["long", "short"]
) -> dict[str, float]:
    """Return the probability that the price reaches a barrier: simulated and in closed form."""
    probability = paths.probability(barrier, side)
    lower, upper = share_interval(probability, len(paths.lowest))
    return {
        "liquidation price": barrier,
        "probability": probability,
        "lower": lower,
        "upper": upper,
        "closed form": closed_form_reach_probability(paths, barrier, side),
    }


def share_interval(probability: float, n_paths: int) -> tuple[float, float]:
    """Return the ends of the 95% interval of a share of simulated paths."""
    from scipy.stats import binomtest

    reached = binomtest(round(probability * n_paths), n_paths)
    lower, upper = reached.proportion_ci(SIMULATION_CONFIDENCE, method="wilson")
    return float(lower), float(upper)
