r"""The covariance of a moving window.

.. math:: H_{t+1} = \frac{1}{w - 1} \sum_{k=0}^{w-1} (r_{t-k} - \bar r_t)(r_{t-k} - \bar r_t)'

with :math:`\bar r_t` the mean of the same w dates: the equally weighted estimator of J.P.
Morgan/Reuters (1996), RiskMetrics Technical Document, section 5.2, with the divisor of an unbiased
covariance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.moments.rolling import rolling_covariance, rolling_mean
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import MomentWeights
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_SEVERAL
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED
from hedgeresearch.typing import Array, Indices


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class RollingCovariance:
    """Demeaned covariance (divisor window - 1) of the last observations before each date.

    With it a minimum-variance hedge is the rolling OLS hedge. The path begins after the first
    window.

    Parameters
    ----------
    window : int
        Number of observations in each covariance, more than there are series; 250 for a year of
        daily data.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = RollingCovariance(window=250).fit(returns)
    >>> len(returns) - len(fit.dates)
    250
    """

    window: int
    warm_start: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_at_least(self.window, "window", 2)

    @property
    def error_source(self) -> MomentWeights:
        """Errors of a regression on the window."""
        return MomentWeights(self.window)

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Filter returns (n_dates, n_series), fractions per period.

        Raises
        ------
        DataError
            If the window holds too few observations for the series, or the data no more
            observations than the window.
        """
        n_series = check_frame(returns, "returns").shape[1]
        if self.window <= n_series:
            raise DataError(
                f"window must be at least {n_series + 1} for {n_series} series; got {self.window}. "
                "Use a longer window or fewer series."
            )
        frame = check_returns(returns, minimum_rows=self.window + 1)
        check_at_door(frame, OF_SEVERAL)
        started = RollingState(frame.to_numpy()[: self.window])
        return fit_from_state(self, frame, started, NOTHING_ESTIMATED, skip=self.window)


@dataclass(frozen=True, eq=False)
class RollingState:
    """Returns in the window.

    Attributes
    ----------
    window_returns : array (window, n_series)
        Fractions per period.
    """

    window_returns: Array
    degrees_of_freedom: float = NORMAL
    constant_means: bool = True

    @property
    def next_covariance(self) -> Array:
        """Covariance of the window, (n_series, n_series)."""
        return np.asarray(rolling_covariance(self.window_returns, len(self.window_returns))[0])

    def means(self, returns: Array) -> Array:
        """Return the mean of each window, (n_dates + 1, n_series)."""
        return np.asarray(rolling_mean(self._joined(returns), len(self.window_returns)))

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariances of the windows before each date, (n_dates, k, k)."""
        joined = np.ascontiguousarray(self._joined(returns)[:-1, block])
        return np.asarray(rolling_covariance(joined, len(self.window_returns)))

    def advance(self, returns: Array) -> RollingState:
        """Return the window after new dates."""
        return RollingState(self._joined(returns)[-len(self.window_returns) :])

    def forecast(self, horizon: int) -> Array:
        """Return the covariance of the window for each step, (horizon, n_series, n_series)."""
        return np.repeat(self.next_covariance[None], horizon, axis=0)

    def _joined(self, returns: Array) -> Array:
        """Window and new returns, (window + n_dates, n_series)."""
        return np.concatenate([self.window_returns, returns])
