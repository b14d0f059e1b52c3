"""The sentence on regimes."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from hedgeresearch._formatting import quantity, regime_label, side
from hedgeresearch._spacing import Spacing


def regime_sentences(
    regimes: pd.DataFrame, spacing: Spacing, horizon: int, step: int | None = None
) -> str:
    """Return the most likely regime and the target in each.

    Parameters
    ----------
    regimes : DataFrame (k, 2 + n_instruments)
        Probability, expected duration, and contracts of each instrument.
    spacing : Spacing
        Time between observations.
    horizon : int
        Number of periods of one return of the model. Durations are in these returns, so that they
        are given for single periods only.
    step : int, optional
        Number of periods to the next regime, by default the horizon; 1 for overlapping returns.
    """
    likely: Any = regimes["probability"].idxmax()
    row = regimes.loc[likely]
    duration = row["expected duration"]
    lasts = (
        f", with an expected duration of {spacing.span(max(round(duration), 1))}"
        if math.isfinite(duration) and horizon == 1
        else ""
    )
    name = regime_label(likely)
    ahead = spacing.describe(horizon if step is None else step)
    targets = [f"in {name}: {_contracts_text(row)}"]
    targets += [
        f"in {regime_label(regime)} ({other['probability']:.0%}): {_contracts_text(other)}"
        for regime, other in regimes.iterrows()
        if regime != likely
    ]
    return (
        f"{name[0].upper()}{name[1:]} is the most likely regime for {ahead} "
        f"({row['probability']:.0%}){lasts}. "
        f"Target {'; '.join(targets)}."
    )


def _contracts_text(row: pd.Series[float]) -> str:
    """Return the contracts in words; the name is left out where there is one instrument."""
    contracts = row.iloc[2:]
    sides = {name: side(value, quantity(value)) for name, value in contracts.items()}
    if len(sides) == 1:
        return next(iter(sides.values()))
    return ", ".join(f"{text} {name}" for name, text in sides.items())
