"""Losses of hedges on each observation, which the tests of hedges compare.

The loss of a hedge is the squared deviation of its return from the mean of its returns, so that the
mean loss is the variance and a difference of mean losses is a difference of effectiveness. The mean
is that of the compared observations: the derivative of the mean loss with respect to it is zero
there, so that its estimation changes no test to first order (West 1996, Econometrica 64, section
4). Squared returns would also penalize a hedge for what it earns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.series import joined_series
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

Loss = Callable[[Array], Array]
"""From the returns of a hedged position (n_dates,) to their losses (n_dates,)."""
MIN_OBSERVATIONS = 20
"""Minimum number of observations for a comparison of hedges."""
FEW_OBSERVATIONS = 100
"""Number of returns that do not overlap below which a comparison rests on few."""
ROUNDING_TOLERANCE = 1e-10
"""Difference of returns, relative to the largest return, that may be rounding."""


def variance_loss(returns: Array) -> Array:
    """Return the squared deviations of returns (n_dates,) from their mean, (n_dates,)."""
    return np.asarray((returns - returns.mean()) ** 2)


def semivariance_loss(returns: Array) -> Array:
    """Return the squares of negative returns (n_dates,), and zero for the others, (n_dates,)."""
    return np.asarray(np.minimum(returns, 0.0) ** 2)


def losses_of(returns: Array, loss: Loss) -> Array:
    """Return the losses of hedged positions, both (n_dates, n_hedges).

    Raises
    ------
    DataError
        If ``loss`` does not give a finite number for every return, or the losses of two positions
        differ by a constant.
    """
    columns = [np.asarray(loss(column), dtype=float) for column in returns.T]
    for column in columns:
        _check_losses(column, len(returns))
    losses = without_rounding(np.column_stack(columns), float(np.abs(columns).max()))
    for i in range(1, len(columns)):
        differences = losses[:, :i] - losses[:, [i]]
        size = np.abs(differences).max(axis=0)
        constant = np.ptp(differences, axis=0) <= ROUNDING_TOLERANCE * size
        if (constant & differences.any(axis=0)).any():
            raise DataError(
                "losses must differ by more than a constant; two do not, and no test can compare "
                "them. Leave one of the two out."
            )
    return losses


def _check_losses(losses: Array, n_dates: int) -> None:
    """Refuse losses that are not one finite number for each return."""
    finite = bool(np.isfinite(losses).all())
    if losses.shape != (n_dates,) or not finite:
        gaps = "" if finite else " with gaps or infinities"
        raise DataError(
            f"loss must give one finite number for each of {n_dates} returns; got the shape "
            f"{losses.shape}{gaps}. Check it on one series of returns."
        )


def without_rounding(returns: Array, scale: float) -> Array:
    """Return the columns (n_dates, n_hedges), equal in every bit where they differ by rounding."""
    equalized = returns.copy()
    for i in range(1, returns.shape[1]):
        gaps = np.abs(equalized[:, :i] - returns[:, [i]]).max(axis=0)
        if gaps.min() <= ROUNDING_TOLERANCE * scale:
            equalized[:, i] = equalized[:, int(gaps.argmin())]
    return equalized


def pair_of_returns(hedged: Any, benchmark: Any) -> Array:
    """Return two checked series on the same dates, (n_dates, 2).

    They are equal in every bit where they differ by rounding only.
    """
    pair = {"hedged": hedged, "benchmark": benchmark}
    values = joined_series(pair, minimum_rows=MIN_OBSERVATIONS).to_numpy()
    return without_rounding(values, float(np.abs(values).max()))


def check_hedged_returns(data: Any) -> pd.DataFrame:
    """Return hedged returns (n_dates, n_hedges) that can be compared, or refuse them."""
    frame = check_frame(data, "hedged_returns", minimum_rows=MIN_OBSERVATIONS)
    if frame.shape[1] < 2:
        raise DataError(
            f"hedged_returns must contain two hedges or more; got {list(frame.columns)}."
        )
    return frame


def position_of(against: Any, frame: pd.DataFrame) -> int:
    """Return the position of the benchmark's column, or refuse a name that is not a column."""
    if against not in frame.columns:
        raise DataError(f"against must be one of {list(frame.columns)}; got {against!r}.")
    return list(frame.columns).index(against)
