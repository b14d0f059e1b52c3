"""Hedges composed of other hedges: their traits, and fits with other ratios."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import (
    Dates,
    Deferred,
    Labelled,
    as_index,
    changed,
    held,
    labels_of,
    same_labels,
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


def other_ratios(
    state: WrapperState,
    ratio: Labelled,
    next_ratio: Labelled,
    estimates: Labelled | Deferred,
    errors: RatioErrors | None,
) -> dict[str, Any]:
    """Return the fields of a fit with ratios made of those of the inner fit, in ``state``.

    It has the sample and the next covariance of the inner fit, not its detail: regimes and
    covariances belong to the ratios of the inner fit.
    """
    inner: HedgeFit = state.inner
    return {
        "sample": inner.sample,
        "ratio": ratio,
        "next_ratio": next_ratio,
        "next_covariance": held(inner, "next_covariance"),
        "estimates": estimates,
        "errors": errors,
        "state": state,
        "horizon": inner.horizon,
    }


def with_shared_sample(member: HedgeFit, sample: Sample) -> HedgeFit:
    """Return a fit with an equal sample that other fits share, so that it is extended once.

    A composed hedge keeps its own: it extends the sample of its parts by itself.
    """
    own = member.sample
    same_rows = np.array_equal(own.rows.values, sample.rows.values)
    if member.model.traits.parts or not same_rows or not same_labels(own.dates, sample.dates):
        return member
    sharing: HedgeFit = changed(member, sample=sample)
    return sharing


def advance_members(
    members: Sequence[HedgeFit], sample: Sample, returns: Array, dates: Dates
) -> tuple[list[HedgeFit], Sample]:
    """Return fits over new dates of returns (n_new, 1 + n_hedges), and the longer sample.

    Parameters
    ----------
    members : sequence of HedgeFit
    sample : Sample, to be extended once for all fits that share it
    returns : array (n_new, 1 + n_hedges), the asset first
    dates : Index (n_new,) or list
    """
    longer = sample.append_array(returns, dates)
    later = [
        member.advance_array(returns, dates, longer if member.sample is sample else None)
        for member in members
    ]
    return later, longer


def common_paths(members: Sequence[HedgeFit]) -> tuple[list[Array], Dates]:
    """Return the ratios of fits (n_dates, n_hedges) on the dates that all have, and these dates."""
    paths = [held(member, "ratio") for member in members]
    labels = [labels_of(path) for path in paths]
    if all(same_labels(one, labels[0]) for one in labels):
        return [path.to_numpy() for path in paths], labels[0]
    # paths may begin on different dates
    dates: pd.Index[Any] = reduce(pd.Index.intersection, map(as_index, labels))
    return [member.ratio.loc[dates].to_numpy() for member in members], dates
