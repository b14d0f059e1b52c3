"""Members of a combination, and their weighted sum, estimated on arrays without tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import smallest_own_share
from hedgeresearch.covariance.array_estimate import FAILURES
from hedgeresearch.hedges.array_fit import ArrayFit, RefitRatios, as_array_model
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE, Refit
from hedgeresearch.hedges.composed.combination_weights import forward_folds
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.typing import Array

Models = Mapping[str, HedgeModel]
Weigh = Callable[[Array, float], Array]
"""Weights (n_members,) from hedged returns (n, n_members) and the variance of the asset."""


class ClosedFormFit(NamedTuple):
    """A sample from which a model in closed form computes the ratios of later dates.

    Attributes
    ----------
    model : hedge model that is ``ClosedFormRatios``
    sample : array (n_dates, 1 + n_hedges), the asset first
    remarks : tuple of str, none
    """

    model: Any
    sample: Array
    remarks: tuple[str, ...] = ()

    def ratios(self, later: Array) -> Array | None:
        """Return the ratio of each date of returns (n_later, 1 + n_hedges), see ``ArrayFit``."""
        n_dates = len(self.sample)
        values = np.concatenate([self.sample, later])
        refit = Refit(0, n_dates, n_dates, len(values))
        ratios: Array | None = next(self.model.ratios_by_refit(values, [refit]), None)
        return ratios


class CombinedArrayFit(NamedTuple):
    """Fits of the members of a combination, and their weights.

    Attributes
    ----------
    members : dict of ArrayFit by name
    weights : array (n_members,)
    remarks : tuple of str, warnings of the members
    """

    members: dict[str, ArrayFit]
    weights: Array
    remarks: tuple[str, ...]

    def ratios(self, later: Array) -> Array | None:
        """Return the ratio of each date of returns (n_later, 1 + n_hedges), see ``ArrayFit``."""
        total = 0.0
        for weight, member in zip(self.weights.tolist(), self.members.values(), strict=True):
            ratios = member.ratios(later)
            if ratios is None:
                return None
            total = total + weight * ratios
        return np.asarray(total)


def is_regular(sample: Array) -> bool:
    """Return whether a sample (n_dates, 1 + n_hedges) needs no check of a model."""
    if len(sample) < sample.shape[1] + 3:
        return False
    return bool(smallest_own_share(sample) > MIN_OWN_VARIANCE)


def member_fit(
    model: HedgeModel, sample: Array, names: Sequence[str], near: ArrayFit | None = None
) -> ArrayFit | None:
    """Return the fit of a member to a regular sample; None for a model that needs a table.

    Parameters
    ----------
    model : HedgeModel
    sample : array (n_dates, 1 + n_hedges), the asset first, which the fit may keep
    names : names of asset and hedges
    near : an earlier fit of the same model, at which a search may begin
    """
    arrays = as_array_model(model)
    if arrays is not None:
        fit = arrays.fit_array(sample, names, near if model.traits.warm_start else None)
        if fit is not None:
            return fit
    # a subclass may estimate in another way than the class whose closed form it inherits
    has_closed_form = "ratios_by_refit" in vars(type(model))
    return ClosedFormFit(model, sample) if has_closed_form else None


def ratios_of_fold(
    model: HedgeModel, values: Array, first: int, names: Sequence[str]
) -> RefitRatios | None:
    """Return the ratios of rows from ``first`` on by a fit to those before, a regular sample.

    None where the model needs a table, or says more of such a sample.

    Parameters
    ----------
    model : HedgeModel
    values : array (n_rows, 1 + n_hedges), the asset first
    first : int
    names : names of asset and hedges
    """
    try:
        fit = member_fit(model, values[:first].copy(), names)
        ratios = None if fit is None else fit.ratios(values[first:].copy())
    except FAILURES:
        return None  # the fit to a table says why
    if fit is None or ratios is None or not np.isfinite(ratios).all():
        return None
    return RefitRatios(ratios, fit.remarks)


def hedged_by(ratios: Array, returns: Array) -> Array:
    """Return the hedged returns (n_dates,) of returns (n_dates, 1 + n_hedges)."""
    return np.asarray(returns[:, 0] - (ratios * returns[:, 1:]).sum(axis=1))


def combined_array_fit(
    models: Models,
    sample: Array,
    names: Sequence[str],
    near: ArrayFit | None,
    folds: tuple[int, Weigh] | None,
) -> CombinedArrayFit | None:
    """Return the fit of a combination to a regular sample; None where a model needs a table.

    Parameters
    ----------
    models : HedgeModel by name
    sample : array (n_dates, 1 + n_hedges), the asset first
    names : names of asset and hedges
    near : an earlier fit, at which the searches of the members may begin
    folds : number of folds of the second half of the sample, and the weights from what is hedged
        there; None for equal weights
    """
    earlier = near.members if isinstance(near, CombinedArrayFit) else {}
    members: dict[str, ArrayFit] = {}
    for name, model in models.items():
        fit = member_fit(model, sample, names, earlier.get(name))
        if fit is None:
            return None
        members[name] = fit
    remarks = tuple(chain.from_iterable(member.remarks for member in members.values()))
    if folds is None:
        weights = np.full(len(members), 1.0 / len(members))
        return CombinedArrayFit(members, weights, remarks)
    n_folds, weigh = folds
    hedged = _hedged_in_folds(models, sample, names, n_folds)
    if hedged is None:
        return None
    weights = weigh(hedged.returns, float(sample[:, 0].var(ddof=1)))
    return CombinedArrayFit(members, weights, (*remarks, *hedged.remarks))


class _HedgedInFolds(NamedTuple):
    """Hedged returns (n, n_members) of the folds, and the warnings of their fits."""

    returns: Array
    remarks: list[str]


def _hedged_in_folds(
    models: Models, sample: Array, names: Sequence[str], n_folds: int
) -> _HedgedInFolds | None:
    parts: list[Array] = []
    remarks: list[str] = []
    for first, end in forward_folds(len(sample), n_folds):
        if not is_regular(sample[:first]):
            return None
        hedged = []
        for model in models.values():
            found = ratios_of_fold(model, sample[:end], first, names)
            if found is None:
                return None
            hedged.append(hedged_by(found.ratios, sample[first:end]))
            remarks += found.remarks
        parts.append(np.column_stack(hedged))
    return _HedgedInFolds(np.concatenate(parts), remarks)
