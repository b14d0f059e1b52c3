"""Covariances of errors by date, as a user or a covariance model returns them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


def covariance_matrices(covariances: Any, dates: pd.Index[Any], names: pd.Index[Any]) -> Array:
    """Return covariances as an array (n_dates, n, n), of that or of a table by date and series."""
    remedy = "Fit the covariance model to autoregression_errors(returns, n_lags)."
    shape = (len(dates), len(names), len(names))
    matrices = np.asarray(covariances, dtype=float)
    if isinstance(covariances, pd.DataFrame):
        rows = pd.MultiIndex.from_product([dates, names])
        if not (covariances.index.equals(rows) and covariances.columns.equals(names)):
            raise DataError(
                f"covariances must have the dates and series of the errors, {len(dates)} dates "
                f"from {day(dates[0])} and the series {', '.join(map(str, names))}. {remedy}"
            )
        matrices = matrices.reshape(shape)
    if matrices.shape != shape or not np.isfinite(matrices).all():
        raise DataError(
            f"covariances must be finite numbers of the shape {shape}; got {matrices.shape}. "
            f"{remedy}"
        )
    symmetric = np.allclose(matrices, matrices.transpose(0, 2, 1), rtol=1e-8, atol=0.0)
    if not symmetric or not (np.diagonal(matrices, axis1=1, axis2=2) > 0.0).all():
        raise DataError(f"Each covariance must be symmetric, with positive variances. {remedy}")
    return matrices
