"""``hedgeresearch init``: write a book to begin with."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from hedgeresearch.cli.output import AsJson, print_json
from hedgeresearch.errors import DataError
from hedgeresearch.report._atomic_write import write_text

NAME = "BOOK"
Book = Annotated[Path, typer.Argument(help="File to write, such as book.yaml.")]


def write_book(book: Book = Path("book.yaml"), as_json: AsJson = False) -> None:
    """Write a commented book to begin with.

    It runs as it is; change it into your own.
    """
    if book.suffix not in (".yaml", ".yml"):
        raise DataError(f"{NAME} must be a file whose name ends in .yaml; got {str(book)!r}.")
    if book.exists() or book.is_symlink():
        raise DataError(
            f"{NAME} must be a new file: {book} exists. Choose another name, or remove it first."
        )
    template = files("hedgeresearch.cli.book").joinpath("template.yaml")
    write_text(book, template.read_text(encoding="utf-8"), NAME)
    command = f"hedgeresearch recommend --position {book}"
    if as_json:
        print_json({"written": str(book), "next": command})
        return
    typer.echo(f"{book} is written. Try it:  {command}")
