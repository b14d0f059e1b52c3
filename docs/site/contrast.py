"""Contrast of texts and their grounds in both color schemes, by WCAG 2.2."""

from __future__ import annotations

import re
from pathlib import Path

ENOUGH = 4.5
"""Ratio of luminances that level AA requires of text of normal size."""
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
VARIABLE = re.compile(r"(--pst-color-[\w-]+)\s*:\s*([^;]+)")
COLOR = re.compile(r"(?<![\w-])color\s*:\s*(#[0-9a-fA-F]{3,8})")
TEXTS = ("text-base", "text-muted", "link", "link-hover", "inline-code", "heading")
GROUNDS = ("background", "surface", "on-background")


def problems_of_colors(folder: Path) -> list[str]:
    """Return a line for each text of the theme or of code that is too weak on its ground."""
    static = folder / "_static"
    sheets = [*sorted(static.glob("styles/*.css")), static / "site.css"]
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    code = (static / "pygments.css").read_text(encoding="utf-8")
    found = []
    for scheme in ("light", "dark"):
        colors = variables(text, scheme)
        if len(colors) < 10:
            found.append(f"the {scheme} scheme of the theme is not found")
            continue
        found += weak_texts(colors, scheme)
        found += weak_code(code, colors["--pst-color-surface"], scheme)
    return found


def variables(text: str, scheme: str) -> dict[str, str]:
    """Return the colors of a scheme by variable; those that name another one are looked up."""
    found: dict[str, str] = {}
    for selector, body in RULE.findall(text):
        common = ":root" in selector or selector.strip() == "html"
        if f"data-theme={scheme}" in selector.replace('"', "") or common:
            found.update({name: value.strip() for name, value in VARIABLE.findall(body)})
    for _ in range(5):
        for name, value in found.items():
            found[name] = found.get(value.removeprefix("var(").rstrip(")"), value)
    return {name: value for name, value in found.items() if value.startswith("#")}


def weak_texts(colors: dict[str, str], scheme: str) -> list[str]:
    """Return the texts of the theme that are too weak on one of its grounds."""
    found = []
    for text in TEXTS:
        for ground in GROUNDS:
            pair = (colors.get(f"--pst-color-{text}"), colors.get(f"--pst-color-{ground}"))
            if pair[0] is None or pair[1] is None:
                continue
            ratio = contrast(*pair)
            if ratio < ENOUGH:
                found.append(f"{scheme} scheme: {text} on {ground} has a contrast of {ratio:.2f}")
    return found


def weak_code(sheet: str, ground: str, scheme: str) -> list[str]:
    """Return the colors of code that are too weak on its ground."""
    found = []
    for selector, body in RULE.findall(sheet):
        color = COLOR.search(body)
        if color is None or f"data-theme={scheme}" not in selector.replace('"', ""):
            continue
        ratio = contrast(color[1], ground)
        if ratio < ENOUGH and "background-color" not in body:
            name = selector.split()[-1]
            found.append(f"{scheme} scheme: code {name} has a contrast of {ratio:.2f}")
    return found


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Return the relative luminance of a color such as #1a2b3c, 0 to 1."""
    digits = color.lstrip("#")
    if len(digits) in (3, 4):
        digits = "".join(2 * digit for digit in digits)
    red, green, blue = (linear(int(digits[start : start + 2], 16)) for start in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(value: int) -> float:
    """Return the share of light of a value from 0 to 255."""
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
