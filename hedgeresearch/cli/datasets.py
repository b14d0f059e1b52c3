"""``hedgeresearch datasets``: list the tables."""

from __future__ import annotations

import typer

from hedgeresearch import datasets


def print_datasets() -> None:
    """List the bundled and downloaded tables."""
    for name, row in datasets.list_datasets().iterrows():
        typer.echo(f"{name:15} {row['frequency']:20} {row['period']:26} {row['title']}")
