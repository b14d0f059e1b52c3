r"""Several hedges combined.

.. math:: b_t = \sum_m w_m b_{m,t}, \qquad w_m \ge 0, \quad \textstyle\sum_m w_m = 1

with :math:`w_m` equal; or proportional to the inverse variance of hedged returns (Bates and Granger
1969, Operational Research Quarterly 20, the weights for uncorrelated errors); or the weights that
minimize the variance of :math:`\sum_m w_m x_{m,t}`, x the hedged returns (stacking: Breiman 1996,
Machine Learning 24). In-sample hedged returns favor the model with most parameters, so x comes from
forward splits: a fit on the first half of the sample hedges the following dates, the next fit
includes these, and so on to the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, Labelled, changed, held
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_choice
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.hedges.array_fit import ArrayFit
from hedgeresearch.hedges.composed.array_members import CombinedArrayFit, combined_array_fit
from hedgeresearch.hedges.composed.combination_weights import (
    inverse_variance_weights,
    stacking_weights,
)
from hedgeresearch.hedges.composed.members import (
    checked_models,
    fit_members,
    hedged_out_of_fold,
)
from hedgeresearch.hedges.composition import advance_members, common_paths
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import FittedHedge
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.labels import labelled_covariance, labelled_path, labelled_ratio
from hedgeresearch.hedges.model import HedgeModel, check_warm_start
from hedgeresearch.hedges.ratio_errors import RatioErrors
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class CombinedHedge:
    """The weighted sum of the ratios of several models.

    Weights other than equal weights are estimated from hedged returns out of sample, within the
    estimation sample; ``extend`` keeps them. ``next_covariance`` is the weighted sum of the
    covariances of the members. The fits of the members are ``fit.state.members``.

    The correlation between the errors of the members' ratios is not known. Given fixed weights, the
    covariance of the combination is bounded by sum w V, with V the covariances of the members:
    delta-method intervals use this bound. If a member has no delta method, the bootstrap refits all
    members.

    Parameters
    ----------
    models : mapping from names to hedge models of returns
    weights : {"equal", "inverse_variance", "stacking"}
    n_folds : int
        Number of folds of the second half of the sample, each hedged by fits on all earlier dates.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> models = {"ols": hr.OLSHedge(), "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))}
    >>> combined = hr.CombinedHedge(models, "stacking")
    >>> combined.fit(returns["NASDAQ"], returns[["SP500"]]).summary.round(4)
          weight  volatility  ratio SP500
    ols   0.0773      0.0039       1.1755
    ewma  0.9227      0.0035       1.1982
    """

    models: Mapping[str, HedgeModel]
    weights: Literal["equal", "inverse_variance", "stacking"] = "equal"
    n_folds: int = 4

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", checked_models(self.models))
        check_choice(self.weights, "weights", ("equal", "inverse_variance", "stacking"))
        check_at_least(self.n_folds, "n_folds", 1)

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        models = tuple(self.models.values())
        warm_start = any(model.traits.warm_start for model in models)
        return HedgeTraits(warm_start=warm_start, parts=models)

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate all models on asset (n_dates,) and hedges (n_dates, n_hedges), as fractions.

        ``warm_start`` is an earlier fit of the same hedge, at which the searches of the members
        start if their models support it.

        Raises
        ------
        DataError
            If a model refuses the data, or the first half of them where weights are estimated.
        ConvergenceError
            If a model does not reach an optimum.
        """
        check_warm_start(warm_start, self)
        with data_checked():  # by the members, which may allow for closes at other times
            returns, kind = join_returns(asset, hedges)
        returns.attrs["returns"] = kind
        earlier: Mapping[str, HedgeFit] = {} if warm_start is None else warm_start.state.members
        sample = Sample.of(returns, kind)
        members = fit_members(self.models, returns, earlier, sample)
        fields = _hedge(self._weighted(members, returns), returns.columns)
        horizon = next(iter(members.values())).horizon
        return HedgeFit(model=self, sample=sample, horizon=horizon, **fields)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, all members extended, the weights unchanged."""
        return self.advance_array(fit, returns.to_numpy(), returns.index)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates of returns (n_new, 1 + n_hedges), without a table."""
        before: CombinedState = fit.state
        fits, sample = advance_members([*before.members.values()], fit.sample, returns, dates)
        state = replace(before, members=dict(zip(before.members, fits, strict=True)))
        fields = _hedge(state, held(fit, "next_covariance").columns)
        later: HedgeFit = changed(fit, sample=sample, **fields)
        return later

    def fit_array(
        self, sample: Array, names: Sequence[str], near: ArrayFit | None = None
    ) -> CombinedArrayFit | None:
        """Estimate on an array, see ``FitsArrays``; None if a member does not."""
        folds = None if self.weights == "equal" else (self.n_folds, self._estimated_weights)
        return combined_array_fit(self.models, sample, names, near, folds)

    def _weighted(self, members: dict[str, HedgeFit], returns: pd.DataFrame) -> CombinedState:
        """Return members with their weights, which come from forward folds unless all are equal."""
        if self.weights == "equal":
            return CombinedState(members, np.full(len(members), 1.0 / len(members)), None)
        hedged = hedged_out_of_fold(self.models, returns, self.n_folds)
        weights = self._estimated_weights(hedged, float(returns.iloc[:, 0].var()))
        return CombinedState(members, weights, hedged.std(axis=0, ddof=1))

    def _estimated_weights(self, hedged: Array, unhedged: float) -> Array:
        """Return weights (n_members,) from hedged returns and the variance of the asset."""
        if self.weights == "inverse_variance":
            return inverse_variance_weights(hedged, unhedged)
        return stacking_weights(hedged, unhedged)


@dataclass(frozen=True, eq=False)
class CombinedState:
    """Fits of the members, and their weights.

    Attributes
    ----------
    members : dict of HedgeFit by name
    weights : array (n_members,)
    volatilities : array (n_members,) or None
        Volatilities of the out-of-sample hedged returns; None for equal weights.
    """

    members: dict[str, HedgeFit]
    weights: Array
    volatilities: Array | None

    def table(self, ratios: Array) -> Labelled:
        """Return weight, volatility out of sample if estimated, and ``ratios``, by member."""
        hedges = self.members[next(iter(self.members))].sample.rows.names[1:]
        titles = ["weight", *(f"ratio {hedge}" for hedge in hedges)]
        columns = [self.weights[:, None], ratios]
        if self.volatilities is not None:
            titles.insert(1, "volatility")
            columns.insert(1, self.volatilities[:, None])
        return Labelled(np.concatenate(columns, axis=1), list(self.members), titles)


def _hedge(state: CombinedState, columns: pd.Index[Any]) -> dict[str, Any]:
    """Return the fields of a fit that change with its dates."""
    members = list(state.members.values())
    hedges = held(members[0], "ratio").columns
    paths, dates = common_paths(members)
    arrays = [member.arrays for member in members]
    following = np.array([one.next_ratio for one in arrays])
    covariances = [one.next_covariance for one in arrays]
    return {
        "ratio": labelled_path(_weighted_sum(state.weights, paths), dates, hedges),
        "next_ratio": labelled_ratio(_weighted_sum(state.weights, following), hedges),
        "next_covariance": labelled_covariance(_weighted_sum(state.weights, covariances), columns),
        "estimates": state.table(following),
        "errors": combined_errors(members, state.weights),
        "state": state,
    }


def _weighted_sum(weights: Array, arrays: Iterable[Array]) -> Array:
    """Return the weighted sum of arrays of one shape, in their order."""
    return reduce(np.add, map(np.multiply, weights.tolist(), arrays))


class _MemberErrors(NamedTuple):
    """Weight, fit and errors of a member."""

    weight: float
    fit: HedgeFit
    errors: RatioErrors


@dataclass(frozen=True, eq=False)
class CombinedErrors:
    """Upper bound of the sampling error of a weighted mean of ratios.

    Var(sum w b) <= sum w Var(b), by Jensen's inequality.
    """

    members: list[_MemberErrors]

    def covariance(self, fit: FittedHedge) -> Array:
        """Return the bound of the sampling covariance, (n_hedges, n_hedges)."""
        total = sum(one.weight * one.errors.covariance(one.fit) for one in self.members)
        return np.asarray(total)

    def degrees_of_freedom(self, fit: FittedHedge) -> float:
        """Return the smallest degrees of freedom of a member."""
        return min(one.errors.degrees_of_freedom(one.fit) for one in self.members)


def combined_errors(members: list[HedgeFit], weights: Array) -> CombinedErrors | None:
    """Return the errors of a combination; None if one of the members has none."""
    known = [
        _MemberErrors(weight, member, member.errors)
        for weight, member in zip(weights.tolist(), members, strict=True)
        if member.errors is not None
    ]
    return CombinedErrors(known) if len(known) == len(members) else None
