"""Read the parts of a built page that the checks look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
RESOURCES = {"script": "src", "link": "href", "img": "src"}

Attributes = list[tuple[str, str | None]]


@dataclass(frozen=True)
class Page:
    """Parts of a page.

    Attributes
    ----------
    ids : places that a link can lead to
    links : targets of links
    figures : source and alternative text of each figure
    levels : levels of the headings of the main part, in their order
    resources : tag and address of what a browser loads with the page
    """

    ids: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    figures: list[tuple[str, str]] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    resources: list[tuple[str, str]] = field(default_factory=list)


def parse_page(text: str) -> Page:
    """Return the parts of the text of a page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    """Collects the parts of a page while it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.depth_of_main = 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note what a tag brings."""
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.page.ids.add(found["id"])
        if tag == "a" and "href" in found:
            self.page.links.add(found["href"])
        if tag == "img":
            self.page.figures.append((found.get("src", ""), found.get("alt", "").strip()))
        if tag in RESOURCES and RESOURCES[tag] in found:
            self.page.resources.append((tag, found[RESOURCES[tag]]))
        if tag == "main":
            self.depth_of_main += 1
        if tag in HEADINGS and self.depth_of_main:
            self.page.levels.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of the main part."""
        if tag == "main":
            self.depth_of_main -= 1
