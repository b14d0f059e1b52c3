"""Read a YAML file as a tree of entries.

Only plain values are read: names, lists, text, numbers, dates and truth values. Tags, anchors and
aliases are refused. So are names that come twice, of which YAML would keep the last without a
word, text with characters that are not visible, and numbers that YAML 1.1 does not read as they
look: 010 as eight, 12:30 as seven hundred and fifty.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import yaml

from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.hints import how_to_quote
from hedgeresearch.errors import DataError
from hedgeresearch.report._sanitize import first_hidden

SCALARS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "timestamp")
}
OTHER_BASE = re.compile(r"[-+]?0[\d_]+|.*:.*")
"""Numbers that YAML 1.1 reads in base eight or sixty."""
OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
MAX_DEPTH = 30
"""Levels of a file; models within models need far fewer."""


def read_yaml(path: Path) -> Entry:
    """Return the values of a file with their places.

    Raises
    ------
    DataError
        If the file cannot be read, is not YAML, is empty, or has what this module refuses.
    """
    text = _read_text(path)
    try:
        _check_tokens(text, path.name)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DataError(
            f"{path.name}, line {line}: the file must be text without control characters; "
            f"got U+{error.character:04X}. Remove it."
        ) from None
    except yaml.MarkedYAMLError as error:
        _refuse_syntax(path.name, error)
    if root is None:
        raise DataError(
            f"{path.name} must describe a book; it is empty. docs/book.md describes every field."
        )
    return _entry(root, path.name, "")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"--position must be a YAML file that can be read; {path}: {error.strerror}."
        ) from None
    except UnicodeDecodeError:
        raise DataError(
            f"--position must be a YAML file in UTF-8; {path} is not. Save it again as UTF-8."
        ) from None


def _refuse_syntax(file: str, error: yaml.MarkedYAMLError) -> NoReturn:
    line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
    raise DataError(
        f"{file}, line {line}: the file must be YAML; {error.problem}. Check the indentation, the "
        "colons and the quotes."
    ) from None


def _check_tokens(text: str, file: str) -> None:
    """Refuse anchors and aliases, and values that are nested too deeply."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            raise DataError(
                f"{file}, line {line}: values must be written out; anchors (&) and aliases (*) are "
                "not read. Put text that begins with one of these in quotes."
            )
        depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
        if depth > MAX_DEPTH:
            raise DataError(
                f"{file}, line {line}: values must be nested at most {MAX_DEPTH} levels deep; "
                "here they are deeper. Check the indentation, and close every bracket."
            )


def _entry(node: yaml.Node, file: str, field: str) -> Entry:
    """Return a node and everything below it as entries."""
    place = Entry(file, field, node.start_mark.line + 1, None)
    if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
        return Entry(file, field, place.line, _entries_by_name(node, file, field))
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        items = [
            _entry(item, file, f"{field}[{number}]") for number, item in enumerate(node.value, 1)
        ]
        return Entry(file, field, place.line, items)
    if node.tag not in SCALARS:
        place.refuse(f"must be a plain value; got the tag {node.tag!r}. Remove the tag.")
    return Entry(file, field, place.line, _plain_value(node, place), node.value)


def _entries_by_name(node: yaml.MappingNode, file: str, field: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for key, value in node.value:
        if node.flow_style and key.value.isdigit() and value.value == "":
            Entry(file, field, key.start_mark.line + 1, None).refuse(
                f"must have names; got {key.value!r}: a comma ends the value; write numbers with a "
                "point before the fraction and without separators, such as 1234.5."
            )
        name = _entry(key, file, field)
        if not isinstance(name.content, str):
            hint = how_to_quote(name.content, name.written)
            name.refuse(f"must have names that are text; got {name.preview}.{hint}")
        if name.content in found:
            name.refuse(
                f"must have each name once; {name.content!r} is also in line "
                f"{found[name.content].line}. Remove one of the two."
            )
        entry = _entry(value, file, f"{field}.{name.content}".lstrip("."))
        # The line is that of the name: a value of several lines begins below it.
        found[name.content] = Entry(file, entry.field, name.line, entry.content, entry.written)
    return found


def _plain_value(node: yaml.Node, place: Entry) -> Any:
    """Return text, a number, a date, a truth value or None; a time of day is left out."""
    if node.tag.endswith((":int", ":float")) and OTHER_BASE.fullmatch(node.value):
        place.refuse(
            f"must be a decimal number; YAML reads {node.value} in base eight or sixty. Leave out "
            "leading zeros and colons, or put text in quotes."
        )
    hidden = first_hidden(node.value)
    if hidden is not None:
        place.refuse(
            f"must be text of one line with visible characters only; got {hidden} in "
            f"{node.value!r}. Remove it."
        )
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except ValueError:
        if node.tag.endswith(":int"):
            place.refuse(f"must be a number of fewer digits; got one of {len(node.value):,}.")
        place.refuse(f"must be a date of the calendar; got {node.value!r}. Put text in quotes.")
    return value.date() if isinstance(value, datetime) else value
