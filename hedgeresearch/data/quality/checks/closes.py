"""Closes that are not simultaneous, for which same-date hedge ratios are too small."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.checks.lead_lag import lead_lag
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes

MIN_LEAD_T = 3.75
"""Robust t statistic above which a lead counts as significant."""
MIN_LEAD_SHARE = 0.1
"""Coefficient of a lead, relative to that of the same date, above which it matters."""
MIN_LEAD_CORRELATION = 0.15
"""Correlation, of the lead or on the same date, above which a lead matters."""
MIN_OWN_LEAD_CORRELATION = 0.05
"""Correlation of the lead itself above which it matters: prices on a coarse tick have less."""
MIN_OWN_LEAD_T = 3.0
"""Correlation of the lead itself, in standard errors, above which it matters."""
MIN_LEAD_DATES = 100
"""Minimum number of observations for the test."""
LONG_HORIZON = 5
"""Horizon, in periods, from which the time between closes is a small part of a return."""
MAX_SECONDS_PER_ROW = LONG_HORIZON * 86400.0
"""Mean time between rows up to which the hours between two closes are a part of a return."""


def find_other_closes(changes: Changes) -> list[DataProblem]:
    """Return the hedge that leads or follows the asset, the first column, most clearly.

    It must do so by a relevant part of their common move.
    """
    if (changes.seconds_per_row or 0.0) > MAX_SECONDS_PER_ROW:
        return []
    lead = _clearest_lead(changes) if changes.n_rows >= MIN_LEAD_DATES else None
    if lead is None:
        return []
    asset_leads, hedge, statistic, correlation = lead
    columns = [0, 1 + hedge] if asset_leads else [1 + hedge, 0]
    earlier, later = (changes.names[j] for j in columns)
    prices, row = ("prices", "row") if changes.within_days else ("closes", "date")
    return [
        DataProblem(
            kind="closes",
            severity="warn",
            columns=(earlier, later),
            dates=(),
            size=float(correlation),
            message=(
                f"{prices} of asset and hedges should be simultaneous; {later} follows the return "
                f"of {earlier} on the previous {row} (correlation {correlation:.2f}, t "
                f"{statistic:.1f} given its own past), so hedge ratios from returns of the same "
                f"{row} are biased towards zero."
            ),
            remedy=(
                f"Use DimsonHedge({'leads' if asset_leads else 'lags'}=1), or "
                f"HorizonHedge(model, horizon) with a horizon of {LONG_HORIZON} or more."
            ),
        )
    ]


def _clearest_lead(changes: Changes) -> tuple[bool, int, float, float] | None:
    """Return whether the asset leads, the hedge, t and the correlation of the lead; None if weak.

    A mean-reverting difference of the two, such as a basis, makes the past of both significant
    together, but not the past of the other one by itself.
    """
    least = max(MIN_OWN_LEAD_CORRELATION, MIN_OWN_LEAD_T / math.sqrt(changes.n_rows))
    # [does the asset lead?, hedge, (t, share, lead correlation, same-date correlation)]
    found = lead_lag(changes.columns, least)
    if not np.abs(found[:, :, 0]).max() > MIN_LEAD_T:
        return None
    correlated = np.abs(found[:, :, 2:]).max(axis=2) > MIN_LEAD_CORRELATION
    matters = (found[:, :, 1] > MIN_LEAD_SHARE) & correlated
    t = np.where(matters, np.abs(found[:, :, 0]), 0.0)
    if not t.max() > MIN_LEAD_T:
        return None
    asset_leads, hedge = divmod(int(np.argmax(t)), t.shape[1])
    statistic, _, correlation, _ = found[asset_leads, hedge].tolist()
    return bool(asset_leads), hedge, statistic, correlation
