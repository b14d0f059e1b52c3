"""Notebooks are saved as the gallery shows them: executed, with figures, without paths.

Each begins with its question and ends with its answer and a link to the next one.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
PLACES = (Path(__file__).parents[1], Path(sys.prefix), Path.home(), tempfile.gettempdir())
"""Folders of the machine that made the outputs, where it is this one."""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_to_the_rules(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    outputs = [output for cell in code for output in cell["outputs"]]
    assert len(cells) <= 20
    assert not any(line.startswith(("def ", "class ")) for cell in code for line in cell["source"])
    assert all(cell["execution_count"] for cell in code)
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not any(
        output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs
    )
    assert not any(str(place) in json.dumps(outputs) for place in PLACES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_asks_and_answers(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    first, last = ("".join(cells[k]["source"]) for k in (0, -1))
    assert {cells[0]["cell_type"], cells[-1]["cell_type"]} == {"markdown"}
    question = re.search(r"^\*\*Question\.\*\* ([\s\S]*)", first, re.MULTILINE)
    answer = re.search(r"^\*\*Answer\.\*\* (.+(?:\n.+)*)", last, re.MULTILINE)
    assert question is not None and "?" in question[1]
    assert answer is not None and re.search(r"\d", answer[1])


@pytest.mark.parametrize("number", range(len(NOTEBOOKS)), ids=lambda k: NOTEBOOKS[k].stem)
def test_a_notebook_links_to_the_next(number: int) -> None:
    cells = json.loads(NOTEBOOKS[number].read_text(encoding="utf-8"))["cells"]
    following = NOTEBOOKS[(number + 1) % len(NOTEBOOKS)].name
    assert f"({following})" in "".join(cells[-1]["source"])


def test_links_between_notebooks_lead_somewhere() -> None:
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                for target in re.findall(r"\]\(([^)#:]+)\)", "".join(cell["source"])):
                    assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_docs_list_every_notebook() -> None:
    page = (Path(__file__).parents[1] / "docs" / "notebooks.md").read_text(encoding="utf-8")
    assert page.count("(../notebooks/") == len(NOTEBOOKS)
    assert all(f"(../notebooks/{path.name})" in page for path in NOTEBOOKS)
