"""How numbers and dates are written in the cells of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hedgeresearch.errors import DataError

ISO_DATE = r"\d{4}-\d{2}(-\d{2}([T ].+)?)?|\d{8}"
EXPONENT = r"([eE][+-]?\d+)?"


@dataclass(frozen=True)
class Notation:
    """How numbers and dates are written.

    Parameters
    ----------
    decimal : str
        Character before the fraction of a number.
    stated : bool
        Whether the user stated how numbers are written, so that 1.234 is no question.
    thousands : str, optional
        Character between groups of three digits; none by default.
    date_format : str, optional
        Format of the dates in the codes of ``strptime``; ISO 8601 by default.
    percent : bool
        Whether a number may end in a per cent sign.
    """

    decimal: str = "."
    thousands: str | None = None
    date_format: str | None = None
    percent: bool = False
    stated: bool = True

    def __post_init__(self) -> None:
        _check_character(self.decimal, "decimal", ".,")
        _check_date_format(self.date_format)
        if self.thousands is None:
            return
        _check_character(self.thousands, "thousands", ".,' _\u00a0\u202f\u2019")
        if self.thousands == self.decimal:
            raise DataError(
                f"decimal and thousands must be different characters; both are {self.decimal!r}."
            )

    @classmethod
    def of_options(
        cls,
        sep: str | None,
        decimal: str | None,
        thousands: str | None,
        date_format: str | None,
        *,
        percent: bool = False,
    ) -> Notation:
        """Return the notation of the options of a reader; None stands for the default."""
        stated = decimal is not None or thousands is not None or sep in (None, ",", "\t")
        point = "." if decimal is None else decimal
        return cls(point, thousands, date_format, percent, stated)

    @property
    def number_pattern(self) -> str:
        """Regular expression that a number must match from beginning to end."""
        point = re.escape(self.decimal)
        digits = r"\d+"
        if self.thousands is not None:
            # Groups of exactly three digits: 1.5 is no number with a point between thousands.
            digits = rf"(\d{{1,3}}({re.escape(self.thousands)}\d{{3}})+|\d+)"
        sign = r"\s*%?" if self.percent else ""
        return rf"\s*[+-]?({digits}({point}\d*)?|{point}\d+){EXPONENT}{sign}\s*"


def _check_character(value: Any, name: str, allowed: str) -> None:
    if not isinstance(value, str) or value not in set(allowed):
        raise DataError(f"{name} must be one of {', '.join(map(repr, allowed))}; got {value!r}.")


def _check_date_format(date_format: Any) -> None:
    if date_format is None:
        return
    if not isinstance(date_format, str):
        raise DataError(f"date_format must be text, such as '%d.%m.%Y'; got {date_format!r}.")
    try:
        pd.to_datetime(pd.Series(["2020-01-31"]), format=date_format, errors="coerce")
    except ValueError as error:
        raise DataError(
            f"date_format must hold codes of strptime, such as '%d.%m.%Y'; got {date_format!r} "
            f"({error})."
        ) from None
