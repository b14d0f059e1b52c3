"""What each regime asks for, how likely it is next, and how long it lasts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch.recommendation.book import Book
from hedgeresearch.recommendation.holdings import ideal_holding


def regime_outlook(book: Book) -> pd.DataFrame | None:
    """A row a regime: probability of the next date, expected dates in it, contracts of each instrument; None without.

    The duration is what a regime lasts in all once it is entered, 1 / (1 - p_ii); as a Markov chain forgets, it is also
    what is still to come.
    """
    fit = book.fit
    if fit.regimes is None or fit.by_regime is None:
        return None
    contracts = ideal_holding(fit.by_regime.to_numpy(), book.scale, book.sizes)
    table = pd.DataFrame(contracts, index=fit.by_regime.index, columns=book.names)
    table.insert(0, "probability", fit.regimes.next_probabilities.to_numpy())
    table.insert(1, "expected dates", fit.regimes.expected_durations.to_numpy())
    return table


def outlook_sentence(outlook: pd.DataFrame) -> str:
    """What changes if the regime turns."""
    likeliest: Any = outlook["probability"].idxmax()
    row = outlook.loc[likeliest]
    others = [
        f"in regime {regime} ({other['probability']:.0%}) {_contracts(other.iloc[2:])}"
        for regime, other in outlook.iterrows()
        if regime != likeliest
    ]
    return (
        f"Regime {likeliest} is the likeliest next, at {row['probability']:.0%}, and lasts {row['expected dates']:.0f} "
        f"dates once entered; it alone asks for {_contracts(row.iloc[2:])}, {'; '.join(others)}."
    )


def _contracts(row: pd.Series[float]) -> str:
    return ", ".join(f"{value:,.4g} {name}" for name, value in row.items())
