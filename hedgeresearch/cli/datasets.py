"""``hedgeresearch datasets``: list the tables."""

from __future__ import annotations

import typer

from hedgeresearch import datasets
from hedgeresearch.cli.terminal.output import AsJson, as_rows, print_json, wrapped


def print_datasets(as_json: AsJson = False) -> None:
    """List the bundled and downloaded tables."""
    table = datasets.list_datasets()
    if as_json:
        print_json(as_rows(table))
        return
    for name, row in table.iterrows():
        typer.echo(wrapped(f"{name}: {row['title']}; {row['frequency']}, {row['period']}", "  "))
