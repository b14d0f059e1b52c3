"""The command line: recommend and compare hedges, check prices, begin a book, reproduce papers.

Each command has a file of its own. :func:`main` runs them; bad input ends with exit code 2 and one
line on standard error.
"""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from hedgeresearch._version import VERSION
from hedgeresearch.cli.commands import LazyCommands, new_typer
from hedgeresearch.cli.terminal.output import is_overflow, print_notice, warnings_as_lines
from hedgeresearch.errors import HedgeResearchError

app = new_typer(LazyCommands)


def _print_version(is_given: bool) -> None:
    if is_given:
        typer.echo(f"hedgeresearch {VERSION}")
        raise typer.Exit()


@app.callback()
def _options_of_all(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Hedge ratios: estimated, tested out of sample, and turned into contracts to trade."""


def main() -> None:
    """Run the command line; print an error or a warning as one line."""
    try:
        with warnings_as_lines():
            code = app(sys.argv[1:] or ["--help"], "hedgeresearch", standalone_mode=False)
    except HedgeResearchError as error:
        _fail(str(error))
    except typer.TyperException as error:
        _fail(error.format_message())
    except typer.Abort:
        sys.exit(130)
    except Exception as error:
        if not is_overflow(error):
            raise
        _fail(
            f"the numbers are too large or too small to compute with ({type(error).__name__}: "
            f"{error}). Check the units of prices, position, contracts and settings."
        )
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> NoReturn:
    print_notice("error", message)
    sys.exit(2)
