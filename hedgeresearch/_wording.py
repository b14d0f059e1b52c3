"""How dates and models are written for people."""

from __future__ import annotations

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
