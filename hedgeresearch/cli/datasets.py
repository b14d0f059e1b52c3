"""``hedgeresearch datasets``: which tables there are."""

from __future__ import annotations

import typer

from hedgeresearch import datasets


def list_datasets() -> None:
    """List the tables, bundled and downloaded."""
    for name, row in datasets.list_datasets().iterrows():
        typer.echo(f"{name:15} {row['frequency']:20} {row['period']:26} {row['title']}")
