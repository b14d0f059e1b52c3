"""The sample covariance: one matrix for all dates, shrunk on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import ErrorSource, MomentWeights
from hedgeresearch.covariance.shrinkage import MIN_SHRINKAGE_DATES, SHRINKAGES
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_SEVERAL
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED
from hedgeresearch.typing import Array, Indices


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class SampleCovariance:
    """Demeaned sample covariance (divisor n - 1) as the estimate of every date.

    With it a minimum-variance hedge is the OLS hedge. The matrix is a parameter of the whole
    estimation sample, like a regression coefficient; an extension keeps it.

    Parameters
    ----------
    shrinkage : None, "linear" or "nonlinear"
        Shrinkage of Ledoit and Wolf (2004) or of Ledoit and Wolf (2020). With either, there may be
        more series than observations. Every series is scaled to unit variance before and back
        after, so that units do not matter.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.SampleCovariance().fit(returns)
    >>> round(fit.hedge_ratio("NASDAQ", ["SP500"])["SP500"].iloc[-1], 3)
    np.float64(1.175)
    """

    shrinkage: Literal["linear", "nonlinear"] | None = None
    warm_start: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.shrinkage is not None:
            check_choice(self.shrinkage, "shrinkage", tuple(SHRINKAGES))

    @property
    def error_source(self) -> ErrorSource:
        """Errors of a regression on the estimation sample; by the bootstrap if shrunk."""
        return MomentWeights("estimation") if self.shrinkage is None else "bootstrap"

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period.

        Raises
        ------
        DataError
            If there are no more observations than series and nothing is shrunk, or nonlinear
            shrinkage is given collinear series or about as many series as observations.
        """
        frame = check_frame(returns, "returns")
        if self.shrinkage is None and len(frame) < frame.shape[1] + 2:
            raise DataError(
                f"returns must have at least {frame.shape[1] + 2} rows; got {len(frame)}. Pass a "
                "longer sample or, for many series, shrinkage='nonlinear'."
            )
        min_rows = 3 if self.shrinkage is None else MIN_SHRINKAGE_DATES
        frame = check_returns(frame, minimum_rows=min_rows)
        check_at_door(frame, OF_SEVERAL)
        state = SampleState(frame.mean().to_numpy(), self._estimate(frame.to_numpy()))
        return fit_from_state(self, frame, state, NOTHING_ESTIMATED)

    def _estimate(self, values: Array) -> Array:
        """Covariance of the values (n_dates, n_series), (n_series, n_series)."""
        if self.shrinkage is None:
            return np.cov(values, rowvar=False).reshape(values.shape[1], values.shape[1])
        scale = values.std(axis=0, ddof=1)
        return np.asarray(SHRINKAGES[self.shrinkage](values / scale) * np.outer(scale, scale))


@dataclass(frozen=True, eq=False)
class SampleState:
    """Mean and covariance matrix that are the same at every date.

    Attributes
    ----------
    mean : array (n_series,)
        Mean return.
    next_covariance : array (n_series, n_series)
        Covariance of every date.
    """

    mean: Array
    next_covariance: Array
    degrees_of_freedom: float = NORMAL
    constant_means: bool = True

    def means(self, returns: Array) -> Array:
        """Return the mean for each date and the next one, (n_dates + 1, n_series)."""
        return np.tile(self.mean, (len(returns) + 1, 1))

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the same matrix for each date, (n_dates, k, k)."""
        return np.repeat(self.next_covariance[np.ix_(block, block)][None], len(returns), axis=0)

    def advance(self, returns: Array) -> SampleState:
        """Return the state itself."""
        return self

    def forecast(self, horizon: int) -> Array:
        """Return the same matrix for each step, (horizon, n_series, n_series)."""
        return np.repeat(self.next_covariance[None], horizon, axis=0)
