"""Standard errors of the coefficients of a regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._formatting import counted
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.regression import (
    SMALL_SAMPLE,
    Regression,
    RegressionErrorKind,
    hac_degrees_of_freedom,
    newey_west_lags,
)
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
    small_sample : bool
        Whether "HAC" is corrected in small samples, see ``estimation.regression``.
    """

    regression: Regression
    kind: RegressionErrorKind
    lags: int
    small_sample: bool = True

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        if self.kind == "HAC":
            return f"Newey-West, {counted(self.lags, 'lag')}"
        return self.kind

    @property
    def corrected(self) -> bool:
        """True if the errors are corrected for the size of the sample."""
        small = len(self.regression.residuals) < SMALL_SAMPLE
        return self.kind == "HAC" and self.small_sample and small

    @property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of "nonrobust" and of corrected "HAC" errors, else infinity."""
        if self.kind == "nonrobust":
            return self.regression.degrees_of_freedom
        if not self.corrected:
            return np.inf
        n_dates, n_coefficients = self.regression.design.shape
        return hac_degrees_of_freedom(n_dates, n_coefficients, self.lags)

    def covariance(self) -> Array:
        """Return the sampling covariance, (1 + n_regressors, 1 + n_regressors)."""
        return self.regression.covariance(self.kind, self.lags, small_sample=self.corrected)


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
