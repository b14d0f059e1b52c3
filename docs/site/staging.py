"""Copy pages, notebooks and figures into one folder that Sphinx reads, with links that hold there.

The files themselves link each other by their place in the repository, so that they can be read
where they are.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OTHER_PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "datasets/README.md": "bundled_tables.md",
    "README.md": "start.md",
}
"""Files outside of docs/ and their pages; the tour of the README is the one of the start."""
COPIED = {".md", ".png", ".svg", ".yaml"}
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)#:\s]+)(?P<anchor>#[^)]*)?\)")


def stage(source: Path) -> None:
    """Fill the folder with pages, tutorials and figures."""
    shutil.rmtree(source, ignore_errors=True)
    for path in sorted(DOCS.rglob("*")):
        inside = path.relative_to(DOCS)
        if path.suffix in COPIED and inside.parts[0] not in ("site", "_build"):
            copy_file(path, source / inside)
    for original, page in OTHER_PAGES.items():
        if original != "README.md":
            copy_file(ROOT / original, source / page)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        copy_notebook(path, source / "tutorials" / path.name)


def copy_file(path: Path, target: Path) -> None:
    """Copy a figure as it is, and a page with links that hold in the folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".md":
        target.write_text(with_links(path.read_text(encoding="utf-8"), path), encoding="utf-8")
    else:
        shutil.copy(path, target)


def with_links(text: str, path: Path) -> str:
    """Return the text of a file with links to places in the folder; others become plain text."""
    here = Path(staged_place(path) or path.name).parent

    def rewrite(link: re.Match[str]) -> str:
        place = staged_place((path.parent / link["target"]).resolve())
        if place is None:
            return link["text"]
        anchor = "" if place == "start.md" else link["anchor"] or ""
        relative = os.path.relpath(place, here)
        return f"{link['image']}[{link['text']}]({relative}{anchor})"

    return LINK.sub(rewrite, text)


def staged_place(path: Path) -> str | None:
    """Return where a file of the repository stands in the folder, or None if it does not."""
    if not path.is_relative_to(ROOT):
        return None
    inside = path.relative_to(ROOT).as_posix()
    if inside in OTHER_PAGES:
        return OTHER_PAGES[inside]
    if path.suffix in COPIED and inside.startswith("docs/"):
        return inside.removeprefix("docs/")
    if path.suffix == ".ipynb":
        return f"tutorials/{path.name}"
    return None


def copy_notebook(path: Path, target: Path) -> None:
    """Copy a notebook with its outputs; its figures get the alternative text of their cell."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = with_links("".join(cell["source"]), path)
        elif has_figure(cell):
            image = {"alt": cell["metadata"].get("alt", "")}
            cell["metadata"]["mystnb"] = {"image": image}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(notebook), encoding="utf-8")


def has_figure(cell: dict[str, Any]) -> bool:
    """Whether the saved output of a code cell has a figure."""
    outputs = cell.get("outputs", [])
    return any("image/png" in output.get("data", {}) for output in outputs)
