"""Standard errors of the coefficients of a regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.estimation.regression import ErrorKind, Regression
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class RegressionErrors:
    """Sampling covariance of a regression's coefficients, the constant first.

    Attributes
    ----------
    regression : Regression
    kind : "HAC", "HC0", "HC1", "HC3" or "nonrobust"
    lags : int, of HAC
    """

    regression: Regression
    kind: ErrorKind
    lags: int

    @property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of the regression for "nonrobust" errors, else infinity."""
        return self.regression.degrees_of_freedom if self.kind == "nonrobust" else np.inf

    def covariance(self) -> Array:
        """Return the sampling covariance, (1 + n_regressors, 1 + n_regressors)."""
        return self.regression.covariance(self.kind, self.lags)
