"""Checks of the built documentation: each finds the fault that it is for."""

from importlib import import_module
from pathlib import Path

import pytest

checks = import_module("checks")
contrast = import_module("contrast")
pages = import_module("pages")
staging = import_module("staging")
GOOD = """
<html><body><main><h1 id="top">Title</h1><h2>Part</h2>
<a href="other.html#place">other</a> <a href="https://example.org">elsewhere</a>
<img src="figure.png" alt="A line that rises."></main></body></html>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(GOOD)
    (tmp_path / "other.html").write_text('<main><h1 id="place">Other</h1></main>')
    (tmp_path / "figure.png").write_bytes(b"")
    return tmp_path


def problems(folder: Path, old: str = "", new: str = "") -> list[str]:
    """Problems of the page after one change."""
    path = folder / "index.html"
    path.write_text(GOOD.replace(old, new))
    found = {one: pages.parse_page(one.read_text()) for one in checks.pages_of(folder)}
    page = found[path]
    return [
        *checks.dead_links(path, found),
        *checks.figures_without_words(path, page),
        *checks.headings_out_of_order(page),
        *checks.network_resources(page),
    ]


def test_a_good_page_has_no_problems(folder: Path) -> None:
    assert problems(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("other.html#place", "none.html", "link to none.html, which is no file"),
        ("#place", "#none", "link to other.html#none, which is no place of that page"),
        ("A line that rises.", "", "figure figure.png without an alternative text"),
        ("figure.png", "none.png", "figure none.png is missing"),
        ("h2", "h3", "heading of level 3 after one of level 1"),
        ("h2", "h1", "2 headings of the first level"),
        ("<main>", '<main><script src="https://cdn.org/a.js"></script>', "script from a network"),
    ],
)
def test_each_fault_is_found(folder: Path, old: str, new: str, found: str) -> None:
    (problem,) = problems(folder, old, new)
    assert problem.startswith(found)


def test_a_search_without_its_index_is_found(folder: Path) -> None:
    (folder / "search.html").write_text('<main><script src="searchindex.js"></script></main>')
    assert checks.problems_of_search(folder) == ["searchindex.js is missing"]
    (folder / "searchindex.js").write_text("Search.setIndex({})")
    assert checks.problems_of_search(folder) == []
    (folder / "search.html").write_text("<main></main>")
    assert checks.problems_of_search(folder) == ["search.html does not load searchindex.js"]


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast.contrast("#000000", "#ffffff") == 21.0
    assert contrast.contrast("#fff", "#fff") == 1.0
    # the gray next to the bound that the guidelines' own examples name
    assert contrast.contrast("#767676", "#ffffff") >= 4.5
    assert contrast.contrast("#777777", "#ffffff") < 4.5


def test_colors_of_a_scheme_follow_their_variables() -> None:
    sheet = (
        ":root{--pst-teal:#123456;--pst-color-link:#000000}"
        'html[data-theme="dark"]{--pst-color-link:var(--pst-color-base);--pst-color-base:#777777}'
    )
    assert contrast.variables(sheet, "light") == {"--pst-color-link": "#000000"}
    assert contrast.variables(sheet, "dark")["--pst-color-link"] == "#777777"


def test_weak_texts_and_weak_code_are_found() -> None:
    colors = {"--pst-color-link": "#777777", "--pst-color-background": "#ffffff"}
    (found,) = contrast.weak_texts(colors, "light")
    assert found == "light scheme: link on background has a contrast of 4.48"
    sheet = 'html[data-theme="light"] .highlight .k { color: #999999 }'
    (found,) = contrast.weak_code(sheet, "#ffffff", "light")
    assert found.startswith("light scheme: code .k has a contrast of 2.8")


def test_links_of_a_page_lead_to_where_it_is_staged() -> None:
    page = staging.DOCS / "how_to" / "page.md"
    text = (
        "[a](../data.md#your-own-prices) [b](../../notebooks/01_first_hedge.ipynb) "
        "[c](../../tests/reference) [d](https://example.org) [e](../../README.md#twelve-lines)"
    )
    assert staging.with_links(text, page) == (
        "[a](../data.md#your-own-prices) [b](../tutorials/01_first_hedge.ipynb) "
        "c [d](https://example.org) [e](../start.md)"
    )


def test_every_figure_of_a_notebook_has_words() -> None:
    import json

    for path in sorted((staging.ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code" and staging.has_figure(cell):
                assert len(cell["metadata"].get("alt", "")) > 40, (path.name, cell["source"])
