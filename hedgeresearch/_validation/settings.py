"""Checks of the settings of models and functions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from hedgeresearch.errors import DataError

MAX_WHOLE = 2**63 - 1
"""Largest whole number of a setting; random generators and other languages hold no larger one."""
MAX_STARTS = 1000
"""Largest number of starts of a search: each takes some hundredths of a second at least."""
MAX_SIZE = 1e30
"""Largest size of a number that has no other bound: squares of larger ones overflow."""
MIN_SIZE = 1e-30
"""Smallest size of such a number, unless it is zero."""
LOG10_OF_2 = 0.30103
"""Decimal digits in a binary one."""
MAX_SHOWN_DIGITS = 30
"""Digits of a number up to which a message shows it in full."""


def check_at_least(value: Any, name: str, minimum: int, maximum: int = MAX_WHOLE) -> None:
    """Refuse a setting that is not a whole number from ``minimum`` to ``maximum``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise DataError(f"{name} must be a whole number of at least {minimum}; got {shown(value)}.")
    if value > maximum:
        raise DataError(f"{name} must be a whole number up to {maximum}; got {shown(value)}.")


def check_between(value: Any, name: str, low: float, high: float) -> None:
    """Refuse a setting that does not lie strictly between two numbers.

    Where one of them is infinite, numbers that are too large or small to compute with are refused
    as well.
    """
    if isinstance(value, Decimal):
        raise DataError(f"{name} must be a float; got {value!r}. Pass float(value).")
    real = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not real or not low < value < high:
        raise DataError(
            f"{name} must lie strictly between {low:g} and {high:g}; got {shown(value)}."
        )
    if np.isinf(high):
        check_magnitude(value, name)


def check_magnitude(value: Any, name: str) -> None:
    """Refuse a number that is too large or too small to compute with; zero is neither."""
    size = abs(value)
    if size > MAX_SIZE or 0.0 < size < MIN_SIZE:
        raise DataError(
            f"{name} must be zero or of a size from {MIN_SIZE:g} to {MAX_SIZE:g}; got "
            f"{shown(value)}. Check the unit."
        )


def shown(value: Any) -> str:
    """Return a value for a message; a whole number of very many digits by their number."""
    if isinstance(value, int) and not isinstance(value, bool):
        n_digits = int(abs(value).bit_length() * LOG10_OF_2) + 1
        if n_digits > MAX_SHOWN_DIGITS:
            return f"a number of about {n_digits:,} digits"
    return repr(value)


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
    if not isinstance(value, str) or value not in choices:
        raise DataError(f"{name} must be one of {', '.join(map(repr, choices))}; got {value!r}.")
