"""The commands, whose modules are imported when one of them is run.

So ``hedgeresearch --help`` answers without pandas, and a command imports what it uses itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Command(NamedTuple):
    """A command: its module within this package, its function and the line of its help."""

    module: str
    function: str
    summary: str


COMMANDS = {
    "demo": Command("demo", "show_demo", "Show a hedge of bundled data with its figure."),
    "recommend": Command("recommend", "recommend_hedge", "Recommend a hedge of a position."),
    "compare": Command("compare", "compare_hedges", "Compare hedges out of sample."),
    "surface": Command("surface", "fit_surface", "Fit the smiles of a file of option quotes."),
    "check": Command("check", "check_prices", "Report what looks wrong in prices."),
    "record": Command("record", "record_market", "Record public market data of a venue."),
    "live": Command("live", "follow_market", "Follow a market with the recommendation of a book."),
    "execution": Command(
        "execution", "report_execution", "Say what the fills of an order have cost."
    ),
    "init": Command("init", "write_book", "Write a commented book to begin with."),
    "reproduce": Command("reproduce", "reproduce_papers", "Compute published numbers again."),
    "compile": Command("compile", "compile_kernels", "Compile kernels once, for later."),
    "datasets": Command("datasets", "print_datasets", "List the bundled and downloaded tables."),
}
"""Commands by name, in the order of the help. The summaries repeat the first lines of docstrings,
which a test compares."""


class LazyCommands(TyperGroup):
    """Group whose commands are names and summaries until one of them is run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, entry in COMMANDS.items():
            self.add_command(TyperCommand(name, help=entry.summary))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the name, the command and the arguments that remain for it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else load_command(name), rest


def load_command(name: str) -> Any:
    """Return a command with the options of its function."""
    entry = COMMANDS[name]
    module = import_module(f"hedgeresearch.cli.{entry.module}")
    single = new_typer(has_completion=False)
    single.command(name)(vars(module)[entry.function])
    return typer.main.get_command(single)


def new_typer(group: type[TyperGroup] = TyperGroup, *, has_completion: bool = True) -> typer.Typer:
    """Return a command line without commands, in the style of all."""
    return typer.Typer(
        cls=group,
        add_completion=has_completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
