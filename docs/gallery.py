"""Write docs/reproductions.md: the table of reproductions, three of their figures, and one more.

The last is no reproduction: regimes that a hedge observes in the VIX.

Run it by ``make gallery``. Studies of many minutes have pages of their own. Reproductions whose
data are not available keep their old row of the table; new ones are listed as not run. If one fails
or has numbers outside their tolerance, the table is written and the exit code is 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import hedgeresearch as hr
from hedgeresearch.reproductions.registry import NAMES, is_resumable
from hedgeresearch.reproductions.reproduction import Reproduction

DOCS = Path(__file__).parent
PAGE = DOCS / "reproductions.md"
BEGIN = "<!-- gallery, written by `make gallery` -->\n"
END = "<!-- end of gallery -->\n"
HEAD = (
    "| name | source | published numbers within tolerance | equal to the print "
    "| numbers of other programs | closest to its tolerance |"
)
FIGURES = {
    "engle_correlations": "Simulated correlations, which are known, and two estimates, "
    "after Engle (2002)",
    "liu_bitcoin_futures": "Bitcoin hedged with CME futures: the ratio, and the risk that is left",
    "shu_jump_model": "Bear markets of the Nasdaq-100, found by a jump model",
}


VIX_FIGURE = "regimes_of_the_vix.png"


def main() -> None:
    """Reproduce everything, save the figures and replace the table of the page."""
    with hr.plotting.style():
        vix_figure().savefig(DOCS / VIX_FIGURE, metadata={"Software": None})
    rows: dict[str, str] = {}
    failed = []
    for name in quick_names():
        try:
            result = hr.reproduce(name)
        except hr.errors.HedgeResearchError as error:
            print(f"{name} keeps its old row: {error}", file=sys.stderr)
            if not isinstance(error, hr.errors.MissingDataError):
                failed.append(name)
            continue
        rows[name] = row(result)
        if not result.passed:
            failed.append(name)
        if name in FIGURES:
            with hr.plotting.style():
                result.figure.savefig(DOCS / f"{name}.png", metadata={"Software": None})
    write(rows)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def vix_figure() -> Figure:
    """Return the ratio of a hedge whose regimes are observed in the VIX, and the VIX."""
    returns = hr.returns(hr.load("nasdaq_sp500")).loc["2014-01-03":]
    vix = hr.load("vix")
    two = hr.GaussianHMM(2, names=("calm", "nervous"))
    fits = {
        "regimes in returns": hr.RegimeHedge(two).fit(returns["NASDAQ"], returns[["SP500"]]),
        "regimes in the VIX": hr.RegimeHedge(two, observe=np.log(vix)).fit(
            returns["NASDAQ"], returns[["SP500"]]
        ),
    }
    figure = Figure(figsize=(6.4, 4.8))
    top, bottom = figure.subplots(2, 1, sharex=True)
    ratios = pd.DataFrame({name: fit.ratio["SP500"] for name, fit in fits.items()})
    hr.plotting.plot_lines(ratios, ylabel="hedge ratio", note="in sample", ax=top)
    observed = vix.reindex(ratios.index)
    hr.plotting.plot_lines(observed, ylabel="VIX, %", note="", ax=bottom)
    nervous = fits["regimes in the VIX"].regimes.predicted["nervous"].reindex(ratios.index) > 0.5
    bottom.fill_between(
        ratios.index, 0.0, 1.0, where=nervous, transform=bottom.get_xaxis_transform(), alpha=0.2
    )
    return figure


def quick_names() -> list[str]:
    """Return the names of the reproductions of at most a few minutes; others have own pages."""
    return [name for name in NAMES if not is_resumable(name)]


def write(rows: dict[str, str]) -> None:
    """Replace the table of the page; a reproduction without a new row keeps its old one."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    old, after = rest.split(END)
    kept = {line.split("`")[1]: line for line in old.splitlines() if line.startswith("| `")}
    titles = {
        str(name): f"| `{name}` | {title} | not run | | | |"
        for name, title in hr.reproductions.list_reproductions()["title"][quick_names()].items()
    }
    figures = [f"![{caption}]({name}.png)\n" for name, caption in FIGURES.items()]
    table = [HEAD, "|---" * 6 + "|", *({**titles, **kept, **rows}[name] for name in titles)]
    PAGE.write_text(
        before + BEGIN + "\n".join([*table, "", *figures]) + END + after, encoding="utf-8"
    )


def row(result: Reproduction) -> str:
    """Return the row of a reproduction."""
    published = result.count("published")
    other = result.count("independent")
    tightest = result.tightest
    cells = (
        f"`{result.name}`",
        result.paper.title,
        f"{published.within} of {published.compared}" if published.compared else "",
        f"{published.equal}" if published.compared else "",
        f"{other.within} of {other.compared}" if other.compared else "",
        f"{abs(tightest.difference):.1e}, allowed {tightest.tolerance:.1e}: {tightest.quantity}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
