"""Style of the HTML pages that the package writes."""

from __future__ import annotations

from pathlib import Path

STYLE_SHEET = Path(__file__).with_name("page.css")
"""One style for all pages: light and dark, phone, screen and print."""


def page_style() -> str:
    """Return the style sheet as text, for the head of a page."""
    return STYLE_SHEET.read_text(encoding="utf-8")
