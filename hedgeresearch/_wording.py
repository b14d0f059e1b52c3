"""How dates, numbers and models are written for people."""

from __future__ import annotations

import math
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pandas as pd


def day(date: Any) -> str:
    """A date as people write it: without a midnight, without seconds that are zero."""
    if not isinstance(date, pd.Timestamp):
        return str(date)
    if date == date.normalize():
        return str(date.date())
    whole_minute = date == date.floor("min")
    return f"{date:%Y-%m-%d %H:%M}{f' {date.tzname()}' if date.tz else ''}" if whole_minute else str(date)


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
    """An amount with some significant digits, its whole part in full, and no exponent."""
    if value == 0.0 or not math.isfinite(value):
        return f"{abs(value):g}"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:,.{decimals}f}"


def money(value: float) -> str:
    """A sum in currency: whole from 100 on, with three digits below."""
    return quantity(value, 3)


def percent(share: float) -> str:
    """A share with one decimal, and with as many as it takes to tell it from all."""
    left = abs(1.0 - abs(share))
    decimals = 1 if left == 0.0 or left >= 5e-4 else min(math.ceil(-math.log10(200.0 * left)), 6)
    return f"{share:.{decimals}%}"


def side(contracts: float, text: str) -> str:
    """A holding in words: the text of its size, and whether it is long or short."""
    return "nothing" if contracts == 0.0 else f"{text.removeprefix('-')} {'long' if contracts > 0.0 else 'short'}"
