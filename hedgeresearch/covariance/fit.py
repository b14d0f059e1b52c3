"""Result of fitting a covariance model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import (
    Dates,
    Labelled,
    LazyTable,
    Table,
    changed,
    held,
)
from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._fit_text import sample_fact
from hedgeresearch._formatting import day, describe
from hedgeresearch._interactive import shown
from hedgeresearch._spacing import MAX_STEPS, rows_in
from hedgeresearch._validation.frames import check_frame, check_new_data
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.delta_method import DeltaMethod, HasDeltaMethod
from hedgeresearch.covariance.diagnostics import ljung_box_tests
from hedgeresearch.covariance.hedge_ratio import hedge_names, minimum_variance_path
from hedgeresearch.covariance.residuals import standardized_residuals
from hedgeresearch.covariance.simulation import simulate_returns
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.fitted_parameters import FittedParameters
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True, eq=False, repr=False)
class CovarianceFit(FittedParameters):
    """Estimates, the conditional covariance of each date, and the covariance of the next one.

    The matrix dated t uses only data before t. Paths are computed when they are read, for the
    series that are wanted: nothing of size n_dates * n_series**2 is held. Standard errors are
    robust (quasi-maximum-likelihood) ones.

    Attributes
    ----------
    model : covariance model
        Settings that were fitted.
    estimates : Estimates
        Parameters with their likelihood, errors and convergence.
    initial_state, final_state : CovarianceState
        Filter states before the first and after the last date of the path.
    sample_end : date
        Last date of the estimation sample.
    returns : DataFrame (n_dates, n_series)
        Returns of the dates of the path.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    >>> past, new = returns.iloc[:450], returns.iloc[450:]
    >>> fit = hr.DCC().fit(past)
    >>> fit
    CovarianceFit(DCC(), 450 dates to 2001-09-21)
    >>> fit.correlation("asset", "hedge").tail(2).round(3)
    date
    2001-09-20    0.722
    2001-09-21    0.716
    Freq: B, Name: asset, hedge, dtype: float64
    >>> fit.hedge_ratio("asset", "hedge").tail(2).round(3)
                hedge
    date
    2001-09-20  0.752
    2001-09-21  0.772
    >>> fit.volatility.tail(2).round(4)
                 asset   hedge
    date
    2001-09-20  0.0126  0.0121
    2001-09-21  0.0128  0.0119
    >>> (1e4 * fit.next_covariance).round(3)
           asset  hedge
    asset  1.634  1.062
    hedge  1.062  1.353
    >>> fit.extend(new).correlation("asset", "hedge").tail(2).round(3)
    date
    2001-11-29    0.596
    2001-11-30    0.560
    Freq: B, Name: asset, hedge, dtype: float64
    """

    initial_state: CovarianceState
    final_state: CovarianceState
    sample_end: Any
    returns: LazyTable[pd.DataFrame] = LazyTable()

    def _line(self) -> str:
        dates = f"{len(self.dates)} dates to {day(self.last_date)}"
        return f"CovarianceFit({describe(self.model)}, {dates})"

    @property
    def facts(self) -> Mapping[str, str]:
        """What was fitted, to what and how well, as text by name.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> hr.EWMACovariance().fit(returns).facts["observations"]
        '280 to 2001-02-23'
        """
        observations = sample_fact(len(self.dates), self.sample_end, self.last_date)
        return self.facts_about(list(self.series), observations)

    # --- estimates ---

    def delta_method(self) -> DeltaMethod[Any] | None:
        """Return the influence of each observation on everything estimated; None for moments.

        It gives standard errors of any function of the covariance.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> hr.EWMACovariance().fit(returns).delta_method() is None
        True
        >>> hr.CCC().fit(returns).delta_method() is None
        False
        """
        inference = self.estimates.errors
        return inference.delta_method() if isinstance(inference, HasDeltaMethod) else None

    # --- paths ---

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates of the path."""
        dates: pd.Index[Any] = held(self, "returns").index
        return dates

    @property
    def series(self) -> pd.Index[Any]:
        """Names of the series.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> fit = hr.EWMACovariance().fit(returns)
        >>> list(fit.series), len(fit.dates), str(fit.last_date.date())
        (['asset', 'hedge'], 280, '2001-02-23')
        """
        series: pd.Index[Any] = held(self, "returns").columns
        return series

    @property
    def last_date(self) -> Any:
        """Last date seen."""
        return self.dates[-1]

    def path(self, series: Sequence[str] | None = None) -> Array:
        """Return the conditional covariances of some series, in squared returns.

        Parameters
        ----------
        series : sequence of str, optional
            Names of the k series that are wanted, in their order; all by default.

        Returns
        -------
        array (n_dates, k, k)

        Raises
        ------
        DataError
            If a name is not one of the series, or comes twice.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> fit = hr.EWMACovariance().fit(returns)
        >>> fit.path(["asset"]).shape, fit.path().shape
        ((280, 1, 1), (280, 2, 2))
        """
        if series is None:
            positions = np.arange(len(self.series), dtype=np.intp)
        else:
            positions = np.array([self._position(name) for name in series], dtype=np.intp)
        if len(set(positions.tolist())) < len(positions):
            raise DataError(
                f"every series must be named once; got {list(series or [])}. A series has the "
                "correlation one with itself."
            )
        return self.initial_state.path(held(self, "returns").to_numpy(), positions)

    @property
    def covariance(self) -> pd.DataFrame:
        """All conditional covariances, (n_dates * n_series, n_series), in squared returns.

        Rows are labeled (date, series).

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> (1e4 * hr.EWMACovariance().fit(returns).covariance).tail(2).round(3)
                           asset  hedge
        date       series
        2001-02-23 asset   2.008  0.987
                   hedge   0.987  1.191
        """
        return self._stacked(self.path(), self.dates)

    @property
    def volatility(self) -> pd.DataFrame:
        """Conditional standard deviations, (n_dates, n_series), fractions per period."""
        columns = [np.sqrt(self.path([name])[:, 0, 0]) for name in self.series]
        return pd.DataFrame(np.stack(columns, axis=1), index=self.dates, columns=self.series)

    def correlation(self, first: str, second: str) -> pd.Series[float]:
        """Return the conditional correlation of two series, (n_dates,).

        The correlation of a series with itself is one.
        """
        if first == second:
            self._position(first)
            return pd.Series(1.0, index=self.dates, name=f"{first}, {second}")
        path = self.path([first, second])
        values = path[:, 0, 1] / np.sqrt(path[:, 0, 0] * path[:, 1, 1])
        return pd.Series(values, index=self.dates, name=f"{first}, {second}")

    def hedge_ratio(self, asset: str, hedges: str | Sequence[str]) -> pd.DataFrame:
        """Return the minimum-variance ratios of one series on others, (n_dates, n_hedges).

        Parameters
        ----------
        asset : str
            Name of the series that is hedged.
        hedges : str or sequence of str
            Name of one hedge, or names of several.

        Raises
        ------
        DataError
            If a name is not one of the series or comes twice, or the hedges are collinear.
        """
        names = hedge_names(asset, hedges, self.series)
        covariances = self.path([asset, *names])
        ratios = minimum_variance_path(covariances, [str(name) for name in names], self.dates)
        return pd.DataFrame(ratios, index=self.dates, columns=pd.Index(names))

    @property
    def standardized_residuals(self) -> pd.DataFrame:
        """Residuals R_t^(-1/2) D_t^(-1) (r_t - mean_t), (n_dates, n_series).

        They are uncorrelated with unit variance if the model holds. D_t are the volatilities and
        R_t^(1/2) is the symmetric root of the correlation.

        Raises
        ------
        DataError
            If the covariance of a date is singular.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> hr.CCC().fit(returns).standardized_residuals.std().round(2)
        asset    1.0
        hedge    1.0
        dtype: float64
        """
        values = standardized_residuals(self.initial_state, self.returns)
        return pd.DataFrame(values, index=self.dates, columns=self.series)

    def diagnostics(self, lags: int = 10) -> pd.DataFrame:
        """Return Ljung-Box tests of the standardized residuals, their squares and cross products.

        Each uses ``lags`` autocorrelations and has a row with its ``statistic`` and ``p``.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> hr.CCC().fit(returns).diagnostics().head(3).round(2)
                           statistic     p
        z[asset]                8.33  0.60
        z[hedge]               11.45  0.32
        z[asset] z[asset]       6.47  0.77
        """
        check_at_least(lags, "lags", 1)
        return ljung_box_tests(self.standardized_residuals, lags)

    # --- ahead ---

    @property
    def next_covariance(self) -> pd.DataFrame:
        """Covariance matrix of the date after the last, (n_series, n_series)."""
        return self._matrix(self.final_state.next_covariance)

    def forecast(self, horizon: Horizon) -> pd.DataFrame:
        """Return the expected covariances of the next dates, (horizon * n_series, n_series).

        Rows are labeled (step, series); step 1 is the next date. The horizon is a number of dates
        or their time, such as "10d".

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> (1e4 * hr.CCC().fit(returns).forecast(2)).round(3)
                     asset  hedge
        step series
        1    asset   2.078  1.128
             hedge   1.128  1.569
        2    asset   2.078  1.136
             hedge   1.136  1.591
        """
        n_steps = rows_in(horizon, self.dates, most=MAX_STEPS)
        steps = pd.RangeIndex(1, n_steps + 1, name="step")
        return self._stacked(self.final_state.forecast(n_steps), steps)

    def aggregate(self, horizon: Horizon) -> pd.DataFrame:
        """Return the expected covariance of returns added up over a horizon, (n_series, n_series).

        The horizon is a number of dates or their time, such as "10d".

        Raises
        ------
        DataError
            If returns depend on earlier ones through their means, so that the forecasts of the
            steps do not add up.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.CCC().fit(returns)
        >>> (1e4 * fit.aggregate(5)).round(3)
                asset  hedge
        asset  10.389  5.713
        hedge   5.713  8.052
        """
        n_steps = rows_in(horizon, self.dates, most=MAX_STEPS)
        if not self.final_state.constant_means:
            raise DataError(
                "aggregate() needs univariate models with a constant mean, as variances of returns "
                f"that are serially correlated do not add up; got {self.model!r}. Use returns of "
                "the longer horizon, or univariate models without lags."
            )
        return self._matrix(self.final_state.forecast(n_steps).sum(axis=0))

    def simulate(self, n_dates: int, seed: int = 0) -> pd.DataFrame:
        """Draw returns of the next dates from the model, (n_dates, n_series), indexed by step.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> hr.CCC().fit(returns).simulate(3, seed=0).round(4)
               asset   hedge
        step
        1    -0.0001 -0.0018
        2     0.0079  0.0029
        3    -0.0066  0.0011
        """
        check_at_least(n_dates, "n_dates", 1)
        check_at_least(seed, "seed", 0)
        steps = pd.RangeIndex(1, n_dates + 1, name="step")
        values = simulate_returns(self.final_state, n_dates, seed)
        return pd.DataFrame(values, index=steps, columns=self.series)

    def extend(self, returns: pd.DataFrame) -> CovarianceFit:
        """Return the same parameters filtered over new dates, which are the path of the result.

        Parameters
        ----------
        returns : DataFrame (n_new, n_series)
            Returns of the dates after the last one, fractions per period.

        Raises
        ------
        DataError
            If the columns differ or the dates do not follow the last date of this fit.
        """
        frame = check_frame(returns, "returns")
        check_new_data(frame, self.series, self.last_date)
        return self.advance(frame)

    def advance(self, returns: pd.DataFrame) -> CovarianceFit:
        """Extend over returns that are known to be valid.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> fit = hr.EWMACovariance().fit(returns.iloc[:299])
        >>> later = fit.advance(returns.iloc[299:])
        >>> same = fit.advance_array(returns.to_numpy()[299:], returns.index[299:])
        >>> later.next_covariance.equals(same.next_covariance)
        True
        """
        return self.advance_array(returns.to_numpy(), returns.index)

    def advance_array(self, returns: Array, dates: Dates) -> CovarianceFit:
        """Extend over returns (n_new, n_series) that are known to be valid, without a table."""
        later: CovarianceFit = changed(
            self,
            returns=Labelled(returns, dates, self.series),
            initial_state=self.final_state,
            final_state=self.final_state.advance(returns),
        )
        return later

    def plot(self, ax: Axes | None = None, *, interactive: bool = False) -> Any:
        """Plot the conditional volatility of each series, in percent per period.

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
        >>> hr.EWMACovariance().fit(returns).plot().get_ylabel()
        'volatility, % per period'
        """
        from hedgeresearch.plotting import plot_lines, sample_label

        axes = plot_lines(
            100 * self.volatility,
            ylabel="volatility, % per period",
            note=sample_label(self.dates, self.sample_end),
            ax=ax,
        )
        return shown(axes, interactive=interactive)

    def _position(self, name: str) -> int:
        names = list(self.series)
        if name not in names:
            raise DataError(f"the series must be one of {names}; got {name!r}.")
        return names.index(name)

    def _stacked(self, matrices: Array, outer: pd.Index[Any]) -> pd.DataFrame:
        """Matrices (m, n_series, n_series) one below the other, rows labeled (outer, series)."""
        rows = pd.MultiIndex.from_product([outer, self.series], names=[outer.name, "series"])
        return pd.DataFrame(matrices.reshape(-1, len(self.series)), rows, self.series)

    def _matrix(self, values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.series, columns=self.series)


@exported_by("hedgeresearch.covariance")
def fit_from_state(
    model: Any,
    frame: Table,
    state: CovarianceState,
    estimates: Estimates,
    *,
    skip: int = 0,
) -> CovarianceFit:
    """Return the fit of a model that is filtered over its estimation sample.

    Parameters
    ----------
    model : covariance model
        Settings that were fitted.
    frame : DataFrame (n_dates, n_series), or its values and labels
        Returns of the estimation sample.
    state : CovarianceState
        State before row ``skip`` of the sample.
    estimates : Estimates
        Parameters found.
    skip : int
        Number of rows that only served to start the filter; the path begins after them.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.covariance import fit_from_state
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> first = hr.EWMACovariance().fit(returns)
    >>> again = fit_from_state(first.model, first.returns, first.initial_state, first.estimates)
    >>> again.next_covariance.equals(first.next_covariance)
    True
    """
    path_returns = frame
    if skip:
        values = frame.to_numpy()[skip:]
        path_returns = Labelled(values, frame.index[skip:], frame.columns, attrs=frame.attrs)
    return CovarianceFit(
        model=model,
        estimates=estimates,
        returns=path_returns,
        initial_state=state,
        final_state=state.advance(path_returns.to_numpy()),
        sample_end=frame.index[-1],
    )
