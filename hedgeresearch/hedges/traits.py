"""Properties of hedge models that the rest of the package relies on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from hedgeresearch._durations import Horizon
from hedgeresearch._exports import exported_by

PriceChanges = Literal["log", "difference"]


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class HedgeTraits:
    """Properties of a hedge model that the package relies on, its attribute ``traits``.

    They are a class variable of the model, or a property where they depend on its settings. The
    defaults describe a model that is fitted to one-period returns and whose ratio is a function of
    the observations alone, such as OLS.

    Parameters
    ----------
    input : {"returns", "prices"}
        Input of ``fit`` and ``extend``.
    price_changes : {"log", "difference"}
        Changes of prices that the ratio of a model of prices belongs to; not used for a model of
        returns.
    warm_start : bool
        Whether ``fit`` accepts an earlier fit as ``warm_start=``, at which its search starts.
    filters_state : bool
        Whether the next ratio depends on parameters and on a state that is filtered with them from
        all observations, as in DCC; the bootstrap then varies the parameters only.
    random_ratio : bool
        Whether the ratio is a random variable, estimated with error even if the parameters are
        known, as in the Kalman hedge; the bootstrap cannot reproduce this error.
    bootstrap_interval : {"percentile", "basic"}
        "percentile": quantiles of the bootstrapped ratios; "basic": these reflected about the
        estimate, for models whose estimates are biased.
    hac_lags : {"automatic", "fixed"}, optional
        "automatic" if the model chooses the lags of its HAC standard errors, "fixed" if its setting
        ``hac_lags`` or another kind of standard errors does; None if it has no such setting.
    window : int, optional
        Number of observations in the smallest regression; None for the whole sample.
    horizon : int or time
        Number of periods spanned by one return that the model is fitted to, or their time.
    parts : tuple of hedge models
        The models that the model is composed of.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.VECMHedge().traits.input
    'prices'
    >>> hr.MinimumVarianceHedge(hr.DCC()).traits.warm_start
    True
    """

    input: Literal["returns", "prices"] = "returns"
    price_changes: PriceChanges = "log"
    warm_start: bool = False
    filters_state: bool = False
    random_ratio: bool = False
    bootstrap_interval: Literal["percentile", "basic"] = "percentile"
    hac_lags: Literal["automatic", "fixed"] | None = None
    window: int | None = None
    horizon: Horizon = 1
    parts: tuple[Any, ...] = ()


def all_traits(model: Any) -> Iterator[HedgeTraits]:
    """Yield the traits of a hedge model and of every hedge model that it is composed of."""
    yield model.traits
    for part in model.traits.parts:
        yield from all_traits(part)


def has_dynamics(model: Any) -> bool:
    """Return whether a model, or a part of it, is of covariances whose dynamics are estimated.

    The intervals of its ratio are those of large samples.
    """
    return any(
        traits.filters_state and traits.bootstrap_interval == "basic"
        for traits in all_traits(model)
    )


def horizon_of(model: Any) -> Horizon:
    """Return the horizon of the returns that a model, or a part of it, is fitted to."""
    longer = [traits.horizon for traits in all_traits(model) if traits.horizon != 1]
    return longer[0] if longer else 1


def with_horizon_in_rows(model: Any, n_rows: int) -> Any:
    """Return a model whose horizon, or the one of a part, is a number of rows instead of a time."""
    if isinstance(horizon_of(model), int) or not is_dataclass(type(model)):
        return model
    traits: HedgeTraits = model.traits
    changes: dict[str, Any] = {}
    for field in fields(model):
        value = getattr(model, field.name)
        if field.name == "horizon" and traits.horizon != 1:
            changes[field.name] = n_rows
        elif any(value is part for part in traits.parts):
            changes[field.name] = with_horizon_in_rows(value, n_rows)
        elif isinstance(value, Mapping):
            changes[field.name] = {
                name: with_horizon_in_rows(one, n_rows) if one in traits.parts else one
                for name, one in value.items()
            }
    return replace(model, **changes)
