"""Warning of nonsynchronous closes, for which same-date hedge ratios are too small."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._kernels.lead_lag import lead_lag
from hedgeresearch.errors import DataWarning, warn_caller

MIN_LEAD_T = 3.75
"""Robust t statistic above which a lead counts as significant."""
MIN_LEAD_SHARE = 0.1
"""Coefficient of a lead, relative to that of the same date, above which it matters."""
MIN_LEAD_CORRELATION = 0.15
"""Correlation, of the lead or on the same date, above which a lead matters."""
MIN_LEAD_DATES = 100
"""Minimum number of observations for the test."""
LONG_HORIZON = 5
"""Horizon, in periods, from which the time between closes is a small part of a return."""


def warn_unless_simultaneous(returns: pd.DataFrame) -> None:
    """Warn if the asset clearly follows or leads a hedge by a relevant part of their common move.

    Parameters
    ----------
    returns : DataFrame (n_dates, 1 + n_hedges), the asset first
    """
    # [does the asset lead?, hedge, (t, share, lead correlation, same-date correlation)]
    found = lead_lag(np.ascontiguousarray(returns.to_numpy()))
    correlated = np.abs(found[:, :, 2:]).max(axis=2) > MIN_LEAD_CORRELATION
    matters = (found[:, :, 1] > MIN_LEAD_SHARE) & correlated
    t = np.where(matters, np.abs(found[:, :, 0]), 0.0)
    if len(returns) < MIN_LEAD_DATES or not t.max() > MIN_LEAD_T:
        return
    asset_leads, hedge = divmod(int(np.argmax(t)), t.shape[1])
    columns = [0, 1 + hedge] if asset_leads else [1 + hedge, 0]
    earlier, later = returns.columns[columns]
    statistic = found[asset_leads, hedge, 0]
    correlation = found[asset_leads, hedge, 2]
    warn_caller(
        f"closes of asset and hedges should be simultaneous; {later} follows the return of "
        f"{earlier} on the previous date (correlation {correlation:.2f}, t {statistic:.1f} given "
        "its own past), so hedge ratios from returns of the same date are biased towards zero. Use "
        f"DimsonHedge({'leads' if asset_leads else 'lags'}=1), or HorizonHedge(model, horizon) "
        f"with a horizon of {LONG_HORIZON} or more.",
        DataWarning,
    )
