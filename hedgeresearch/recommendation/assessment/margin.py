"""Whether the hedges outlast the horizon on their collateral."""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd

from hedgeresearch._formatting import full_percent, percent, quantity
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.margined import Margined
from hedgeresearch.margin.liquidation import collateral_for_probability, liquidation_price
from hedgeresearch.margin.price_range import PriceRange, simulate_price_range
from hedgeresearch.margin.probability import barrier_probability
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.recommendation.inputs.settings import Margin
from hedgeresearch.typing import Array

UNKNOWN = (
    "collateral",
    "liquidation price",
    "probability",
    "lower",
    "upper",
    "closed form",
    "needed",
)


def margin_outlook(book: Book, held: Array, margin: Margin, seed: int) -> pd.DataFrame | None:
    """A row for each hedge on margin that is held: liquidation price, its probability, collateral; None without any.

    Columns: collateral, liquidation price, probability (of touching it within the horizon, by the block bootstrap of
    the contract's past returns), lower and upper (95 % interval of the drawing), closed form (a geometric Brownian
    motion with the sample's volatility, looked at on each date), and needed, the collateral that keeps the probability
    at the accepted one. Collateral is in coins for inverse contracts, and counts profits so far: so today's price takes
    the place of entry, whatever that was. What is not known is NaN, all of it where past prices are not all positive.
    A last column, currency, names what the collateral is counted in, empty where the terms do not tell.
    """
    rows = {}
    for instrument, contracts in zip(book.terms, held, strict=True):
        if contracts == 0.0 or instrument.maintenance_margin == 0.0:
            continue
        if not isinstance(instrument, Margined):
            continue
        rows[instrument.name] = _outlook(book, instrument, float(contracts), margin, seed)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("instrument") if rows else None


def _outlook(
    book: Book, instrument: Margined, contracts: float, margin: Margin, seed: int
) -> dict[str, Any]:
    name, row = instrument.name, dict[str, Any](dict.fromkeys(UNKNOWN, math.nan))
    row["currency"] = instrument.currency or (
        "coins" if isinstance(instrument, InverseContract) else ""
    )
    wallet = margin.of(name)
    if wallet is not None:
        row["collateral"] = float(wallet)
    prices = book.market.table[name]
    if not (prices > 0.0).all():
        return row
    price, returns = float(prices.iloc[-1]), prices.pct_change().iloc[1:]
    drawn = simulate_price_range(returns, price, margin.horizon, seed=seed)
    row["needed"] = collateral_for_probability(
        instrument, drawn, contracts, probability=margin.probability
    )
    if wallet is None:
        return row
    level = _liquidation_price(instrument, float(wallet), contracts, price)
    return row | _risk(drawn, level, "long" if contracts > 0.0 else "short")


def _risk(drawn: PriceRange, level: float, position: Literal["long", "short"]) -> dict[str, float]:
    """The probability that the price gets to a level: of the paths, with the interval of Wilson (1927), and normal."""
    from scipy.stats import binomtest

    probability, n_paths, past = (
        drawn.probability(level, position),
        len(drawn.lowest),
        drawn.log_returns,
    )
    lower, upper = binomtest(round(probability * n_paths), n_paths).proportion_ci(
        0.95, method="wilson"
    )
    normal = barrier_probability(
        level,
        drawn.price,
        float(past.std(ddof=1)),
        drawn.horizon,
        float(past.mean()),
        steps=drawn.horizon,
        position=position,
    )
    ends = {
        "probability": probability,
        "lower": float(lower),
        "upper": float(upper),
        "closed form": normal,
    }
    return {"liquidation price": level} | ends


def _liquidation_price(
    instrument: Margined, wallet: float, contracts: float, price: float
) -> float:
    """That of the position; today's price where the wallet does not even cover maintenance margin now."""
    position = instrument.margined_position(contracts)
    if wallet <= position.maintenance_margin(price, instrument.maintenance_margin):
        return price
    return float(liquidation_price(instrument, wallet, contracts, price))


def margin_sentences(outlook: pd.DataFrame, margin: Margin) -> list[str]:
    """The risk of liquidation in words, warnings first."""
    found = {name: _sentence(str(name), row, margin) for name, row in outlook.iterrows()}
    risky = [name for name, row in outlook.iterrows() if row["probability"] > margin.probability]
    return [f"Warning: {found[name]}" for name in risky] + [
        found[name] for name in found if name not in risky
    ]


def untold_margin(book: Book, held: Array, margin: Margin) -> list[str]:
    """Hedges that are held on collateral, but without the maintenance margin that would tell when it is gone."""
    return [
        f"Not told, liquidation of {one.name}: its maintenance margin is not given."
        for one, contracts in zip(book.terms, held, strict=True)
        if contracts != 0.0 and one.maintenance_margin == 0.0 and margin.of(one.name) is not None
    ]


def _sentence(name: str, row: pd.Series[Any], margin: Margin) -> str:
    if math.isnan(row["needed"]):
        return (
            f"The risk that {name} is liquidated is not told: its past prices are not all positive."
        )
    needed = f"a collateral of {_amount(row, 'needed')} keeps it at {full_percent(margin.probability)} or below"
    if math.isnan(row["collateral"]):
        return f"No collateral is given for {name}; over {margin.horizon} dates, {needed}."
    if not 0.0 < row["liquidation price"] < math.inf:
        return f"{name} cannot be liquidated on its collateral of {_amount(row, 'collateral')}, whatever its price does."
    return (
        f"{name} is liquidated at a price of {quantity(row['liquidation price'])}: probability "
        f"{percent(row['probability'])} within {margin.horizon} dates ({percent(row['closed form'])} if it moved "
        f"normally); {needed}."
    )


def _amount(row: pd.Series[Any], column: str) -> str:
    """Collateral with the coin or currency that it is in, where that is known."""
    return " ".join(filter(None, (quantity(row[column]), row["currency"])))
