"""The sample covariance: one matrix for all dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._types import Array
from hedgeresearch._validation import check_frame, check_returns
from hedgeresearch.covariance.covariance_fit import CovarianceFit, start_fit


@dataclass(frozen=True)
class SampleCovariance:
    """The demeaned sample covariance (divisor n - 1) as an estimate for every date.

    With it a minimum-variance hedge is the OLS hedge. The matrix is a parameter of the whole estimation sample, like
    a regression coefficient; an extension keeps it.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.SampleCovariance().fit(returns)
    >>> round(fit.hedge_ratio("NASDAQ", ["SP500"])["SP500"].iloc[-1], 3)
    np.float64(1.175)
    """

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period; needs more dates than series."""
        n_series = check_frame(returns, "returns").shape[1]
        frame = check_returns(returns, minimum_rows=n_series + 2)
        return start_fit(self, frame, ConstantCovariance(frame.cov().to_numpy()))


@dataclass(frozen=True, eq=False)
class ConstantCovariance:
    """A covariance matrix that no date changes."""

    next_covariance: Array

    def advance(self, returns: Array) -> tuple[Array, ConstantCovariance]:
        """The same matrix for each date, (n_dates, n_series, n_series)."""
        return np.repeat(self.next_covariance[None], len(returns), axis=0), self
