"""Checks of the settings of models and functions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from hedgeresearch.errors import DataError


def check_at_least(value: Any, name: str, minimum: int) -> None:
    """Refuse a setting that is not a whole number of at least ``minimum``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise DataError(f"{name} must be a whole number of at least {minimum}; got {value!r}.")


def check_between(value: Any, name: str, low: float, high: float) -> None:
    """Refuse a setting that does not lie strictly between two numbers."""
    if isinstance(value, Decimal):
        raise DataError(f"{name} must be a float; got {value!r}. Pass float(value).")
    real = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not real or not low < value < high:
        raise DataError(f"{name} must lie strictly between {low:g} and {high:g}; got {value!r}.")


def check_not_negative(value: Any, name: str, remedy: str = "Zero leaves it out.") -> None:
    """Refuse a setting that is negative or not a finite number; ``remedy`` says what to do."""
    check_between(value, name, -np.inf, np.inf)
    if value < 0.0:
        raise DataError(f"{name} must not be negative; got {value:g}. {remedy}")


def check_flag(value: Any, name: str) -> None:
    """Refuse a setting that is neither True nor False."""
    if not isinstance(value, bool):
        raise DataError(f"{name} must be True or False; got {value!r}.")


def check_choice(value: Any, name: str, choices: tuple[str, ...]) -> None:
    """Refuse a setting that is not one of the allowed words."""
    if value not in choices:
        raise DataError(f"{name} must be one of {', '.join(map(repr, choices))}; got {value!r}.")
