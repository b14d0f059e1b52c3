"""Hedges made of other hedges: how these are fitted, carried on and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit, HedgeModel
from hedgeresearch.hedges.intervals import PathErrors, RatioErrors
from hedgeresearch.hedges.model import can_start
from hedgeresearch.typing import Array


def check_hedge_model(value: Any, name: str) -> None:
    """Refuse what is no hedge model: it must be an instance with ``fit`` and ``advance``."""
    if isinstance(value, type) or not hasattr(value, "fit") or not hasattr(value, "advance"):
        raise DataError(
            f"{name} must be a hedge model such as OLSHedge(); got {value!r}. A model of covariances becomes one as "
            "MinimumVarianceHedge(model), one of regimes as RegimeHedge(model)."
        )


def needs_of(model: HedgeModel) -> str:
    """What a hedge model works on: "returns" or "prices"."""
    return str(getattr(model, "needs", "returns"))


def fit_inner(model: Any, asset: Any, hedges: Any, earlier: HedgeFit | None) -> HedgeFit:
    """The fit of an inner model, begun at an earlier one if there is one and the model can."""
    begun = {} if earlier is None or not can_start(model.fit) else {"warm_start": earlier}
    fit: HedgeFit = model.fit(asset, hedges, **begun)
    return fit


def extend_inner(fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
    """An inner fit over new dates (n_new, 1 + n_hedges), its history with it."""
    return fit.extend(returns.iloc[:, 0], returns.iloc[:, 1:])


def outer_fit(
    model: Any,
    inner: HedgeFit,
    ratio: pd.DataFrame,
    next_ratio: pd.Series[float],
    estimates: pd.DataFrame,
    inference: RatioErrors | None,
    state: Any,
) -> HedgeFit:
    """Other ratios made of those of ``inner``, whose regimes and covariances stay with it, in ``state``."""
    return HedgeFit(
        model=model,
        asset=inner.asset,
        ratio=ratio,
        next_ratio=next_ratio,
        next_covariance=inner.next_covariance,
        estimates=estimates,
        sample_end=inner.sample_end,
        last_date=inner.last_date,
        history=inner.history,
        n_sample=inner.n_sample,
        inference=inference,
        carries_state=inner.carries_state,
        state=state,
        returns_kind=inner.returns_kind,
    )


@dataclass(frozen=True, eq=False)
class InnerInference:
    """The sampling error of a next ratio that is that of an inner fit."""

    inner: HedgeFit
    inference: RatioErrors

    def covariance(self, fit: HedgeFit) -> Array:
        """That of the inner fit."""
        return self.inference.covariance(self.inner)

    def degrees_of_freedom(self, fit: HedgeFit) -> float:
        """Those of the inner fit."""
        return self.inference.degrees_of_freedom(self.inner)


@dataclass(frozen=True, eq=False)
class InnerPathInference(InnerInference):
    """The same where the whole path is that of the inner fit, and its errors are known."""

    inference: PathErrors

    def path_errors(self, fit: HedgeFit) -> Array:
        """Those of the inner fit."""
        return self.inference.path_errors(self.inner)


def inner_inference(inner: HedgeFit, whole_path: bool) -> RatioErrors | None:
    """The sampling error of the inner fit's next ratio and, if all its ratios are kept, of their path."""
    if whole_path and isinstance(inner.inference, PathErrors):
        return InnerPathInference(inner, inner.inference)
    return None if inner.inference is None else InnerInference(inner, inner.inference)
