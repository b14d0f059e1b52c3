"""A YAML file as a tree that knows where each value stands, so that a refusal names the line and the field.

Only plain values are read: names, lists, text, numbers, dates and truth values. Tags, anchors and aliases are refused,
and so are names that come twice, of which YAML would keep the last in silence, and what YAML 1.1 reads as something
else than it looks like: NO as a truth value, 1e5 as text, 010 as eight, 12:30 as seven hundred and fifty.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import yaml

from hedgeresearch.errors import DataError

SCALARS = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "timestamp")}
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
OTHER_BASE = re.compile(r"[-+]?0[\d_]+|.*:.*")
"""Numbers that YAML 1.1 reads to the base of eight or sixty."""


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
        raise DataError(f"{self.file}, line {self.line}: {f'{self.field} ' if self.field else ''}{reason}")

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

    # --- what is wanted of it ---

    def section(self, known: Sequence[str], required: Sequence[str] = ()) -> dict[str, Entry]:
        """The entries by name; unknown names and missing ones are refused."""
        entries = self.mapping()
        what = self.field or "a book"
        for name, entry in entries.items():
            if name not in known:
                entry.refuse(f"is no field; those of {what} are {', '.join(known)}.{did_you_mean(name, known)}")
        for name in required:
            if name not in entries:
                raise DataError(
                    f"{self.file}, line {self.line}: {what} must have the field {name!r}; it is missing. Add it."
                )
        return entries

    def mapping(self) -> dict[str, Entry]:
        """The entries by name."""
        if not isinstance(self.content, dict):
            self.refuse(f"must be names with values, a line each, such as 'name: value'; got {self.shown}.")
        return self.content

    def items(self) -> list[Entry]:
        """The entries of a list."""
        if not isinstance(self.content, list):
            self.refuse(f"must be a list, its lines beginning with '- '; got {self.shown}.")
        return self.content

    def number(self) -> float:
        """A finite number."""
        value = self.content
        if isinstance(value, str) and NUMBER.fullmatch(value):
            self.refuse(
                f"must be a number; YAML reads {self.shown} as text. Write it without quotes, and with a point and a "
                f"sign before the exponent: {float(value):.1e}."
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.refuse(f"must be a number; got {self.shown}.")
        return float(value)

    def whole(self) -> int:
        """A whole number."""
        if not isinstance(self.content, int) or isinstance(self.content, bool):
            self.refuse(f"must be a whole number; got {self.shown}.")
        return self.content

    def text(self) -> str:
        """Text, that of a name or a word."""
        if not isinstance(self.content, str):
            self.refuse(f"must be text; got {self.shown}.{_quotes(self.content, self.written)}")
        return self.content

    def choice(self, known: Sequence[str]) -> str:
        """One of some words."""
        word = self.text()
        if word not in known:
            self.refuse(f"must be one of {', '.join(known)}; got {word!r}.{did_you_mean(word, known)}")
        return word

    def day(self) -> date:
        """A date."""
        if not isinstance(self.content, date):
            self.refuse(f"must be a date such as 2025-03-28, without quotes; got {self.shown}.")
        return self.content

    @property
    def shown(self) -> str:
        """The value as an error shows it."""
        if isinstance(self.content, dict | list):
            return "names with values" if isinstance(self.content, dict) else "a list"
        return "nothing" if self.content is None else repr(self.written)


def read_tree(path: Path) -> Entry:
    """The values of a file with their places.

    Raises
    ------
    DataError
        If it cannot be read, is no YAML, is empty, or holds what this module refuses.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"--position must be a YAML file that can be read; {path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise DataError(f"--position must be a YAML file in UTF-8; {path} is not. Save it again as UTF-8.") from None
    try:
        _refuse_aliases(text, path.name)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise DataError(
            f"{path.name}, line {line}: the file must be YAML; {error.problem}. Look at the indentation, the colons "
            "and the quotes."
        ) from None
    except yaml.YAMLError as error:
        raise DataError(f"{path.name}: the file must be YAML; {error}") from None
    if root is None:
        raise DataError(f"{path.name} must describe a book; it is empty. docs/book.md describes every field.")
    return _entry(root, path.name, "")


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """The nearest of some names, as a sentence that follows another."""
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return f" The nearest is {nearest[0]!r}." if nearest else ""


def _entry(node: yaml.Node, file: str, field: str) -> Entry:
    place = Entry(file, field, node.start_mark.line + 1, None)
    if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
        return Entry(file, field, place.line, _named(node, file, field))
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        items = [_entry(item, file, f"{field}[{number}]") for number, item in enumerate(node.value, 1)]
        return Entry(file, field, place.line, items)
    if node.tag not in SCALARS:
        place.refuse(f"must be a plain value; got the tag {node.tag!r}. Leave the tag out.")
    return Entry(file, field, place.line, _plain(node, place), node.value)


def _named(node: yaml.MappingNode, file: str, field: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for key, value in node.value:
        name = _entry(key, file, field)
        if not isinstance(name.content, str):
            name.refuse(f"must have text for names; got {name.shown}.{_quotes(name.content, name.written)}")
        if name.content in found:
            name.refuse(
                f"must hold each name once; {name.content!r} stands here and in line {found[name.content].line}. "
                "Remove one of the two."
            )
        entry = _entry(value, file, f"{field}.{name.content}".lstrip("."))
        # the line of the name: a value of several lines begins below it
        found[name.content] = Entry(file, entry.field, name.line, entry.content, entry.written)
    return found


def _plain(node: yaml.Node, place: Entry) -> Any:
    if node.tag.endswith((":int", ":float")) and OTHER_BASE.fullmatch(node.value):
        place.refuse(
            f"must be a decimal number; YAML reads {node.value} to the base of eight or sixty. Leave out leading zeros "
            "and colons, or put text in quotes."
        )
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except ValueError:
        place.refuse(f"must be a date of the calendar; got {node.value!r}. Put text in quotes.")
    return value.date() if isinstance(value, datetime) else value


def _refuse_aliases(text: str, file: str) -> None:
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            raise DataError(
                f"{file}, line {token.start_mark.line + 1}: values must be written out; anchors (&) and aliases (*) "
                "are not read. Put text that begins with one of these in quotes."
            )


def _quotes(value: Any, written: str) -> str:
    """What to do where YAML sees no text."""
    if value is None or isinstance(value, dict | list):
        return ""
    kind = "a truth value" if isinstance(value, bool) else "a date" if isinstance(value, date) else "a number"
    return f" YAML reads {written} as {kind}: put it in quotes, '{written}'."
