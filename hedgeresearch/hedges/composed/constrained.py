r"""The hedge under constraints.

.. math:: \min_b \; w' H_t w, \quad w = (1, -b), \qquad l \le b \le u, \quad
          \textstyle\sum_i |b_i| \le g, \quad n_1 \le \sum_i b_i \le n_2, \quad
          \#\{i : b_i \ne 0\} \le k, \quad e_{asset} = E_{hedges} b

With the minimum-variance ratio, :math:`b^0 = H_{hh}^{-1} H_{ha}`, the objective is
:math:`(b - b^0)' H_{hh} (b - b^0)` plus a constant. So the ratio of any model can be constrained:
the variance of the difference from the model's hedged position is then minimized. Source: Markowitz
(1956), Naval Research Logistics Quarterly 3, pp. 111-133, for the quadratic program under linear
constraints; see ``optimization.nearest_feasible`` for how this one is solved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import (
    Dates,
    Deferred,
    changed,
    held,
    labels_of,
    same_labels,
)
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.composed.constraints import (
    Bound,
    ConstraintSettings,
    Exposures,
    binding_labels,
    checked_net,
    conflicting,
    constraints_of,
    frozen_bound,
    frozen_exposures,
)
from hedgeresearch.hedges.composition import inner_fit, other_ratios, wrapper_traits
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import CovariancePath, RegimeDetail, WrapperState
from hedgeresearch.hedges.labels import labelled_path, labelled_ratio
from hedgeresearch.hedges.model import (
    HedgeModel,
    check_hedge_model,
    check_warm_start,
    fit_hedge,
)
from hedgeresearch.hedges.plausibility import as_part
from hedgeresearch.hedges.ratio_errors import inherited_errors
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.optimization.nearest_feasible import Constraint, nearest_feasible_points
from hedgeresearch.typing import Array


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class ConstrainedHedge:
    """The ratio of any model, brought within constraints at the least cost in variance.

    Constraints are on the ratios themselves, so that they do not scale with the asset. Where the
    model's ratio satisfies them it is unchanged. A hedge from covariances or regimes is constrained
    under the covariance of each date; others, whose fits do not know it, under that of the hedges
    at the end of the estimation sample. Where a constraint binds at the next ratio its interval
    comes from the bootstrap; elsewhere it is the model's own.

    Parameters
    ----------
    model : hedge model
        Its fit is ``fit.state.inner``.
    lower, upper : float or mapping, optional
        Bound of all ratios, or bounds by hedge; hedges that are left out have no bound.
    gross : float, optional
        Maximum sum of absolute ratios.
    net : float or (float, float), optional
        Sum of the ratios, or its minimum and maximum.
    max_instruments : int, optional
        Maximum number of hedges with a ratio other than zero.
    neutral_to : mapping, optional
        Exposures of asset and hedges by name, for each factor, such as a DataFrame with a column
        per factor; the hedged position has no exposure to them. The asset's exposure is that of
        one unit, like the hedges'.

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

    A name whose credit default swap is not traded, hedged by a basket of others: none bought, 0.7
    of its notional together (here on simulated returns):

    >>> spreads = hr.data.simulate_dcc(n_dates=750, n_series=4, correlation=0.6, seed=2).returns
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> basket = hr.ConstrainedHedge(ewma, lower=0.0, gross=0.7)
    >>> fit = basket.fit(spreads["asset"], spreads.drop(columns="asset"))
    >>> fit.summary.round(2)
            estimate  unconstrained       binding
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
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), and constrain the ratios.

        ``warm_start`` is an earlier fit of the same hedge, at which the search starts if the model
        supports it.

        Raises
        ------
        DataError
            If the model refuses the data, a constraint names an unknown hedge, or constraints
            conflict.
        ConvergenceError
            If the model does not reach an optimum.
        """
        check_warm_start(warm_start, self)
        with as_part():
            inner = fit_hedge(self.model, asset, hedges, inner_fit(warm_start))
        metric = inner.arrays.next_covariance[1:, 1:]
        state = ConstrainedState(inner, metric, self._constraints(inner))
        return HedgeFit(model=self, **_hedge(state))

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, the model extended, the constraints unchanged."""
        return self.advance_array(fit, returns.to_numpy(), returns.index)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates of returns (n_new, 1 + n_hedges), without a table."""
        inner = fit.state.inner.advance_array(returns, dates)
        later: HedgeFit = changed(fit, **_hedge(replace(fit.state, inner=inner)))
        return later

    def _constraints(self, inner: HedgeFit) -> list[Constraint]:
        settings = ConstraintSettings(
            self.lower, self.upper, self.gross, self.net, self.max_instruments, self.neutral_to
        )
        return constraints_of(settings, inner.asset, inner.hedges)


@dataclass(frozen=True, eq=False)
class ConstrainedState(WrapperState):
    """The fit of the model, and the metric in which ratios are near to one another.

    Attributes
    ----------
    inner : HedgeFit of the model
    metric : array (n_hedges, n_hedges)
        Covariance of the hedges at the end of the estimation sample.
    constraints : list of Constraint
    """

    metric: Array
    constraints: list[Constraint]


def _hedge(state: ConstrainedState) -> dict[str, Any]:
    """Return the fields of a fit that change with its dates."""
    inner: HedgeFit = state.inner
    constraints = state.constraints
    path = held(inner, "ratio")
    following = inner.arrays.next_ratio
    unconstrained = np.concatenate([path.to_numpy(), following[None]])
    metrics = _metrics(inner, state.metric)
    ratios = nearest_feasible_points(unconstrained, metrics, constraints)
    if ratios is None:
        together = [one.description for one in conflicting(constraints, len(following))]
        raise DataError(
            "the constraints must leave a ratio; these cannot hold together: "
            f"{', '.join(together)}. Loosen one."
        )
    kept = (ratios == unconstrained).all(axis=1)
    return other_ratios(
        state,
        labelled_path(ratios[:-1], labels_of(path), path.columns),
        labelled_ratio(ratios[-1], path.columns),
        Deferred(partial(_table, constraints, ratios[-1], following, path.columns)),
        inherited_errors(inner, whole_path=bool(kept.all())) if kept[-1] else None,
    )


def _table(
    constraints: list[Constraint], ratio: Array, unconstrained: Array, names: pd.Index[Any]
) -> pd.DataFrame:
    """Return the ratios with those of the model and the constraints that bind, by hedge."""
    table = {"estimate": ratio, "unconstrained": unconstrained, "binding": ""}
    estimates = pd.DataFrame(table, index=names)
    if (ratio != unconstrained).any():
        estimates["binding"] = binding_labels(constraints, ratio, unconstrained)
    return estimates


def _metrics(inner: HedgeFit, metric: Array) -> Array:
    """Return the hedges' covariance of each date and the next, (n_dates + 1, n_hedges, n_hedges).

    It is ``metric`` for all of them if the inner fit does not know that of each date.
    """
    path = _covariance_path(inner)
    if path is None:
        return np.broadcast_to(metric, (len(inner.arrays.ratio) + 1, *metric.shape))
    return np.concatenate([path, inner.arrays.next_covariance[None, 1:, 1:]])


def _covariance_path(inner: HedgeFit) -> Array | None:
    """Return the hedges' covariance of each date, (n_dates, n_hedges, n_hedges), if known."""
    detail = inner.detail
    if not isinstance(detail, CovariancePath | RegimeDetail):
        return None
    if not same_labels(detail.dates, labels_of(held(inner, "ratio"))):
        return None  # covariances of returns over a longer horizon
    if isinstance(detail, CovariancePath):
        return detail.path(inner.hedges)
    return detail.hedge_covariances()
