"""Sentences on liquidation risk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from hedgeresearch._formatting import full_percent, percent, quantity
from hedgeresearch.recommendation.inputs.settings import Margin


def margin_sentences(
    risks: pd.DataFrame | None, unknown: Sequence[str], margin: Margin, time: str
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
    """
    missing = [
        f"Liquidation risk of {name} not available: its maintenance margin was not given."
        for name in unknown
    ]
    if risks is None:
        return missing
    warnings = []
    others = []
    for name, row in risks.iterrows():
        if name in unknown:
            continue
        sentence = _liquidation_sentence(str(name), row, margin, time)
        if row["probability"] > margin.probability:
            warnings.append(f"Warning: {sentence}")
        else:
            others.append(sentence)
    return [*warnings, *others, *missing]


def _liquidation_sentence(name: str, row: pd.Series[Any], margin: Margin, time: str) -> str:
    if math.isnan(row["needed"]):
        return f"Liquidation risk of {name} not available: its past prices are not all positive."
    horizon = f"within {time}"
    accepted = full_percent(margin.probability)
    needed = f"collateral of {_amount_text(name, row, 'needed')}"
    if math.isnan(row["collateral"]):
        return (
            f"No collateral was given for {name}; {needed} keeps the probability of liquidation "
            f"{horizon} at {accepted} or below.{_mean_text(margin)}"
        )
    if row["collateral"] <= row["maintenance"]:
        return (
            f"{name} is liquidated at today's price: its collateral is "
            f"{_amount_text(name, row, 'collateral')}, and its maintenance margin "
            f"{_amount_text(name, row, 'maintenance')}; {needed} keeps the probability of "
            f"liquidation {horizon} at {accepted} or below.{_mean_text(margin)}"
        )
    if not 0.0 < row["liquidation price"] < math.inf:
        collateral = _amount_text(name, row, "collateral")
        return f"{name} cannot be liquidated at any price on its collateral of {collateral}."
    return (
        f"{name} would be liquidated at a price of {quantity(row['liquidation price'])}, with "
        f"probability {percent(row['probability'])} {horizon} ({percent(row['closed form'])} if "
        f"returns were normal); {needed} keeps it at {accepted} or below.{_mean_text(margin)}"
    )


def _mean_text(margin: Margin) -> str:
    """Return that the mean of the past goes on, where that is assumed; "" otherwise."""
    return " These numbers carry the mean of past returns forward." if margin.keep_mean else ""


def _amount_text(name: str, row: pd.Series[Any], column: str) -> str:
    """Return collateral with the coin or currency that it is in."""
    return f"{quantity(row[column])} {row['currency'] or f'in the currency of {name}'}"
