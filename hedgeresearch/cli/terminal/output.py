"""Text, warnings and progress that a command prints, and the file that it writes."""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from hedgeresearch._wrapping import wrapped as wrapped
from hedgeresearch.cli.terminal.shell_words import in_shell_words
from hedgeresearch.errors import HedgeResearchWarning
from hedgeresearch.report._atomic_write import check_different_files, check_writable, write_text
from hedgeresearch.report._sanitize import visible

if TYPE_CHECKING:
    import pandas as pd

OUTPUT = "--output"
"""Name of the option in error messages."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
"""Option of every command."""


def check_output(path: Path | None, prices: Path | None = None) -> None:
    """Refuse an output file that cannot be written or is the file of prices.

    It is called before the computation whose result the file will hold.
    """
    if path is not None:
        check_writable(path, OUTPUT)
    check_different_files({OUTPUT: path}, {"--prices": prices})


def write_output(path: Path, text: str) -> None:
    """Write text and a final line break to the output file."""
    write_text(path, text + "\n", OUTPUT)


def print_json(value: Any) -> None:
    """Print plain values as JSON; a number that does not exist is null."""
    typer.echo(as_json(value))


def as_json(value: Any) -> str:
    """Return plain values as JSON text."""
    return json.dumps(_plain(value), indent=2, allow_nan=False)


def as_rows(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by name, as plain values."""
    return {str(name): dict(row) for name, row in table.iterrows()}


def _plain(value: Any) -> Any:
    import numpy as np

    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, int | bool | str) else str(value)


def print_text(text: str) -> None:
    """Print lines, without control characters and other characters that are not visible."""
    typer.echo("\n".join(map(visible, text.split("\n"))))


def is_overflow(error: Exception) -> bool:
    """Return whether an error says that numbers are too large or too small to compute with."""
    from numpy.linalg import LinAlgError

    return isinstance(error, ArithmeticError | LinAlgError | MemoryError)


def print_notice(kind: str, message: str) -> None:
    """Print an error or a warning as one line on standard error."""
    text = in_shell_words(" ".join(message.split()))
    typer.echo(visible(f"{kind}: {text}"), err=True)


@contextmanager
def warnings_as_lines() -> Iterator[list[str]]:
    """Print each warning of the package in the block once, as a line; yield those so far.

    Warnings that differ in measured numbers only, as those of two samples of the same data do,
    count as the same.
    """
    printed: list[str] = []
    known: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("always", HedgeResearchWarning)
        show_other = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, HedgeResearchWarning):
                show_other(message, category, filename, lineno, file, line)
            elif _without_measurements(str(message)) not in known:
                known.add(_without_measurements(str(message)))
                printed.append(in_shell_words(str(message)))
                print_notice("warning", str(message))

        warnings.showwarning = show
        yield printed


def _without_measurements(message: str) -> str:
    """Return a warning without numbers that have a fraction; dates and counts stay."""
    return re.sub(r"\d+\.\d+", "#", message)


@contextmanager
def progress(description: str) -> Iterator[None]:
    """Show what is being computed on standard error, if it is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(description):
        yield
