"""Searches that begin at an earlier fit, for models that can."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

import pandas as pd

Fit = TypeVar("Fit")


def can_start(fit: Callable[..., object]) -> bool:
    """Whether a model's ``fit`` takes an earlier fit to begin at."""
    return "start" in inspect.signature(fit).parameters


def fit_from(fit: Callable[..., Fit], data: pd.DataFrame, earlier: object) -> Fit:
    """The fit of ``data``, begun at an earlier one if there is one and the model can."""
    return fit(data) if earlier is None or not can_start(fit) else fit(data, start=earlier)
