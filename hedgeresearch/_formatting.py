"""Dates, numbers and models as text for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

ZERO_TOLERANCE = 1e-12
"""Size below which a number is written as zero."""
SHORT_DIGITS = 4
"""Significant digits of a ratio."""
RATIO_DECIMALS = 3
"""Smallest number of decimals of ratios, and significant digits of those that are small."""
SHOWN = {"shown": True}
"""Metadata of a setting with a default that is shown nevertheless, as it names the model."""
ROUND_TOLERANCE = 1e-9
"""Relative difference to a round number below which the round number is written."""


def day(date: Any) -> str:
    """Return a date without a time of midnight and without seconds of zero.

    Examples
    --------
    >>> day(pd.Timestamp("2020-01-31"))
    '2020-01-31'
    >>> day(pd.Timestamp("2020-01-31 16:30", tz="UTC"))
    '2020-01-31 16:30 UTC'
    >>> day(pd.Timestamp("2020-01-31 16:30:05", tz="UTC"))
    '2020-01-31 16:30:05 UTC'
    """
    if not isinstance(date, pd.Timestamp):
        return str(date)
    if date == date.normalize():
        return str(date.date())
    if date != date.floor("s"):
        return str(date)
    zone = f" {date.tzname()}" if date.tz else ""
    seconds = "" if date == date.floor("min") else f":{date:%S}"
    return f"{date:%Y-%m-%d %H:%M}{seconds}{zone}"


def describe(model: Any) -> str:
    """Return a model as a call with the settings that have no default or differ from it.

    A value that is not a dataclass is returned as its ``repr``.
    """
    if not is_dataclass(model):
        return repr(model.item() if isinstance(model, np.generic) else model)
    settings = []
    for field in fields(model):
        value = getattr(model, field.name)
        if field.default is MISSING or "shown" in field.metadata:
            settings.append(describe(value))
        elif value != field.default:
            settings.append(f"{field.name}={describe(value)}")
    return f"{type(model).__name__}({', '.join(settings)})"


def regime_label(regime: Any) -> str:
    """Return the name of a regime, or the word with its number.

    Examples
    --------
    >>> regime_label(0), regime_label("recession")
    ('regime 0', 'recession')
    """
    return regime if isinstance(regime, str) else f"regime {regime}"


def counted(number: int, noun: str) -> str:
    """Return a number and its noun, in the plural unless the number is one.

    Examples
    --------
    >>> counted(1, "such value"), counted(3, "such value")
    ('1 such value', '3 such values')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def exact(value: float) -> str:
    """Return a number with up to eight decimals, separated thousands and no exponent.

    Examples
    --------
    >>> exact(12500.0), exact(0.00025)
    ('12,500', '0.00025')
    """
    text = f"{value:,.8f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def quantity(value: float, digits: int = 4) -> str:
    """Return an amount with some significant digits, its whole part in full and no exponent.

    Zeros at the end of a round number are left out.

    Examples
    --------
    >>> quantity(1234.567), quantity(0.0123456), quantity(2.5)
    ('1,235', '0.01235', '2.5')
    """
    if not math.isfinite(value):
        return f"{abs(value):g}"
    if abs(value) < ZERO_TOLERANCE:
        return "0"
    # The exponent after rounding: 9.9999 has that of 10.
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    decimals = max(digits - 1 - exponent, 0)
    text = f"{value:,.{decimals}f}"
    is_round = math.isclose(value, round(value, decimals), rel_tol=ROUND_TOLERANCE)
    return text.rstrip("0").rstrip(".") if decimals and is_round else text


def short(value: float, decimals: int | None = None) -> str:
    """Return a number with at most four significant digits, no exponent and no negative zero.

    Parameters
    ----------
    value : float
    decimals : largest number of decimals; None for as many as four significant digits need

    Examples
    --------
    >>> short(57171.416), short(1.17549), short(0.0123456), short(-0.0001, decimals=3)
    ('57,170', '1.175', '0.01235', '0.000')
    """
    # The exponent after rounding: 9.9999 has that of 10.
    rounded = float(f"{value:.{SHORT_DIGITS}g}")
    exponent = math.floor(math.log10(abs(rounded))) if rounded else 0
    needed = SHORT_DIGITS - 1 - exponent
    shown = needed if decimals is None else min(needed, decimals)
    text = f"{round(value, shown):,.{max(shown, 0)}f}"  # from the exact number: rounded once
    return text.removeprefix("-") if float(text.replace(",", "")) == 0.0 else text


def ratio_texts(ratios: Sequence[float]) -> list[str]:
    """Return hedge ratios that belong together, such as one and the ends of its interval.

    All have three decimals, more if the largest is below 0.1, and at most four significant digits.

    Examples
    --------
    >>> ratio_texts([1.17549, 1.1, 0.05]), ratio_texts([0.00012345, -1e-20])
    (['1.175', '1.100', '0.050'], ['0.000123', '0.000000'])
    """
    largest = max(map(abs, ratios))
    decimals = RATIO_DECIMALS
    if math.isfinite(largest) and largest > ZERO_TOLERANCE:
        decimals = max(RATIO_DECIMALS - 1 - math.floor(math.log10(largest)), RATIO_DECIMALS)
    return [short(ratio, decimals) for ratio in ratios]


def money(value: float, currency: str = "") -> str:
    """Return an amount of currency: whole from 100 on, with three significant digits below.

    Parameters
    ----------
    value : float
    currency : str
        Name of the currency, written after the amount; "" where it is not known.

    Examples
    --------
    >>> money(1234.5), money(1234.5, "USD")
    ('1,234', '1,234 USD')
    """
    return f"{quantity(value, 3)} {currency}".rstrip()


def percent(share: float) -> str:
    """Return a share in percent with one decimal, or more if it would round to 100%.

    Examples
    --------
    >>> percent(0.795), percent(0.99996)
    ('79.5%', '99.996%')
    """
    distance = abs(1.0 - abs(share))
    if distance < 5e-9 or distance >= 5e-4:  # the first is 100% to eight digits
        decimals = 1
    else:
        decimals = min(math.ceil(-math.log10(200.0 * distance)), 6)
    text = f"{share:.{decimals}%}"
    return text.removeprefix("-") if float(text[:-1]) == 0.0 else text


def full_percent(share: float) -> str:
    """Return a chosen share, such as a confidence level, in percent with all its digits.

    Examples
    --------
    >>> full_percent(0.975)
    '97.5%'
    """
    return f"{100.0 * share:.10g}%"


def side(contracts: float, text: str) -> str:
    """Return a holding as its size, given as text, and "long" or "short"; "nothing" for zero.

    Examples
    --------
    >>> side(-40.0, "40")
    '40 short'
    """
    if abs(contracts) < ZERO_TOLERANCE:
        return "nothing"
    return f"{text.removeprefix('-')} {'long' if contracts > 0.0 else 'short'}"
