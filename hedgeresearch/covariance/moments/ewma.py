r"""The exponentially weighted covariance.

.. math:: H_{t+1} = \sum_{k \ge 0} \lambda^k r_{t-k} r_{t-k}' \Big/ \sum_{k \ge 0} \lambda^k

Source: J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, section 5.2, whose weights are normalised here for
finite samples; means are taken as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch._kernels.ewma import ewma_covariance, ewma_last
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import check_between
from hedgeresearch.covariance.fit import CovarianceFit, start_fit
from hedgeresearch.covariance.moment_weights import MomentWeights
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED
from hedgeresearch.typing import Array, Indices

START_UP = 20
"""Dates that only feed the average before the path begins (more when there are more than ten series)."""


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True)
class EWMACovariance:
    """Exponentially weighted second moments of returns, with given weights: nothing is estimated.

    Parameters
    ----------
    decay : float in (0, 1), weight of a date relative to the one after it; .94 if neither is given
    half_life : float > 0, dates after which a weight has halved, instead of ``decay``

    Start-up rule: the first 20 dates (twice the number of series, if that is more) only feed the average; the path
    begins after them and its weights always sum to one. As decay tends to 1 it becomes the mean of the past.

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
                f"give decay or half_life, not both; got {self.decay!r} and {self.half_life!r}."
            )
        if self.decay is not None:
            check_between(self.decay, "decay", 0.0, 1.0)
        if self.half_life is not None:
            check_between(self.half_life, "half_life", 0.0, np.inf)

    @property
    def effective_decay(self) -> float:
        """The decay in force."""
        if self.half_life is not None:
            return float(0.5 ** (1.0 / self.half_life))
        return 0.94 if self.decay is None else self.decay

    @property
    def sampling_errors(self) -> MomentWeights:
        """Those of an exponentially weighted moment about zero."""
        return MomentWeights("all", self.effective_decay, centered=False)

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Run over returns (n_dates, n_series), fractions per period; needs more than the start-up dates."""
        n_series = check_frame(returns, "returns").shape[1]
        skip = start_up(n_series)
        frame = check_returns(returns, minimum_rows=skip + 1)
        empty = EWMAState(self.effective_decay, np.zeros((n_series, n_series)), 0.0)
        started = empty.advance(frame.to_numpy()[:skip])
        return start_fit(self, frame, started, NOTHING_ESTIMATED, skip=skip)


def start_up(n_series: int) -> int:
    """Dates that only feed the average."""
    return max(START_UP, 2 * n_series)


@dataclass(frozen=True, eq=False)
class EWMAState:
    """The average so far and the sum of the weights in it."""

    decay: float
    next_covariance: Array
    weight: float
    degrees_of_freedom: float = NORMAL
    constant_means: bool = True

    def means(self, returns: Array) -> Array:
        """Zero for each date, (n_dates + 1, n_series)."""
        return np.zeros((len(returns) + 1, len(self.next_covariance)))

    def path(self, returns: Array, block: Indices) -> Array:
        """Covariances of each date before it is seen, (n_dates, k, k)."""
        first = self.next_covariance[np.ix_(block, block)]
        path, _ = ewma_covariance(self.decay, returns[:, block], first, self.weight)
        return np.asarray(path[:-1])

    def advance(self, returns: Array) -> EWMAState:
        """The average after new dates."""
        last, weight = ewma_last(self.decay, returns, self.next_covariance, self.weight)
        return EWMAState(self.decay, last, weight)

    def forecast(self, horizon: int) -> Array:
        """The next covariance for each step: the exponentially weighted average forecasts itself."""
        return np.repeat(self.next_covariance[None], horizon, axis=0)
