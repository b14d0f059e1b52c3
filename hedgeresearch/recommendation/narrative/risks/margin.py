"""Sentences on liquidation risk."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hedgeresearch._formatting import exact, full_percent, percent, quantity, side
from hedgeresearch.recommendation.inputs.settings import Margin
from hedgeresearch.recommendation.sizing.collateral import CollateralState


def collateral_sentences(states: Mapping[str, CollateralState]) -> list[str]:
    """Return which holdings are liquidated at today's price, and which orders would be.

    Parameters
    ----------
    states : mapping from instrument to CollateralState
    """
    sentences = {name: _collateral_sentence(name, state) for name, state in states.items()}
    return [text for text in sentences.values() if text]


def _collateral_sentence(name: str, state: CollateralState) -> str:
    """Return that a holding is liquidated now, or would be with its order; "" for neither."""
    held = side(state.held, exact(state.held))
    margin_now = _balance_text(name, state, state.held_margin)
    if state.is_liquidated:
        return (
            f"{name} is liquidated at today's price: the {held} held have {margin_now}. No order "
            "adds to them, and other figures count them as held: pass the holdings and the "
            "collateral that the venue left."
        )
    if not state.is_liquidated_by_order:
        return ""
    new = side(state.new, exact(state.new))
    margin_then = _balance_text(name, state, state.new_margin)
    missing = _in_currency(name, state.missing, state.currency)
    needs = f"The order needs more than {missing} of new collateral first."
    if not state.held:
        return f"{name}: {new} are liquidated at once with {margin_then}. {needs}"
    return (
        f"{name}: the {held} held are not liquidated at today's price, with {margin_now}, but with "
        f"the order {new} are, with {margin_then}. {needs}"
    )


def _balance_text(name: str, state: CollateralState, required: float) -> str:
    """Return collateral, and the maintenance margin where it is known."""
    collateral = f"collateral of {_in_currency(name, state.collateral, state.currency)}"
    if math.isnan(required):
        return collateral
    margin = _in_currency(name, required, state.currency)
    return f"{collateral} and a maintenance margin of {margin}"


def margin_sentences(
    risks: pd.DataFrame | None,
    unknown: Sequence[str],
    margin: Margin,
    time: str,
    states: Mapping[str, CollateralState],
    prices: Mapping[str, float],
) -> list[str]:
    """Return the risk of liquidation of each hedge, warnings first.

    Parameters
    ----------
    risks : DataFrame or None
        A row for each hedge on margin.
    unknown : sequence of str
        Hedges held on margin whose maintenance margin is not known.
    margin : Margin
    time : str
        Time for which the collateral must last, in words.
    states : mapping from instrument to CollateralState
    prices : mapping from instrument to its price now
    """
    missing = [
        f"Liquidation risk of {name} not available: its maintenance margin was not given."
        for name in unknown
    ]
    warnings = [f"Warning: {text}" for text in collateral_sentences(states)]
    if risks is None:
        return [*warnings, *missing]
    others = []
    for name, row in risks.iterrows():
        if name in unknown:
            continue
        sentence = _liquidation_sentence(str(name), row, margin, time, prices[str(name)])
        if row["collateral"] > row["maintenance"] and row["probability"] > margin.probability:
            warnings.append(f"Warning: {sentence}")
        else:
            others.append(sentence)
    return [*warnings, *others, *missing]


def _liquidation_sentence(
    name: str, row: pd.Series[Any], margin: Margin, time: str, price: float
) -> str:
    if math.isnan(row["needed"]):
        return f"Liquidation risk of {name} not available: its past prices are not all positive."
    horizon = f"within {time}"
    accepted = full_percent(margin.probability)
    needed = f"collateral of {_amount_text(name, row, 'needed')}"
    keeps = f"{needed} keeps the probability of liquidation {horizon} at {accepted} or below"
    if math.isnan(row["collateral"]):
        return f"No collateral was given for {name}; {keeps}.{_mean_text(margin)}"
    if row["collateral"] <= row["maintenance"]:
        return f"For {name} {keeps}.{_mean_text(margin)}"
    if not 0.0 < row["liquidation price"] < math.inf:
        collateral = _amount_text(name, row, "collateral")
        return f"{name} cannot be liquidated at any price on its collateral of {collateral}."
    prices = f"a price of {quantity(row['liquidation price'])} ({quantity(price)} now)"
    return (
        f"{name} would be liquidated at {prices}, with "
        f"probability {percent(row['probability'])} {horizon} ({percent(row['closed form'])} if "
        f"returns were normal); {needed} keeps it at {accepted} or below.{_mean_text(margin)}"
    )


def _mean_text(margin: Margin) -> str:
    """Return that the mean of the past goes on, where that is assumed; "" otherwise."""
    return " These numbers carry the mean of past returns forward." if margin.keep_mean else ""


def _amount_text(name: str, row: pd.Series[Any], column: str) -> str:
    """Return collateral with the coin or currency that it is in."""
    return _in_currency(name, row[column], row["currency"])


def _in_currency(name: str, amount: float, currency: str) -> str:
    return f"{quantity(amount)} {currency or f'in the currency of {name}'}"
