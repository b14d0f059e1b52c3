"""How dates and models are written for people."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pandas as pd


def day(date: Any) -> str:
    """A date as people write it: without a midnight."""
    return str(date.date()) if isinstance(date, pd.Timestamp) and date == date.normalize() else str(date)


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
