"""Whether closes look simultaneous; if not, ratios from returns of the same date are too small."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._kernels.lead_lag import lead_lag
from hedgeresearch.errors import DataWarning, warn_caller

CLEAR_LEAD, LEAD_THAT_MATTERS, COMMON_MOVE, SHORTEST_FOR_LEADS = 3.75, 0.1, 0.15, 100
"""From which robust t of a lead, share of the same date's effect, correlation and number of dates it is told."""
LONG_HORIZON = 5
"""Periods from which what closes miss of one another is a small part of a return."""


def warn_unless_simultaneous(returns: pd.DataFrame) -> None:
    """Warn if the asset (first) clearly follows a hedge or leads it, by a part of their common move that matters."""
    found = lead_lag(np.ascontiguousarray(returns.to_numpy()))
    matters = (found[:, :, 1] > LEAD_THAT_MATTERS) & (
        np.abs(found[:, :, 2:]).max(axis=2) > COMMON_MOVE
    )
    t = np.where(matters, np.abs(found[:, :, 0]), 0.0)
    if len(returns) < SHORTEST_FOR_LEADS or not t.max() > CLEAR_LEAD:
        return
    asset_leads, hedge = divmod(int(np.argmax(t)), t.shape[1])
    earlier, later = returns.columns[[0, 1 + hedge] if asset_leads else [1 + hedge, 0]]
    warn_caller(
        f"closes of asset and hedges should be simultaneous; {later} follows {earlier} of the date before (correlation "
        f"{found[asset_leads, hedge, 2]:.2f}, t {found[asset_leads, hedge, 0]:.1f} beside its own past), so that "
        f"ratios from returns of the same date are too small. Use DimsonHedge({'leads' if asset_leads else 'lags'}=1), "
        f"or HorizonHedge(model, horizon) with a horizon of {LONG_HORIZON} or more.",
        DataWarning,
    )
