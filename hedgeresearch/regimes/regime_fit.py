"""What every regime model returns."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from hedgeresearch._kernels.hidden_markov import filter_regimes, smooth_regimes
from hedgeresearch._types import Array
from hedgeresearch._validation import check_following, check_frame
from hedgeresearch._wording import day, describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class RegimeModel(Protocol):
    """What a hedge needs from a regime model."""

    def fit(self, observations: pd.DataFrame) -> RegimeFit:
        """Estimate on observations (n_dates, n_series)."""


@dataclass(frozen=True, eq=False)
class RegimeParameters:
    """A Gaussian hidden Markov chain of k regimes.

    Shapes: means (k, n_series); covariances (k, n_series, n_series); transition (k, k), rows sum to one.
    """

    means: Array
    covariances: Array
    transition: Array

    def log_densities(self, observations: Array) -> Array:
        """Logarithm of the density of each date in each regime, (n_dates, k)."""
        columns = []
        for mean, covariance in zip(self.means, self.covariances, strict=True):
            factor = np.linalg.cholesky(covariance)
            standardised = np.linalg.solve(factor, (observations - mean).T)
            constant = len(mean) * np.log(2 * np.pi) + 2 * np.log(np.diag(factor)).sum()
            columns.append(-0.5 * (constant + (standardised**2).sum(axis=0)))
        return np.stack(columns, axis=1)

    def filter(self, observations: Array, first: Array) -> tuple[Array, Array, float]:
        """Predicted (n_dates + 1, k) and filtered (n_dates, k) probabilities and the log-likelihood."""
        predicted, filtered, by_date = filter_regimes(self.log_densities(observations), self.transition, first)
        return predicted, filtered, float(by_date.sum())


@dataclass(frozen=True, eq=False, repr=False)
class RegimeFit:
    """Estimated regimes and their probabilities at each date; regime 0 has the least variance of the first series.

    Attributes
    ----------
    model : the settings that were fitted
    parameters : means, covariances and transition probabilities
    series : Index, the observed columns
    predicted : DataFrame (n_dates, k), P(regime at t | data before t): the only one a hedge may use
    filtered : DataFrame (n_dates, k), P(regime at t | data up to and including t)
    next_probabilities : Series (k,), P(regime at the date after the last | all data)
    log_likelihood : float, of the estimation sample, in the units of the observations
    start_log_likelihoods : array (n_starts,), where each start of the search ended; NaN if it degenerated
    sample_end : last date of the estimation sample
    """

    model: Any
    parameters: RegimeParameters
    series: pd.Index[Any]
    predicted: pd.DataFrame
    filtered: pd.DataFrame
    next_probabilities: pd.Series[float]
    log_likelihood: float
    start_log_likelihoods: Array
    sample_end: Any

    def __repr__(self) -> str:
        last = day(self.predicted.index[-1])
        return f"RegimeFit({describe(self.model)}, {len(self.predicted)} dates to {last})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.summary.to_html()}"

    @property
    def n_regimes(self) -> int:
        """Number of regimes."""
        return len(self.next_probabilities)

    @property
    def transition(self) -> pd.DataFrame:
        """Transition probabilities (k, k), from the row's regime to the column's; rows sum to one."""
        labels = self.next_probabilities.index
        return pd.DataFrame(self.parameters.transition, index=labels.rename("from"), columns=labels.rename("to"))

    @property
    def expected_durations(self) -> pd.Series[float]:
        """Expected number of dates that a regime lasts once entered, 1 / (1 - p_ii), (k,)."""
        with np.errstate(divide="ignore"):
            durations = 1.0 / (1.0 - np.diag(self.parameters.transition))
        return pd.Series(durations, index=self.next_probabilities.index, name="expected duration")

    @property
    def smoothed(self) -> pd.DataFrame:
        """P(regime at t | all dates of this path), (n_dates, k): hindsight, never for a hedge (Kim 1994)."""
        values = smooth_regimes(self.predicted.to_numpy(), self.filtered.to_numpy(), self.parameters.transition)
        return pd.DataFrame(values, index=self.filtered.index, columns=self.filtered.columns)

    @property
    def summary(self) -> pd.DataFrame:
        """Each regime: probability at the next date, expected duration, mean and volatility per period."""
        table = {"next probability": self.next_probabilities, "expected duration": self.expected_durations}
        for i, name in enumerate(self.series):
            table[f"mean {name}"] = self._by_regime(self.parameters.means[:, i])
            table[f"volatility {name}"] = self._by_regime(np.sqrt(self.parameters.covariances[:, i, i]))
        return pd.DataFrame(table)

    def extend(self, observations: pd.DataFrame) -> RegimeFit:
        """The same parameters filtered over new dates (n_new, n_series); the path of the result holds these dates.

        Raises
        ------
        DataError
            If the columns differ or the dates do not follow the last date of this fit.
        """
        frame = check_frame(observations, "observations")
        check_following(frame, self.series, self.predicted.index[-1])
        predicted, filtered, _ = self.parameters.filter(frame.to_numpy(), self.next_probabilities.to_numpy())
        return replace(self, **probability_tables(predicted, filtered, frame.index))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Predicted probability of each regime."""
        from hedgeresearch.plotting import plot_probabilities, sample_label

        return plot_probabilities(self.predicted, note=sample_label(self.predicted.index, self.sample_end), ax=ax)

    def _by_regime(self, values: Array) -> pd.Series[float]:
        return pd.Series(values, index=self.next_probabilities.index)


def probability_tables(predicted: Array, filtered: Array, dates: pd.Index[Any]) -> dict[str, Any]:
    """The probabilities of a filter as the tables of a fit."""
    regimes = pd.RangeIndex(filtered.shape[1], name="regime")
    return {
        "predicted": pd.DataFrame(predicted[:-1], index=dates, columns=regimes),
        "filtered": pd.DataFrame(filtered, index=dates, columns=regimes),
        "next_probabilities": pd.Series(predicted[-1], index=regimes, name="next probability"),
    }
