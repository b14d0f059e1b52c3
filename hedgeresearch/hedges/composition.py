"""Hedges composed of other hedges: their traits, and fits with other ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import (
    Dates,
    Labelled,
    as_index,
    changed,
    held,
    labels_of,
)
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import WrapperState
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.ratio_errors import RatioErrors
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


def wrapper_traits(model: HedgeModel) -> HedgeTraits:
    """Return the traits of a hedge that modifies the ratios of one other model."""
    inner = model.traits
    return HedgeTraits(
        input=inner.input,
        price_changes=inner.price_changes,
        warm_start=inner.warm_start,
        parts=(model,),
    )


def inner_fit(warm_start: HedgeFit | None) -> HedgeFit | None:
    """Return the fit of the inner model in an earlier fit of a wrapper."""
    return None if warm_start is None else warm_start.state.inner


def with_other_ratios(
    model: HedgeModel,
    state: WrapperState,
    ratio: Labelled,
    next_ratio: Labelled,
    estimates: Labelled | pd.DataFrame,
    errors: RatioErrors | None,
) -> HedgeFit:
    """Return a fit of ``model`` with ratios made of those of the inner fit, which is in ``state``.

    It has the sample and the next covariance of the inner fit, not its detail: regimes and
    covariances belong to the ratios of the inner fit.
    """
    inner: HedgeFit = state.inner
    return HedgeFit(
        model=model,
        sample=inner.sample,
        ratio=ratio,
        next_ratio=next_ratio,
        next_covariance=inner.next_covariance,
        estimates=estimates,
        errors=errors,
        state=state,
        horizon=inner.horizon,
    )


def with_shared_sample(members: Mapping[str, HedgeFit], sample: Sample) -> dict[str, HedgeFit]:
    """Return fits to the same observations that share one sample, and so extend it once.

    A composed hedge keeps its own: it extends the sample of its parts by itself.
    """
    return {
        name: changed(member, sample=sample) if _can_share(member, sample) else member
        for name, member in members.items()
    }


def _can_share(member: HedgeFit, sample: Sample) -> bool:
    own = member.sample
    same_rows = np.array_equal(own.rows.values, sample.rows.values)
    same_dates = own.dates is sample.dates or own.dates.equals(sample.dates)
    return same_rows and same_dates and not member.model.traits.parts


def advance_members(
    members: Mapping[str, HedgeFit], sample: Sample, returns: Array, dates: Dates
) -> tuple[dict[str, HedgeFit], Sample]:
    """Return fits over new dates of returns (n_new, 1 + n_hedges), and the longer sample.

    Parameters
    ----------
    members : HedgeFit by name
    sample : Sample, to be extended once for all fits that share it
    returns : array (n_new, 1 + n_hedges), the asset first
    dates : Index (n_new,) or list
    """
    longer = sample.append_array(returns, dates)
    later = {
        name: member.advance_array(returns, dates, longer if member.sample is sample else None)
        for name, member in members.items()
    }
    return later, longer


def common_paths(members: Sequence[HedgeFit]) -> tuple[list[Array], Dates]:
    """Return the ratios of fits (n_dates, n_hedges) on the dates that all have, and these dates."""
    paths = [held(member, "ratio") for member in members]
    labels = [labels_of(path) for path in paths]
    if all(_are_same(one, labels[0]) for one in labels):
        return [path.to_numpy() for path in paths], labels[0]
    # paths may begin on different dates
    dates: pd.Index[Any] = reduce(pd.Index.intersection, map(as_index, labels))
    return [member.ratio.loc[dates].to_numpy() for member in members], dates


def _are_same(labels: Dates, others: Dates) -> bool:
    return labels is others or as_index(labels).equals(as_index(others))
