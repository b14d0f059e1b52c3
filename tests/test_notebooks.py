"""Notebooks are saved as the gallery shows them: executed, with figures, without paths."""

import json
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


def test_the_docs_list_every_notebook() -> None:
    page = (Path(__file__).parents[1] / "docs" / "notebooks.md").read_text(encoding="utf-8")
    assert page.count("(../notebooks/") == len(NOTEBOOKS)
    assert all(f"(../notebooks/{path.name})" in page for path in NOTEBOOKS)
