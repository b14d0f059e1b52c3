"""Write reproductions as files: PNG and PDF figures, and one HTML page."""

from __future__ import annotations

import base64
import html
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hedgeresearch._page_style import page_style
from hedgeresearch._version import VERSION
from hedgeresearch.errors import DataError
from hedgeresearch.plotting import style
from hedgeresearch.reproductions.reproduction import Reproduction

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Published numbers, reproduced</title>
<style>
{style}</style></head>
<body><h1>Published numbers, reproduced</h1>
<p class="about">hedgeresearch {version}</p>
{overview}
{sections}
</body></html>
"""
HEADS = (
    "",
    "published numbers within tolerance",
    "equal to the print",
    "numbers of other programs",
)


def publish_reproductions(
    reproductions: Sequence[Reproduction], folder: Path, left_out: Mapping[str, str]
) -> None:
    """Write ``<name>.png`` and ``<name>.pdf`` of each, and a page ``reproductions.html``.

    Parameters
    ----------
    reproductions : reproductions that ran
    folder : an existing folder
    left_out : why others did not run, by name; the page lists them

    Raises
    ------
    DataError
        If the folder cannot be written.
    """
    with _refuse_os_errors(folder):
        sections = "\n".join(_section(reproduction, folder) for reproduction in reproductions)
        page = PAGE.format(
            style=page_style(),
            version=VERSION,
            overview=_overview(reproductions, left_out),
            sections=sections,
        )
        (folder / "reproductions.html").write_text(page, encoding="utf-8")


def check_folder(folder: Path) -> None:
    """Create the folder, or refuse it before the computation whose results it will hold."""
    with _refuse_os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def _section(reproduction: Reproduction, folder: Path) -> str:
    """Write the figure to the folder; return the section of the page."""
    picture = folder / f"{reproduction.name}.png"
    with style():
        reproduction.figure.savefig(picture)
        # Without a date the same figure gives the same file.
        reproduction.figure.savefig(picture.with_suffix(".pdf"), metadata={"CreationDate": None})
    image = base64.b64encode(picture.read_bytes()).decode()
    name = reproduction.name
    return (
        f'<section id="{name}"><h2>{name}</h2>{reproduction._repr_html_()}'
        f'<img alt="{name}" src="data:image/png;base64,{image}"></section>'
    )


def _overview(reproductions: Sequence[Reproduction], left_out: Mapping[str, str]) -> str:
    """Return a table of how many numbers are within their tolerance, and of what did not run."""
    rows = [_row(reproduction) for reproduction in reproductions]
    rows += [
        f"<tr><td>{name}</td><td colspan=3>{html.escape(why)}</td></tr>"
        for name, why in left_out.items()
    ]
    heads = "".join(f"<th>{head}</th>" for head in HEADS)
    return f'<table class="dataframe"><tr>{heads}</tr>{"".join(rows)}</table>'


def _row(reproduction: Reproduction) -> str:
    published = reproduction.count("published")
    other = reproduction.count("independent")
    recorded = reproduction.count("recorded")
    others = f"{other.within} of {other.compared}" if other.compared else ""
    if recorded.compared:
        others = f"{recorded.within} of {recorded.compared} of the recorded run"
    cells = (
        f'<a href="#{reproduction.name}">{reproduction.name}</a>',
        f"{published.within} of {published.compared}" if published.compared else "",
        f"{published.equal}" if published.compared else "",
        others,
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


@contextmanager
def _refuse_os_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"--output must be a folder that can be written; {folder}: {error.strerror}."
        ) from None
