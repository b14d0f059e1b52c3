"""Check built pages: links, figures, headings, colors, and that nothing comes from a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from contrast import problems_of_colors
from pages import Page, parse_page

Pages = dict[Path, Page]


def problems_of_site(folder: Path) -> list[str]:
    """Return a line for each problem of the pages in a folder."""
    pages = {path: parse_page(path.read_text(encoding="utf-8")) for path in pages_of(folder)}
    found = [*problems_of_colors(folder), *problems_of_search(folder)]
    for path, page in pages.items():
        problems = [
            *dead_links(path, pages),
            *figures_without_words(path, page),
            *headings_out_of_order(page),
            *network_resources(page),
        ]
        found += [f"{path.relative_to(folder)}: {problem}" for problem in problems]
    return found


def pages_of(folder: Path) -> list[Path]:
    """Return the pages that a reader sees; those among the files of the theme are parts of it."""
    found = sorted(folder.resolve().rglob("*.html"))
    return [path for path in found if "_static" not in path.parts]


def dead_links(path: Path, pages: Pages) -> Iterator[str]:
    """Yield links of a page that lead to no file, or to no place in it."""
    for link in sorted(pages[path].links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or link in ("#", "#pst-back-to-top"):
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            yield f"link to {link}, which is no file"
        elif (
            parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids
        ):
            yield f"link to {link}, which is no place of that page"


def figures_without_words(path: Path, page: Page) -> Iterator[str]:
    """Yield figures that are missing, or that a reader who does not see them learns nothing of."""
    for source, words in page.figures:
        if not words or words == source or words.startswith(("../", "_images")):
            yield f"figure {source} without an alternative text"
        if not source.startswith("data:") and not (path.parent / unquote(source)).is_file():
            yield f"figure {source} is missing"


def headings_out_of_order(page: Page) -> Iterator[str]:
    """Yield headings that skip a level, and say if the page has not exactly one of the first."""
    if page.levels.count(1) != 1:
        yield f"{page.levels.count(1)} headings of the first level"
    for before, after in zip(page.levels, page.levels[1:], strict=False):
        if after > before + 1:
            yield f"heading of level {after} after one of level {before}"


def network_resources(page: Page) -> Iterator[str]:
    """Yield scripts, styles and figures that a browser would load from a network."""
    for tag, address in page.resources:
        if urlsplit(address).netloc:
            yield f"{tag} from a network: {address}"


def problems_of_search(folder: Path) -> list[str]:
    """Return what keeps the search from working in a browser that opened the files."""
    index = folder / "searchindex.js"
    if not index.is_file():
        return ["searchindex.js is missing"]
    if not index.read_text(encoding="utf-8").startswith("Search.setIndex("):
        return ["searchindex.js does not call Search.setIndex"]
    page = parse_page((folder / "search.html").read_text(encoding="utf-8"))
    if not any(address.startswith("searchindex.js") for _, address in page.resources):
        return ["search.html does not load searchindex.js"]
    return []
