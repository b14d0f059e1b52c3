"""Write the page of the command line from the commands themselves."""

from __future__ import annotations

from pathlib import Path

import typer

from hedgeresearch.cli.commands import COMMANDS, load_command

HEAD = """# Command line

`hedgeresearch --help` lists the commands, `hedgeresearch COMMAND --help` the options of one.
"""


def write_command_line(path: Path) -> None:
    """Write the page: a section a command with its options."""
    sections = [section(name) for name in COMMANDS]
    path.write_text("\n".join([HEAD, *sections]), encoding="utf-8")


def section(name: str) -> str:
    """Return the section of a command."""
    command = load_command(name)
    context = typer.Context(command, info_name=f"hedgeresearch {name}")
    usage = " ".join([f"hedgeresearch {name}", *command.collect_usage_pieces(context)])
    records = [one.get_help_record(context) for one in command.get_params(context)]
    options = [item(*record) for record in records if record is not None]
    words = command.help.replace("\b", "")
    return "\n".join([f"## {name}", "", words, "", f"    {usage}", "", *options, ""])


def item(option: str, words: str) -> str:
    """Return the line of an option."""
    plain = " ".join(words.split()).replace("<", "&lt;")
    return f"- `{option}`: {plain}"
