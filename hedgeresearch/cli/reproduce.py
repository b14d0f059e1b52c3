"""``hedgeresearch reproduce``: published numbers, computed again."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from hedgeresearch.errors import DataError, HedgeResearchError, MissingDataError
from hedgeresearch.reproductions.publish import check_folder, publish
from hedgeresearch.reproductions.registry import NAMES, check_request, simulates
from hedgeresearch.reproductions.registry import reproduce as run
from hedgeresearch.reproductions.reproduction import Reproduction


class _Outcome(NamedTuple):
    """Those that were done, and why others were not, by name."""

    done: list[Reproduction]
    skipped: dict[str, str]
    failed: dict[str, str]


def reproduce(
    name: Annotated[str | None, typer.Argument(help=f"One of {', '.join(NAMES)}.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    replications: Annotated[
        int | None, typer.Option(help="Samples of the Monte Carlo studies, fewer for a quick look.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write figures (PNG, PDF) and one HTML page to this folder, too."),
    ] = None,
) -> None:
    """Compute published numbers again and set them beside what was printed."""
    if every == (name is not None):
        raise DataError(f"give one name or --all; the names are {', '.join(NAMES)}.")
    wanted = (
        {one: replications if simulates(one) else None for one in NAMES}
        if name is None
        else {name: replications}
    )
    for one, samples in wanted.items():
        check_request(one, samples)
    if output is not None:
        check_folder(output)
    outcome = _run_all(wanted) if name is None else _Outcome([_told(name, replications)], {}, {})
    if output is not None and outcome.done:
        publish(outcome.done, output, outcome.skipped | outcome.failed)
    if outcome.failed or not outcome.done or not all(result.passed for result in outcome.done):
        raise typer.Exit(1)


def _run_all(wanted: Mapping[str, int | None]) -> _Outcome:
    """All of them, told as they are done; one that cannot be done is told of, and the others go on."""
    outcome = _Outcome([], {}, {})
    for name, replications in wanted.items():
        try:
            outcome.done.append(_told(name, replications))
        except MissingDataError as error:
            outcome.skipped[name] = f"skipped: {error}"
            typer.echo(f"{name}: skipped: {error}", err=True)
        except HedgeResearchError as error:
            outcome.failed[name] = f"failed: {error}"
            typer.echo(f"{name}: failed: {error}", err=True)
    typer.echo(_summary(outcome), err=True)
    return outcome


def _told(name: str, replications: int | None) -> Reproduction:
    result = run(name, replications=replications)
    typer.echo(_text(result))
    return result


def _summary(outcome: _Outcome) -> str:
    """A line each on what was done and what was not."""
    if not outcome.done and not outcome.failed:
        return "no reproduction had its data"
    lines = {
        "skipped, as their data could not be had": [*outcome.skipped],
        "failed": [*outcome.failed],
        "with numbers outside their tolerance": [
            result.name for result in outcome.done if not result.passed
        ],
    }
    return "\n".join(
        [
            f"{len(outcome.done)} done.",
            *(f"{what}: {', '.join(names)}." for what, names in lines.items() if names),
        ]
    )


def _text(result: Reproduction) -> str:
    about = [
        f"{result.name}: {result.paper.title}",
        result.reference,
        *(f"- {line}" for line in result.paper.differs),
    ]
    further = (
        f"Ours: {caption}\n{table.to_string()}\n" for caption, table in result.tables.items()
    )
    head = "\n".join(
        textwrap.fill(line, 100, subsequent_indent="  ", break_on_hyphens=False) for line in about
    )
    return "\n".join([head, "", result.shown_table.to_string(), f"{result.verdict}.", "", *further])
