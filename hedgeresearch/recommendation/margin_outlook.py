"""Whether the hedges outlast the horizon on their collateral."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import pandas as pd

from hedgeresearch._types import Array
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.aims import Margin
from hedgeresearch.recommendation.book import Book
from hedgeresearch.recommendation.liquidation import (
    Contract,
    collateral_needed,
    inverse_liquidation_price,
    linear_liquidation_price,
)
from hedgeresearch.recommendation.liquidation_probability import liquidation_probability, price_extremes


class _Held(NamedTuple):
    contract: Contract
    size: float
    maintenance: float
    price: float


def margin_outlook(book: Book, held: Array, margin: Margin, seed: int) -> pd.DataFrame | None:
    """A row for each hedge on margin that is held: liquidation price, its probability, collateral; None without any.

    Columns: collateral, liquidation price, probability (of touching it within the horizon, by the block bootstrap of
    the contract's past returns), lower and upper (95 % interval of the drawing), closed form (a geometric Brownian
    motion with the sample's volatility, looked at on each date), and needed, the collateral that keeps the probability
    at the accepted one. Collateral is in coins for inverse contracts. What is not known is NaN.
    """
    rows = {}
    for instrument, contracts in zip(book.terms, held, strict=True):
        if contracts == 0.0 or instrument.maintenance_margin == 0.0:
            continue
        rows[instrument.name] = _outlook(book, instrument, float(contracts), margin, seed)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("instrument") if rows else None


def _outlook(book: Book, instrument: Terms, contracts: float, margin: Margin, seed: int) -> dict[str, float]:
    name = instrument.name
    held = _held(instrument, contracts, book.market.price(name))
    returns = book.market.table[name].pct_change().iloc[1:]
    drawn = price_extremes(returns, held.price, margin.horizon, seed=seed)
    row = {
        "collateral": math.nan,
        "liquidation price": math.nan,
        "probability": math.nan,
        "lower": math.nan,
        "upper": math.nan,
        "closed form": math.nan,
        "needed": collateral_needed(drawn, held.size, held.maintenance, margin.probability, contract=held.contract),
    }
    if name not in (margin.collateral or {}):
        return row
    collateral = float((margin.collateral or {})[name])
    price_of = inverse_liquidation_price if held.contract == "inverse" else linear_liquidation_price
    level = float(price_of(collateral, held.size, held.price, held.maintenance))
    side: Literal["long", "short"] = "long" if held.size > 0.0 else "short"
    found = liquidation_probability(returns, held.price, level, margin.horizon, position=side, seed=seed)
    lower, upper = found.conf_int()
    ends = {"probability": found.probability, "lower": lower, "upper": upper, "closed form": found.closed_form}
    return row | {"collateral": collateral, "liquidation price": level} | ends


def _held(instrument: Terms, contracts: float, price: float) -> _Held:
    if isinstance(instrument, InverseContract):
        return _Held("inverse", contracts * instrument.value, instrument.maintenance_margin, price)
    size = contracts * instrument.size  # type: ignore[attr-defined]
    if isinstance(instrument, QuantoContract):
        size *= instrument.fixed_rate
    return _Held("linear", size, instrument.maintenance_margin, price)


def margin_sentences(outlook: pd.DataFrame, margin: Margin) -> list[str]:
    """The risk of liquidation in words, warnings first."""
    warnings: list[str] = []
    others: list[str] = []
    for name, row in outlook.iterrows():
        needed = f"{row['needed']:,.4g} keep it below {margin.probability:.0%}"
        if math.isnan(row["collateral"]):
            others.append(f"No collateral is given for {name}: over {margin.horizon} dates {needed}.")
            continue
        if not 0.0 < row["liquidation price"] < math.inf:
            others.append(f"{name} is never liquidated on its collateral of {row['collateral']:,.4g}.")
            continue
        text = (
            f"{name} is liquidated at {row['liquidation price']:,.4g}; probability {row['probability']:.1%} within "
            f"{margin.horizon} dates ({row['closed form']:.1%} for a normal walk); {needed}."
        )
        (warnings if row["probability"] > margin.probability else others).append(text)
    return [f"Warning: {text}" for text in warnings] + others
