"""``hedgeresearch compile``: compile kernels before their first use."""

from __future__ import annotations

import typer

from hedgeresearch.cli.terminal.output import AsJson, print_json


def compile_kernels(as_json: AsJson = False) -> None:
    """Compile kernels once, for later.

    They are otherwise compiled when a model is first estimated. Images and clusters run this where
    the package is installed.
    """
    from hedgeresearch.compilation import compile

    table = compile(None if as_json else typer.echo)
    if as_json:
        print_json(table.to_dict(orient="index"))
