"""Result of fitting a univariate volatility model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import LazyTable, changed, held
from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._fit_text import sample_fact
from hedgeresearch._formatting import day, describe
from hedgeresearch._interactive import shown
from hedgeresearch._spacing import MAX_STEPS, rows_in
from hedgeresearch._validation.frames import check_new_data
from hedgeresearch._validation.series import one_series
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.estimation.fitted_parameters import FittedParameters
from hedgeresearch.typing import Array
from hedgeresearch.volatility.protocols import VolatilityEstimate, VolatilityState
from hedgeresearch.volatility.simulation import simulate_returns

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class VolatilityErrors:
    """Sampling covariance of the parameters of a univariate estimate.

    Attributes
    ----------
    estimate : VolatilityEstimate
        The estimate in arrays.
    kind : str
        Kind of the standard errors.
    """

    estimate: VolatilityEstimate
    kind: str = "robust"

    def __post_init__(self) -> None:
        self.estimate.check_error_kind(self.kind)

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return self.kind

    def covariance(self) -> Array:
        """Return the covariance matrix (k, k); NaN for parameters at a bound."""
        return self.estimate.covariance(self.kind)


@exported_by("hedgeresearch.volatility")
@dataclass(frozen=True, eq=False, repr=False)
class VolatilityFit(FittedParameters):
    """Estimates, the conditional volatility of each date, and the volatility of the next one.

    The volatility dated t uses only returns before t. Inside the estimation sample the parameters
    are those of the whole sample. Standard errors are robust (quasi-maximum-likelihood) ones.

    Attributes
    ----------
    model : volatility model
        Settings that were fitted.
    estimates : Estimates
        Parameters with their likelihood, errors and convergence.
    initial_state, final_state : VolatilityState
        Filter states before the first and after the last of these dates.
    sample_end : date
        Last date of the estimation sample.
    returns : Series (n_dates,)
        Returns of the dates of the path.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> fit = hr.GARCH().fit(returns[:"2015"])
    >>> fit.volatility.tail(2).round(4).to_list()
    [0.011, 0.0109]
    >>> fit.extend(returns["2016":]).volatility.head(2).round(4).to_list()
    [0.0111, 0.0123]
    >>> fit.forecast(horizon=2).columns.to_list()
    ['variance', 'volatility']
    """

    initial_state: VolatilityState
    final_state: VolatilityState
    sample_end: Any
    returns: LazyTable[pd.Series[float]] = LazyTable()

    def _line(self) -> str:
        dates = f"{len(self.dates)} dates to {day(self.last_date)}"
        return f"VolatilityFit({describe(self.model)}, {self.name}, {dates})"

    @property
    def facts(self) -> Mapping[str, str]:
        """What was fitted, to what and how well, as text by name.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> hr.GARCH().fit(returns["asset"]).facts["observations"]
        '500 to 2001-11-30'
        """
        observations = sample_fact(len(self.dates), self.sample_end, self.last_date)
        return self.facts_about([self.name], observations)

    # --- estimates ---

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood of the estimation sample, in the units of the returns.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> round(hr.GARCH().fit(returns["asset"]).log_likelihood, 2)
        1415.04
        """
        return float(array_estimate(self).log_likelihood)

    def with_standard_errors(self, kind: str) -> VolatilityFit:
        """Return the same fit with standard errors of another kind.

        Parameters
        ----------
        kind : str
            "robust", White's sandwich of scores and Hessian, is the kind of every fit. GARCH also
            has "hessian", "information" and "opg", the inverse of the observed information, of the
            expected one and of the outer product of scores, and "bollerslev-wooldridge", the
            sandwich with the expected information, which exists for normal innovations only.

        Raises
        ------
        DataError
            If the model has no errors of this kind.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> fit = hr.GARCH().fit(hr.data.simulate_dcc(1000, seed=1).returns["asset"])
        >>> fit.with_standard_errors("hessian").standard_errors.index.to_list()
        ['mu', 'omega', 'alpha', 'beta']
        """
        errors = VolatilityErrors(array_estimate(self), kind)
        other: VolatilityFit = changed(self, estimates=replace(self.estimates, errors=errors))
        return other

    # --- path ---

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates of the path."""
        dates: pd.Index[Any] = held(self, "returns").index
        return dates

    @property
    def name(self) -> Any:
        """Name of the series.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> hr.GARCH().fit(returns["asset"]).name
        'asset'
        """
        return held(self, "returns").name

    @property
    def last_date(self) -> Any:
        """Last date of the path.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.GARCH().fit(returns["asset"])
        >>> fit.last_date == fit.dates[-1]
        True
        """
        return self.dates[-1]

    @property
    def mean(self) -> pd.Series[float]:
        """Conditional means, (n_dates,), in the units of the returns."""
        return self._on_dates(self._path[0][:-1])

    @property
    def volatility(self) -> pd.Series[float]:
        """Conditional standard deviations, (n_dates,), in the units of the returns."""
        return self._on_dates(np.sqrt(self._path[1][:-1]))

    @property
    def standardized_residuals(self) -> pd.Series[float]:
        """Returns less their means, divided by their volatilities, (n_dates,).

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.GARCH().fit(returns["asset"])
        >>> expected = (returns["asset"] - fit.mean) / fit.volatility
        >>> bool((fit.standardized_residuals - expected).abs().max() < 1e-12)
        True
        """
        means, variances = self._path
        errors = held(self, "returns").to_numpy() - means[:-1]
        return self._on_dates(errors / np.sqrt(variances[:-1]))

    # --- ahead ---

    @property
    def next_mean(self) -> float:
        """Conditional mean of the date after the last."""
        return float(self._path[0][-1])

    @property
    def next_variance(self) -> float:
        """Conditional variance of the date after the last."""
        return float(self.final_state.next_variance)

    @property
    def next_volatility(self) -> float:
        """Conditional standard deviation of the date after the last.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> fit = hr.GARCH().fit(returns["asset"])
        >>> round(fit.next_volatility, 4), round(fit.next_variance**0.5, 4), round(fit.next_mean, 4)
        (0.0144, 0.0144, -0.0012)
        """
        return float(np.sqrt(self.next_variance))

    def forecast(self, horizon: Horizon) -> pd.DataFrame:
        """Return the expected variance of each of the next dates, and its root.

        Parameters
        ----------
        horizon : int or time
            Number of dates, or their time such as "10d"; step 1 is the date after the last.

        Returns
        -------
        DataFrame (horizon, 2)
            Columns ``variance`` and ``volatility``, rows indexed by step.

        Raises
        ------
        DataError
            If the model has no forecasts so far ahead.
        """
        n_steps = rows_in(horizon, self.dates, most=MAX_STEPS)
        variances = self.final_state.forecast(n_steps)
        steps = pd.RangeIndex(1, n_steps + 1, name="step")
        return pd.DataFrame({"variance": variances, "volatility": np.sqrt(variances)}, index=steps)

    def simulate(self, n_dates: int, seed: int = 0) -> pd.Series[float]:
        """Draw returns of the next ``n_dates`` dates from the model, (n_dates,), one per step.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> hr.GARCH().fit(returns["asset"]).simulate(3, seed=0).round(4)
        step
        1    0.0006
        2   -0.0030
        3    0.0078
        Name: asset, dtype: float64
        """
        check_at_least(n_dates, "n_dates", 1)
        check_at_least(seed, "seed", 0)
        innovations = self.final_state.innovations(n_dates, np.random.default_rng(seed))
        steps = pd.RangeIndex(1, n_dates + 1, name="step")
        values = simulate_returns(self.final_state, innovations)
        return pd.Series(values, index=steps, name=self.name)

    def extend(self, series: pd.Series) -> VolatilityFit:
        """Filter new dates with the same parameters; the path of the result holds these dates.

        Parameters
        ----------
        series : Series (n_new,)
            Returns of the same series on dates after the last one of this fit.

        Raises
        ------
        DataError
            If the name differs or the dates do not follow the last date of this fit.
        """
        new = one_series(series)
        check_new_data(new.to_frame(), pd.Index([self.name]), self.last_date)
        return self.advance(new)

    def advance(self, series: pd.Series[float]) -> VolatilityFit:
        """Filter new dates that are known to be valid.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> asset = hr.data.simulate_dcc(n_dates=500, seed=0).returns["asset"]
        >>> fit = hr.GARCH().fit(asset.iloc[:490])
        >>> fit.advance(asset.iloc[490:]).volatility.tail(2).round(4)
        date
        2001-11-29    0.0148
        2001-11-30    0.0146
        Freq: B, Name: asset, dtype: float64
        """
        _, _, after = self.final_state.filter(series.to_numpy())
        later: VolatilityFit = changed(
            self, returns=series, initial_state=self.final_state, final_state=after
        )
        return later

    def plot(self, ax: Axes | None = None, *, interactive: bool = False) -> Any:
        """Plot the conditional volatility, in percent per period, and return the Axes.

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
        >>> hr.GARCH().fit(returns["asset"]).plot().get_ylabel()
        'volatility, % per period'
        """
        from hedgeresearch.plotting import plot_lines, sample_label

        axes = plot_lines(
            100 * self.volatility.to_frame(),
            ylabel="volatility, % per period",
            note=sample_label(self.dates, self.sample_end),
            ax=ax,
        )
        return shown(axes, interactive=interactive)

    @cached_property
    def _path(self) -> tuple[Array, Array]:
        """Means and variances of each date and of the next one, (n_dates + 1,) each."""
        means, variances, _ = self.initial_state.filter(held(self, "returns").to_numpy())
        return means, variances

    def _on_dates(self, values: Array) -> pd.Series[float]:
        return pd.Series(values, index=self.dates, name=self.name)


def array_estimate(fit: VolatilityFit) -> VolatilityEstimate:
    """Return the estimate in arrays that a fit is made of."""
    errors = fit.estimates.errors
    if not isinstance(errors, VolatilityErrors):
        raise TypeError(f"estimates of a volatility model are needed; got {errors!r}")
    return errors.estimate
