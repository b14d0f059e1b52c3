"""Pages as a browser reads them: heads, tables, texts and figures."""

import base64
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np

DTYPES = {"f4": np.float32, "f8": np.float64, "i1": np.int8, "i2": np.int16, "i4": np.int32}


class Page(HTMLParser):
    """Tables and heads of a page as a browser reads them, scripts left out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.heads: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("script", "style", "h2", "th", "td"):
            self._inside.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("th", "td"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        inside = self._inside[-1] if self._inside else ""
        if inside in ("script", "style"):
            return
        self.text += data
        if inside == "h2":
            self.heads.append(data)
        if inside in ("th", "td"):
            self.tables[-1][-1][-1] += data


def figures_of(page: str) -> list[dict[str, Any]]:
    """Data and layout of each figure, as JavaScript reads them."""
    found = []
    for match in re.finditer(r"<script>draw\((.*)\);</script>", page):
        name, data, layout, dates = json.loads(f"[{match[1]}]")
        for trace in data:
            if isinstance(trace["x"], int):
                trace["x"] = dates[trace["x"]]
        found.append({"name": name, "data": data, "layout": layout})
    return found


def numbers(values: Any) -> np.ndarray:
    """An array of a figure: a list, or bytes with their type."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), DTYPES[values["dtype"]])
    return np.array(values)
