"""Standard errors of the coefficients of a regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.estimation.regression import Regression, RegressionErrorKind, newey_west_lags
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class RegressionErrors:
    """Sampling covariance of a regression's coefficients, the constant first.

    Attributes
    ----------
    regression : Regression
    kind : {"HAC", "HC0", "HC1", "HC3", "nonrobust"}
    lags : int
        Number of lags of "HAC".
    """

    regression: Regression
    kind: RegressionErrorKind
    lags: int

    @property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of the regression for "nonrobust" errors, else infinity."""
        return self.regression.degrees_of_freedom if self.kind == "nonrobust" else np.inf

    def covariance(self) -> Array:
        """Return the sampling covariance, (1 + n_regressors, 1 + n_regressors)."""
        return self.regression.covariance(self.kind, self.lags)


def resolve_hac_lags(hac_lags: int | None, n_dates: int) -> int:
    """Return a number of HAC lags, or the usual one for a number of observations.

    Raises
    ------
    DataError
        If there are no more observations than lags.
    """
    lags = newey_west_lags(n_dates) if hac_lags is None else hac_lags
    if lags >= n_dates:
        raise DataError(
            f"hac_lags must be smaller than the number of dates, {n_dates}; got {lags}."
        )
    return lags
