"""The fit that every regime model returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, Labelled, LazyTable, changed, held
from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._fit_text import sample_fact
from hedgeresearch._formatting import day, describe
from hedgeresearch._interactive import shown
from hedgeresearch._shown_table import ShownTable
from hedgeresearch._spacing import MAX_STEPS, rows_in
from hedgeresearch._validation.frames import check_frame, check_new_data
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.fitted_parameters import FittedParameters
from hedgeresearch.regimes.markov_chain import (
    expected_durations,
    forecast_probabilities,
    stationary_probabilities,
)
from hedgeresearch.regimes.names import named_estimates
from hedgeresearch.regimes.outside_data import OutsideData, values_with_labels
from hedgeresearch.regimes.state import Filtered, RegimeState
from hedgeresearch.typing import Array, Indices

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True, eq=False, repr=False)
class RegimeFit(FittedParameters):
    """Estimated regimes and their probabilities at each date.

    Regimes are numbered by the variance of the first series; regime 0 is calm. A model whose
    regimes do not differ in variance documents how it numbers them, and ``align_regimes`` renumbers
    them to match another fit. Where regimes have names, tables and plots use these for numbers.

    Attributes
    ----------
    model : settings that were fitted
    estimates : Estimates, parameters with their likelihood, errors and convergence
    observations : DataFrame (n_dates, n_series), of the dates of the path
    initial_state, final_state : RegimeState, before the first and after the last of these dates
    sample_end : last date of the estimation sample
    start_log_likelihoods : array (n_starts,), log-likelihood that each start of the search reached;
        NaN if it degenerated
    sample_entropy : float, -sum of p log p over the smoothed probabilities of the sample
    allow_missing : bool, whether new observations may hold missing values (NaN)
    names : tuple (k,) or None, names of the regimes; None for their numbers
    identities : tuple (k,) or None, what each regime is by definition, such as its label; None if
        regimes of two fits can be matched by their moments and probabilities only
    labels : OutsideData or None, labels of dates that the states read as the last column

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
    >>> model = hr.GaussianHMM(2, n_starts=2, names=("calm", "turbulent"))
    >>> fit = model.fit(returns)
    >>> fit.n_regimes, list(fit.regimes), list(fit.series), len(fit.dates)
    (2, ['calm', 'turbulent'], ['asset', 'hedge'], 600)
    >>> fit.transition.round(3)
    to          calm  turbulent
    from
    calm       0.959      0.041
    turbulent  0.042      0.958
    >>> fit.expected_durations.round(1)
    regime
    calm         24.1
    turbulent    23.8
    Name: expected duration, dtype: float64
    >>> fit.next_probabilities.round(3)
    regime
    calm         0.955
    turbulent    0.045
    Name: next probability, dtype: float64
    >>> fit.predicted.tail(2).round(3)
    regime       calm  turbulent
    date
    2002-04-18  0.950      0.050
    2002-04-19  0.954      0.046
    """

    initial_state: RegimeState
    final_state: RegimeState
    sample_end: Any
    start_log_likelihoods: Array
    sample_entropy: float
    observations: LazyTable[pd.DataFrame] = LazyTable()
    allow_missing: bool = False
    names: tuple[Any, ...] | None = None
    identities: tuple[Any, ...] | None = None
    labels: OutsideData | None = None

    def _line(self) -> str:
        n_dates = len(self.dates)
        return f"RegimeFit({describe(self.model)}, {n_dates} dates to {day(self.last_date)})"

    @property
    def facts(self) -> Mapping[str, str]:
        """What was fitted, to what and how well, as text by name.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> hr.GaussianHMM(2, n_starts=2).fit(returns).facts["observations"]
        '600 to 2002-04-19'
        """
        observations = sample_fact(len(self.dates), self.sample_end, self.last_date)
        return self.facts_about(list(self.series), observations)

    # --- labels ---

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates of the path."""
        dates: pd.Index[Any] = held(self, "observations").index
        return dates

    @property
    def last_date(self) -> Any:
        """Last date of the path."""
        return self.dates[-1]

    @property
    def series(self) -> pd.Index[Any]:
        """Names of the observed series."""
        series: pd.Index[Any] = held(self, "observations").columns
        return series

    @property
    def n_regimes(self) -> int:
        """Number of regimes."""
        return len(self.final_state.next_probabilities)

    @property
    def regimes(self) -> pd.Index[Any]:
        """Names of the regimes, or their numbers, 0 for the calm one."""
        if self.names is None:
            return pd.RangeIndex(self.n_regimes, name="regime")
        names: pd.Index[Any] = pd.Index(self.names, name="regime")
        return names

    # --- probabilities ---

    @property
    def predicted(self) -> pd.DataFrame:
        """P(regime at t | data before t), (n_dates, k): the only one that a hedge may use."""
        return self._by_date(self.predictions)

    @property
    def predictions(self) -> Array:
        """``predicted`` as an array.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> hr.GaussianHMM(2, n_starts=2).fit(returns).predictions.shape
        (600, 2)
        """
        if len(held(self, "observations").to_numpy()) == 1:
            # the prediction of a single date is known before it, without filtering
            return self.initial_state.next_probabilities[None]
        return self._filtered.predicted[:-1]

    @property
    def filtered(self) -> pd.DataFrame:
        """P(regime at t | data up to and including t), (n_dates, k)."""
        return self._by_date(self._filtered.filtered)

    @property
    def smoothed(self) -> pd.DataFrame:
        """P(regime at t | all dates of this path), (n_dates, k).

        It uses future data: do not hedge with it.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns)
        >>> fit.filtered.iloc[300:302].round(3)
        regime          0      1
        date
        2001-02-26  0.000  1.000
        2001-02-27  0.274  0.726
        >>> fit.smoothed.iloc[300:302].round(3)
        regime          0      1
        date
        2001-02-26  0.000  1.000
        2001-02-27  0.837  0.163
        >>> fit.most_likely_path.value_counts().to_dict()
        {0: 307, 1: 293}
        """
        return self._by_date(self._hindsight[0])

    @property
    def most_likely_path(self) -> pd.Series[Any]:
        """Most likely sequence of regimes, (n_dates,).

        It uses future data: do not hedge with it.
        """
        path = self.regimes.to_numpy()[self._hindsight[1]]
        return pd.Series(path, index=self.dates, name="most likely path (hindsight)")

    @property
    def next_probabilities(self) -> pd.Series[float]:
        """P(regime at the next date | all data), (k,)."""
        return self._by_regime(self.final_state.next_probabilities, "next probability")

    def forecast(self, horizon: Horizon) -> pd.DataFrame:
        """Return the probabilities of the regimes at each of the next dates, up to a horizon.

        Parameters
        ----------
        horizon : int or time
            Number of dates, or their time such as "10d".

        Returns
        -------
        DataFrame (horizon, k)
            Step 1 is the next date.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns)
        >>> fit.forecast(3).round(3)
        regime      0      1
        step
        1       0.955  0.045
        2       0.917  0.083
        3       0.883  0.117
        >>> fit.stationary.round(3)
        regime
        0    0.503
        1    0.497
        Name: stationary, dtype: float64
        """
        n_steps = rows_in(horizon, self.dates, most=MAX_STEPS)
        probabilities = forecast_probabilities(
            self.final_state.next_probabilities, self.final_state.transition, n_steps
        )
        steps = pd.RangeIndex(1, n_steps + 1, name="step")
        return pd.DataFrame(probabilities, index=steps, columns=self.regimes)

    # --- the Markov chain ---

    @property
    def transition(self) -> pd.DataFrame:
        """Probability of the column's regime after the row's, (k, k); rows sum to one."""
        rows = self.regimes.rename("from")
        columns = self.regimes.rename("to")
        return pd.DataFrame(self.final_state.transition, index=rows, columns=columns)

    @property
    def stationary(self) -> pd.Series[float]:
        """Long-run probabilities of the regimes, (k,)."""
        return self._by_regime(stationary_probabilities(self.final_state.transition), "stationary")

    @property
    def expected_durations(self) -> pd.Series[float]:
        """Expected number of dates that a regime lasts once entered, 1 / (1 - p_ii), (k,)."""
        return self._by_regime(expected_durations(self.final_state.transition), "expected duration")

    # --- moments ---

    @property
    def means(self) -> pd.DataFrame:
        """Mean of each series in each regime, (k, n_series); of the next date, if it changes."""
        return pd.DataFrame(self.final_state.moments.means, index=self.regimes, columns=self.series)

    @property
    def covariances(self) -> pd.DataFrame:
        """Covariance matrices, (k * n_series, n_series), rows by (regime, series).

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns)
        >>> (1e4 * fit.covariances).round(2)
                       asset  hedge
        regime series
        0      asset    1.05   0.89
               hedge    0.89   0.95
        1      asset    6.48   4.13
               hedge    4.13   7.00
        >>> fit.correlations.round(2)
                       asset  hedge
        regime series
        0      asset    1.00   0.89
               hedge    0.89   1.00
        1      asset    1.00   0.61
               hedge    0.61   1.00
        >>> fit.means.round(4)
                 asset   hedge
        regime
        0      -0.0001  0.0000
        1      -0.0019  0.0002
        """
        return self._matrices(self.final_state.moments.covariances)

    @property
    def correlations(self) -> pd.DataFrame:
        """Correlation matrices, (k * n_series, n_series), rows by (regime, series)."""
        return self._matrices(self.final_state.moments.correlations)

    # --- criteria and summary; parameters, standard errors, AIC and BIC are those of every fit ---

    @property
    def parameters(self) -> pd.Series[float]:
        """Estimates by name, in the units of the data.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns)
        >>> fit.parameters.tail(2).round(3)
        p [0,0]    0.959
        p [1,0]    0.042
        Name: estimate, dtype: float64
        >>> fit.standard_errors.tail(2).round(3)
        p [0,0]    0.012
        p [1,0]    0.012
        Name: standard error, dtype: float64
        >>> fit.parameter_covariance.shape
        (12, 12)
        >>> fit.summary["expected duration"].round(1)
        regime
        0    24.1
        1    23.8
        Name: expected duration, dtype: float64
        """
        return named_estimates(self.estimates, self.names).parameters

    @property
    def standard_errors(self) -> pd.Series[float]:
        """Standard errors of the parameters; empty for a model without them."""
        errors = super().standard_errors
        return errors if errors.empty else errors.set_axis(self.parameters.index)

    @property
    def parameter_covariance(self) -> pd.DataFrame | None:
        """Sampling covariance of the parameters; None for a model without it."""
        covariance = self.estimates.covariance
        if covariance is None:
            return None
        names = self.parameters.index
        return covariance.set_axis(names, axis=0).set_axis(names, axis=1)

    @property
    def convergence(self) -> pd.Series[Any]:
        """Gradient norm where the search ended, per date in standardized units, and bounds hit."""
        report = super().convergence
        report["bounds hit"] = list(named_estimates(self.estimates, self.names).bounds_hit)
        return report

    @property
    def icl(self) -> float | None:
        """Integrated completed likelihood: BIC plus twice the entropy of smoothed probabilities.

        Biernacki, Celeux and Govaert (2000), section 3; it prefers well separated regimes. None for
        a model without a likelihood.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns)
        >>> float(round(fit.icl, 1)), float(round(fit.bic, 1))
        (-6820.7, -6883.1)
        >>> list(fit.convergence.index)
        ['gradient norm', 'bounds hit']
        """
        return None if self.bic is None else self.bic + 2.0 * self.sample_entropy

    @property
    def summary(self) -> pd.DataFrame:
        """Probability at the next date, expected duration, means and volatilities, by regime."""
        moments = self.final_state.moments
        table = {
            "next probability": self.next_probabilities,
            "expected duration": self.expected_durations,
        }
        for i, name in enumerate(self.series):
            table[f"mean {name}"] = self._by_regime(moments.means[:, i])
            table[f"volatility {name}"] = self._by_regime(moments.volatilities[:, i])
        return ShownTable(table)

    # --- new dates ---

    def extend(self, observations: pd.DataFrame) -> RegimeFit:
        """Filter new dates with the same parameters.

        Parameters
        ----------
        observations : DataFrame (n_new, n_series)

        Returns
        -------
        RegimeFit
            Its path holds the new dates.

        Raises
        ------
        DataError
            If the columns differ or the dates do not follow the last date of this fit.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns.iloc[:590])
        >>> later = fit.extend(returns.iloc[590:])
        >>> later.predicted.tail(2).round(3)
        regime          0      1
        date
        2002-04-18  0.948  0.052
        2002-04-19  0.952  0.048
        >>> str(later.last_date.date())
        '2002-04-19'
        """
        frame = check_frame(observations, "observations", allow_missing=self.allow_missing)
        check_new_data(frame, self.series, self.last_date)
        return self.advance(frame)

    def advance(self, observations: pd.DataFrame) -> RegimeFit:
        """Extend by observations that are known to be valid.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns.iloc[:599])
        >>> later = fit.advance(returns.iloc[599:])
        >>> same = fit.advance_array(returns.to_numpy()[599:], returns.index[599:])
        >>> later.next_probabilities.equals(same.next_probabilities)
        True
        """
        after = self.final_state.advance(self._values(observations))
        return replace(
            self, observations=observations, initial_state=self.final_state, final_state=after
        )

    def advance_array(self, values: Array, dates: Dates) -> RegimeFit:
        """Extend by valid values (n_new, n_series) of new dates, without a table.

        Not for regimes with labels, which are read by date.
        """
        observations = Labelled(values, dates, self.series)
        after = self.final_state.advance(values)
        later: RegimeFit = changed(
            self, observations=observations, initial_state=self.final_state, final_state=after
        )
        return later

    def plot(
        self,
        ax: Axes | None = None,
        *,
        line: pd.Series[float] | None = None,
        hindsight: bool = False,
        interactive: bool = False,
    ) -> Any:
        """Plot the predicted probability of each regime.

        Parameters
        ----------
        ax : Axes or None
        line : Series or None
            Prices or a volatility to plot instead, shaded by the most likely regime; it must
            contain every date of the path.
        hindsight : bool
            Use smoothed probabilities; the plot says so.
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Raises
        ------
        DataError
            If the line misses dates of the path.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> hr.GaussianHMM(2, n_starts=2).fit(returns).plot().get_ylabel()
        'predicted probability'
        """
        from hedgeresearch.plotting import plot_probabilities, plot_shaded, sample_label

        kind = "smoothed" if hindsight else "predicted"
        probabilities = self.smoothed if hindsight else self.predicted
        notes = ["smoothed: hindsight"] if hindsight else []
        label = sample_label(self.dates, self.sample_end)
        note = "; ".join([*notes, label] if label else notes)
        if line is None:
            ylabel = f"{kind} probability"
            areas = plot_probabilities(probabilities, ylabel=ylabel, note=note, ax=ax)
            return shown(areas, interactive=interactive)
        missing = self.dates.difference(line.index)
        if len(missing):
            raise DataError(
                f"line must contain every date of the path; {len(missing)} are missing, first "
                f"{day(missing[0])}."
            )
        axes = plot_shaded(
            line.loc[self.dates], probabilities, ylabel=str(line.name), note=note, ax=ax
        )
        return shown(axes, interactive=interactive)

    @cached_property
    def _filtered(self) -> Filtered:
        return self.initial_state.filter(self._values(self.observations))

    @cached_property
    def _hindsight(self) -> tuple[Array, Indices]:
        return self.initial_state.hindsight(self._values(self.observations))

    def _values(self, observations: pd.DataFrame) -> Array:
        return values_with_labels(observations, self.labels)

    def _by_date(self, values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.dates, columns=self.regimes)

    def _by_regime(self, values: Array, name: str | None = None) -> pd.Series[float]:
        return pd.Series(values, index=self.regimes, name=name)

    def _matrices(self, values: Array) -> pd.DataFrame:
        rows = pd.MultiIndex.from_product([self.regimes, self.series], names=["regime", "series"])
        return pd.DataFrame(values.reshape(-1, len(self.series)), index=rows, columns=self.series)
