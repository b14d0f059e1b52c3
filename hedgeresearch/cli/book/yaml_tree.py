"""The values of a YAML file, each of which knows where it stands, so that a refusal names the line and the field."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NoReturn

from hedgeresearch.errors import DataError

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True, eq=False)
class Entry:
    """A value of the file and its place.

    Attributes
    ----------
    file : name of the file
    field : where it stands in the tree, such as limits.gross; empty for the whole
    line : int, from 1
    content : a plain value, a dictionary of entries by name, or a list of them
    written : how a plain value is written
    """

    file: str
    field: str
    line: int
    content: Any
    written: str = ""

    def refuse(self, reason: str) -> NoReturn:
        """Raise a DataError with the line, the field and the reason."""
        raise DataError(
            f"{self.file}, line {self.line}: {f'{self.field} ' if self.field else ''}{reason}"
        )

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Give refusals of the package within the block the line of the field that they name first, or of this one."""
        try:
            yield
        except DataError as error:
            if str(error).startswith(f"{self.file}, line "):
                raise
            where = self._named_in(str(error))
            field = f", {where.field}" if where.field else ""
            raise DataError(f"{self.file}, line {where.line}{field}: {error}") from None

    def _named_in(self, message: str) -> Entry:
        """The entry below this one that a message begins with or quotes, or this one."""
        entries: dict[str, Entry] = self.content if isinstance(self.content, dict) else {}
        for name, entry in entries.items():
            if re.match(rf"(the )?{re.escape(name)}\b", message) or f"{name!r}" in message:
                return entry._named_in(message)
        below = (entry._named_in(message) for entry in entries.values() if self.field)
        return next((one for one in below if one not in entries.values()), self)

    def missing(self, name: str) -> Entry:
        """What stands for a field below this one that is not there."""
        return replace(self, field=f"{self.field}.{name}".lstrip("."), content=None, written="")

    # --- what is wanted of it ---

    def section(self, known: Sequence[str], required: Sequence[str] = ()) -> dict[str, Entry]:
        """The entries by name; unknown names and missing ones are refused."""
        entries = self.mapping()
        what = self.field or "a book"
        for name, entry in entries.items():
            if name not in known:
                entry.refuse(
                    f"is no field; those of {what} are {', '.join(known)}.{did_you_mean(name, known)}"
                )
        for name in required:
            if name not in entries:
                raise DataError(
                    f"{self.file}, line {self.line}: {what} must have the field {name!r}; it is missing. Add it."
                )
        return entries

    def mapping(self) -> dict[str, Entry]:
        """The entries by name."""
        if not isinstance(self.content, dict):
            self.refuse(
                f"must be names with values, a line each, such as 'name: value'; got {self.shown}."
            )
        return self.content

    def items(self) -> list[Entry]:
        """The entries of a list."""
        if not isinstance(self.content, list):
            self.refuse(f"must be a list, its lines beginning with '- '; got {self.shown}.")
        return self.content

    def number(self) -> float:
        """A finite number."""
        value = self.content
        self._refuse_quoted()
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            self.refuse(f"must be a number; got {self.shown}.")
        return float(value)

    def whole(self) -> int:
        """A whole number."""
        self._refuse_quoted()
        if not isinstance(self.content, int) or isinstance(self.content, bool):
            self.refuse(f"must be a whole number; got {self.shown}.")
        return self.content

    def text(self) -> str:
        """Text, that of a name or a word."""
        if not isinstance(self.content, str):
            self.refuse(
                f"must be text; got {self.shown}.{how_to_quote(self.content, self.written)}"
            )
        return self.content

    def choice(self, known: Sequence[str]) -> str:
        """One of some words."""
        word = self.text()
        if word not in known:
            self.refuse(
                f"must be one of {', '.join(known)}; got {word!r}.{did_you_mean(word, known)}"
            )
        return word

    def day(self) -> date:
        """A date."""
        if not isinstance(self.content, date):
            self.refuse(f"must be a date such as 2025-03-28, without quotes; got {self.shown}.")
        return self.content

    def _refuse_quoted(self) -> None:
        """Refuse a number that YAML reads as text, and say how it is written: with all its digits."""
        if (
            isinstance(self.content, str)
            and NUMBER.fullmatch(self.content)
            and math.isfinite(float(self.content))
        ):
            self.refuse(
                f"must be a number; YAML reads {self.shown} as text. Write it without quotes, and with a point and a "
                f"sign before the exponent: {_as_number(self.content)}."
            )

    @property
    def shown(self) -> str:
        """The value as an error shows it."""
        if isinstance(self.content, dict | list):
            return "names with values" if isinstance(self.content, dict) else "a list"
        return "nothing" if self.content is None else repr(self.written)


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """The nearest of some names, as a sentence that follows another."""
    by_letters = {one.lower(): str(one) for one in known}  # whatever their case
    nearest = difflib.get_close_matches(name.lower(), by_letters, n=1, cutoff=0.0)
    return f" The nearest is {by_letters[nearest[0]]!r}." if nearest else ""


def _as_number(text: str) -> str:
    """A number in the letters of a text, as YAML 1.1 writes it."""
    sign, digits, exponent = re.fullmatch(r"([-+]?)([\d.]+)(?:[eE]([-+]?\d+))?", text).groups()  # type: ignore[union-attr]
    whole, point, places = digits.partition(".")
    whole = whole.lstrip("0") or "0"  # zeros before a number would make it octal
    if exponent is None:
        return f"{sign}{whole}{point}{places}"
    return f"{sign}{whole}.{places or '0'}e{exponent if exponent[0] in '-+' else f'+{exponent}'}"


def how_to_quote(value: Any, written: str) -> str:
    """What to do where YAML sees no text."""
    if value is None or isinstance(value, dict | list):
        return ""
    kind = (
        "a truth value"
        if isinstance(value, bool)
        else "a date"
        if isinstance(value, date)
        else "a number"
    )
    return f" YAML reads {written} as {kind}: put it in quotes, '{written}'."
