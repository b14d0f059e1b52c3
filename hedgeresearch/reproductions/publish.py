"""Reproductions as files: a PNG and a PDF of each figure, and one page with everything on it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from hedgeresearch._version import VERSION
from hedgeresearch.errors import DataError
from hedgeresearch.plotting import style
from hedgeresearch.reproductions.reproduction import Reproduction

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Published numbers, reproduced</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; font-size: 13px; margin: 1rem 0; }}
th, td {{ border-bottom: 1px solid #ddd; padding: .2rem .6rem; text-align: right; }}
th:first-child {{ text-align: left; }}
img {{ max-width: 100%; }}
section {{ break-inside: avoid-page; margin-bottom: 3rem; }}
</style></head>
<body><h1>Published numbers, reproduced</h1>
<p>hedgeresearch {version}</p>
{sections}
</body></html>
"""


def publish(reproductions: Sequence[Reproduction], folder: Path) -> None:
    """Write ``<name>.png`` and ``<name>.pdf`` of each, and ``reproductions.html``, which needs no other file."""
    sections = []
    for reproduction in reproductions:
        picture = folder / f"{reproduction.name}.png"
        with style():
            reproduction.figure.savefig(picture)
            # without a date: the same figure is the same file
            reproduction.figure.savefig(picture.with_suffix(".pdf"), metadata={"CreationDate": None})
        image = base64.b64encode(picture.read_bytes()).decode()
        sections.append(
            f'<section id="{reproduction.name}">{reproduction._repr_html_()}'
            f'<img alt="{reproduction.name}" src="data:image/png;base64,{image}"></section>'
        )
    page = PAGE.format(version=VERSION, sections="\n".join(sections))
    (folder / "reproductions.html").write_text(page, encoding="utf-8")


def check_folder(folder: Path) -> None:
    """Make the folder, or refuse it before the work whose results it is to hold."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "reproductions.html").open("a").close()
    except OSError as error:
        raise DataError(f"--output must be a folder that can be written; {folder}: {error.strerror}.") from None
