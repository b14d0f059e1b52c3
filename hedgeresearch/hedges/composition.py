"""Hedges composed of other hedges: their traits, and fits with other ratios."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._containers.lazy_table import Labelled
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import WrapperState
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.ratio_errors import RatioErrors
from hedgeresearch.hedges.traits import HedgeTraits


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
    estimates: pd.DataFrame,
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
