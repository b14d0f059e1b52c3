"""The command line: recommend a hedge, compare hedges, reproduce papers, list datasets.

Each command has a file of its own. :func:`main` runs them; bad input ends with exit code 2 and one
line on standard error.
"""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from hedgeresearch.cli.compare import compare_hedges
from hedgeresearch.cli.datasets import print_datasets
from hedgeresearch.cli.output import print_notice, warnings_as_lines
from hedgeresearch.cli.recommend import recommend_hedge
from hedgeresearch.cli.reproduce import reproduce_papers
from hedgeresearch.errors import HedgeResearchError

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("recommend")(recommend_hedge)
app.command("compare")(compare_hedges)
app.command("reproduce")(reproduce_papers)
app.command("datasets")(print_datasets)


def main() -> None:
    """Run the command line; print an error or a warning as one line."""
    try:
        with warnings_as_lines():
            code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except HedgeResearchError as error:
        _fail(str(error))
    except typer.TyperException as error:
        _fail(error.format_message())
    except typer.Abort:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> NoReturn:
    print_notice("error", message)
    sys.exit(2)
