"""Protocol that every hedge model implements."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import describe
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.traits import HedgeTraits


@exported_by("hedgeresearch.hedges")
@runtime_checkable
class HedgeModel(Protocol):
    """Settings of a hedge, with the methods that estimate and extend it.

    A model whose traits have ``warm_start=True`` also accepts an earlier fit, as
    ``fit(asset, hedges, *, warm_start=None)``.

    Examples
    --------
    >>> from hedgeresearch.hedges import HedgeModel, OLSHedge
    >>> isinstance(OLSHedge(), HedgeModel), isinstance("OLS", HedgeModel)
    (True, False)
    """

    @property
    def traits(self) -> HedgeTraits:
        """Properties that the package relies on; a class variable unless settings change them."""

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on returns of the asset (n_dates,) and of the hedges (n_dates, n_hedges)."""

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return ``fit`` over new dates of valid returns (n_new, 1 + n_hedges), the asset first.

        The result keeps ``fit.sample``, to which the package appends the new dates.
        """


def is_hedge_model(value: object) -> bool:
    """Return whether a value is an instance with all attributes of a hedge model."""
    if isinstance(value, type) or not isinstance(value, HedgeModel):
        return False
    return isinstance(value.traits, HedgeTraits)


def check_hedge_model(value: object, name: str) -> None:
    """Refuse what is not a hedge model.

    Raises
    ------
    DataError
        If it has no ``fit``, ``advance`` or ``traits``, or is a class instead of an instance.
    """
    if is_hedge_model(value):
        return
    problem = f"{name} must be a hedge model such as OLSHedge(); got {value!r}"
    if isinstance(value, type):
        remedy = f"Pass an instance, such as {value.__name__}()."
    elif {"fit", "advance", "traits"} <= set(dir(value)):
        remedy = (
            "Its traits must be HedgeTraits(); hedges of options are for walk_forward_options, "
            "see hr.evaluation."
        )
    elif {"fit", "advance"} <= set(dir(value)):
        remedy = "Give it traits, such as the class variable traits = HedgeTraits()."
    else:
        remedy = "Wrap a covariance model in MinimumVarianceHedge, a regime model in RegimeHedge."
    raise DataError(f"{problem}. {remedy}")


def check_warm_start(warm_start: HedgeFit | None, model: HedgeModel) -> None:
    """Refuse an earlier fit of another kind of hedge model."""
    if warm_start is None:
        return
    if not isinstance(warm_start, HedgeFit) or type(warm_start.model) is not type(model):
        raise DataError(
            f"warm_start must be an earlier fit of {describe(model)}; got {warm_start!r}."
        )


def fit_hedge(
    model: HedgeModel,
    asset: pd.Series[float],
    hedges: pd.DataFrame,
    warm_start: HedgeFit | None = None,
) -> HedgeFit:
    """Fit a hedge model, starting at an earlier fit if one is given and the model supports it."""
    if warm_start is None or not model.traits.warm_start:
        return model.fit(asset, hedges)
    warm: Any = model  # the protocol leaves warm_start to the models that accept it
    fit: HedgeFit = warm.fit(asset, hedges, warm_start=warm_start)
    return fit
