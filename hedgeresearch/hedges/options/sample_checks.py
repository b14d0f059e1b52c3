"""Checks of the panel that a volatility response is estimated on."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.hedges.options.normal_equations import SIGNS
from hedgeresearch.options.panel.arrays import PanelArrays

MIN_DAYS = 60
"""Days with known moves below which nothing is estimated."""
MIN_BUCKETS = 3
"""Different tenths of the delta that a quadratic needs."""


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
        buckets = np.unique(np.round(10.0 * delta))
        if len(delta) and len(buckets) < MIN_BUCKETS:
            raise DataError(
                f"HullWhiteDelta needs {kind}s with deltas in {MIN_BUCKETS} tenths or more; got "
                f"deltas from {delta.min():.2f} to {delta.max():.2f}. Add strikes."
            )


def check_kinds(rows: PanelArrays, estimated: Collection[str]) -> None:
    """Refuse rows of a kind that was not in the estimation."""
    for kind, sign in SIGNS.items():
        if kind not in estimated and (rows.sign == sign).any():
            raise DataError(
                f"the panel has {kind}s, but the estimation had none; calls and puts are estimated "
                "apart. Fit on a panel with both."
            )
