"""Searches that begin at an earlier fit, for models that can, and models made of others."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import pandas as pd

from hedgeresearch._formatting import describe
from hedgeresearch.errors import DataError

Fit = TypeVar("Fit")


def can_start(fit: Callable[..., object]) -> bool:
    """Whether a model's ``fit`` takes an earlier fit to begin at."""
    return "warm_start" in inspect.signature(fit).parameters


def fit_from(fit: Callable[..., Fit], data: pd.DataFrame, earlier: object) -> Fit:
    """The fit of ``data``, begun at an earlier one if there is one and the model can."""
    return fit(data) if earlier is None or not can_start(fit) else fit(data, warm_start=earlier)


def check_start(warm_start: Any, model: Any) -> None:
    """Refuse an earlier fit of another kind of model."""
    if warm_start is not None and type(getattr(warm_start, "model", None)) is not type(model):
        raise DataError(
            f"warm_start must be an earlier fit of {describe(model)}; got {warm_start!r}."
        )


def models_within(model: Any) -> Iterator[Any]:
    """A model and all that it is made of."""
    yield model
    for setting in (
        (getattr(model, field.name) for field in fields(model)) if is_dataclass(model) else ()
    ):
        for part in setting.values() if isinstance(setting, Mapping) else (setting,):
            if hasattr(part, "fit"):
                yield from models_within(part)


def horizon_of(model: Any) -> int:
    """Periods that the returns of a model span, those of the models that it is made of included."""
    return max(getattr(part, "horizon", 1) for part in models_within(model))
