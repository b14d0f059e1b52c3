r"""Kalman hedge: ratios that follow a random walk or revert to a mean.

.. math:: r^{asset}_t = c + r^{hedges}_t{}' b_t + e_t, \qquad b_t = b_{t-1} + v_t
          \quad\text{or}\quad b_t = m + \Phi (b_{t-1} - m) + v_t, \qquad
          b_{t|t-1} = E(b_t \mid \text{data before } t)

with normal e and v, v independent across hedges and :math:`\Phi` diagonal. Source: Durbin and
Koopman (2012), Time Series Analysis by State Space Methods, section 3.6 (regression with
time-varying coefficients) and 5.7 (the filter); by maximum likelihood, see ``kalman.likelihood``.
With zero state variance the filter reduces to expanding OLS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, changed, held
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch._validation.settings import check_at_least, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.warnings import warn_of_bounds
from hedgeresearch.hedges.constant_ratio import advance_constant_array
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.kalman.estimation import kalman_estimates, maximize_kalman
from hedgeresearch.hedges.kalman.filter import FilterRun, FilterUnits, KalmanFilter
from hedgeresearch.hedges.kalman.likelihood import KalmanLikelihood
from hedgeresearch.hedges.kalman.standard_errors import KalmanRatioErrors
from hedgeresearch.hedges.labels import (
    labelled_covariance,
    labelled_path,
    labelled_ratio,
)
from hedgeresearch.hedges.model import check_warm_start
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array

ADVICE_ON_BOUNDS = (
    "A ratio without volatility is that of OLS over all dates before, and one of persistence 1 is "
    "a random walk; OLSHedge or KalmanHedge('random_walk') may serve better."
)
OBSERVATIONS_PER_PARAMETER = 10
"""Minimum number of observations for each parameter."""
MAX_RELATIVE_MEAN = 1000.0
"""Largest mean of a hedge, in its standard deviations, that leaves its ratio identified."""


class KalmanState(NamedTuple):
    """State of a Kalman hedge after the last date.

    Attributes
    ----------
    filter : KalmanFilter
    hedge_means : array (n_hedges,), means of the hedges in the estimation sample
    hedge_covariance : array (n_hedges, n_hedges), their covariance in the estimation sample
    """

    filter: KalmanFilter
    hedge_means: Array
    hedge_covariance: Array

    def next_covariance(self, ratio: Array) -> Array:
        """Return the covariance of asset and hedges on the next date, (1 + n_hedges, 1 + n_hedges).

        The asset's variance is b'Hb, the uncertainty of c + x'b, and the residual variance.
        """
        regressors = np.concatenate([[1.0], self.hedge_means])
        products = np.outer(regressors, regressors)
        products[1:, 1:] += self.hedge_covariance
        uncertainty = float((self.filter.next_coefficient_covariance * products).sum())
        residual_variance = self.filter.variance * self.filter.units.asset**2
        with_asset = self.hedge_covariance @ ratio
        total = np.empty_like(products)
        total[0, 0] = ratio @ with_asset + uncertainty + residual_variance
        total[0, 1:] = with_asset
        total[1:, 0] = with_asset
        total[1:, 1:] = self.hedge_covariance
        return total


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class KalmanHedge:
    """Ratios that change from date to date, estimated by the Kalman filter.

    The variances of the filter are estimated by maximum likelihood. The initialization is exactly
    diffuse: nothing is assumed about the constant and the first ratio (with mean reversion, about
    the constant and the mean; the first ratio then has its stationary distribution around it).

    Standard errors are those of the filter, which estimates the constant and the start, plus the
    effect of uncertain variances and persistence (Hamilton 1986, see ``kalman.standard_errors``).
    They measure uncertainty about a time-varying state, so they do not shrink to zero in long
    samples. Where a sample does not show clearly that ratios change, their volatility is often
    estimated at zero; intervals then allow for those that the sample does not exclude. At nominal
    95% they cover the next ratio in 92 to 100% of samples of 60 to 250 observations.

    ``next_covariance`` uses the hedges' sample covariance, and includes the uncertainty of the
    ratio in the asset's variance. An asset that is an exact combination of the hedges is
    replicated.

    Parameters
    ----------
    dynamics : {"random_walk", "mean_reverting"}
        With mean reversion each hedge has a mean and a persistence from 0 to 1.
    warm_up : int
        Number of dates before the path begins: their ratios would rest on too few observations.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.KalmanHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> fit.summary["estimate"].round(4)
    constant                   0.0001
    residual volatility        0.0063
    ratio volatility SP500     0.0338
    Name: estimate, dtype: float64
    >>> fit.conf_int().round(2)
           lower  upper
    SP500   0.95   1.37
    """

    dynamics: Literal["random_walk", "mean_reverting"] = "random_walk"
    warm_up: int = 20
    traits: ClassVar[HedgeTraits] = HedgeTraits(
        warm_start=True, filters_state=True, random_ratio=True
    )

    def __post_init__(self) -> None:
        check_choice(self.dynamics, "dynamics", ("random_walk", "mean_reverting"))
        check_at_least(self.warm_up, "warm_up", 2)

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        ``warm_start`` is an earlier fit of the same hedge, from which the search starts.

        Raises
        ------
        DataError
            If the hedges are collinear, over all dates or over the warm-up, one of them has a mean
            of more than 1,000 standard deviations, or there are fewer than ten observations per
            parameter.
        ConvergenceError
            If no start reaches an optimum.
        """
        returns, kind = join_returns(asset, hedges)
        self._check_sample_size(len(returns), returns.shape[1] - 1)
        self._check_hedges(returns.iloc[:, 1:])
        return replicating_fit(self, returns, kind) or self._estimate(returns, kind, warm_start)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Filter new dates with the same parameters."""
        return self.advance_array(fit, returns.to_numpy(), returns.index)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Filter new dates of returns (n_new, 1 + n_hedges), without a table."""
        if fit.state is None:
            return advance_constant_array(fit, dates)
        run = fit.state.filter.run(returns)
        state = fit.state._replace(filter=run.end)
        columns = held(fit, "next_covariance").columns
        hedges = held(fit, "ratio").columns
        path = _ratios_of(run, state, dates, columns, hedges)
        later: HedgeFit = changed(fit, state=state, **path)
        return later

    def hindsight(self, fit: HedgeFit) -> pd.DataFrame:
        """Return the smoothed ratios, given all data of the fit, (n_dates, n_hedges).

        They use future data: none of them could have been held, and no effectiveness should be
        computed from them.
        """
        if fit.state is None:
            return fit.ratio.copy()
        smoothed = fit.state.filter.smooth(fit.sample.rows.values)
        path: pd.DataFrame = labelled_path(
            smoothed[-len(fit.ratio) :], fit.ratio.index, fit.ratio.columns
        ).table()
        return path

    def _check_sample_size(self, n_dates: int, n_hedges: int) -> None:
        per_hedge = 3 if self.dynamics == "mean_reverting" else 2
        n_parameters = 2 + per_hedge * n_hedges
        minimum = max(OBSERVATIONS_PER_PARAMETER * n_parameters, self.warm_up + 1)
        if n_dates < minimum:
            raise DataError(
                f"KalmanHedge needs at least {minimum} rows for {counted(n_hedges, 'hedge')} and "
                f"{self.dynamics!r} dynamics; got {n_dates}. Use a longer sample, or OLSHedge or "
                "RollingOLSHedge, which need fewer."
            )
        if self.warm_up <= n_hedges:
            raise DataError(
                f"warm_up must be at least {n_hedges + 1} for {n_hedges} hedges; "
                f"got {self.warm_up}."
            )

    def _check_hedges(self, hedges: pd.DataFrame) -> None:
        """Refuse hedges from which the filter cannot tell a ratio from the constant."""
        values = hedges.to_numpy()
        relative = np.abs(values.mean(axis=0)) / values.std(axis=0)
        if relative.max() > MAX_RELATIVE_MEAN:
            raise DataError(
                "KalmanHedge needs returns that vary about zero; the mean of "
                f"{hedges.columns[relative.argmax()]!r} is {relative.max():.2g} times its standard "
                "deviation, so that its ratio and the constant are one. Pass returns, not levels, "
                "or use OLSHedge."
            )
        if not np.ptp(values[: self.warm_up], axis=0).all():
            raise self._too_short_warm_up(hedges.index)

    def _too_short_warm_up(self, dates: pd.Index[Any]) -> DataError:
        return DataError(
            f"hedges must move, and not be collinear, before {day(dates[self.warm_up])}, where the "
            f"path begins; warm_up={self.warm_up} is too short. Choose a longer one."
        )

    def _estimate(
        self, returns: pd.DataFrame, kind: str | None, warm_start: HedgeFit | None
    ) -> HedgeFit:
        values = returns.to_numpy()
        units = FilterUnits.from_returns(values)
        likelihood = KalmanLikelihood(units.columns(values), self.dynamics == "mean_reverting")
        check_warm_start(warm_start, self)
        optimum = maximize_kalman(likelihood, _warm_point(likelihood, warm_start))
        estimates = kalman_estimates(
            likelihood, optimum, units, list(map(str, returns.columns[1:]))
        )
        warn_of_bounds("KalmanHedge", estimates.bounds_hit, ADVICE_ON_BOUNDS)
        variance = likelihood.profile(optimum.point).variance
        first = KalmanFilter.initial(units, likelihood.dynamics(optimum.point), variance)
        run = first.run(values, self.warm_up)
        if not run.pivot > COLLINEARITY_TOLERANCE:
            raise self._too_short_warm_up(returns.index)
        n_hedges = values.shape[1] - 1
        covariance = np.cov(values[:, 1:], rowvar=False).reshape(n_hedges, n_hedges)
        state = KalmanState(run.end, values[:, 1:].mean(axis=0), covariance)
        return HedgeFit(
            model=self,
            sample=Sample.of(returns, kind),
            estimates=estimates,
            errors=KalmanRatioErrors(),
            state=state,
            **_ratios_of(
                run, state, returns.index[self.warm_up :], returns.columns, returns.columns[1:]
            ),
        )


def _warm_point(likelihood: KalmanLikelihood, warm_start: HedgeFit | None) -> Array | None:
    """Return the coordinates of an earlier fit; None without one, or if it replicated its asset."""
    if warm_start is None or warm_start.state is None:
        return None
    dynamics = warm_start.state.filter.dynamics
    return likelihood.point(dynamics.step_variances, dynamics.persistence)


def _ratios_of(
    run: FilterRun,
    state: KalmanState,
    dates: Dates,
    columns: pd.Index[Any],
    hedges: pd.Index[Any],
) -> dict[str, Any]:
    """Return the fields of a HedgeFit that a run of the filter determines."""
    next_covariance = state.next_covariance(run.ratios[-1])
    return {
        "ratio": labelled_path(run.ratios[:-1], dates, hedges),
        "next_ratio": labelled_ratio(run.ratios[-1], hedges),
        "next_covariance": labelled_covariance(next_covariance, columns),
    }
