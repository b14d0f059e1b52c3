r"""The hedge of a longer horizon.

.. math:: R_t = r_t + r_{t-1} + \dots + r_{t-k+1} \quad\text{(simple returns compound)}

A hedge model sees the k-period returns R instead of the one-period returns r; what it needs of the past are those that
ended before the date. The hedge of a horizon: Ederington (1979), Journal of Finance 34, section IV. Overlapping returns
are correlated over k - 1 dates, which ordinary standard errors take for information: Hansen and Hodrick (1980), Journal
of Political Economy 88, section II. Bartlett weights shrink these correlations, so that the lags must reach farther;
sums of L lags over n dates then have about 1.5 n / L degrees of freedom: Priestley (1981), Spectral Analysis and Time
Series, section 6.2, at frequency zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.growing_table import History
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import describe
from hedgeresearch._validation.settings import check_at_least, check_flag, check_model
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.regression import newey_west_lags
from hedgeresearch.hedges.fit import HedgeFit, HedgeModel, labelled_path
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.intervals import PathErrors
from hedgeresearch.hedges.model import can_start, check_start
from hedgeresearch.hedges.synchronicity import LONG_HORIZON
from hedgeresearch.typing import Array, Indices

FEWEST = 10
"""Periods of the horizon, one after the other, that a sample must hold."""
LAGS_PER_HORIZON = 3
"""HAC lags for each date by which returns overlap."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class HorizonHedge:
    """The hedge of ``horizon`` periods together, by any model of returns.

    Simple returns compound; log returns and differences add up, as do returns whose kind ``hr.returns`` has not noted.
    Where closes are not simultaneous, a longer horizon makes small what same-date returns lose.

    Parameters
    ----------
    model : any hedge model that takes returns, such as ``OLSHedge()``
    horizon : int, periods in a return of the model
    overlapping : whether such a return ends on every date, or only on every ``horizon``-th; the ratio is then held
        in between, and the last return ends with the sample. Models with a state, such as DCC, take what overlapping
        returns share for persistence: give them returns that do not overlap

    A model with HAC errors whose lags are left to it gets, for overlapping returns, at least three times the horizon
    and, if its ratio is constant, t quantiles. The next covariance is that of returns over the horizon.

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
    horizon: int
    overlapping: bool = True

    def __post_init__(self) -> None:
        check_model(self.model, "model", "OLSHedge()")
        check_at_least(self.horizon, "horizon", 1)
        check_flag(self.overlapping, "overlapping")
        if getattr(self.model, "needs", "returns") == "prices":
            raise DataError(
                f"model must take returns, to be added up; {describe(self.model)} takes prices."
            )

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        ``warm_start`` is an earlier fit of the same hedge, from which the search begins if the model can.

        Raises
        ------
        DataError
            If the sample is shorter than ten horizons, or the model refuses the returns over the horizon.
        ConvergenceError
            If the model does not reach an optimum.
        """
        returns, kind = join_returns(
            asset, hedges, simultaneous_required=self.horizon < LONG_HORIZON
        )
        if len(returns) < FEWEST * self.horizon:
            raise DataError(
                f"asset and hedges must have at least {FEWEST * self.horizon} rows for a horizon of {self.horizon}, "
                f"ten times as many; got {len(returns)}. Choose a shorter horizon or give a longer sample."
            )
        # returns that do not overlap end with the sample: what is left over lies at its beginning
        used = returns if self.overlapping else returns.iloc[len(returns) % self.horizon :]
        periods, waiting = self._periods(used, kind)
        model = self._inner(len(periods))
        check_start(warm_start, self)
        begin = (
            {"warm_start": warm_start.state.inner}
            if warm_start is not None and can_start(model.fit)
            else {}
        )
        inner = model.fit(periods.iloc[:, 0], periods.iloc[:, 1:], **begin)
        rows = np.repeat(np.arange(len(inner.ratio)), self._step)
        degrees = np.inf if model is self.model else 1.5 * len(periods) / model.hac_lags
        fit = self._over(inner, HorizonState(inner, waiting, rows), used.index, kind)
        if self.overlapping and self.horizon > 1 and not hasattr(model, "hac_lags"):
            # errors that do not know of the overlap are too small: those of the bootstrap do
            alone = inner.next_ratio.to_frame("estimate")
            return replace(
                fit, history=History.of(used), n_sample=len(used), inference=None, estimates=alone
            )
        return replace(
            fit,
            history=History.of(used),
            n_sample=len(used),
            inference=inference_of(inner, degrees),
        )

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same model over the returns over the horizon that end on new dates."""
        before: HorizonState = fit.state
        periods, waiting = self._periods(pd.concat([before.waiting, returns]), fit.returns_kind)
        inner = before.inner
        if len(periods):
            inner = inner.extend(periods.iloc[:, 0], periods.iloc[:, 1:])
        rows = np.repeat(np.arange(len(periods)), self._step)
        if not self.overlapping:
            rows = np.concatenate([rows, np.full(len(waiting), -1)])[-len(returns) :]
        later = self._over(
            inner, HorizonState(inner, waiting, rows), returns.index, fit.returns_kind
        )
        return replace(
            later,
            sample_end=fit.sample_end,
            history=fit.history,
            n_sample=fit.n_sample,
            inference=fit.inference,
        )

    @property
    def _step(self) -> int:
        return 1 if self.overlapping else self.horizon

    def _inner(self, n_periods: int) -> Any:
        """The model, its lags such that they reach beyond what overlaps."""
        model: Any = self.model
        automatic = getattr(model, "hac_lags", 0) is None and getattr(model, "cov", "HAC") == "HAC"
        if not (automatic and self.overlapping and self.horizon > 1):
            return model
        regressed = min(
            n_periods, getattr(model, "window", n_periods), getattr(model, "minimum", n_periods)
        )
        lags = max(newey_west_lags(regressed), LAGS_PER_HORIZON * self.horizon)
        if lags >= regressed:
            raise DataError(
                f"errors over a horizon of {self.horizon} take {lags} lags, so that a regression must have more dates; "
                f"{describe(model)} has {regressed}. Take a longer window, a shorter horizon, or set its hac_lags."
            )
        return replace(model, hac_lags=lags)

    def _periods(
        self, returns: pd.DataFrame, kind: str | None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Returns over the horizon, dated by their ends, and the rows that later ones need."""
        values = period_returns(
            returns.to_numpy(), self.horizon, self._step, compound=kind == "simple"
        )
        periods = pd.DataFrame(
            values, returns.index[self.horizon - 1 :: self._step], returns.columns
        )
        periods.attrs = {"returns": kind, "horizon": self.horizon}
        first_needed = (
            len(returns) - self.horizon + 1 if self.overlapping else len(periods) * self.horizon
        )
        return periods, returns.iloc[first_needed:]

    def _over(
        self, inner: HedgeFit, state: HorizonState, dates: pd.Index[Any], kind: str | None
    ) -> HedgeFit:
        """The ratios of ``inner`` over the last of one-period ``dates``."""
        ratios = np.concatenate([inner.ratio.to_numpy(), inner.next_ratio.to_numpy()[None]])
        return replace(
            inner,
            model=self,
            ratio=labelled_path(
                ratios[state.rows], dates[len(dates) - len(state.rows) :], inner.ratio.columns
            ),
            last_date=dates[-1],
            returns_kind=kind,
            state=state,
        )


@dataclass(frozen=True, eq=False)
class HorizonState:
    """The fit to returns over the horizon, what goes on from it, and which of its ratios each date holds.

    Attributes
    ----------
    inner : HedgeFit, whose dates are the ends of returns over the horizon
    waiting : DataFrame, the one-period returns that later returns over the horizon need
    rows : array (n_dates,), positions in the path of ``inner``; -1 is its next ratio
    """

    inner: HedgeFit
    waiting: pd.DataFrame
    rows: Indices


@dataclass(frozen=True)
class InheritedErrors:
    """The sampling error that the model of returns over the horizon knows, with so many degrees of freedom or fewer."""

    most_degrees: float

    def covariance(self, fit: HedgeFit) -> Array:
        """Sampling covariance of the next ratio, (n_hedges, n_hedges)."""
        inner = fit.state.inner
        return np.asarray(inner.inference.covariance(inner))

    def degrees_of_freedom(self, fit: HedgeFit) -> float:
        """Those that the model knows, or those of sums over many lags."""
        inner = fit.state.inner
        return min(float(inner.inference.degrees_of_freedom(inner)), self.most_degrees)


@dataclass(frozen=True)
class PathOfInner(InheritedErrors):
    """The same for a model that knows the errors of its path."""

    def path_errors(self, fit: HedgeFit) -> Array:
        """Standard errors of the ratio of each date, (n_dates, n_hedges)."""
        inner = fit.state.inner
        errors = np.concatenate(
            [inner.inference.path_errors(inner), inner.standard_errors.to_numpy()[None]]
        )
        return np.asarray(errors[fit.state.rows])


def inference_of(inner: HedgeFit, most_degrees: float) -> InheritedErrors | None:
    """What the fit to returns over the horizon knows of its errors, if anything."""
    if isinstance(inner.inference, PathErrors):
        return PathOfInner(
            np.inf
        )  # its regressions are not over the sample, whose degrees of freedom these are
    return None if inner.inference is None else InheritedErrors(most_degrees)


def period_returns(values: Array, horizon: int, step: int, compound: bool) -> Array:
    """Returns over ``horizon`` periods, one every ``step`` periods from the first on, (n_periods, n_series)."""
    n_periods = max(len(values) - horizon + 1, 0)
    total = np.zeros((len(range(0, n_periods, step)), values.shape[1]))
    for first in range(horizon):
        following = values[first : first + n_periods : step]
        total = total + following + (total * following if compound else 0.0)
    return total
