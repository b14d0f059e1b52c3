"""``hedgeresearch init``: write a book to begin with."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from hedgeresearch.cli.terminal.output import AsJson, print_json, print_text, wrapped
from hedgeresearch.errors import DataError
from hedgeresearch.report._atomic_write import write_text

NAME = "BOOK"
PRICES = "pool_prices.csv"
"""File of the simulated prices that the book of a liquidity provider begins with."""
Book = Annotated[Path, typer.Argument(help="File to write, such as book.yaml.")]
Pool = Annotated[
    bool,
    typer.Option(
        "--pool",
        help="A book with liquidity in a pool and a loan; its simulated prices are written next "
        f"to it, to {PRICES}.",
    ),
]


def write_book(book: Book = Path("book.yaml"), pool: Pool = False, as_json: AsJson = False) -> None:
    """Write a commented book to begin with.

    It runs as it is; change it into your own.
    """
    if book.suffix not in (".yaml", ".yml"):
        raise DataError(f"{NAME} must be a file whose name ends in .yaml; got {str(book)!r}.")
    written = [book, book.parent / PRICES] if pool else [book]
    for path in written:
        if path.exists() or path.is_symlink():
            raise DataError(
                f"{NAME} must be a new file: {path} exists. Choose another name, or remove it "
                "first."
            )
    name = "pool_template.yaml" if pool else "template.yaml"
    template = files("hedgeresearch.cli.book").joinpath(name)
    write_text(book, template.read_text(encoding="utf-8"), NAME)
    if pool:
        from hedgeresearch.cli.book.pool_prices import simulated_prices

        write_text(written[1], simulated_prices().to_csv(lineterminator="\n"), NAME)
    command = f"hedgeresearch recommend --position {book}"
    if as_json:
        print_json({"written": str(book), "next": command})
        return
    names = " and ".join(str(path) for path in written)
    print_text(wrapped(f"{names} {'are' if pool else 'is'} written. Try it:") + f"\n  {command}")
