r"""Hedge over a longer horizon.

.. math:: R_t = r_t + r_{t-1} + \dots + r_{t-k+1} \quad\text{(simple returns compound)}

A hedge model is fitted to the k-period returns R instead of the one-period returns r; the ratio of
a date depends on those that ended before it. The hedge of a horizon: Ederington (1979), Journal of
Finance 34, section IV. Overlapping returns are autocorrelated over k - 1 dates, which ordinary
standard errors ignore: Hansen and Hodrick (1980), Journal of Political Economy 88, section II.
Bartlett weights shrink these autocorrelations, so that more lags are needed; sums of L lags over n
dates then have about 1.5 n / L degrees of freedom: Priestley (1981), Spectral Analysis and Time
Series, section 6.2, at frequency zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._durations import Horizon, check_horizon
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import describe
from hedgeresearch._spacing import rows_in
from hedgeresearch._validation.settings import check_flag
from hedgeresearch.data.quality.checks.closes import LONG_HORIZON
from hedgeresearch.data.quality.door import warn_of_other_closes
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.regression import newey_west_lags
from hedgeresearch.hedges.composition import inner_fit, wrapper_traits
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import WrapperState
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.labels import labelled_path
from hedgeresearch.hedges.model import (
    HedgeModel,
    check_hedge_model,
    check_warm_start,
    fit_hedge,
)
from hedgeresearch.hedges.ratio_errors import inherited_errors
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import HedgeTraits, horizon_of
from hedgeresearch.typing import Array, Indices

MIN_HORIZONS = 10
"""Minimum length of a sample, in horizons."""
LAGS_PER_HORIZON = 3
"""Minimum number of HAC lags, as a multiple of the horizon."""


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class HorizonHedge:
    """Hedge over several periods together, by any model of returns.

    Simple returns compound; log returns and differences add up, as do returns whose kind
    ``hr.returns`` has not recorded. If closes are nonsynchronous, a longer horizon reduces the bias
    of same-date returns.

    A model whose HAC lags are automatic uses, for overlapping returns, at least three times the
    horizon and, if its ratio is constant, quantiles of the t distribution. The next covariance and
    the expected effectiveness are those of returns over the horizon, ``fit.horizon`` periods;
    ``fit.period_covariance`` is the mean per period.

    Parameters
    ----------
    model : hedge model of returns, such as ``OLSHedge()``
    horizon : int or time
        Number of periods in a return of the model; or their time, such as "1w" or a Timedelta, that
        becomes the number of observations within it (7 of a daily table in "1w", 5 of business
        days).
    overlapping : bool
        Whether a return over the horizon ends on every date, or only on every ``horizon``-th; the
        ratio is then held in between, and the last return ends with the sample. Models with a
        state, such as DCC, mistake the overlap of returns for persistence: use False for them. So
        do regimes, and with overlap their next probabilities, and the covariance that these weight,
        belong to the return that ends on the next date, not to the one over the whole horizon.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.HorizonHedge(hr.OLSHedge(), horizon=10).fit(returns["NASDAQ"], returns[["SP500"]])
    >>> fit.conf_int().round(2)
           lower  upper
    SP500   1.12    1.3
    """

    model: HedgeModel
    horizon: Horizon
    overlapping: bool = True

    def __post_init__(self) -> None:
        check_hedge_model(self.model, "model")
        check_horizon(self.horizon)
        check_flag(self.overlapping, "overlapping")
        if self.model.traits.input == "prices":
            raise DataError(
                f"model must take returns, to be added up; {describe(self.model)} takes prices."
            )
        if horizon_of(self.model) != 1:
            raise DataError(
                f"model must be fitted to returns of one period; {describe(self.model)} has a "
                "horizon already. Give the horizon once."
            )

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return replace(wrapper_traits(self.model), horizon=self.horizon)

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        ``warm_start`` is an earlier fit of the same hedge, at which the search starts if the model
        supports it.

        Raises
        ------
        DataError
            If the sample is shorter than ten horizons, or the model refuses the returns over the
            horizon.
        ConvergenceError
            If the model does not reach an optimum.
        """
        check_warm_start(warm_start, self)
        returns, kind = join_returns(asset, hedges, warn_if_nonsynchronous=False)
        horizon = rows_in(self.horizon, returns.index)
        if horizon < LONG_HORIZON:
            warn_of_other_closes(returns)
        minimum = MIN_HORIZONS * horizon
        if len(returns) < minimum:
            raise DataError(
                f"asset and hedges must have at least {minimum} rows for a horizon of "
                f"{horizon}, ten times as many; got {len(returns)}. Choose a shorter horizon "
                "or use a longer sample."
            )
        # the last return ends with the sample: left-over observations are dropped at the beginning
        used = returns if self.overlapping else returns.iloc[len(returns) % horizon :]
        periods, waiting = self._periods(used, kind, horizon)
        model = self._with_lags(len(periods), horizon)
        earlier = inner_fit(warm_start)
        with data_checked():
            inner = fit_hedge(model, periods.iloc[:, 0], periods.iloc[:, 1:], earlier)
        state = HorizonState(
            inner,
            waiting,
            rows=np.repeat(np.arange(len(inner.ratio)), self._step(horizon)),
            max_degrees=np.inf if model is self.model else 1.5 * len(periods) / model.hac_lags,
            horizon=horizon,
        )
        return self._hedge(state, Sample.of(used, kind), used.index)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, the model extended over the returns that end on them."""
        before: HorizonState = fit.state
        returns_since = pd.concat([before.waiting, returns])
        periods, waiting = self._periods(returns_since, fit.returns_kind, before.horizon)
        inner = before.inner.advance(periods) if len(periods) else before.inner
        rows = np.repeat(np.arange(len(periods)), self._step(before.horizon))
        if not self.overlapping:
            # dates after the last return over the horizon have the next ratio
            rows = np.concatenate([rows, np.full(len(waiting), -1)])[-len(returns) :]
        state = replace(before, inner=inner, waiting=waiting, rows=rows)
        return self._hedge(state, fit.sample, returns.index)

    def _step(self, horizon: int) -> int:
        """Return the number of periods between the ends of two returns over the horizon."""
        return 1 if self.overlapping else horizon

    def _with_lags(self, n_periods: int, horizon: int) -> Any:
        """Return the model, with automatic HAC lags replaced by lags longer than the overlap."""
        traits = self.model.traits
        if traits.hac_lags != "automatic" or not self.overlapping or horizon == 1:
            return self.model
        n_dates = n_periods if traits.window is None else min(n_periods, traits.window)
        lags = max(newey_west_lags(n_dates), LAGS_PER_HORIZON * horizon)
        if lags >= n_dates:
            raise DataError(
                f"errors over a horizon of {horizon} take {lags} lags, so that a regression "
                f"must have more dates; {describe(self.model)} has {n_dates}. Use a longer "
                "window, a shorter horizon, or set its hac_lags."
            )
        model: Any = self.model
        return replace(model, hac_lags=lags)

    def _periods(
        self, returns: pd.DataFrame, kind: str | None, horizon: int
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return returns over the horizon, dated by their ends, and the rows that later ones need.

        Parameters
        ----------
        returns : DataFrame (n_dates, 1 + n_hedges)
        kind : kind of the returns
        horizon : int
        """
        compound = kind == "simple"
        step = self._step(horizon)
        values = period_returns(returns.to_numpy(), horizon, step, compound=compound)
        ends = returns.index[horizon - 1 :: step]
        periods = pd.DataFrame(values, ends, returns.columns)
        periods.attrs = {"returns": kind, "horizon": horizon}
        if self.overlapping:
            first_needed = len(returns) - horizon + 1
        else:
            first_needed = len(periods) * horizon
        return periods, returns.iloc[first_needed:]

    def _hedge(self, state: HorizonState, sample: Sample, dates: pd.Index[Any]) -> HedgeFit:
        """Return the ratios of the inner fit over the last of one-period ``dates``."""
        inner: HedgeFit = state.inner
        ratios = np.concatenate([inner.ratio.to_numpy(), inner.next_ratio.to_numpy()[None]])
        path_dates = dates[len(dates) - len(state.rows) :]
        estimates = inner.estimates
        errors = inherited_errors(
            inner, whole_path=True, rows=state.rows, max_degrees=state.max_degrees
        )
        if self.overlapping and state.horizon > 1 and self.model.traits.hac_lags is None:
            # errors that do not allow for the overlap are too small: use the bootstrap instead
            estimates = inner.next_ratio.to_frame("estimate")
            errors = None
        return HedgeFit(
            model=self,
            sample=sample,
            ratio=labelled_path(ratios[state.rows], path_dates, inner.ratio.columns),
            next_ratio=inner.next_ratio,
            next_covariance=inner.next_covariance,
            estimates=estimates,
            errors=errors,
            state=state,
            detail=inner.detail,
            horizon=state.horizon,
        )


@dataclass(frozen=True, eq=False)
class HorizonState(WrapperState):
    """Fit to the returns over the horizon, and the position of each date's ratio in its path.

    Attributes
    ----------
    inner : HedgeFit
        Fit to the returns over the horizon, dated by their ends.
    waiting : DataFrame (n_waiting, 1 + n_hedges)
        One-period returns that later returns over the horizon will include.
    rows : array (n_dates,)
        Positions in the path of ``inner``; -1 is its next ratio.
    max_degrees : float
        Maximum of the degrees of freedom, as the errors are sums over many lags.
    horizon : int
        Number of periods in a return over the horizon.
    """

    waiting: pd.DataFrame
    rows: Indices
    max_degrees: float
    horizon: int


def periods_to_next_regime(fit: HedgeFit) -> int:
    """Return the number of periods in one step of the regimes of a fit.

    Regimes move from one return of the model to the next: a period later where returns overlap.
    """
    if isinstance(fit.model, HorizonHedge) and fit.model.overlapping:
        return 1
    return fit.horizon


def period_returns(values: Array, horizon: int, step: int, compound: bool) -> Array:
    """Return returns over ``horizon`` periods, one every ``step`` periods, (n_periods, n_series).

    Parameters
    ----------
    values : array (n_dates, n_series)
        One-period returns; the first return over the horizon begins with the first of them.
    horizon, step : int
    compound : bool
        Whether returns compound instead of adding up.
    """
    n_periods = max(len(values) - horizon + 1, 0)
    total = np.zeros((len(range(0, n_periods, step)), values.shape[1]))
    for first in range(horizon):
        following = values[first : first + n_periods : step]
        total = total + following + (total * following if compound else 0.0)
    return total
