"""Checks of the panel that a volatility response is estimated on."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.hedges.options.normal_equations import SIGNS
from hedgeresearch.options.panel.arrays import PanelArrays

MIN_DAYS = 60
"""Days with known moves below which nothing is estimated."""
MIN_RANGE = 0.2
"""Range of the delta, without a twentieth at each end, that a quadratic needs."""


def check_days(n_days: int, name: str, remedy: str) -> None:
    """Refuse an estimation of fewer than 60 days."""
    if n_days < MIN_DAYS:
        raise DataError(
            f"{name} needs moves of at least {MIN_DAYS} days; got {n_days}. Use {remedy}, or more "
            "days."
        )


def check_sample(known: PanelArrays) -> None:
    """Refuse a sample that is too short, or whose deltas do not identify a quadratic."""
    check_days(len(known.dates), "HullWhiteDelta", "DeltaHedge, which estimates nothing")
    for kind, sign in SIGNS.items():
        delta = known.delta[known.sign == sign]
        if not len(delta):
            continue
        low, high = np.quantile(delta, [0.05, 0.95])
        if high - low < MIN_RANGE:
            raise DataError(
                f"HullWhiteDelta needs {kind}s whose deltas spread over {MIN_RANGE} or more; most "
                f"lie between {low:.2f} and {high:.2f}. Add strikes, or use FactorNeutralHedge, "
                "which has no curve over deltas."
            )


def check_kinds(rows: PanelArrays, estimated: Collection[str]) -> None:
    """Refuse rows of a kind that was not in the estimation."""
    for kind, sign in SIGNS.items():
        if kind not in estimated and (rows.sign == sign).any():
            raise DataError(
                f"the panel has {kind}s, but the estimation had none; calls and puts are estimated "
                "apart. Fit on a panel with both."
            )
