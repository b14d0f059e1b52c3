r"""Regimes by thresholds: the plain benchmark that every regime model must beat.

.. math:: s_t = \#\{j : v_{t-1} > q_j(v_{t-w}, \ldots, v_{t-1})\}, \quad
          v_t = \Bigl(\tfrac1m \sum_{i=0}^{m-1} x_{t-i}^2\Bigr)^{1/2}

with :math:`q_j` the trailing quantiles of the realised volatility of the first column, or of another observed column.
Source: moving root mean squares as in J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, section 5.2;
quantiles interpolate as type 7 of Hyndman and Fan (1996), American Statistician 50.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.jump_model import summarise_path
from hedgeresearch.regimes.start import start_fit
from hedgeresearch.regimes.state import Filtered, Moments
from hedgeresearch.typing import Array, Indices


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class ThresholdRegimes:
    """Calm or turbulent by whether volatility, or another observed column, lies above its trailing quantiles.

    The regime of a date is decided by the value of the date before among the ``window`` values up to it, so that
    predicted probabilities are certain, and filtered and smoothed ones are the same. The path begins after the first
    window.

    Nothing is estimated but what describes the sample: moments (divisor n - 1) of the dates in each regime, and moves
    between regimes, each counted with half a move added (Jeffreys' prior). There is no log-likelihood.

    Parameters
    ----------
    variable : name of the observed column to compare, such as "VIX"; None takes the first column's realised volatility
    quantiles : tuple of float, ascending; one more regime than quantiles
    window : int, values in each quantile
    smoothing : int, dates in the root mean square of realised volatility; a column named by ``variable`` is taken as is

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = ThresholdRegimes().fit(hr.returns(hr.load("nasdaq_sp500")))
    >>> fit.predicted.mean().round(2).tolist()
    [0.8, 0.2]
    """

    variable: Any = None
    quantiles: tuple[float, ...] = (0.8,)
    window: int = 250
    smoothing: int = 20
    univariate: ClassVar[bool] = False
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.quantiles, tuple) or not self.quantiles:
            raise DataError(
                f"quantiles must be a tuple of numbers such as (0.8,); got {self.quantiles!r}."
            )
        for quantile in self.quantiles:
            check_between(quantile, "each of quantiles", 0, 1)
        if any(np.diff(self.quantiles) <= 0):
            raise DataError(f"quantiles must ascend; got {self.quantiles!r}. Sort them, each once.")
        check_at_least(self.window, "window", 2)
        check_at_least(self.smoothing, "smoothing", 1)

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Run over observations (n_dates, n_series), in any units; nothing is searched, so ``warm_start`` changes nothing.

        Raises
        ------
        DataError
            If there are fewer dates after the first window than ten a regime and series, or no such column.
        ConvergenceError
            If a regime is visited on too few dates for a covariance.
        """
        given = check_frame(observations, "observations")
        rule, n_series, k = self._rule(given), given.shape[1], len(self.quantiles) + 1
        frame = check_returns(
            observations, "observations", minimum_rows=rule.history + 10 * k * (n_series + 1)
        )
        values, sample = frame.to_numpy()[:, rule.column], frame.iloc[rule.history :]
        found = summarise_path(sample.to_numpy(), rule.classes(values)[:-1], k)
        recursion = ThresholdState(
            rule, values[: rule.history], found.numbers, found.moments, found.transition
        )
        fit = start_fit(self, sample, recursion, NOTHING_ESTIMATED, np.empty(0))
        warn_of_rare_regimes(fit.smoothed)
        return fit

    def _rule(self, frame: pd.DataFrame) -> ThresholdRule:
        if self.variable is None:
            return ThresholdRule(0, self.quantiles, self.window, self.smoothing)
        if self.variable not in frame.columns:
            raise DataError(
                f"observations must hold the column {self.variable!r} that variable names; got {list(frame.columns)}."
            )
        return ThresholdRule(
            list(frame.columns).index(self.variable), self.quantiles, self.window, None
        )


class ThresholdRule(NamedTuple):
    """Which column is compared with which quantiles of how many of its values; ``smoothing`` None takes it as it is."""

    column: int
    quantiles: tuple[float, ...]
    window: int
    smoothing: int | None

    @property
    def history(self) -> int:
        """Dates of the column before the first one with a regime."""
        return self.window + (self.smoothing or 1) - 1

    def classes(self, column: Array) -> Indices:
        """Quantiles that the value of a date exceeds, (n_dates - history + 1,), from values of the column (n_dates,).

        The first belongs to the last date of the history and the last to the last date.
        """
        values = column
        if self.smoothing is not None:
            # each window summed afresh, so that a bar alone gives the same bytes as a long run
            values = np.sqrt(np.mean(sliding_window_view(column**2, self.smoothing), axis=1))
        rolling = pd.Series(values).rolling(self.window)
        bounds = np.stack(
            [rolling.quantile(quantile).to_numpy() for quantile in self.quantiles], axis=1
        )
        exceeded: Indices = (values[:, None] > bounds).sum(axis=1)[self.window - 1 :]
        return exceeded


@dataclass(frozen=True, eq=False)
class ThresholdState:
    """A rule and the values it looks back on.

    Attributes
    ----------
    rule : ThresholdRule
    recent : array (rule.history,), values of its column on the last dates
    numbers : array (k,), the regime of each class of the rule
    moments : Moments of the sample's dates in each regime
    transition : array (k, k), rows sum to one
    """

    rule: ThresholdRule
    recent: Array
    numbers: Indices
    moments: Moments
    transition: Array

    @property
    def next_probabilities(self) -> Array:
        """One for the regime that the last value decides, (k,)."""
        return np.asarray(
            np.eye(len(self.numbers))[self.numbers[self.rule.classes(self.recent)[-1]]]
        )

    def filter(self, observations: Array) -> Filtered:
        """Certain regimes, known from the date before: the date itself adds nothing; likelihoods are NaN."""
        predicted = np.eye(len(self.numbers))[self._regimes(observations)]
        return Filtered(predicted, predicted[:-1], np.full(len(observations), np.nan))

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """The predicted regimes: later dates do not change them."""
        path = self._regimes(observations)[:-1]
        return np.eye(len(self.numbers))[path], path

    def advance(self, observations: Array) -> ThresholdState:
        """The values after these dates."""
        return replace(self, recent=self._joined(observations)[-self.rule.history :])

    def _regimes(self, observations: Array) -> Indices:
        regimes: Indices = self.numbers[self.rule.classes(self._joined(observations))]
        return regimes

    def _joined(self, observations: Array) -> Array:
        return np.concatenate([self.recent, observations[:, self.rule.column]])
