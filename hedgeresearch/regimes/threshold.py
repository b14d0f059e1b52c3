r"""Regimes by thresholds: the plain benchmark that every regime model must beat.

.. math:: s_t = \#\{j : v_{t-1} > q_j(v_{t-w}, \ldots, v_{t-1})\}, \quad
          v_t = \Bigl(\tfrac1m \sum_{i=0}^{m-1} x_{t-i}^2\Bigr)^{1/2}

with :math:`q_j` the trailing quantiles of the realized volatility of the first column, or of
another observed column, or fixed levels of them. Source: moving root mean squares as in J.P.
Morgan/Reuters (1996), RiskMetrics Technical Document, section 5.2; quantiles interpolate as type 7
of Hyndman and Fan (1996), American Statistician 50.
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
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_REGIMES
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.names import Names, check_names
from hedgeresearch.regimes.path_summary import UNKNOWN, certain_probabilities, summarize_path
from hedgeresearch.regimes.sample_size import check_sample_size
from hedgeresearch.regimes.start import Definition, fit_from_state
from hedgeresearch.regimes.state import Filtered, Moments
from hedgeresearch.typing import Array, Indices

DATES_PER_PARAMETER = 10
DEFAULT_QUANTILES = (0.8,)
MAX_TIES = 0.05
"""Largest share of dates whose value is a quantile that earlier values in its window share."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class ThresholdRegimes:
    """Calm and turbulent regimes: quantiles or levels of volatility classify each date.

    Parameters
    ----------
    variable : str or None
        Name of another observed column to compare with its own quantiles or with the levels, such
        as "VIX". None for the realized volatility of the first column.
    quantiles : tuple of float
        Ascending; there is one more regime than quantiles. (0.8,) calls a fifth of the dates
        turbulent.
    window : int
        Number of values in each quantile.
    smoothing : int
        Number of dates in the root mean square of realized volatility; a column named by
        ``variable`` is not smoothed.
    levels : tuple of float, optional
        Ascending levels to compare with instead of quantiles, in the units of the column: (20,)
        for a VIX up to 20 and above it. There is one more regime than levels.
    names : tuple of str, optional
        Names of the classes from the lowest values to the highest, such as ("VIX up to 20", "VIX
        above 20"); tables, figures and sentences use them.

    Notes
    -----
    The regime of a date follows from the value of the previous date, compared with the levels or
    with the quantiles of the last ``window`` values, so that predicted probabilities are 0 or 1,
    and filtered and smoothed probabilities are the same. The path begins after the first window,
    with levels after the first value. ``LabelledRegimes`` uses the value of a date for that date
    and predicts the next one by the transition matrix.

    A class of levels that no date of the sample reaches is no regime of the fit. If a later date
    reaches it, the probabilities are the shares of the regimes in the sample, so that the moments
    are those of the whole sample.

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
    quantiles: tuple[float, ...] = DEFAULT_QUANTILES
    window: int = 250
    smoothing: int = 20
    levels: tuple[float, ...] | None = None
    names: Names | None = None
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
        if self.levels is not None:
            self._check_levels(self.levels)
        check_at_least(self.window, "window", 2)
        check_at_least(self.smoothing, "smoothing", 1)
        check_names(self.names, self._n_regimes)

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
            If there are fewer than ten dates per regime and series after the first window, no
            column has the name ``variable``, its values are so often the same that quantiles do not
            divide them, or none of the levels divides them.
        ConvergenceError
            If a regime is visited on too few dates for a covariance.
        """
        n_regimes = self._n_regimes
        columns = check_frame(observations, "observations").columns
        rule = self._rule(columns)
        minimum = rule.history + DATES_PER_PARAMETER * n_regimes * (len(columns) + 1)
        check_sample_size(self, len(observations), minimum, len(columns))
        frame = check_returns(observations, "observations", minimum_rows=minimum)
        check_at_door(frame, OF_REGIMES)
        values = frame.to_numpy()[:, rule.column]
        if rule.levels is None:
            _check_ties(columns[rule.column], rule, values)
        sample = frame.iloc[rule.history :]
        path = rule.classes(values)[:-1]
        reached = np.arange(n_regimes) if rule.levels is None else np.unique(path)
        if len(reached) < 2:
            raise DataError(
                f"levels must divide the values of the sample; all of its {len(path)} dates lie on "
                f"the same side of each of {rule.levels}. Use a longer sample, or other levels."
            )
        found = summarize_path(sample.to_numpy(), np.searchsorted(reached, path), len(reached))
        numbers = np.full(n_regimes, UNKNOWN, dtype=np.intp)
        numbers[reached] = found.numbers
        state = ThresholdState(
            rule, values[: rule.history], numbers, found.moments, found.transition, found.shares
        )
        classes = [int(reached[number]) for number in np.argsort(found.numbers)]
        names = None if self.names is None else tuple(self.names[number] for number in classes)
        fit = fit_from_state(
            self,
            sample,
            state,
            NOTHING_ESTIMATED,
            np.empty(0),
            definition=Definition(names, identities=tuple(classes)),
        )
        warn_of_rare_regimes(fit.smoothed)
        return fit

    def _rule(self, columns: pd.Index[Any]) -> ThresholdRule:
        """Return the rule for observations with these columns."""
        if self.variable is None:
            return ThresholdRule(0, self.quantiles, self.window, self.smoothing, self.levels)
        if self.variable not in columns:
            raise DataError(
                f"observations must contain the column {self.variable!r} that variable names; got "
                f"{list(columns)}. In a hedge, pass a table with it as RegimeHedge(..., observe=)."
            )
        column = list(columns).index(self.variable)
        return ThresholdRule(column, self.quantiles, self.window, None, self.levels)

    @property
    def _n_regimes(self) -> int:
        return len(self.quantiles if self.levels is None else self.levels) + 1

    def _check_levels(self, levels: Any) -> None:
        """Refuse levels that are not ascending numbers, or are given along with quantiles."""
        if not isinstance(levels, tuple) or not levels:
            raise DataError(f"levels must be a tuple of numbers such as (20,); got {levels!r}.")
        for level in levels:
            check_between(level, "each of levels", -np.inf, np.inf)
        if any(np.diff(levels) <= 0):
            raise DataError(f"levels must ascend; got {levels!r}. Sort them, each once.")
        if self.quantiles != DEFAULT_QUANTILES:
            raise DataError("quantiles must be left out where levels are given. Use one of them.")


class ThresholdRule(NamedTuple):
    """Comparison of a column with its trailing quantiles, or with levels.

    Attributes
    ----------
    column : int, position of the column
    quantiles : tuple of float
    window : int, number of values in each quantile
    smoothing : int or None, number of dates in the root mean square; None for the values as they
        are
    levels : tuple of float or None, used instead of quantiles
    """

    column: int
    quantiles: tuple[float, ...]
    window: int
    smoothing: int | None
    levels: tuple[float, ...] | None = None

    @property
    def history(self) -> int:
        """Number of dates of the column before the first one with a regime."""
        n_values = self.window if self.levels is None else 1
        return n_values + (self.smoothing or 1) - 1

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
        values = self.values(column)
        if self.levels is not None:
            above: Indices = (values[:, None] > np.array(self.levels)).sum(axis=1)
            return above
        exceeded: Indices = (values[:, None] > self.bounds(values)).sum(axis=1)[self.window - 1 :]
        return exceeded

    def values(self, column: Array) -> Array:
        """Return what is compared: the column, or its root mean squares."""
        if self.smoothing is None:
            return column
        # sum each window independently: updates by one bar reproduce a full run bit for bit
        windows = sliding_window_view(column**2, self.smoothing)
        return np.asarray(np.sqrt(np.mean(windows, axis=1)))

    def bounds(self, values: Array) -> Array:
        """Return the trailing quantiles of each value, (n_values, n_quantiles)."""
        rolling = pd.Series(values).rolling(self.window)
        return np.stack(
            [rolling.quantile(quantile).to_numpy() for quantile in self.quantiles], axis=1
        )


def _check_ties(name: Any, rule: ThresholdRule, column: Array) -> None:
    """Refuse a column whose values are often the same, as those of a column of zeros and ones.

    Whether a value that equals its quantile lies above it would be decided by the strict sign.
    """
    values = rule.values(column)
    windows = sliding_window_view(values, rule.window)
    last = values[rule.window - 1 :]
    tied = np.zeros(len(last), dtype=bool)
    for bound in rule.bounds(values)[rule.window - 1 :].T:
        on_bound = np.flatnonzero(last == bound)
        repeated = (windows[on_bound] == last[on_bound, None]).sum(axis=1) > 1
        tied[on_bound[repeated]] = True
    if tied.mean() > MAX_TIES:
        raise DataError(
            f"column {name!r} must take many different values to be divided by quantiles; on "
            f"{tied.mean():.0%} of the dates its value equals a quantile and occurs more than once "
            f"in the {rule.window} values. Use ThresholdRegimes with levels=, such as levels=(0.5,)"
            " for a column of zeros and ones, or LabelledRegimes."
        )


@dataclass(frozen=True, eq=False)
class ThresholdState:
    """A rule and the values that it compares with.

    Attributes
    ----------
    rule : ThresholdRule
    recent : array (rule.history,), values of its column on the last dates
    numbers : array (n_classes,), regime of each class of the rule; ``UNKNOWN`` for classes that the
        sample does not have
    moments : Moments of the sample's dates in each regime
    transition : array (k, k), rows sum to one
    shares : array (k,), of the regimes in the sample, for dates in classes that it does not have
    """

    rule: ThresholdRule
    recent: Array
    numbers: Indices
    moments: Moments
    transition: Array
    shares: Array

    @property
    def next_probabilities(self) -> Array:
        """One for the regime that the last value decides, zero for the others, (k,)."""
        last = self.numbers[self.rule.classes(self.recent)[-1:]]
        return np.asarray(certain_probabilities(last, self.shares)[0])

    def filter(self, observations: Array) -> Filtered:
        """Return the regimes, which the previous date determines.

        Log-likelihoods are NaN.
        """
        predicted = certain_probabilities(self._regimes(observations), self.shares)
        return Filtered(predicted, predicted[:-1], np.full(len(observations), np.nan))

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return the predicted regimes, which later dates do not change.

        The path has the most frequent regime where the sample does not have the class.
        """
        path = self._regimes(observations)[:-1]
        probabilities = certain_probabilities(path, self.shares)
        return probabilities, probabilities.argmax(axis=1)

    def advance(self, observations: Array) -> ThresholdState:
        """Return the state after these dates."""
        return replace(self, recent=self._with_recent(observations)[-self.rule.history :])

    def _regimes(self, observations: Array) -> Indices:
        """Return the regime of each of these dates and of the next one, (n_dates + 1,)."""
        regimes: Indices = self.numbers[self.rule.classes(self._with_recent(observations))]
        return regimes

    def _with_recent(self, observations: Array) -> Array:
        return np.concatenate([self.recent, observations[:, self.rule.column]])
