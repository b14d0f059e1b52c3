"""``hedgeresearch reproduce``: compute published numbers again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pandas as pd
import typer

from hedgeresearch.cli.terminal.output import AsJson, as_rows, print_json, wrapped
from hedgeresearch.cli.terminal.tables import table_text
from hedgeresearch.errors import DataError, HedgeResearchError, MissingDataError
from hedgeresearch.reproductions.publish import check_folder, publish_reproductions
from hedgeresearch.reproductions.registry import (
    NAMES,
    check_request,
    is_resumable,
    is_simulation,
    reproduce,
)
from hedgeresearch.reproductions.reproduction import Reproduction

Name = Annotated[str | None, typer.Argument(help=f"One of {', '.join(NAMES)}.")]
All = Annotated[bool, typer.Option("--all", help="Run all reproductions.")]
Replications = Annotated[
    int | None,
    typer.Option(help="Number of samples of a Monte Carlo study; fewer for a quick look."),
]
Kept = Annotated[
    Path | None,
    typer.Option(help="Folder in which a long study keeps finished work, to resume it from there."),
]
Folder = Annotated[
    Path | None,
    typer.Option(help="Also write figures (PNG, PDF) and one HTML page to this folder."),
]


COMPARED = ("published", "ours", "within")
"""Columns that are read together."""


class _Outcome(NamedTuple):
    """Reproductions that ran, and why others did not, by name."""

    done: list[Reproduction]
    skipped: dict[str, str]
    failed: dict[str, str]


def reproduce_papers(
    name: Name = None,
    every: All = False,
    replications: Replications = None,
    checkpoint: Kept = None,
    output: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Compute published numbers again.

    --all leaves out studies of many minutes.
    """
    if every == (name is not None):
        raise DataError(f"pass one name or --all; the names are {', '.join(NAMES)}.")
    requested: dict[str, int | None] = {}
    if name is not None:
        requested[name] = replications
    else:
        quick = [one for one in NAMES if not is_resumable(one)]
        requested = {one: replications if is_simulation(one) else None for one in quick}
    for one, samples in requested.items():
        check_request(one, samples, checkpoint)
    if output is not None:
        check_folder(output)
    show = _show_nothing if as_json else _show_text
    if name is not None:
        outcome = _Outcome([_run(name, replications, show, checkpoint)], {}, {})
    else:
        outcome = _run_all(requested, show)
    if as_json:
        print_json(_records(outcome))
    if output is not None and outcome.done:
        publish_reproductions(outcome.done, output, outcome.skipped | outcome.failed)
    if outcome.failed or not outcome.done or not all(result.passed for result in outcome.done):
        raise typer.Exit(1)


def _run_all(requested: Mapping[str, int | None], show: Callable[[Reproduction], None]) -> _Outcome:
    """Run all and print each when it is done; continue after one that cannot be done."""
    outcome = _Outcome([], {}, {})
    for name, replications in requested.items():
        try:
            outcome.done.append(_run(name, replications, show))
        except MissingDataError as error:
            outcome.skipped[name] = f"skipped: {error}"
            typer.echo(f"{name}: skipped: {error}", err=True)
        except HedgeResearchError as error:
            outcome.failed[name] = f"failed: {error}"
            typer.echo(f"{name}: failed: {error}", err=True)
    typer.echo(_summarize(outcome), err=True)
    return outcome


def _run(
    name: str,
    replications: int | None,
    show: Callable[[Reproduction], None],
    checkpoint: Path | None = None,
) -> Reproduction:
    """Run one reproduction and show it."""
    settings = {} if checkpoint is None else {"checkpoint": checkpoint}
    result = reproduce(name, replications=replications, **settings)
    show(result)
    return result


def _show_text(result: Reproduction) -> None:
    typer.echo(_describe(result))


def _show_nothing(result: Reproduction) -> None:
    """Print nothing yet: the record of all follows."""


def _records(outcome: _Outcome) -> dict[str, Any]:
    """Return the numbers of each reproduction as plain values, and why others were left out."""
    done = {
        result.name: {
            "title": result.paper.title,
            "reference": result.reference,
            "passed": result.passed,
            "verdict": result.verdict,
            "numbers": as_rows(result.table),
        }
        for result in outcome.done
    }
    return {"reproductions": done, "left_out": outcome.skipped | outcome.failed}


def _summarize(outcome: _Outcome) -> str:
    """Return how many were done, and a line for each kind of trouble."""
    if not outcome.done and not outcome.failed:
        return "no reproduction had its data"
    outside = [result.name for result in outcome.done if not result.passed]
    troubles = {
        "skipped, data not available": list(outcome.skipped),
        "failed": list(outcome.failed),
        "with numbers outside their tolerance": outside,
    }
    lines = [f"{trouble}: {', '.join(names)}." for trouble, names in troubles.items() if names]
    return "\n".join([f"{len(outcome.done)} done.", *lines])


def _describe(result: Reproduction) -> str:
    """Return source, known differences, numbers, verdict and further tables."""
    about = [f"{result.name}: {result.paper.title}", result.reference]
    about += [f"- {line}" for line in result.paper.differs]
    head = [wrapped(line, "  ") for line in about]
    numbers = [_numbers(result.shown_table), "", wrapped(f"{result.verdict}.")]
    further = [
        f"{wrapped(f'Ours: {caption}')}\n{table_text(table)}\n"
        for caption, table in result.tables.items()
    ]
    return "\n".join([*head, "", *numbers, "", *further])


def _numbers(table: pd.DataFrame) -> str:
    """Return the numbers; where a terminal is narrow, the two that are compared stay together."""
    text = table_text(table)
    if "\n\n" not in text:
        return text
    together = [name for name in COMPARED if name in table.columns]
    return table_text(table[[*together, *table.columns.difference(together, sort=False)]])
