"""The command line: one file a command."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from hedgeresearch.cli import compare, recommend, reproduce
from hedgeresearch.cli import datasets as listing
from hedgeresearch.cli.output import heard_warnings, tell_apart
from hedgeresearch.errors import HedgeResearchError

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command()(recommend.recommend)
app.command()(compare.compare)
app.command()(reproduce.reproduce)
app.command("datasets")(listing.list_datasets)


def main() -> None:
    """Run the command line; bad input ends with exit code 2 and one line; a warning is one line, too."""
    try:
        with heard_warnings():
            code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except HedgeResearchError as error:
        _fail(str(error))
    except typer.TyperException as error:
        _fail(error.format_message())
    except typer.Abort:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> NoReturn:
    tell_apart("error", message)
    sys.exit(2)
