"""Write the tables and figures of the page docs/when_regimes_help.md from the recorded run.

``make study`` runs the study again first, a quarter of an hour on two cores, and records its
tables; finished walks are kept in the folder ``--checkpoint``, from which an interrupted run is
resumed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from hedgeresearch.plotting import style
from hedgeresearch.reproductions.papers.when_regimes_help import Shown, draw, study_tables
from hedgeresearch.reproductions.regime_study import findings
from hedgeresearch.reproductions.regime_study.entrants import SAME_WITHOUT
from hedgeresearch.reproductions.regime_study.selection import best_of

DOCS = Path(__file__).parent
PAGE = DOCS / "when_regimes_help.md"
RESULTS = Path(findings.__file__).parent / "results"
BEGIN = "<!-- {name}, written by `make study` -->\n"
END = "<!-- end of {name} -->\n"


def main() -> None:
    """Run the study if wanted, and replace tables and figures of the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", action="store_true", help="run the study again")
    parser.add_argument("--checkpoint", type=Path, help="folder of finished walks")
    wanted = parser.parse_args()
    if wanted.run:
        tables, _ = study_tables(wanted.checkpoint)
        findings.write_tables(tables, RESULTS)
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    shown = Shown.of({name: findings.recorded_table(name) for name in findings.INDEX}, flagship())
    with style():
        figure = Figure()
        draw(figure, shown)
        figure.savefig(DOCS / "when_regimes_help.png", metadata={"Software": None})


def with_tables(page: str) -> str:
    """Return the text of the page with all tables as they are recorded."""
    for name, make in TABLES.items():
        before, rest = page.split(BEGIN.format(name=name))
        _, after = rest.split(END.format(name=name))
        page = f"{before}{BEGIN.format(name=name)}{make()}{END.format(name=name)}{after}"
    return page


def flagship() -> str:
    """Return the regime model that the development pairs chose."""
    table = findings.recorded_table("selection")
    return best_of(table[table["eligible"] & table["regimes"]])


def selection_table() -> str:
    """Return scores and turnover of all entrants on the development pairs."""
    table = findings.recorded_table("selection")
    rows = []
    for name, row in table.to_dict("index").items():
        kind = "regimes" if row["regimes"] else ""
        eligible = "yes" if row["eligible"] else "no"
        turnover = f"{row['relative turnover']:.2f}"
        rows.append((str(name), kind, f"{row['score']:.4f}", turnover, eligible))
    return markdown(("model", "", "score", "turnover / DCC's", "eligible"), rows)


def criteria_table() -> str:
    """Return the criteria on the confirmation pairs, by horizon."""
    rows = []
    for horizon, row in findings.recorded_table("criteria").to_dict("index").items():
        worse = [
            f"{row[f'worse than {one}, Holm']:.0f} ({row[f'worse than {one}']:.0f})"
            for one in ("naive", "ols")
        ]
        best = f"{row['removed by best single']:.4f}, {row['best single']}"
        cells = (f"{row['share in set']:.1%}", *worse, f"{row['removed']:.4f}", best)
        turnover = f"{row['relative turnover']:.2f}"
        rows.append((f"{horizon}", f"{row['pairs']:.0f}", *cells, turnover))
    heads = (
        "horizon",
        "pairs",
        "in the confidence set",
        "worse than naive, Holm (5 %)",
        "worse than OLS, Holm (5 %)",
        "removed",
        "best single entrant",
        "turnover / DCC's",
    )
    return markdown(heads, rows)


def market_table() -> str:
    """Return the share of variance that models remove in each market, in per cent."""
    table = pd.concat(
        [findings.recorded_table("development"), findings.recorded_table("confirmation")]
    )
    removed = 100.0 * table["variance"].unstack("model")
    base = SAME_WITHOUT[flagship()]
    models = dict.fromkeys(["naive", "ols", "EWMA", "DCC", "regimes", base, flagship()])
    rows = []
    for (market, horizon), row in removed[[*models]].iterrows():  # type: ignore[misc]
        cells = [f"{row[model]:.2f}" for model in models]
        rows.append((str(market), f"{horizon}", *cells))
    return markdown(("market", "horizon", *models), rows)


def gains_table() -> str:
    """Return gains of the flagship by market, and the costs that they pay for."""
    table = findings.recorded_table("gains")
    keys = dict.fromkeys((market, horizon) for _, market, horizon in table.index)
    against = [str(name) for name in dict.fromkeys(table.index.get_level_values("against"))]
    rows = []
    for market, horizon in keys:
        cells = []
        for name in against:
            row = table.loc[name, market, horizon]  # type: ignore[index]
            cells.append(
                f"{100.0 * row['gain']:+.2f}, {row['positive']:.0f} of {row['pairs']:.0f}, "
                f"{basis_points(row['cost'])}"
            )
        rows.append((market, f"{horizon}", *cells))
    return markdown(("market", "horizon", *(f"over {name}" for name in against)), rows)


def basis_points(cost: float) -> str:
    """Return a cost that a gain pays for, as words where it is none or any."""
    if cost == float("inf"):
        return "any cost"
    return f"{cost:.1f} bp" if cost < 1000.0 else "over 1000 bp"


def net_table() -> str:
    """Return other measures of risk, and net of costs, over all confirmation pairs."""
    table = findings.recorded_table("confirmation")
    measures = ["variance", "semivariance", "CVaR", "net", "net, band"]
    weights = table["pairs"]
    total = table[measures].mul(weights, axis=0).groupby(["horizon", "model"]).sum()
    mean = total.div(weights.groupby(["horizon", "model"]).sum(), axis=0)
    base = SAME_WITHOUT[flagship()]
    models = dict.fromkeys(["naive", "ols", "EWMA", "DCC", "stacking", "regimes", base, flagship()])
    rows = []
    for horizon in (1, 5, 21):
        for model in models:
            found = mean.loc[horizon, model]  # type: ignore[index]
            cells = [f"{100.0 * found[name]:.2f}" for name in measures]
            rows.append((f"{horizon}", model, *cells))
    return markdown(("horizon", "model", *measures), rows)


def joint_table() -> str:
    """Return the joint tests over all pairs."""
    rows = []
    for (horizon, against), row in findings.recorded_table("joint").iterrows():  # type: ignore[misc]
        best = f"{row['best']}, {100.0 * row['removed by best']:.2f}"
        own = f"{100.0 * row['removed by benchmark']:.2f}"
        p = f"{row['p']:.4f} ({row['lower p']:.4f} to {row['upper p']:.4f})"
        rows.append((f"{horizon}", str(against), own, best, p))
    return markdown(("horizon", "benchmark", "removes", "best model", "p (bounds)"), rows)


def law_table() -> str:
    """Return the regressions of the gain."""
    table = findings.recorded_table("law")
    rows = []
    for (gain, pairs), part in table.groupby(level=["gain", "pairs"], sort=False):
        found = part.droplevel(["gain", "pairs"])
        cells = [
            f"{row['coefficient']:.3f} ({row['t']:.1f})" for row in found.to_dict("index").values()
        ]
        number = f"{found['gains'].iloc[0]:.0f}"
        rows.append((str(gain), str(pairs), *cells, f"{found['R squared'].iloc[0]:.2f}", number))
    regressors = [str(name) for name in found.index]
    return markdown(("gain", "pairs", *regressors, "R squared", "gains"), rows)


def closes_table() -> str:
    """Return how many pairs have closes at different times."""
    table = findings.recorded_table("closes")
    rows = [
        (str(market), f"{row['pairs']:.0f}", f"{row['closes differ']:.0f}")
        for market, row in table.iterrows()
    ]
    return markdown(("market", "pairs", "closes differ"), rows)


def failures_table() -> str:
    """Return failed refits by market and model."""
    rows = []
    for (market, model), row in findings.recorded_table("failures").iterrows():  # type: ignore[misc]
        with_failures = f"{row['walks with failures']:.0f} of {row['walks']:.0f}"
        rows.append((str(market), str(model), with_failures, f"{row['failed refits']:.0f}"))
    return markdown(("market", "model", "walks with failed refits", "failed refits"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "selection": selection_table,
    "criteria": criteria_table,
    "markets": market_table,
    "gains": gains_table,
    "net": net_table,
    "joint tests": joint_table,
    "law": law_table,
    "closes": closes_table,
    "failures": failures_table,
}
"""Tables of the page by the name in their markers."""


def markdown(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    main()
