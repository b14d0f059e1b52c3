"""What a command prints, and the files that it writes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer

from hedgeresearch.errors import HedgeResearchWarning
from hedgeresearch.report._atomic_write import check_apart, check_target, write_whole
from hedgeresearch.report._sanitize import visible

OUTPUT = "--output"


def check_output(path: Path | None, prices: Path | None = None) -> None:
    """Refuse a file that cannot be written, or is that of the prices, before the work whose result it is to hold."""
    if path is not None:
        check_target(path, OUTPUT)
    check_apart({OUTPUT: path}, {"--prices": prices})


def write(path: Path, text: str) -> None:
    write_whole(path, text + "\n", OUTPUT)


def tell(text: str) -> None:
    """Print lines without characters that a terminal would obey and a reader would not see."""
    typer.echo("\n".join(map(visible, text.split("\n"))))


def tell_apart(kind: str, message: str) -> None:
    """One line on standard error."""
    typer.echo(visible(f"{kind}: {' '.join(message.split())}"), err=True)


@contextmanager
def heard_warnings() -> Iterator[list[str]]:
    """Print each warning of the package in the block once, as a line; give those so far."""
    heard: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always", HedgeResearchWarning)
        others = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, HedgeResearchWarning):
                others(message, category, filename, lineno, file, line)
            elif str(message) not in heard:
                heard.append(str(message))
                tell_apart("warning", str(message))

        warnings.showwarning = show
        yield heard


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on standard error what takes time while it does, where that is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield
