r"""Regimes by thresholds: the plain benchmark that every regime model must beat.

.. math:: s_t = \#\{j : v_{t-1} > q_j(v_{t-w}, \ldots, v_{t-1})\}, \quad
          v_t = \Bigl(\tfrac1m \sum_{i=0}^{m-1} x_{t-i}^2\Bigr)^{1/2}

with :math:`q_j` the trailing quantiles of the realized volatility of the first column, or of
another observed column. Source: moving root mean squares as in J.P. Morgan/Reuters (1996),
RiskMetrics Technical Document, section 5.2; quantiles interpolate as type 7 of Hyndman and Fan
(1996), American Statistician 50.
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
from hedgeresearch.regimes.path_summary import summarize_path
from hedgeresearch.regimes.start import fit_from_state
from hedgeresearch.regimes.state import Filtered, Moments
from hedgeresearch.typing import Array, Indices

DATES_PER_PARAMETER = 10


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class ThresholdRegimes:
    """Calm and turbulent regimes: trailing quantiles of volatility classify each date.

    Parameters
    ----------
    variable : str or None
        Name of another observed column to compare with its own quantiles, such as "VIX". None for
        the realized volatility of the first column.
    quantiles : tuple of float
        Ascending; there is one more regime than quantiles. (0.8,) calls a fifth of the dates
        turbulent.
    window : int
        Number of values in each quantile.
    smoothing : int
        Number of dates in the root mean square of realized volatility; a column named by
        ``variable`` is not smoothed.

    Notes
    -----
    The regime of a date follows from the value of the previous date among the last ``window``
    values, so that predicted probabilities are 0 or 1, and filtered and smoothed probabilities are
    the same. The path begins after the first window.

    Moments (divisor n - 1) and transition frequencies are in-sample summaries. Each transition
    count is increased by 1/2 (Jeffreys prior). There is no log-likelihood.

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
        """Find the regimes.

        Parameters
        ----------
        observations : DataFrame (n_dates, n_series)
            Observations in any units.
        warm_start : RegimeFit or None
            Ignored, as there is no search.

        Raises
        ------
        DataError
            If there are fewer than ten dates per regime and series after the first window, or no
            column has the name ``variable``.
        ConvergenceError
            If a regime is visited on too few dates for a covariance.
        """
        n_regimes = len(self.quantiles) + 1
        columns = check_frame(observations, "observations").columns
        rule = self._rule(columns)
        minimum = rule.history + DATES_PER_PARAMETER * n_regimes * (len(columns) + 1)
        frame = check_returns(observations, "observations", minimum_rows=minimum)
        values = frame.to_numpy()[:, rule.column]
        sample = frame.iloc[rule.history :]
        found = summarize_path(sample.to_numpy(), rule.classes(values)[:-1], n_regimes)
        state = ThresholdState(
            rule, values[: rule.history], found.numbers, found.moments, found.transition
        )
        fit = fit_from_state(self, sample, state, NOTHING_ESTIMATED, np.empty(0))
        warn_of_rare_regimes(fit.smoothed)
        return fit

    def _rule(self, columns: pd.Index[Any]) -> ThresholdRule:
        """Return the rule for observations with these columns."""
        if self.variable is None:
            return ThresholdRule(0, self.quantiles, self.window, self.smoothing)
        if self.variable not in columns:
            raise DataError(
                f"observations must contain the column {self.variable!r} that variable names; got "
                f"{list(columns)}."
            )
        column = list(columns).index(self.variable)
        return ThresholdRule(column, self.quantiles, self.window, smoothing=None)


class ThresholdRule(NamedTuple):
    """Comparison of a column with its trailing quantiles.

    Attributes
    ----------
    column : int, position of the column
    quantiles : tuple of float
    window : int, number of values in each quantile
    smoothing : int or None, number of dates in the root mean square; None for the values as they
        are
    """

    column: int
    quantiles: tuple[float, ...]
    window: int
    smoothing: int | None

    @property
    def history(self) -> int:
        """Number of dates of the column before the first one with a regime."""
        return self.window + (self.smoothing or 1) - 1

    def classes(self, column: Array) -> Indices:
        """Return the number of quantiles that the value of each date exceeds.

        Parameters
        ----------
        column : array (n_dates,)

        Returns
        -------
        array (n_dates - history + 1,)
            The first belongs to the last date of the history and the last to the last date.
        """
        values = column
        if self.smoothing is not None:
            # sum each window independently: updates by one bar reproduce a full run bit for bit
            values = np.sqrt(np.mean(sliding_window_view(column**2, self.smoothing), axis=1))
        rolling = pd.Series(values).rolling(self.window)
        bounds = np.stack(
            [rolling.quantile(quantile).to_numpy() for quantile in self.quantiles], axis=1
        )
        exceeded: Indices = (values[:, None] > bounds).sum(axis=1)[self.window - 1 :]
        return exceeded


@dataclass(frozen=True, eq=False)
class ThresholdState:
    """A rule and the values that it compares with.

    Attributes
    ----------
    rule : ThresholdRule
    recent : array (rule.history,), values of its column on the last dates
    numbers : array (k,), regime of each class of the rule
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
        """One for the regime that the last value decides, zero for the others, (k,)."""
        regime = self.numbers[self.rule.classes(self.recent)[-1]]
        return np.asarray(np.eye(len(self.numbers))[regime])

    def filter(self, observations: Array) -> Filtered:
        """Return the regimes, which the previous date determines.

        Log-likelihoods are NaN.
        """
        predicted = np.eye(len(self.numbers))[self._regimes(observations)]
        return Filtered(predicted, predicted[:-1], np.full(len(observations), np.nan))

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return the predicted regimes, which later dates do not change."""
        path = self._regimes(observations)[:-1]
        return np.eye(len(self.numbers))[path], path

    def advance(self, observations: Array) -> ThresholdState:
        """Return the state after these dates."""
        return replace(self, recent=self._with_recent(observations)[-self.rule.history :])

    def _regimes(self, observations: Array) -> Indices:
        """Return the regime of each of these dates and of the next one, (n_dates + 1,)."""
        regimes: Indices = self.numbers[self.rule.classes(self._with_recent(observations))]
        return regimes

    def _with_recent(self, observations: Array) -> Array:
        return np.concatenate([self.recent, observations[:, self.rule.column]])
