"""Sentences that say how a YAML file can be fixed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

MIN_SIMILARITY = 0.5
"""Similarity, from 0 to 1, from which a known name is suggested."""
NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<digits>\d+\.?\d*|\.\d+)(?:[eE](?P<exponent>[-+]?\d+))?")

SEPARATED = re.compile(r"(?P<sign>[-+]?)(?P<body>\d+(?:[.,' \u00a0\u202f_]\d+)+)")
"""Numbers with separators of thousands, or a comma before the fraction."""


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a sentence, after a space, with the known name that is most similar.

    There is none if no name is similar: a guess would mislead.
    """
    by_lower_case = {one.lower(): str(one) for one in known}
    nearest = difflib.get_close_matches(name.lower(), by_lower_case, n=1, cutoff=MIN_SIMILARITY)
    return f" The nearest is {by_lower_case[nearest[0]]!r}." if nearest else ""


def how_to_quote(value: Any, written: str) -> str:
    """Return a sentence, after a space, for a value that YAML does not read as text."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        kind = "a truth value"
    elif isinstance(value, date):
        kind = "a date"
    else:
        kind = "a number"
    return f" YAML reads {written} as {kind}: put it in quotes, '{written}'."


def without_separators(text: str) -> str | None:
    """Return how a number with separators is written in YAML; None for other text.

    Examples
    --------
    >>> without_separators("100.000,00"), without_separators("1,234")
    ('100000.00', '1234 or 1.234')
    """
    found = SEPARATED.fullmatch(text)
    if found is None:
        return None
    separators = re.findall(r"\D", found["body"])
    whole, last, fraction = found["body"].rpartition(separators[-1])
    digits = re.sub(r"\D", "", whole)
    plain = f"{found['sign']}{digits}{fraction}"
    with_point = f"{found['sign']}{digits}.{fraction}"
    if last not in ".," or separators.count(last) > 1:
        return plain
    if len(separators) > 1 or len(fraction) != 3:
        return with_point
    return f"{plain} or {with_point}"


def as_yaml_number(text: str) -> str:
    """Return a number with the same digits, as YAML 1.1 writes it.

    Examples
    --------
    >>> as_yaml_number("1e5"), as_yaml_number("-.5E3"), as_yaml_number("007")
    ('1.0e+5', '-0.5e+3', '7')
    """
    found = NUMBER.fullmatch(text)
    assert found is not None
    whole, point, decimals = found["digits"].partition(".")
    whole = whole.lstrip("0") or "0"  # leading zeros would make it octal
    exponent = found["exponent"]
    if exponent is None:
        return f"{found['sign']}{whole}{point}{decimals}"
    signed = exponent if exponent[0] in "-+" else f"+{exponent}"
    return f"{found['sign']}{whole}.{decimals or '0'}e{signed}"
