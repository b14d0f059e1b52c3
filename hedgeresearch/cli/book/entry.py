"""Values of a YAML file that know their place, so that an error names the line and the field."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NoReturn

import pandas as pd

from hedgeresearch.cli.book.hints import (
    NUMBER,
    as_yaml_number,
    did_you_mean,
    how_to_quote,
    without_separators,
)
from hedgeresearch.errors import DataError, DataWarning, warn_caller

MAX_PREVIEW = 60
"""Letters of a value that an error message shows."""
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}\.000")
"""Numbers that mean thousands where a point separates them."""


@dataclass(frozen=True, eq=False)
class Entry:
    """Value of a YAML file and its place.

    Attributes
    ----------
    file : name of the file
    field : path of names to the value, such as limits.gross; empty for the whole file
    line : int, from 1
    content : a plain value, a dictionary of entries by name, or a list of entries
    written : text of a plain value in the file
    """

    file: str
    field: str
    line: int
    content: Any
    written: str = ""

    # --- errors ---

    def refuse(self, reason: str) -> NoReturn:
        """Raise a DataError with the line, the field and the reason."""
        field = f"{self.field} " if self.field else ""
        raise DataError(f"{self.file}, line {self.line}: {field}{reason}")

    @contextmanager
    def locate_errors(self) -> Iterator[None]:
        """Add line and field to the errors that the package raises in the block.

        They are those of the entry below this one that the message names first, or of this one.
        """
        try:
            yield
        except DataError as error:
            if str(error).startswith(f"{self.file}, line "):
                raise
            place = self._named_in(str(error))
            field = f", {place.field}" if place.field else ""
            raise DataError(f"{self.file}, line {place.line}{field}: {error}") from None

    def _named_in(self, message: str) -> Entry:
        """Return the entry below this one that a message begins with or quotes, or this one."""
        entries: dict[str, Entry] = self.content if isinstance(self.content, dict) else {}
        for name, entry in entries.items():
            if re.match(rf"(the )?{re.escape(name)}\b", message) or f"{name!r}" in message:
                return entry._named_in(message)
        if not self.field:  # sections of the file have fields of the same name
            return self
        for entry in entries.values():
            found = entry._named_in(message)
            if found is not entry:
                return found
        return self

    def absent(self, name: str) -> Entry:
        """Return an empty entry for a field of this one that the file does not have."""
        return replace(self, field=f"{self.field}.{name}".lstrip("."), content=None, written="")

    @property
    def preview(self) -> str:
        """Value as an error message shows it."""
        if isinstance(self.content, dict):
            return "names with values"
        if isinstance(self.content, list):
            return "a list"
        if len(self.written) > MAX_PREVIEW:
            return f"{self.written[:MAX_PREVIEW]!r} and so on"
        return "nothing" if self.content is None else repr(self.written)

    # --- structures ---

    def section(self, known: Sequence[str], required: Sequence[str] = ()) -> dict[str, Entry]:
        """Return the entries by name; refuse unknown names and missing ones."""
        entries = self.mapping()
        section = self.field or "a book"
        for name, entry in entries.items():
            if name not in known:
                entry.refuse(
                    f"is not a field; {section} has the fields {', '.join(known)}."
                    f"{did_you_mean(name, known)}"
                )
        for name in required:
            if name not in entries:
                raise DataError(
                    f"{self.file}, line {self.line}: {section} must have the field {name!r}; "
                    "it is missing. Add it."
                )
        return entries

    def mapping(self) -> dict[str, Entry]:
        """Return the entries by name."""
        if not isinstance(self.content, dict):
            self.refuse(
                "must be names with values, one per line, such as 'name: value'; "
                f"got {self.preview}."
            )
        return self.content

    def named_settings(self, example: str) -> tuple[str, Entry]:
        """Return a name and the entry of its settings: ``name``, or ``name: {setting: 1}``."""
        if not isinstance(self.content, dict):
            name = self.text()
            return name, replace(self, field=f"{self.field}.{name}", content={}, written="")
        if len(self.content) != 1:
            self.refuse(f"must have one name, with its settings indented below, such as {example}.")
        return next(iter(self.content.items()))

    def items(self) -> list[Entry]:
        """Return the entries of a list."""
        if not isinstance(self.content, list):
            self.refuse(f"must be a list, with lines that begin with '- '; got {self.preview}.")
        return self.content

    # --- plain values ---

    def number(self) -> float:
        """Return a finite number."""
        self._refuse_quoted_number()
        value = self.content
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value):
            self.refuse(f"must be a number; got {self.preview}.")
        self._warn_of_thousands()
        return float(value)

    def integer(self) -> int:
        """Return a whole number."""
        self._refuse_quoted_number()
        if not isinstance(self.content, int) or isinstance(self.content, bool):
            self.refuse(f"must be a whole number; got {self.preview}.")
        return self.content

    def horizon(self) -> int | str:
        """Return a number of observations, or a time such as 10d."""
        is_time = isinstance(self.content, str) and not NUMBER.fullmatch(self.content)
        return self.text() if is_time else self.integer()

    def truth(self) -> bool:
        """Return true or false."""
        if not isinstance(self.content, bool):
            self.refuse(f"must be true or false; got {self.preview}.")
        return self.content

    def text(self) -> str:
        """Return text."""
        if not isinstance(self.content, str):
            hint = how_to_quote(self.content, self.written)
            self.refuse(f"must be text; got {self.preview}.{hint}")
        return self.content

    def choice(self, known: Sequence[str]) -> str:
        """Return text that is one of the known words."""
        word = self.text()
        if word not in known:
            self.refuse_choice(word, known)
        return word

    def refuse_choice(self, word: str, known: Sequence[str]) -> NoReturn:
        """Raise a DataError for a word that is not one of the known words."""
        self.refuse(f"must be one of {', '.join(known)}; got {word!r}.{did_you_mean(word, known)}")

    def day(self) -> date:
        """Return a date."""
        if not isinstance(self.content, date):
            self.refuse(f"must be a date such as 2025-03-28, without quotes; got {self.preview}.")
        return self.content

    def moment(self) -> str:
        """Return a time with a zone, as it is written; quotes make no difference."""
        with suppress(ValueError):
            if pd.Timestamp(self.written).tz is not None:
                return self.written
        self.refuse(
            f"must be a time with a zone, such as 2026-06-26 08:00+00:00; got {self.preview}."
        )

    def _warn_of_thousands(self) -> None:
        """Warn of a number such as 25.000, which is twenty-five here and more elsewhere."""
        if THOUSANDS.fullmatch(self.written):
            plain = self.written.replace(".", "")
            warn_caller(
                f"{self.file}, line {self.line}: {self.field} is read as {self.content:g}; if it "
                f"is {int(plain):,}, write {plain}.",
                DataWarning,
            )

    def _refuse_quoted_number(self) -> None:
        """Refuse a number that YAML reads as text; say how to write it with all its digits."""
        text = self.content
        if not isinstance(text, str):
            return
        if not NUMBER.fullmatch(text):
            self._refuse_separators(text)
            return
        if math.isfinite(float(text)):
            self.refuse(
                f"must be a number; YAML reads {self.preview} as text. Write it without quotes, "
                "and with a point and a sign before the exponent: "
                f"{as_yaml_number(text)}."
            )

    def _refuse_separators(self, text: str) -> None:
        """Refuse a number with separators, and say how to write it without."""
        plain = without_separators(text)
        if plain is not None:
            self.refuse(
                "must be a number with a point before the fraction and without separators: "
                f"{plain}; got {self.preview}."
            )
