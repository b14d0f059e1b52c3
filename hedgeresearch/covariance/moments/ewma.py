r"""The exponentially weighted covariance.

.. math:: H_{t+1} = \sum_{k \ge 0} \lambda^k r_{t-k} r_{t-k}' \Big/ \sum_{k \ge 0} \lambda^k

Source: J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, section 5.2, whose weights are
normalized here for finite samples; means are assumed to be zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.moments.ewma import ewma_covariance, ewma_last
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import check_between
from hedgeresearch.covariance.fit import CovarianceFit, fit_from_state
from hedgeresearch.covariance.moment_weights import MomentWeights
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_SEVERAL
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED
from hedgeresearch.typing import Array, Indices

DEFAULT_DECAY = 0.94
"""Decay of daily data in the RiskMetrics Technical Document."""
MIN_START_UP_DATES = 20
"""Dates that only feed the average before the path begins (more for more than ten series)."""


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class EWMACovariance:
    """Exponentially weighted second moments of returns, with given weights: nothing is estimated.

    Initialization: the first 20 dates (twice the number of series, if that is more) only feed the
    average; the path begins after them and its weights always sum to one. As the decay tends to 1
    the average becomes the mean of the past.

    Parameters
    ----------
    decay : float in (0, 1), optional
        Weight of a date relative to the date after it; 0.94, for daily data, by default.
    half_life : float > 0, optional
        Number of dates after which a weight has halved, instead of ``decay``; 11.2 is a decay of
        0.94.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> round(hr.EWMACovariance(half_life=11.2).effective_decay, 4)
    0.94
    """

    decay: float | None = None
    half_life: float | None = None
    warm_start: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.decay is not None and self.half_life is not None:
            raise DataError(
                "decay and half_life must not both be given; got "
                f"{self.decay!r} and {self.half_life!r}. Pass one of them."
            )
        if self.decay is not None:
            check_between(self.decay, "decay", 0.0, 1.0)
        if self.half_life is not None:
            check_between(self.half_life, "half_life", 0.0, np.inf)

    @property
    def effective_decay(self) -> float:
        """Decay in use, from ``decay`` or ``half_life``."""
        if self.half_life is not None:
            return float(0.5 ** (1.0 / self.half_life))
        return DEFAULT_DECAY if self.decay is None else self.decay

    @property
    def error_source(self) -> MomentWeights:
        """Errors of a regression on exponentially weighted observations, without a constant."""
        return MomentWeights("all", self.effective_decay, centered=False)

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Filter returns (n_dates, n_series), fractions per period.

        Raises
        ------
        DataError
            If there are no observations after the initialization.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> (1e4 * hr.EWMACovariance(0.97).fit(returns).next_covariance).round(3)
               asset  hedge
        asset  2.449  1.192
        hedge  1.192  1.409
        """
        n_series = check_frame(returns, "returns").shape[1]
        n_start_up = start_up_dates(n_series)
        frame = check_returns(returns, minimum_rows=n_start_up + 1)
        check_at_door(frame, OF_SEVERAL)
        empty = EWMAState(self.effective_decay, np.zeros((n_series, n_series)), weight=0.0)
        started = empty.advance(frame.to_numpy()[:n_start_up])
        return fit_from_state(self, frame, started, NOTHING_ESTIMATED, skip=n_start_up)


def start_up_dates(n_series: int) -> int:
    """Return the number of dates that only feed the average."""
    return max(MIN_START_UP_DATES, 2 * n_series)


@dataclass(frozen=True, eq=False)
class EWMAState:
    """Weighted average of the products of returns so far.

    Attributes
    ----------
    decay : float
        Weight of a date relative to the date after it.
    next_covariance : array (n_series, n_series)
        The average.
    weight : float
        Sum of the weights in it, that of the latest date being 1.
    """

    decay: float
    next_covariance: Array
    weight: float
    degrees_of_freedom: float = NORMAL
    constant_means: bool = True

    def means(self, returns: Array) -> Array:
        """Return zero for each date and the next one, (n_dates + 1, n_series)."""
        return np.zeros((len(returns) + 1, len(self.next_covariance)))

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariances of some series, each before its date is seen, (n_dates, k, k)."""
        first = self.next_covariance[np.ix_(block, block)]
        some = np.ascontiguousarray(returns[:, block])
        path, _ = ewma_covariance(self.decay, some, first, self.weight)
        return np.asarray(path[:-1])

    def advance(self, returns: Array) -> EWMAState:
        """Return the average after new dates."""
        last, weight = ewma_last(
            self.decay, np.ascontiguousarray(returns), self.next_covariance, self.weight
        )
        return EWMAState(self.decay, last, weight)

    def forecast(self, horizon: int) -> Array:
        """Return the next covariance for each step: the average is its own forecast."""
        return np.repeat(self.next_covariance[None], horizon, axis=0)
