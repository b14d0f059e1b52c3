"""The losses of hedges, date by date, that tests of hedges compare.

The loss of a hedge on a date is the squared deviation of its return from the mean of its returns, so that the mean loss
is the variance and a difference of mean losses is a difference of effectiveness. The mean is that of the dates
compared: as the derivative of the mean loss in it is zero there, that it is estimated changes no test to first order
(West 1996, Econometrica 64, section 4). Squares from zero would also punish a hedge for what it earns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.asset_and_hedges import join_asset_and_hedges
from hedgeresearch._validation.frames import check_frame
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

Loss = Callable[[Array], Array]
"""Returns of one hedged position (n_dates,) -> what each cost (n_dates,), less being better."""
FEWEST = 20
"""Dates from which hedges are compared."""
ROUNDING = 1e-10
"""Differences of returns, relative to the largest return, that may be rounding."""


def variance_loss(returns: Array) -> Array:
    """Squared deviations of returns (n_dates,) from their mean: (n_dates,)."""
    return np.asarray((returns - returns.mean()) ** 2)


def semivariance_loss(returns: Array) -> Array:
    """Squares of returns (n_dates,) below zero, nothing for those above: (n_dates,)."""
    return np.asarray(np.minimum(returns, 0.0) ** 2)


def losses_of(returns: Array, loss: Loss) -> Array:
    """What each of several hedged positions (n_dates, n_hedges) cost on each date: (n_dates, n_hedges).

    Raises
    ------
    DataError
        If ``loss`` does not give a finite number for every date, or one position costs another's plus a constant.
    """
    columns = [np.asarray(loss(column), dtype=float) for column in returns.T]
    for column in columns:
        if column.shape != (len(returns),) or not np.isfinite(column).all():
            raise DataError(
                f"loss must give one finite number for each of {len(returns)} returns; got the shape {column.shape}"
                f"{'' if np.isfinite(column).all() else ' with gaps or infinities'}. Check it on one series of returns."
            )
    losses = without_rounding(np.column_stack(columns), float(np.abs(columns).max()))
    for i in range(1, len(columns)):
        differences = losses[:, :i] - losses[:, [i]]
        still = np.ptp(differences, axis=0) <= ROUNDING * np.abs(differences).max(axis=0)
        if (still & differences.any(axis=0)).any():
            raise DataError(
                "losses must differ by more than a constant; two do not. No test can weigh them."
            )
    return losses


def without_rounding(returns: Array, scale: float) -> Array:
    """Returns (n_dates, n_hedges), each that equals an earlier one up to rounding replaced by it."""
    alike = returns.copy()
    for i in range(1, returns.shape[1]):
        gaps = np.abs(alike[:, :i] - returns[:, [i]]).max(axis=0)
        if gaps.min() <= ROUNDING * scale:
            alike[:, i] = alike[:, int(gaps.argmin())]
    return alike


def pair_of_returns(hedged: Any, benchmark: Any) -> Array:
    """Two checked series on the same dates, (n_dates, 2); equal in every bit where they differ by rounding only."""
    frames = {
        name: check_frame(data, name, minimum_rows=FEWEST)
        for name, data in (("hedged", hedged), ("benchmark", benchmark))
    }
    for name, frame in frames.items():
        if frame.shape[1] != 1:
            raise DataError(
                f"{name} must be one series; got the columns {list(frame.columns)}. Choose one of them."
            )
    values = join_asset_and_hedges(
        *(frame.iloc[:, 0].rename(name) for name, frame in frames.items())
    ).to_numpy()
    return without_rounding(values, float(np.abs(values).max()))


def check_hedged_returns(data: Any) -> pd.DataFrame:
    """Hedged returns (n_dates, n_hedges) that can be compared."""
    frame = check_frame(data, "hedged_returns", minimum_rows=FEWEST)
    if frame.shape[1] < 2:
        raise DataError(f"hedged_returns must hold two hedges or more; got {list(frame.columns)}.")
    return frame


def position_of(against: Any, frame: pd.DataFrame) -> int:
    """The column of the benchmark."""
    if against not in frame.columns:
        raise DataError(f"against must be one of {list(frame.columns)}; got {against!r}.")
    return list(frame.columns).index(against)
