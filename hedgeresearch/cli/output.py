"""Text, warnings and progress that a command prints, and the file that it writes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer

from hedgeresearch.errors import HedgeResearchWarning
from hedgeresearch.report._atomic_write import check_different_files, check_writable, write_text
from hedgeresearch.report._sanitize import visible

OUTPUT = "--output"
"""Name of the option in error messages."""


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


def print_text(text: str) -> None:
    """Print lines, without control characters and other characters that are not visible."""
    typer.echo("\n".join(map(visible, text.split("\n"))))


def print_notice(kind: str, message: str) -> None:
    """Print an error or a warning as one line on standard error."""
    typer.echo(visible(f"{kind}: {' '.join(message.split())}"), err=True)


@contextmanager
def warnings_as_lines() -> Iterator[list[str]]:
    """Print each warning of the package in the block once, as a line; yield those so far."""
    printed: list[str] = []
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
            elif str(message) not in printed:
                printed.append(str(message))
                print_notice("warning", str(message))

        warnings.showwarning = show
        yield printed


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
