"""What each regime asks for, how likely it is next, and how long it lasts."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from hedgeresearch._formatting import quantity, side
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.recommendation.inputs.settings import Objective


def regime_outlook(book: Book, objective: Objective) -> pd.DataFrame | None:
    """A row a regime: probability of the next date, expected dates in it, contracts of each instrument; None without.

    The duration is what a regime lasts in all once it is entered, 1 / (1 - p_ii); as a Markov chain forgets, it is also
    what is still to come.
    """
    fit = book.fit
    if fit.regimes is None or fit.by_regime is None:
        return None
    contracts = book.asked(fit.by_regime.to_numpy(), objective)
    table = pd.DataFrame(contracts, index=fit.by_regime.index, columns=book.names)
    table.insert(0, "probability", fit.regimes.next_probabilities.to_numpy())
    table.insert(1, "expected dates", fit.regimes.expected_durations.to_numpy())
    return table


def outlook_sentence(outlook: pd.DataFrame) -> str:
    """What changes if the regime turns."""
    likeliest: Any = outlook["probability"].idxmax()
    row = outlook.loc[likeliest]
    others = "".join(
        f"; regime {regime} ({other['probability']:.0%}) for {_contracts(other.iloc[2:])}"
        for regime, other in outlook.iterrows()
        if regime != likeliest
    )
    lasts = (
        f", and lasts {row['expected dates']:,.0f} dates on average once entered"
        if math.isfinite(row["expected dates"])
        else ""
    )
    return (
        f"Regime {likeliest} is the likeliest next, at {row['probability']:.0%}{lasts}; it alone asks for "
        f"{_contracts(row.iloc[2:])}{others}."
    )


def _contracts(row: pd.Series[float]) -> str:
    return ", ".join(f"{name} {side(value, quantity(value))}" for name, value in row.items())
