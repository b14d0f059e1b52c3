r"""Carry and widening of a basis trade by regime of the basis.

With the probability p_{t,k} of regime k on date t, made of data before t, the carry of a regime is
the mean of the carry weighted by p, and its widening the quantile, weighted alike, of the largest
rise of the basis within the next h dates,

.. math:: \max_{1 \le i \le h} (b_{t+i} - b_t)

which a short position in the contract loses by its price. It is what has happened after such dates,
and not known at them.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.series import on_dates
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

COLUMNS = ("basis", "per_year", "compression")
MIN_WEIGHT = 30.0
"""Smallest sum of the probabilities of a regime from which quantiles are computed."""
SUM_TOLERANCE = 1e-6
"""Difference from one of probabilities that are complete."""


@exported_by("hedgeresearch.basis")
def carry_by_regime(
    history: pd.DataFrame,
    probabilities: pd.DataFrame,
    *,
    periods: int = 21,
    quantile: float = 0.95,
) -> pd.DataFrame:
    """Return what a basis trade has earned in each regime, and how far the basis widened after it.

    Parameters
    ----------
    history : DataFrame of ``basis_history``
    probabilities : DataFrame (n_dates, n_regimes), predicted probabilities on the same dates, such
        as ``predicted`` of a regime model fitted on columns of the history
    periods : int, dates over which the basis may widen; those of the last ones are left out
    quantile : float in (.5, 1)

    Returns
    -------
    DataFrame (n_regimes, 5)
        By regime: share of the dates, per_year (carry), compression (mean), widening (share of the
        spot price, at least 0.0) and days_to_earn_back (of carry for the widening; inf where the
        carry is not positive).

    Raises
    ------
    DataError
        If a column is missing, probabilities are not complete or have other dates, or a regime has
        less than 30 dates before the last periods.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2026-01-01", periods=400, freq="8h", tz="UTC")
    >>> spot = pd.Series(100.0, dates)
    >>> wide = np.arange(400) // 50 % 2 == 1
    >>> noise = 1e-4 * np.random.default_rng(0).standard_normal(400)
    >>> perpetual = spot * (1.0 + 0.002 * wide + noise)
    >>> rates = pd.Series(np.where(wide, 3e-4, 1e-4) + noise / 10.0, dates)
    >>> history = hr.basis.basis_history(spot, perpetual, 10, funding=rates)
    >>> labels = (history["compression"] > 0.5).astype(float)
    >>> regimes = pd.DataFrame({"wide": 1.0 - labels, "compressed": labels})
    >>> table = hr.basis.carry_by_regime(history, regimes, periods=5)
    >>> table[["share", "per_year"]].round(2).to_dict("index")["compressed"]
    {'share': 0.45, 'per_year': 0.22}
    """
    check_at_least(periods, "periods", 1)
    check_between(quantile, "quantile", 0.5, 1.0)
    if not isinstance(history, pd.DataFrame) or not set(COLUMNS) <= set(history.columns):
        raise DataError(f"history must be that of basis_history, with {', '.join(COLUMNS)}.")
    weights = _checked(probabilities, history)
    if len(history) <= periods:
        raise DataError(f"history must have more than {periods} rows; got {len(history)}.")
    basis = history["basis"].to_numpy()
    ahead = np.lib.stride_tricks.sliding_window_view(basis, periods)[1:].max(axis=1)
    widened = np.maximum(ahead - basis[: len(ahead)], 0.0)
    rows = {}
    for name, column in weights.items():
        weight = column.to_numpy()
        if not weight[: len(widened)].sum() >= MIN_WEIGHT:
            raise DataError(
                f"Regime {name!r} has {weight[: len(widened)].sum():.0f} dates; at least "
                f"{MIN_WEIGHT:.0f} are needed. Use fewer regimes or a longer history."
            )
        carry = float(np.average(history["per_year"], weights=weight))
        widening = _weighted_quantile(widened, weight[: len(widened)], quantile)
        rows[name] = {
            "share": weight.mean(),
            "per_year": carry,
            "compression": float(np.average(history["compression"], weights=weight)),
            "widening": widening,
            "days_to_earn_back": 365.0 * widening / carry if carry > 0.0 else math.inf,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("regime")


def _checked(probabilities: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return probabilities on the dates of a history; they must add up to one."""
    frame = check_frame(probabilities, "probabilities")
    weights = on_dates(frame, history.index, "probabilities", "history")
    values = weights.to_numpy()
    if (values < 0.0).any() or (np.abs(values.sum(axis=1) - 1.0) > SUM_TOLERANCE).any():
        raise DataError(
            "probabilities must not be negative and add up to one on each date. Pass predicted "
            "ones of all regimes."
        )
    return weights


def _weighted_quantile(values: Array, weights: Array, quantile: float) -> float:
    """Return the smallest value up to which at least a share of the weights lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    place = int(np.searchsorted(reached, quantile * reached[-1], side="left"))
    return float(values[order][min(place, len(values) - 1)])
