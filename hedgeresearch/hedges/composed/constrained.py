r"""The hedge under constraints.

.. math:: \min_b \; w' H_t w, \quad w = (1, -b), \qquad l \le b \le u, \quad \textstyle\sum_i |b_i| \le g, \quad
          n_1 \le \sum_i b_i \le n_2, \quad \#\{i : b_i \ne 0\} \le k, \quad e_{asset} = E_{hedges} b

For the ratio of least variance, :math:`b^0 = H_{hh}^{-1} H_{ha}`, the objective is :math:`(b - b^0)' H_{hh} (b - b^0)`
beside a constant. So the ratio of any model can be constrained: what is least is then the variance by which the hedged
position differs from that of the model. Source: Markowitz (1956), Naval Research Logistics Quarterly 3, pp. 111-133,
for the quadratic programme under linear constraints; see ``constrained_programme`` for how this one is solved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.composed.constraints import (
    Bound,
    ConstraintSettings,
    Exposures,
    checked_net,
    conflict,
    constraints_of,
    frozen_bound,
    frozen_exposures,
    held_by,
)
from hedgeresearch.hedges.composition import inner_fit, with_other_ratios, wrapper_traits
from hedgeresearch.hedges.errors import inherited_errors
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fitted import CovariancePath, RegimeDetail, WrapperState
from hedgeresearch.hedges.labels import labelled_path, labelled_ratio
from hedgeresearch.hedges.model import (
    HedgeModel,
    check_hedge_model,
    check_warm_start,
    fit_hedge,
)
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.optimization.nearest_feasible import nearest_feasible_points
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class ConstrainedHedge:
    """The ratio of any model, brought within constraints at the least cost in variance.

    Constraints are on the ratios themselves, so that they do not scale with the asset. Where the model's ratio
    satisfies them it stays as it is. A hedge of covariances or of regimes is constrained under the covariance of each
    date; others, whose fits do not tell it, under that of the hedges at the end of the estimation sample. Where a
    constraint binds at the next ratio its interval comes from the bootstrap; elsewhere it is the model's own.

    Parameters
    ----------
    model : any hedge model; its fit is ``fit.state.inner``
    lower, upper : float for all hedges, or mapping by hedge; hedges that it leaves out have no bound
    gross : float, greatest sum of absolute ratios
    net : float, the sum of the ratios, or (least, greatest)
    max_instruments : int, most hedges with a ratio other than zero
    neutral_to : mapping from factor to the exposures of asset and hedges by name, such as a DataFrame of exposures with
        a column a factor; the hedged position is to have none. The asset's exposure is that of one unit, like the
        hedges'

    Examples
    --------
    Tracking an index with four of its members, weights that sum to one and none sold short:

    >>> import hedgeresearch as hr
    >>> members = hr.data.simulate_dcc(n_dates=750, n_series=7, correlation=0.4, seed=5).returns
    >>> index = members.mean(axis=1).rename("index")
    >>> tracker = hr.ConstrainedHedge(hr.OLSHedge(), lower=0.0, net=1.0, max_instruments=4)
    >>> fit = tracker.fit(index, members.set_axis(list("ABCDEFG"), axis=1))
    >>> fit.next_ratio.round(3).tolist()
    [0.0, 0.24, 0.255, 0.249, 0.0, 0.256, 0.0]
    >>> round(fit.expected_effectiveness, 3)
    0.922

    A name whose credit default swap is not traded, hedged by a basket of others: none bought, 0.7 of its notional in
    all (here on simulated returns):

    >>> spreads = hr.data.simulate_dcc(n_dates=750, n_series=4, correlation=0.6, seed=2).returns
    >>> basket = hr.ConstrainedHedge(hr.MinimumVarianceHedge(hr.EWMACovariance(0.97)), lower=0.0, gross=0.7)
    >>> fit = basket.fit(spreads["asset"], spreads.drop(columns="asset"))
    >>> fit.summary.round(2)
            estimate  unconstrained       held by
    hedge       0.00          -0.14  lower, gross
    hedge2      0.56           0.56         gross
    hedge3      0.14           0.31         gross
    """

    model: HedgeModel
    lower: Bound = None
    upper: Bound = None
    gross: float | None = None
    net: float | tuple[float, float] | None = None
    max_instruments: int | None = None
    neutral_to: Exposures | None = None

    def __post_init__(self) -> None:
        check_hedge_model(self.model, "model")
        for name in ("lower", "upper"):
            object.__setattr__(self, name, frozen_bound(getattr(self, name), name))
        if self.gross is not None:
            check_between(self.gross, "gross", 0.0, math.inf)
        if self.net is not None:
            object.__setattr__(self, "net", checked_net(self.net))
        if self.max_instruments is not None:
            check_at_least(self.max_instruments, "max_instruments", 1)
        if self.neutral_to is not None:
            object.__setattr__(self, "neutral_to", frozen_exposures(self.neutral_to))

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return wrapper_traits(self.model)

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate the model on asset (n_dates,) and hedges (n_dates, n_hedges) and constrain its ratios.

        ``warm_start`` is an earlier fit of the same hedge, from which the search begins if the model can.

        Raises
        ------
        DataError
            If the model refuses the data, a constraint names a hedge that is not there, or constraints conflict.
        ConvergenceError
            If the model does not reach an optimum.
        """
        check_warm_start(warm_start, self)
        inner = fit_hedge(self.model, asset, hedges, inner_fit(warm_start))
        return self._hedge(inner, inner.next_covariance.to_numpy()[1:, 1:])

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The model carried over new dates under the same constraints."""
        return self._hedge(fit.state.inner.advance(returns), fit.state.metric)

    def _hedge(self, inner: HedgeFit, metric: Array) -> HedgeFit:
        constraints = constraints_of(self._settings(), inner.asset, inner.hedges)
        names = inner.ratio.columns
        following = inner.next_ratio.to_numpy()
        unconstrained = np.vstack([inner.ratio.to_numpy(), following])
        ratios = nearest_feasible_points(unconstrained, _metrics(inner, metric), constraints)
        if ratios is None:
            together = ", ".join(one.description for one in conflict(constraints, len(following)))
            raise DataError(
                "the constraints must leave a ratio; these cannot hold together: "
                f"{together}. Loosen one."
            )
        kept = (ratios == unconstrained).all(axis=1)
        table = {"estimate": ratios[-1], "unconstrained": following, "held by": ""}
        estimates = pd.DataFrame(table, index=inner.next_ratio.index)
        errors = None
        if kept[-1]:
            errors = inherited_errors(inner, whole_path=bool(kept.all()))
        else:
            estimates["held by"] = held_by(constraints, ratios[-1], following)
        return with_other_ratios(
            self,
            ConstrainedState(inner, metric),
            labelled_path(ratios[:-1], inner.ratio.index, names),
            labelled_ratio(ratios[-1], names),
            estimates,
            errors,
        )

    def _settings(self) -> ConstraintSettings:
        return ConstraintSettings(
            self.lower, self.upper, self.gross, self.net, self.max_instruments, self.neutral_to
        )


@dataclass(frozen=True, eq=False)
class ConstrainedState(WrapperState):
    """The inner fit, and the hedges' covariance in its estimation sample.

    Attributes
    ----------
    inner : HedgeFit of the model
    metric : array (n_hedges, n_hedges)
    """

    metric: Array


def _metrics(inner: HedgeFit, metric: Array) -> Array:
    """Return the hedges' covariance of each date and of the next, (n_dates + 1, n_hedges, n_hedges).

    ``metric`` for all of them if the inner fit does not know that of each date.
    """
    path = _covariance_path(inner)
    if path is None:
        return np.broadcast_to(metric, (len(inner.ratio) + 1, *metric.shape))
    return np.concatenate([path, inner.next_covariance.to_numpy()[None, 1:, 1:]])


def _covariance_path(inner: HedgeFit) -> Array | None:
    detail = inner.detail
    if isinstance(detail, RegimeDetail | CovariancePath):
        if not detail.dates.equals(inner.ratio.index):
            return None  # covariances over longer periods
        if isinstance(detail, RegimeDetail):
            return detail.hedge_covariances()
        return detail.path(inner.hedges)
    return None
