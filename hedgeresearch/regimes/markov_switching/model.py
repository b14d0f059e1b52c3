r"""Markov-switching autoregression of one series.

.. math:: y_t = m_{s_t} + \sum_{j=1}^{p} a_j (y_{t-j} - m_{s_{t-j}}) + \sigma_{s_t} e_t,
          \quad e_t \sim N(0, 1)

Source: Hamilton (1989), Econometrica 57, eq. 4.1-4.3; Hamilton (1994), Time Series Analysis,
section 22.4. The likelihood is conditional on the first p observations, with stationary
probabilities of the regimes before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_switching.estimation import multistart, search_near
from hedgeresearch.regimes.markov_switching.observations import check_single_series
from hedgeresearch.regimes.markov_switching.parameters import SwitchingLayout, SwitchingSample
from hedgeresearch.regimes.markov_switching.standard_errors import (
    SwitchingErrors,
    transition_bounds,
)
from hedgeresearch.regimes.markov_switching.state import SwitchingState, starting_state
from hedgeresearch.regimes.names import Names, check_names
from hedgeresearch.regimes.start import fit_from_state
from hedgeresearch.regimes.state import without_permutation

MAX_STATES = 1024
"""Number of combinations of regimes over the lags that the filter carries in reasonable time."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class MarkovSwitching:
    """Regimes of one series that differ in mean, in variance or in both, with autoregression.

    Parameters
    ----------
    n_regimes : int
        At least 2.
    order : int
        Number of lags of the autoregression; all regimes share its coefficients.
    switching_variance, switching_mean : bool
        Which parameters differ between regimes; at least one of them must be True.
    n_starts : int
        Number of starting points; the best optimum is kept and all are reported. With three
        regimes and more, half as many again are the best of many points.
    seed : int
        Seed of the random starts.
    names : tuple of str or None
        Names of the regimes in the order of their numbers, such as ("calm", "turbulent"); tables,
        figures and sentences use them. None for their numbers.

    Notes
    -----
    Regimes are numbered by the variance of their shocks; regime 0 is calm. If the variance does not
    switch, they are numbered by their mean from high to low: for output growth, 0 is expansion. The
    first ``order`` dates do not enter the likelihood.

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
    names: Names | None = None
    univariate: ClassVar[bool] = True
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 2)
        check_at_least(self.order, "order", 0)
        check_flag(self.switching_variance, "switching_variance")
        check_flag(self.switching_mean, "switching_mean")
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)
        check_at_least(self.seed, "seed", 0)
        check_names(self.names, self.n_regimes)
        if not (self.switching_variance or self.switching_mean):
            raise DataError(
                "switching_variance or switching_mean must be True; got False for both. Choose one."
            )
        states = self.n_regimes ** (self.order + 1)
        if self.switching_mean and states > MAX_STATES:
            raise DataError(
                f"n_regimes ** (order + 1) must be at most {MAX_STATES} where the mean switches; "
                f"got {states}. Use fewer lags or regimes, or switching_mean=False."
            )

    def fit(
        self, observations: pd.DataFrame | pd.Series[float], *, warm_start: RegimeFit | None = None
    ) -> RegimeFit:
        """Estimate the regimes of one series.

        Parameters
        ----------
        observations : DataFrame (n_dates, 1) or Series (n_dates,)
            For returns, fractions per period.
        warm_start : RegimeFit or None
            An earlier fit of the same model, from which one search begins. If it fails, the search
            begins from all starting points.

        Raises
        ------
        DataError
            If there are several series, fewer than ten dates per parameter, or a warm start of
            another model.
        ConvergenceError
            If every start fails or degenerates.
        """
        frame = check_single_series(observations, self, self._layout.n_parameters, self.order)
        values = frame.iloc[:, 0]
        center = float(values.mean())
        scale = float(values.std(ddof=0))
        unit = (values.to_numpy() - center) / scale
        optimum = None
        if warm_start is not None:
            earlier = _standardize(self._earlier_state(warm_start), center, scale)
            optimum = search_near(self._layout, unit, earlier)
        if optimum is None:
            optimum, reached = multistart(self._layout, unit, self.n_starts, self.seed)
        else:
            reached = np.array([optimum.log_likelihood])
        state = _restore_units(self._ordered(optimum.state), center, scale)
        log_jacobian = (len(frame) - self.order) * np.log(scale)
        estimates = self._estimates(state, frame, optimum.gradient_norm)
        fit = fit_from_state(self, frame, state, estimates, reached - log_jacobian)
        warn_of_rare_regimes(fit.smoothed)
        return fit

    @property
    def _layout(self) -> SwitchingLayout:
        return SwitchingLayout(
            n_regimes=self.n_regimes,
            order=self.order,
            switching_mean=self.switching_mean,
            switching_variance=self.switching_variance,
        )

    def _earlier_state(self, warm_start: RegimeFit) -> SwitchingState:
        """Return the state of an earlier fit, which may differ in its starting points."""
        earlier = None
        if isinstance(warm_start, RegimeFit):
            earlier = without_permutation(warm_start.initial_state)
        if (
            not isinstance(earlier, SwitchingState)
            or replace(warm_start.model, n_starts=self.n_starts, seed=self.seed) != self
        ):
            raise DataError(
                f"warm_start must be an earlier fit of the same model, {self!r}; got "
                f"{warm_start!r}. Leave it out."
            )
        return earlier

    def _ordered(self, state: SwitchingState) -> SwitchingState:
        """Return the regimes by variance, or from high to low mean if the variance is common."""
        key = state.variances if self.switching_variance else -state.means
        order = np.argsort(key, kind="stable")
        transition = state.transition[order][:, order]
        return starting_state(
            state.means[order], state.variances[order], state.autoregression, transition
        )

    def _estimates(
        self, state: SwitchingState, frame: pd.DataFrame, gradient_norm: float
    ) -> Estimates:
        """Describe the optimum, in the units of the observations."""
        values = self._layout.named(state, str(frame.columns[0]))
        point = np.array(list(values.values()))
        sizes = self._layout.sizes(point)
        sample = SwitchingSample(self._layout, frame.to_numpy()[:, 0])
        return Estimates(
            values=values,
            n_dates=len(frame) - self.order,
            log_likelihood=sample.log_likelihood(point),
            gradient_norm=gradient_norm,
            bounds=transition_bounds(state.transition),
            errors=SwitchingErrors(sample.scores, point, sizes, state.transition),
        )


def _restore_units(state: SwitchingState, center: float, scale: float) -> SwitchingState:
    """Return a state in the units of the observations."""
    return replace(state, means=center + scale * state.means, variances=scale**2 * state.variances)


def _standardize(state: SwitchingState, center: float, scale: float) -> SwitchingState:
    """Return a state for the standardized series."""
    return replace(
        state, means=(state.means - center) / scale, variances=state.variances / scale**2
    )
