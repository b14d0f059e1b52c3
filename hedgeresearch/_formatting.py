"""How dates, numbers and models are written for people."""

from __future__ import annotations

import math
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pandas as pd

ZERO_TOLERANCE = 1e-12
"""Size below which a number is written as zero."""
ROUND_TOLERANCE = 1e-9
"""Relative difference to a round number below which it is written as that."""


def day(date: Any) -> str:
    """A date as people write it: without a midnight, without seconds that are zero."""
    if not isinstance(date, pd.Timestamp):
        return str(date)
    if date == date.normalize():
        return str(date.date())
    whole_minute = date == date.floor("min")
    return (
        f"{date:%Y-%m-%d %H:%M}{f' {date.tzname()}' if date.tz else ''}"
        if whole_minute
        else str(date)
    )


def describe(model: Any) -> str:
    """A model by its name and the settings that are required or differ from their defaults."""
    if not is_dataclass(model):
        return repr(model)
    settings = []
    for field in fields(model):
        value = getattr(model, field.name)
        if field.default is MISSING:
            settings.append(describe(value))
        elif value != field.default:
            settings.append(f"{field.name}={describe(value)}")
    return f"{type(model).__name__}({', '.join(settings)})"


def exact(value: float) -> str:
    """A number in full: thousands separated, without an exponent or zeros at its end."""
    text = f"{value:,.8f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def quantity(value: float, digits: int = 4) -> str:
    """An amount with some significant digits, its whole part in full and no exponent; a round one without zeros."""
    if not math.isfinite(value):
        return f"{abs(value):g}"
    if abs(value) < ZERO_TOLERANCE:
        return "0"
    leading = int(
        f"{value:.{digits - 1}e}".partition("e")[2]
    )  # of the rounded number: 9.9999 is 10
    decimals = max(digits - 1 - leading, 0)
    text = f"{value:,.{decimals}f}"
    is_round = math.isclose(value, round(value, decimals), rel_tol=ROUND_TOLERANCE)
    return text.rstrip("0").rstrip(".") if decimals and is_round else text


def money(value: float) -> str:
    """A sum in currency: whole from 100 on, with three digits below."""
    return quantity(value, 3)


def percent(share: float) -> str:
    """A share with one decimal, and with as many as it takes to tell it from all."""
    left = abs(1.0 - abs(share))
    decimals = 1 if left == 0.0 or left >= 5e-4 else min(math.ceil(-math.log10(200.0 * left)), 6)
    text = f"{share:.{decimals}%}"
    return text.removeprefix("-") if float(text[:-1]) == 0.0 else text


def full_percent(share: float) -> str:
    """A share that somebody chose, such as a level, with all its digits."""
    return f"{100.0 * share:.10g}%"


def side(contracts: float, text: str) -> str:
    """A holding in words: the text of its size, and whether it is long or short."""
    return (
        "nothing"
        if abs(contracts) < ZERO_TOLERANCE
        else f"{text.removeprefix('-')} {'long' if contracts > 0.0 else 'short'}"
    )
