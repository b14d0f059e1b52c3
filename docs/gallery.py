"""Write the gallery of the README: the table of reproductions and three of their figures.

Run it by ``make gallery``. Reproductions whose data cannot be had are left as they stand in the table.
"""

from __future__ import annotations

import sys
from pathlib import Path

import hedgeresearch as hr
from hedgeresearch.reproductions.reproduction import Reproduction

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
BEGIN, END = "<!-- gallery, written by `make gallery` -->\n", "<!-- end of gallery -->\n"
FIGURES = {
    "engle_correlations": "Simulated correlations, which are known, and two estimates, after Engle (2002)",
    "liu_bitcoin_futures": "Bitcoin hedged with CME futures: the ratio, and the risk that is left",
    "shu_jump_model": "Bear markets of the Nasdaq-100, found by a jump model",
}


def main() -> None:
    """Reproduce everything, save the figures, replace the part of the README between its two marks."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    old, after = rest.split(END)
    kept = {line.split("`")[1]: line for line in old.splitlines() if line.startswith("| `")}
    lines = ["| name | source | numbers within tolerance | furthest from it |", "|---|---|---|---|"]
    for name in hr.reproductions().index:
        try:
            result = hr.reproduce(name)
        except hr.MissingDataError as error:
            print(f"{name} is left as it was: {error}", file=sys.stderr)
            lines.append(kept[name])
            continue
        lines.append(row(result))
        if name in FIGURES:
            with hr.style():
                result.figure.savefig(DOCS / f"{name}.png", metadata={"Software": None})
    figures = [f"![{caption}](docs/{name}.png)\n" for name, caption in FIGURES.items()]
    README.write_text(before + BEGIN + "\n".join([*lines, "", *figures]) + END + after, encoding="utf-8")


def row(result: Reproduction) -> str:
    """A row of the table."""
    inside = sum(result.table["within"].fillna(False))
    worst = result.largest_difference
    difference = f"{abs(worst.ours - worst.expected):.1e}, allowed {worst.tolerance:.1e}: {worst.quantity}"
    return f"| `{result.name}` | {result.paper.title} | {inside} of {len(result.compared)} | {difference} |"


if __name__ == "__main__":
    main()
