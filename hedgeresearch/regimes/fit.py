"""What every regime model returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch._validation.frames import check_frame, check_new_data
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.fitted_parameters import FittedParameters
from hedgeresearch.regimes.markov_chain import stationary_probabilities
from hedgeresearch.regimes.state import Filtered, RegimeState, entropy
from hedgeresearch.typing import Array, Indices

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True, eq=False, repr=False)
class RegimeFit(FittedParameters):
    """Estimated regimes and their probabilities at each date.

    Regime 0 has the least variance of the first series; a model whose regimes do not differ in it says how it numbers
    them, and ``align_regimes`` numbers them like those of another fit.

    Attributes
    ----------
    model : the settings that were fitted
    estimates : Estimates, the parameters with their likelihood, errors and convergence
    observations : DataFrame (n_dates, n_series), of the dates of the path
    initial_state, final_state : RegimeState, before the first and after the last of these dates
    sample_end : last date of the estimation sample
    start_log_likelihoods : array (n_starts,), where each start of the search ended; NaN if it degenerated
    sample_entropy : float, -sum of p log p over the smoothed probabilities of the estimation sample
    allow_missing : bool, whether later observations may hold missing values (NaN)
    """

    observations: pd.DataFrame
    initial_state: RegimeState
    final_state: RegimeState
    sample_end: Any
    start_log_likelihoods: Array
    sample_entropy: float
    allow_missing: bool = False

    def __repr__(self) -> str:
        return (
            f"RegimeFit({describe(self.model)}, {len(self.dates)} dates to {day(self.last_date)})"
        )

    # --- probabilities ---

    @property
    def dates(self) -> pd.Index[Any]:
        """The dates of the path."""
        return self.observations.index

    @property
    def series(self) -> pd.Index[Any]:
        """The observed columns."""
        return self.observations.columns

    @property
    def last_date(self) -> Any:
        """The last date seen."""
        return self.observations.index[-1]

    @property
    def regimes(self) -> pd.RangeIndex:
        """The numbers of the regimes, 0 for the calm one."""
        return pd.RangeIndex(self.n_regimes, name="regime")

    @property
    def n_regimes(self) -> int:
        """Number of regimes."""
        return len(self.final_state.next_probabilities)

    @property
    def predicted(self) -> pd.DataFrame:
        """P(regime at t | data before t), (n_dates, k): the only one a hedge may use."""
        return pd.DataFrame(self.predictions, index=self.dates, columns=self.regimes)

    @property
    def predictions(self) -> Array:
        """``predicted`` as an array; a single date, whose prediction came before it, is not filtered for that."""
        return (
            self.initial_state.next_probabilities[None]
            if len(self.dates) == 1
            else self._filtered.predicted[:-1]
        )

    @property
    def filtered(self) -> pd.DataFrame:
        """P(regime at t | data up to and including t), (n_dates, k)."""
        return pd.DataFrame(self._filtered.filtered, index=self.dates, columns=self.regimes)

    @property
    def smoothed(self) -> pd.DataFrame:
        """P(regime at t | all dates of this path), (n_dates, k): hindsight, never for a hedge."""
        return pd.DataFrame(self._hindsight[0], index=self.dates, columns=self.regimes)

    @property
    def most_likely_path(self) -> pd.Series[int]:
        """The regimes of the likeliest path as a whole, (n_dates,): hindsight, never for a hedge."""
        return pd.Series(self._hindsight[1], index=self.dates, name="most likely path (hindsight)")

    @property
    def next_probabilities(self) -> pd.Series[float]:
        """P(regime at the date after the last | all data), (k,)."""
        return pd.Series(
            self.final_state.next_probabilities, index=self.regimes, name="next probability"
        )

    def forecast(self, horizon: int) -> pd.DataFrame:
        """Probabilities of the regimes at each of the next ``horizon`` dates, (horizon, k); step 1 is the next date."""
        check_at_least(horizon, "horizon", 1)
        rows = [self.final_state.next_probabilities]
        for _ in range(horizon - 1):
            rows.append(rows[-1] @ self.final_state.transition)
        return pd.DataFrame(
            rows, index=pd.RangeIndex(1, horizon + 1, name="step"), columns=self.regimes
        )

    # --- parameters ---

    @property
    def transition(self) -> pd.DataFrame:
        """Transition probabilities (k, k), from the row's regime to the column's; rows sum to one."""
        labels = self.regimes
        return pd.DataFrame(
            self.final_state.transition, index=labels.rename("from"), columns=labels.rename("to")
        )

    @property
    def stationary(self) -> pd.Series[float]:
        """Long-run probabilities of the regimes, (k,)."""
        return pd.Series(
            stationary_probabilities(self.final_state.transition),
            index=self.regimes,
            name="stationary",
        )

    @property
    def expected_durations(self) -> pd.Series[float]:
        """Expected number of dates that a regime lasts once entered, 1 / (1 - p_ii), (k,)."""
        with np.errstate(divide="ignore"):
            durations = 1.0 / (1.0 - np.diag(self.final_state.transition))
        return pd.Series(durations, index=self.regimes, name="expected duration")

    @property
    def means(self) -> pd.DataFrame:
        """Mean of each series in each regime, (k, n_series); at the next date, where it changes."""
        return pd.DataFrame(self.final_state.moments.means, index=self.regimes, columns=self.series)

    @property
    def covariances(self) -> pd.DataFrame:
        """Covariance matrices of the regimes, (k * n_series, n_series), rows by (regime, series)."""
        return self._matrices(self.final_state.moments.covariances)

    @property
    def correlations(self) -> pd.DataFrame:
        """Correlation matrices of the regimes, (k * n_series, n_series), rows by (regime, series)."""
        covariances = self.final_state.moments.covariances
        scale = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
        return self._matrices(covariances / (scale[:, :, None] * scale[:, None, :]))

    @property
    def icl(self) -> float | None:
        """Integrated completed likelihood: BIC plus twice the entropy of the smoothed probabilities of the sample.

        Biernacki, Celeux and Govaert (2000), section 3; it prefers regimes that can be told apart.
        """
        return None if self.bic is None else self.bic + 2.0 * self.sample_entropy

    @property
    def summary(self) -> pd.DataFrame:
        """Each regime: probability at the next date, expected duration, mean and volatility per period."""
        table = {
            "next probability": self.next_probabilities,
            "expected duration": self.expected_durations,
        }
        means, covariances = self.final_state.moments
        for i, name in enumerate(self.series):
            table[f"mean {name}"] = pd.Series(means[:, i], index=self.regimes)
            table[f"volatility {name}"] = pd.Series(
                np.sqrt(covariances[:, i, i]), index=self.regimes
            )
        return pd.DataFrame(table)

    # --- ahead ---

    def extend(self, observations: pd.DataFrame) -> RegimeFit:
        """The same parameters filtered over new dates (n_new, n_series); the path of the result holds these dates.

        Raises
        ------
        DataError
            If the columns differ or the dates do not follow the last date of this fit.
        """
        frame = check_frame(observations, "observations", allow_missing=self.allow_missing)
        check_new_data(frame, self.series, self.last_date)
        return self.advance(frame)

    def advance(self, observations: pd.DataFrame) -> RegimeFit:
        """``extend`` over observations known to be valid."""
        after = self.final_state.advance(observations.to_numpy())
        return replace(
            self, observations=observations, initial_state=self.final_state, final_state=after
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        line: pd.Series[float] | None = None,
        hindsight: bool = False,
    ) -> Axes:
        """Predicted probability of each regime, or a line (prices, a volatility) shaded by the likeliest regime.

        With ``hindsight`` the probabilities are smoothed ones, and the plot says so.

        Raises
        ------
        DataError
            If the line misses dates of the path.
        """
        from hedgeresearch.plotting import plot_probabilities, plot_shaded, sample_label

        kind = "smoothed: hindsight" if hindsight else ""
        note = "; ".join(part for part in (kind, sample_label(self.dates, self.sample_end)) if part)
        probabilities = self.smoothed if hindsight else self.predicted
        if line is None:
            words = f"{'smoothed' if hindsight else 'predicted'} probability"
            return plot_probabilities(probabilities, ylabel=words, note=note, ax=ax)
        missing = self.dates.difference(line.index)
        if len(missing):
            raise DataError(
                f"line must hold every date of the path; {len(missing)} are missing, first {day(missing[0])}."
            )
        return plot_shaded(
            line.loc[self.dates], probabilities, ylabel=str(line.name), note=note, ax=ax
        )

    @cached_property
    def _filtered(self) -> Filtered:
        return self.initial_state.filter(self.observations.to_numpy())

    @cached_property
    def _hindsight(self) -> tuple[Array, Indices]:
        return self.initial_state.hindsight(self.observations.to_numpy())

    def _matrices(self, values: Array) -> pd.DataFrame:
        rows = pd.MultiIndex.from_product([self.regimes, self.series], names=["regime", "series"])
        return pd.DataFrame(values.reshape(-1, len(self.series)), index=rows, columns=self.series)


def start_fit(
    model: Any,
    frame: pd.DataFrame,
    recursion: RegimeState,
    estimates: Estimates,
    start_log_likelihoods: Array,
    *,
    allow_missing: bool = False,
) -> RegimeFit:
    """Run a recursion over its estimation sample."""
    smoothed, _ = recursion.hindsight(frame.to_numpy())
    return RegimeFit(
        model=model,
        estimates=estimates,
        observations=frame,
        initial_state=recursion,
        final_state=recursion.advance(frame.to_numpy()),
        sample_end=frame.index[-1],
        start_log_likelihoods=start_log_likelihoods,
        sample_entropy=entropy(smoothed),
        allow_missing=allow_missing,
    )


def check_start(model: Any, warm_start: Any, series: pd.Index[Any]) -> None:
    """Refuse a warm start that is not an earlier fit of the same model to the same series."""
    if (
        not isinstance(warm_start, RegimeFit)
        or warm_start.model != model
        or not warm_start.series.equals(series)
    ):
        raise DataError(
            f"warm_start must be an earlier fit of {model!r} to {list(series)}; got {warm_start!r}."
        )
