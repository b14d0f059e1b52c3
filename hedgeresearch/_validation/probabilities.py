"""Checks of the three probabilities that are easily taken for one another.

A tail probability such as 0.05 is the share of observations with larger losses; the size of a test
such as 0.05 is its probability of rejecting a true null hypothesis; the confidence of an interval
such as 0.95 is its probability of covering the true value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch.errors import DataError

MAX_CONFIDENCE = 0.999999
"""Largest confidence of an interval."""


def check_tail(value: Any, name: str = "tail") -> None:
    """Refuse a tail probability outside (0, 0.5], such as 0.95 for the tail of 0.05."""
    _check_small(value, name, "a tail probability")


def check_size(value: Any, name: str = "size") -> None:
    """Refuse the size of a test outside (0, 0.5], such as 0.95 for the size 0.05."""
    _check_small(value, name, "the size of a test")


def check_confidence(value: Any, name: str = "confidence") -> None:
    """Refuse the confidence of an interval outside [0.5, 1), such as 0.05 for 0.95."""
    if _is_number(value) and 0.5 <= value <= MAX_CONFIDENCE:
        return
    if _is_number(value) and MAX_CONFIDENCE < value < 1.0:
        raise DataError(
            f"{name} must be at most {MAX_CONFIDENCE}, as no sample tells more; got {value!r}."
        )
    raise DataError(
        f"{name} must be the probability that an interval covers the true value, in [0.5, 1); "
        f"got {value!r}.{_hint(value, name, 0.0, 0.5)}"
    )


def _check_small(value: Any, name: str, what: str) -> None:
    if _is_number(value) and 0.0 < value <= 0.5:
        return
    raise DataError(
        f"{name} must be {what}, in (0, 0.5]; got {value!r}.{_hint(value, name, 0.5, 1.0)}"
    )


def _is_number(value: Any) -> bool:
    real = isinstance(value, int | float | np.integer | np.floating)
    return real and not isinstance(value, bool)


def _hint(value: Any, name: str, low: float, high: float) -> str:
    """Suggest the complement of a value that only makes sense as the other probability."""
    if _is_number(value) and low < value < high:
        return f" Did you mean {name}={1.0 - value:.10g}?"
    example = 0.95 if high == 0.5 else 0.05
    return f" Pass a fraction such as {example}."
