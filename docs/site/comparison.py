"""Write the page that compares with other programs, from what was measured and written down.

Times and accuracy are the tables of docs/speed.md and docs/accuracy.md, which `make
benchmark-peers` and `make accuracy` write with the versions; features are those of features.toml.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from staging import DOCS

HERE = Path(__file__).parent
MEASURED = re.compile(r"^Measured on .*$", re.MULTILINE)
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
OTHER_MODELS = (
    "GARCH(1,1) of one series",
    "Hidden Markov model, 20 starts",
    "Rolling regression, 250 observations",
    "Markov-switching regression, 10 starts",
)


def write_comparison(path: Path) -> None:
    """Write the page."""
    path.write_text(comparison_page(), encoding="utf-8")


def comparison_page() -> str:
    """Return the text of the page."""
    speed = (DOCS / "speed.md").read_text(encoding="utf-8")
    accuracy = (DOCS / "accuracy.md").read_text(encoding="utf-8")
    parts = [
        "# Comparison with other programs",
        "Features are as the installed programs and their descriptions show; numbers and times are "
        "measured on one machine with the versions named. Where another program is better, the "
        "table says so.",
        "## Features",
        features_table(),
        "An empty cell: nothing of the kind is described.",
        "## Speed",
        MEASURED.findall(speed)[0],
        "CPU milliseconds of DCC(1,1), standard errors included, without compilation; ✗ marks a "
        "wrong estimate, – a program that needs more than a minute.",
        first_table(speed, "Dynamic conditional correlations"),
        *[f"### {name}\n\n{first_table(speed, name)}" for name in OTHER_MODELS],
        "[Speed](speed.md) has the estimates behind these times, and how they are measured.",
        "## Accuracy",
        MEASURED.findall(accuracy)[0],
        "DCC(1,1) of 100 simulated samples of two series and 1,000 dates: samples in which the "
        "optimum is found, and in which 95% intervals hold the true parameters.",
        *[f"### {name}\n\n{first_table(accuracy, name)}" for name in SECTION.findall(accuracy)],
        "[Accuracy](accuracy.md) explains what is counted.",
        "## Numbers of R",
        "[Agreement with R](agreement_with_r.md): rugarch, rmgarch and depmixS4, digit by digit.",
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def first_table(text: str, section: str) -> str:
    """Return the first table of a section of a page."""
    _, _, rest = text.partition(f"## {section}\n")
    found = TABLE.search(rest)
    if found is None:
        raise ValueError(f"the section {section!r} must have a table")
    return found[0]


def features_table() -> str:
    """Return the table of features, a row a feature and a column a program."""
    with (HERE / "features.toml").open("rb") as file:
        content = tomllib.load(file)
    programs = list(content["versions"])
    head = [f"{name} ({version})" for name, version in content["versions"].items()]
    rows = [
        [feature["name"], *[feature.get(program, "") for program in programs]]
        for feature in content["features"]
    ]
    lines = [["feature", *head], ["---"] * (1 + len(head)), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
