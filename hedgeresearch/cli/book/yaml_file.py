"""A YAML file as a tree of values with their places.

Only plain values are read: names, lists, text, numbers, dates and truth values. Tags, anchors and aliases are refused,
and so are names that come twice, of which YAML would keep the last in silence, text with characters that are not seen,
and what YAML 1.1 reads as something else than it looks like: NO as a truth value, 1e5 as text, 010 as eight, 12:30 as
seven hundred and fifty.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from hedgeresearch.cli.book.yaml_tree import Entry, how_to_quote
from hedgeresearch.errors import DataError
from hedgeresearch.report._sanitize import first_hidden

SCALARS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "timestamp")
}
OTHER_BASE = re.compile(r"[-+]?0[\d_]+|.*:.*")
"""Numbers that YAML 1.1 reads to the base of eight or sixty."""
OPENING = (
    yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken, yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken,
)  # fmt: skip
CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
DEEPEST = 30
"""Levels of a book, more than models in models ever need."""


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
        raise DataError(
            f"--position must be a YAML file that can be read; {path}: {error.strerror}."
        ) from None
    except UnicodeDecodeError:
        raise DataError(
            f"--position must be a YAML file in UTF-8; {path} is not. Save it again as UTF-8."
        ) from None
    try:
        _check_tokens(text, path.name)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DataError(
            f"{path.name}, line {line}: the file must be text without control characters; got U+{error.character:04X}. "
            "Remove it."
        ) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise DataError(
            f"{path.name}, line {line}: the file must be YAML; {error.problem}. Look at the indentation, the colons "
            "and the quotes."
        ) from None
    if root is None:
        raise DataError(
            f"{path.name} must describe a book; it is empty. docs/book.md describes every field."
        )
    return _entry(root, path.name, "")


def _entry(node: yaml.Node, file: str, field: str) -> Entry:
    place = Entry(file, field, node.start_mark.line + 1, None)
    if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
        return Entry(file, field, place.line, _named(node, file, field))
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        items = [
            _entry(item, file, f"{field}[{number}]") for number, item in enumerate(node.value, 1)
        ]
        return Entry(file, field, place.line, items)
    if node.tag not in SCALARS:
        place.refuse(f"must be a plain value; got the tag {node.tag!r}. Leave the tag out.")
    return Entry(file, field, place.line, _plain(node, place), node.value)


def _named(node: yaml.MappingNode, file: str, field: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for key, value in node.value:
        name = _entry(key, file, field)
        if not isinstance(name.content, str):
            name.refuse(
                f"must have text for names; got {name.shown}.{how_to_quote(name.content, name.written)}"
            )
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
    if (hidden := first_hidden(node.value)) is not None:
        place.refuse(
            f"must be text of one line whose characters are all seen; got {hidden} in {node.value!r}. Remove it."
        )
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except ValueError:
        place.refuse(f"must be a date of the calendar; got {node.value!r}. Put text in quotes.")
    return value.date() if isinstance(value, datetime) else value


def _check_tokens(text: str, file: str) -> None:
    """Refuse anchors and aliases, and what is nested deeper than any book."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            raise DataError(
                f"{file}, line {line}: values must be written out; anchors (&) and aliases (*) are not read. Put text "
                "that begins with one of these in quotes."
            )
        depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
        if depth > DEEPEST:
            raise DataError(
                f"{file}, line {line}: values must be nested {DEEPEST} levels deep at most; here they are deeper. Look "
                "for brackets that are not closed, and at the indentation."
            )
