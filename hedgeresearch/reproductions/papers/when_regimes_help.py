"""When do regimes help a hedge? The study of docs/when_regimes_help_protocol.md.

Models with and without regimes hedge 149 pairs out of sample. Development pairs choose one by a
rule that was written before; confirmation pairs test it. All numbers are of this package: they are
compared with those of the run that is recorded in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from hedgeresearch.plotting import COLORS
from hedgeresearch.reproductions.paper import Findings, Number, Paper
from hedgeresearch.reproductions.regime_study.confirmation_pairs import confirmation_pairs
from hedgeresearch.reproductions.regime_study.development_pairs import (
    development_pairs,
    simulated_pairs,
)
from hedgeresearch.reproductions.regime_study.findings import (
    all_tables,
    recorded_table,
)
from hedgeresearch.reproductions.regime_study.selection import Selection, select
from hedgeresearch.reproductions.regime_study.study import Run, study_pairs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER = Paper(
    title="When do regimes help a hedge?",
    citation="the protocol docs/when_regimes_help_protocol.md, committed before any run; its last "
    "section has what was changed later, and when.",
    doi=None,
    numbers_from="the run recorded in this package",
    files=(
        "cgp2024.rda",
        "g2020.rda",
        "dji30retw.rda",
        "all_exchanges.csv",
        "SandPhedge.xls",
        "dfwide.rda",
    ),
    differs=(
        "On one machine a run gives the same bytes again. Optima of likelihoods differ in the last "
        "digits between processors: tolerances are 1e-5 for shares of variance, 0.002 for p-values "
        "and none for counts of pairs.",
    ),
    seconds=1500.0,
    resumable=True,
)
SHARE_TOLERANCE = 1e-5
P_TOLERANCE = 2e-3
SHOWN_GAINS = (-0.15, 0.15)
"""Gains in the figure; a few are far outside."""


def run(checkpoint: Path | None) -> Findings:
    """Choose a model on the development pairs and test it on the confirmation pairs.

    Parameters
    ----------
    checkpoint : folder in which finished walks are kept, or None
    """
    tables, chosen = study_tables(checkpoint)
    numbers = [*_selection_numbers(tables["selection"])]
    numbers += _criteria_numbers(tables["criteria"])
    numbers += _joint_numbers(tables["joint"])
    return Findings(tuple(numbers), Shown.of(tables, chosen.flagship), tables)


def study_tables(checkpoint: Path | None) -> tuple[dict[str, pd.DataFrame], Selection]:
    """Return all tables of the study, and the models that the development pairs choose."""
    first = [*development_pairs(), *simulated_pairs()]
    development = study_pairs(first, Run(folder=checkpoint))
    chosen = select(development)
    second = confirmation_pairs()
    confirmation = study_pairs(second, Run(chosen.flagship, checkpoint))
    return all_tables((development, first), (confirmation, second), chosen), chosen


class Shown(NamedTuple):
    """Data of the figure.

    Attributes
    ----------
    points : gains, and what regimes could add, by pair and window
    confirmation : results by market, horizon and model
    flagship : name of the chosen model
    """

    points: pd.DataFrame
    confirmation: pd.DataFrame
    flagship: str

    @classmethod
    def of(cls, tables: dict[str, pd.DataFrame], flagship: str) -> Shown:
        """Return what the figure needs of the tables."""
        return cls(tables["points"], tables["confirmation"], flagship)


def draw(figure: Figure, shown: Shown) -> None:
    """Draw gains against what regimes could add, and gains over OLS by market."""
    figure.set_size_inches(4.6, 6.4)
    above, below = figure.subplots(2, 1, height_ratios=(1.2, 1))
    _draw_points(above, shown.points)
    _draw_markets(below, shown)


def _draw_points(axes: Axes, points: pd.DataFrame) -> None:
    """Draw the gain of regimes over OLS against the potential, simulated and real pairs."""
    is_simulated = points["role"] == "simulated"
    styles = {"simulated": (is_simulated, COLORS[1], "x"), "real": (~is_simulated, COLORS[0], "o")}
    for label, (rows, color, marker) in styles.items():
        chosen = points[rows]
        axes.plot(
            chosen["potential"] * chosen["persistence"],
            chosen["regimes"],
            marker,
            color=color,
            markersize=3.0,
            alpha=0.7,
            label=f"{label} pairs",
        )
    axes.axhline(0.0, color="0.6", lw=0.8, zorder=0)
    axes.set(
        xlabel="log(1 + G) x persistence", ylabel="log variance, OLS less regimes", ylim=SHOWN_GAINS
    )
    axes.legend(loc="upper left")


def _draw_markets(axes: Axes, shown: Shown) -> None:
    """Draw the gain of some models over OLS in each market, over one period."""
    single = shown.confirmation["variance"].xs(1, level="horizon").unstack("model")
    models = ["decays stacked", "EWMA", "DCC", "regimes", shown.flagship]
    table = 100.0 * single.sub(single["ols"], axis=0)[[*dict.fromkeys(models)]]
    rows = range(len(table))
    for i, model in enumerate(table):
        marker = "D" if model == shown.flagship else "o"
        axes.plot(table[model], rows, marker, color=COLORS[i], markersize=4.0, label=str(model))
    axes.axvline(0.0, color="0.6", lw=0.8, zorder=0)
    axes.set_yticks(rows, [str(market) for market in table.index])
    axes.invert_yaxis()
    axes.set_xlabel("share of variance removed less that of OLS, points")
    axes.legend(loc="upper center", bbox_to_anchor=(0.3, -0.25), ncols=3)


def _selection_numbers(ours: pd.DataFrame) -> list[Number]:
    known = recorded_table("selection")
    return _compared("score", known["score"], ours["score"], SHARE_TOLERANCE)


def _criteria_numbers(ours: pd.DataFrame) -> list[Number]:
    known = recorded_table("criteria").drop(columns="best single")
    numbers: list[Number] = []
    for name in known:
        is_count = str(name).startswith(("worse", "pairs"))
        tolerance = 0.0 if is_count else SHARE_TOLERANCE
        numbers += _compared(str(name), known[name], ours[name], tolerance)
    return numbers


def _joint_numbers(ours: pd.DataFrame) -> list[Number]:
    known = recorded_table("joint")
    numbers = _compared("joint test, p", known["p"], ours["p"], P_TOLERANCE)
    for name in ("removed by best", "removed by benchmark"):
        numbers += _compared(name, known[name], ours[name], SHARE_TOLERANCE)
    return numbers


def _compared(
    quantity: str, known: pd.Series[Any], ours: pd.Series[Any], tolerance: float
) -> list[Number]:
    """Compare each number of a column with the recorded one."""
    found = ours.to_dict()
    numbers = []
    for label, expected in known.to_dict().items():
        words = ", ".join(map(str, label)) if isinstance(label, tuple) else str(label)
        value = float(found[label])
        numbers.append(Number(f"{quantity}: {words}", expected, value, tolerance, "recorded"))
    return numbers
