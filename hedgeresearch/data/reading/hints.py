"""Options of ``read_prices`` that fit cells which cannot be read as they are."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.data.reading.notation import ISO_DATE, Notation

SEPARATORS = (";", "\t", "|")
NOTATIONS = (
    Notation(",", None),
    Notation(".", ","),
    Notation(",", "."),
    Notation(".", " "),
    Notation(",", " "),
    Notation(".", "'"),
)
DATE_FORMATS = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d%m%Y",
    "%m%d%Y",
    "%b %d %Y",
    "%b-%y",
    "%Ym%m",
    "%YM%m",
)
TIMES_OF_DAY = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def separator_hint(header: str) -> str | None:
    """Return the option for another separator that occurs in the first line of a file."""
    for separator in SEPARATORS:
        if separator in header:
            return f"sep={separator!r}"
    return None


def number_hint(text: pd.Series[str]) -> str | None:
    """Return the options with which all numbers can be read; None if there are none.

    A comma may stand before a fraction or between thousands; the result then names both.
    """
    fitting = []
    for notation in NOTATIONS:
        if text.str.fullmatch(notation.number_pattern).all():
            options = f"decimal={notation.decimal!r}"
            if notation.thousands is not None:
                options += f", thousands={notation.thousands!r}"
            # a thousands separator that does not occur adds nothing
            if notation.thousands is None or _occurs(notation.thousands, text):
                fitting.append(options)
    if fitting:
        return " or ".join(fitting)
    if text.str.fullmatch(Notation(percent=True).number_pattern).all():
        return 'kind="percent"'
    return None


def _occurs(character: str, text: pd.Series[str]) -> bool:
    return bool(text.str.contains(character, regex=False).any())


def may_be_thousands(text: pd.Series[str]) -> bool:
    """Return whether points may stand between thousands: three digits follow each of them."""
    grouped = text.str.fullmatch(r"\s*[+-]?\d{1,3}(\.\d{3})+\s*")
    plain = text.str.fullmatch(r"\s*[+-]?\d{1,3}\s*")
    return bool(grouped.any() and (grouped | plain).all())


def date_hint(text: pd.Series[str]) -> str | None:
    """Return the options with which all dates can be read, or None.

    Day and month can be exchanged in many files; the result then names both formats.
    """
    fitting = []
    for date_format in DATE_FORMATS:
        for time_of_day in TIMES_OF_DAY:
            full = date_format + time_of_day
            if pd.to_datetime(text, format=full, errors="coerce").notna().all():
                fitting.append(f"date_format={full!r}")
    return " or ".join(fitting) or None


def date_column_hint(columns: pd.DataFrame | None) -> str | None:
    """Return the options that read the first of some columns which holds dates; None without one.

    Numbers are no dates, also where they could be read as such.
    """
    if columns is None:
        return None
    for name in columns:
        text = columns[name].dropna().astype(str).str.strip()
        if text.empty or pd.to_numeric(text, errors="coerce").notna().all():
            continue
        if text.str.fullmatch(ISO_DATE).all():
            return f"date={str(name)!r}"
        hint = date_hint(text)
        if hint is not None:
            return f"date={str(name)!r}, {hint}"
    return None
