"""``hedgeresearch reproduce``: published numbers, computed again."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from hedgeresearch.errors import DataError, MissingDataError
from hedgeresearch.reproductions.catalogue import NAMES
from hedgeresearch.reproductions.catalogue import reproduce as run
from hedgeresearch.reproductions.publish import check_folder, publish
from hedgeresearch.reproductions.reproduction import Reproduction


def reproduce(
    name: Annotated[str | None, typer.Argument(help="Which one; hr.reproductions() and --help list them.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    replications: Annotated[int | None, typer.Option(help="Samples of a Monte Carlo study, for a quick look.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write figures (PNG, PDF) and one HTML page to this folder, too.")
    ] = None,
) -> None:
    """Compute published numbers again and set them beside what was printed."""
    if every == (name is not None):
        raise DataError(f"give one name or --all; the names are {', '.join(NAMES)}.")
    if output is not None:
        check_folder(output)
    done = _run_all() if name is None else [run(name, replications=replications)]
    for result in done:
        typer.echo(_text(result))
    if output is not None:
        publish(done, output)
    if not all(result.passed for result in done):
        raise typer.Exit(1)


def _run_all() -> list[Reproduction]:
    """All that have their data, with a progress bar; the others are told of and left out."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    done = []
    for name in track(NAMES, "Reproducing", console=console, disable=not console.is_terminal):
        try:
            done.append(run(name))
        except MissingDataError as error:
            typer.echo(f"{name}: skipped: {error}", err=True)
    return done


def _text(result: Reproduction) -> str:
    about = [f"{result.name}: {result.paper.title}", result.reference, *(f"- {line}" for line in result.paper.differs)]
    further = (f"Ours: {caption}\n{table.to_string()}\n" for caption, table in result.tables.items())
    head = "\n".join(textwrap.fill(line, 100, subsequent_indent="  ") for line in about)
    return "\n".join([head, "", result.shown_table.to_string(), f"{result.verdict}.", "", *further])
