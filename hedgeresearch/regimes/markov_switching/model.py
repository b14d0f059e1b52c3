r"""Markov-switching autoregression of one series.

.. math:: y_t = m_{s_t} + \sum_{j=1}^{p} a_j (y_{t-j} - m_{s_{t-j}}) + \sigma_{s_t} e_t, \quad e_t \sim N(0, 1)

Source: Hamilton (1989), Econometrica 57, eq. 4.1-4.3; Hamilton (1994), Time Series Analysis, section 22.4. The
likelihood is conditional on the first p observations, with stationary probabilities of the regimes before; statsmodels
maximises it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import check_at_least, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import ParameterName
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_chain import transition_from, transition_parameters
from hedgeresearch.regimes.markov_switching.estimation import (
    SearchSettings,
    build,
    finish,
    search,
)
from hedgeresearch.regimes.markov_switching.standard_errors import (
    SwitchingErrors,
    transition_bounds,
)
from hedgeresearch.regimes.markov_switching.state import SwitchingState, stationary_start
from hedgeresearch.regimes.start import start_fit
from hedgeresearch.typing import Array

MOST_STATES = 1024
"""Combinations of regimes over the lags that the filter can carry in reasonable time."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class MarkovSwitching:
    """Regimes of one series that differ in mean, in variance or in both, with autoregressive deviations.

    Parameters
    ----------
    n_regimes : int, at least 2
    order : int, lags of the autoregression; its coefficients are the same in all regimes
    switching_variance, switching_mean : bool, what differs between regimes; at least one of them
    n_starts : int, searches from different points; the best is kept and all are reported
    seed : int, of the random starts

    Regimes are numbered by the variance of their shocks, 0 is calm. Where the variance does not switch they are
    numbered by their mean from high to low: of output, 0 is expansion and 1 recession. The first ``order`` dates have
    no density and no likelihood.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=1000, seed=3).returns["asset"]
    >>> fit = MarkovSwitching(n_starts=2).fit(returns)
    >>> fit.summary["volatility asset"].round(3).tolist()
    [0.011, 0.025]
    """

    n_regimes: int = 2
    order: int = 0
    switching_variance: bool = True
    switching_mean: bool = True
    n_starts: int = 10
    seed: int = 0
    univariate: ClassVar[bool] = True
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 2)
        check_at_least(self.order, "order", 0)
        check_flag(self.switching_variance, "switching_variance")
        check_flag(self.switching_mean, "switching_mean")
        check_at_least(self.n_starts, "n_starts", 1)
        check_at_least(self.seed, "seed", 0)
        if not (self.switching_variance or self.switching_mean):
            raise DataError(
                "switching_variance or switching_mean must be True; got False for both. Choose one."
            )
        states = self.n_regimes ** (self.order + 1)
        if self.switching_mean and states > MOST_STATES:
            raise DataError(
                f"n_regimes ** (order + 1) must be at most {MOST_STATES} where the mean switches; got {states}. "
                "Use fewer lags or regimes, or switching_mean=False."
            )

    def fit(
        self, observations: pd.DataFrame | pd.Series[float], *, warm_start: RegimeFit | None = None
    ) -> RegimeFit:
        """Estimate on one series (n_dates, 1); for returns, fractions per period.

        Parameters
        ----------
        observations : DataFrame or Series
        warm_start : an earlier fit of the same model, from which one search begins; all starts are tried if it fails

        Raises
        ------
        DataError
            If there are several series or fewer than ten dates per parameter, or ``warm_start`` is of another model.
        ConvergenceError
            If every start fails or degenerates.
        """
        frame = self._check(observations)
        centre, scale = float(frame.iloc[:, 0].mean()), float(frame.iloc[:, 0].std(ddof=0))
        settings = self._search_settings
        statsmodels_model = build(settings, (frame.iloc[:, 0].to_numpy() - centre) / scale)
        best, ends = None, np.array([])
        if warm_start is not None:
            near = _standardise(self._check_start(warm_start), centre, scale)
            best = finish(statsmodels_model, near)
            ends = np.array([np.nan if best is None else best.log_likelihood])
        if best is None:
            best, ends = search(settings, statsmodels_model)
        recursion = _restore(_number(self, best.recursion), centre, scale)
        shift = (len(frame) - self.order) * np.log(scale)
        estimates = self._estimates(recursion, frame, best.gradient_norm)
        fit = start_fit(self, frame, recursion, estimates, ends - shift)
        warn_of_rare_regimes(fit.smoothed)
        return fit

    def _check(self, observations: pd.DataFrame | pd.Series[float]) -> pd.DataFrame:
        columns = check_frame(observations, "observations").columns
        if len(columns) != 1:
            raise DataError(
                f"observations must be one series; got the columns {list(columns)}. Choose one of them."
            )
        n_parameters = (
            self._n_means + self._n_variances + self.order + self.n_regimes * (self.n_regimes - 1)
        )
        return check_returns(
            observations, "observations", minimum_rows=10 * n_parameters + self.order
        )

    def _check_start(self, start: RegimeFit) -> SwitchingState:
        earlier = start.initial_state if isinstance(start, RegimeFit) else None
        if (
            not isinstance(earlier, SwitchingState)
            or replace(start.model, n_starts=self.n_starts, seed=self.seed) != self
        ):
            raise DataError(
                f"warm_start must be an earlier fit of the same model, {self!r}; got {start!r}. Leave it out."
            )
        return earlier

    @property
    def _search_settings(self) -> SearchSettings:
        return SearchSettings(
            n_regimes=self.n_regimes,
            order=self.order,
            switching_mean=self.switching_mean,
            switching_variance=self.switching_variance,
            n_starts=self.n_starts,
            seed=self.seed,
        )

    @property
    def _n_means(self) -> int:
        return self.n_regimes if self.switching_mean else 1

    @property
    def _n_variances(self) -> int:
        return self.n_regimes if self.switching_variance else 1

    def _estimates(
        self, recursion: SwitchingState, frame: pd.DataFrame, gradient_norm: float
    ) -> Estimates:
        name = str(frame.columns[0])
        means, variances = (
            recursion.means[: self._n_means],
            recursion.variances[: self._n_variances],
        )
        values = _named(f"mean {name}", means) | _named(f"variance {name}", variances)
        for lag, coefficient in enumerate(recursion.autoregression, 1):
            # the brackets hold a lag here, not a regime
            values[ParameterName(f"ar {name} [{lag}]")] = float(coefficient)
        values |= transition_parameters(recursion.transition)
        point = np.array(list(values.values()))
        log_likelihood = partial(_log_likelihood, self, frame.to_numpy())
        spread = np.full(len(means), np.sqrt(recursion.variances.min()))
        sizes = np.concatenate(
            [spread, variances, np.ones(len(point) - len(means) - len(variances))]
        )
        return Estimates(
            values=values,
            n_dates=len(frame) - self.order,
            log_likelihood=float(log_likelihood(point).sum()),
            gradient_norm=gradient_norm,
            bounds=transition_bounds(recursion.transition),
            inference=SwitchingErrors(log_likelihood, point, sizes, recursion.transition),
        )


def _named(label: str, values: Array) -> dict[ParameterName, float]:
    """Return values by name: one value for all regimes, or one for each."""
    if len(values) == 1:
        return {ParameterName(label): float(values[0])}
    return {ParameterName(label, (i,)): float(value) for i, value in enumerate(values)}


def _log_likelihood(model: MarkovSwitching, observations: Array, point: Array) -> Array:
    """Of each date, at parameters in the order of the estimates."""
    k = model.n_regimes
    counts = [model._n_means, model._n_variances, model.order]
    means, variances, autoregression, probabilities = np.split(point, np.cumsum(counts))
    transition = transition_from(probabilities, k)
    recursion = stationary_start(_each(means, k), _each(variances, k), autoregression, transition)
    return recursion.filter(observations).log_likelihood


def _each(values: Array, n_regimes: int) -> Array:
    """A value for each regime, from one for each or one for all."""
    return np.broadcast_to(values, n_regimes).copy()


def _number(model: MarkovSwitching, recursion: SwitchingState) -> SwitchingState:
    """The regimes by variance, or from high to low mean where the variance does not switch."""
    order = np.argsort(
        recursion.variances if model.switching_variance else -recursion.means, kind="stable"
    )
    transition = recursion.transition[order][:, order]
    return stationary_start(
        recursion.means[order], recursion.variances[order], recursion.autoregression, transition
    )


def _restore(unit: SwitchingState, centre: float, scale: float) -> SwitchingState:
    """In the units of the observations."""
    return replace(unit, means=centre + scale * unit.means, variances=scale**2 * unit.variances)


def _standardise(recursion: SwitchingState, centre: float, scale: float) -> SwitchingState:
    means, variances = (recursion.means - centre) / scale, recursion.variances / scale**2
    return replace(recursion, means=means, variances=variances)
