r"""The Kalman hedge: regression coefficients that move.

.. math:: r^{asset}_t = c + r^{hedges}_t{}' b_t + e_t, \qquad b_t = b_{t-1} + v_t
          \quad\text{or}\quad b_t = m + \Phi (b_{t-1} - m) + v_t, \qquad b_{t|t-1} = E(b_t \mid \text{data before } t)

with normal e and v, v independent across hedges and :math:`\Phi` diagonal. Source: Durbin and Koopman (2012), Time
Series Analysis by State Space Methods, section 3.6 (regression with time-varying coefficients) and 5.7 (the filter); by
maximum likelihood, see ``hedges.kalman_estimate``. Without steps, the ratios are those of OLS over all dates before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch._validation.settings import check_at_least, check_choice
from hedgeresearch.errors import ConvergenceWarning, DataError, warn_caller
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit, labelled_path, labelled_ratio
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.kalman.estimation import KalmanLikelihood, maximise_kalman
from hedgeresearch.hedges.kalman.filter import KalmanFilter, Units
from hedgeresearch.hedges.kalman.standard_errors import KalmanRatioErrors, describe_kalman
from hedgeresearch.hedges.model import check_warm_start
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class KalmanHedge:
    """Ratios that move from date to date, followed by the Kalman filter; its variances by maximum likelihood.

    Parameters
    ----------
    dynamics : "random_walk", or "mean_reverting" with a mean and a persistence (from 0 to 1) for each hedge
    warm_up : int, dates before the path begins, over which hardly any data stand behind the ratio

    The start is exactly diffuse: nothing is assumed of the constant and of the first ratio (of the mean, if there is
    one, around which the first ratio then has its stationary distribution). Standard errors are those of the filter,
    which estimates the constant and the start, and what the uncertainty of variances and persistence adds (Hamilton
    1986, see ``hedges.kalman_inference``). They are errors about the ratio of that date, not about a fixed number, so
    that a longer sample does not make them vanish. Where a sample hardly shows that ratios move, their volatility is
    often estimated at zero, and intervals hold the ratio less often than they say.

    ``next_covariance`` takes the hedges' sample covariance and counts the uncertainty of the ratio in the asset's
    variance. An asset that is an exact combination of the hedges is replicated.

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
    SP500   0.94   1.37
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

        ``warm_start`` is an earlier fit of the same hedge, from which the search begins.

        Raises
        ------
        DataError
            If the hedges are collinear, over all dates or over the warm-up, or there are fewer than ten dates per
            parameter.
        ConvergenceError
            If no start reaches an optimum.
        """
        returns, kind = join_returns(asset, hedges)
        n_hedges = returns.shape[1] - 1
        least = max(
            10 * (2 + (3 if self.dynamics == "mean_reverting" else 2) * n_hedges), self.warm_up + 1
        )
        if len(returns) < least:
            raise DataError(
                f"asset and hedges must have at least {least} rows; got {len(returns)}. Give more dates."
            )
        if self.warm_up <= n_hedges:
            raise DataError(
                f"warm_up must be at least {n_hedges + 1} for {n_hedges} hedges; got {self.warm_up}."
            )
        return replicating_fit(self, returns, kind) or self._estimate(returns, kind, warm_start)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same parameters filtered over new dates."""
        if fit.state is None:
            return carry_constant_ratio(fit, returns)
        ratios, _, _, following = fit.state.filter.run(returns.to_numpy())
        state = fit.state._replace(filter=following)
        hedges = fit.ratio.columns
        return replace(
            fit,
            ratio=labelled_path(ratios[:-1], returns.index, hedges),
            next_ratio=labelled_ratio(ratios[-1], hedges),
            next_covariance=pd.DataFrame(
                state.next_covariance(ratios[-1]), returns.columns, returns.columns
            ),
            state=state,
        )

    def hindsight(self, fit: HedgeFit) -> pd.DataFrame:
        """The smoothed ratios: what those of a fit's path look like once all data are known, (n_dates, n_hedges).

        For looking back only: none of them could have been held, and no effectiveness should be computed from them.
        """
        if fit.state is None:
            return fit.ratio.copy()
        smoothed = fit.state.filter.smooth(fit.sample.rows.values)
        return labelled_path(smoothed[-len(fit.ratio) :], fit.ratio.index, fit.ratio.columns)

    def _estimate(
        self, returns: pd.DataFrame, kind: str | None, warm_start: HedgeFit | None
    ) -> HedgeFit:
        values, hedges = returns.to_numpy(), returns.columns[1:]
        units = Units.of(values)
        likelihood = KalmanLikelihood(units.apply(values), self.dynamics == "mean_reverting")
        check_warm_start(warm_start, self)
        earlier = (
            None
            if warm_start is None or warm_start.state is None
            else warm_start.state.filter.dynamics
        )
        warm = None if earlier is None else likelihood.point(earlier.steps, earlier.persistence)
        optimum = maximise_kalman(likelihood, warm)
        estimates = describe_kalman(likelihood, optimum, units, [str(name) for name in hedges])
        warn_of_bounds(estimates)
        profile, dynamics = likelihood.profile(optimum.point), likelihood.dynamics(optimum.point)
        first = KalmanFilter.before(units, dynamics, profile.variance)
        ratios, _, pivot, following = first.run(values, self.warm_up)
        if not pivot > COLLINEARITY_TOLERANCE:
            raise DataError(
                f"hedges must move, and not be collinear, before {day(returns.index[self.warm_up])}, where the path "
                f"begins; warm_up={self.warm_up} is too short. Choose a longer one."
            )
        covariance = np.cov(values[:, 1:], rowvar=False).reshape(len(hedges), len(hedges))
        state = KalmanState(following, values[:, 1:].mean(axis=0), covariance)
        return HedgeFit(
            model=self,
            sample=Sample.of(returns, kind),
            ratio=labelled_path(ratios[:-1], returns.index[self.warm_up :], hedges),
            next_ratio=labelled_ratio(ratios[-1], hedges),
            next_covariance=pd.DataFrame(
                state.next_covariance(ratios[-1]), returns.columns, returns.columns
            ),
            estimates=estimates,
            errors=KalmanRatioErrors(),
            state=state,
        )


class KalmanState(NamedTuple):
    """The filter after the last date, and mean (n_hedges,) and covariance (n_hedges, n_hedges) of the hedges."""

    filter: KalmanFilter
    hedge_means: Array
    hedge_covariance: Array

    def next_covariance(self, ratio: Array) -> Array:
        """Of asset and hedges, (1 + n_hedges, 1 + n_hedges): b'Hb, the uncertainty of c + x'b, and the residual."""
        regressors = np.concatenate([[1.0], self.hedge_means])
        products = np.outer(regressors, regressors)
        products[1:, 1:] += self.hedge_covariance
        uncertain = float((self.filter.next_coefficient_covariance * products).sum())
        with_asset = self.hedge_covariance @ ratio
        total = np.empty_like(products)
        total[0, 0] = (
            ratio @ with_asset + uncertain + self.filter.variance * self.filter.units.asset**2
        )
        total[0, 1:] = total[1:, 0] = with_asset
        total[1:, 1:] = self.hedge_covariance
        return total


def warn_of_bounds(estimates: Estimates) -> None:
    """Say on which bounds the estimate lies."""
    if estimates.bounds_hit:
        warn_caller(
            f"the KalmanHedge estimate lies on a bound: {'; '.join(estimates.bounds_hit)}. A ratio without volatility "
            "is that of OLS over all dates before, and one of persistence 1 is a random walk; OLSHedge or "
            "KalmanHedge('random_walk') may serve better.",
            ConvergenceWarning,
        )
