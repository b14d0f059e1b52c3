"""Jet fuel hedged with heating oil futures: minimum-variance ratio and number of contracts.

    h* = rho s_S / s_F,    N* = h* Q_A / Q_F

after Hull, Options, Futures, and Other Derivatives, chapter 3, cross hedging. The book was not
read: the prices, the standard deviations and the correlation are those of public copies of its
exercise; the ratio and the number of contracts are not compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.plotting import COLORS
from hedgeresearch.reproductions.paper import Findings, Number, Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = Paper(
    title="Jet fuel hedged with heating oil futures",
    citation="Hull, J. C. Options, Futures, and Other Derivatives. Pearson. Chapter 3, the cross "
    "hedge of an airline.",
    doi=None,
    numbers_from="public copies of the exercise; the book was not read",
    differs=("No published ratio and number of contracts were found; ours are shown.",),
)

# fmt: off
FUTURES = (
    .021, .035, -.046, .001, .044, -.029, -.026, -.029,
    .048, -.006, -.036, -.011, .019, -.027, .029,
)
"""Changes of the price of heating oil futures over 15 months, USD per gallon."""
FUEL = (
    .029, .020, -.044, .008, .026, -.019, -.010, -.007,
    .043, .011, -.036, -.018, .009, -.032, .023,
)
"""Changes of the price of jet fuel."""
# fmt: on
GALLONS = 2_000_000
GALLONS_PER_CONTRACT = 42_000
HALF_A_DIGIT = 5e-4
"""Half a unit of the third decimal."""


def run() -> Findings:
    """Compare standard deviations and correlation; compute ratio, effectiveness and contracts."""
    changes = pd.DataFrame({"fuel": FUEL, "futures": FUTURES})
    fit = OLSHedge().fit(changes["fuel"], changes[["futures"]])
    ratio = float(fit.next_ratio["futures"])
    numbers = (
        Number(
            "standard deviation of futures, USD",
            0.0313,
            changes["futures"].std(),
            HALF_A_DIGIT / 10,
        ),
        Number("standard deviation of fuel, USD", 0.0263, changes["fuel"].std(), HALF_A_DIGIT / 10),
        Number("correlation", 0.928, changes["fuel"].corr(changes["futures"]), HALF_A_DIGIT),
        Number("minimum-variance ratio", None, ratio),
        Number("effectiveness", None, fit.expected_effectiveness),
        Number(
            "contracts for 2 million gallons",
            None,
            float(np.rint(ratio * GALLONS / GALLONS_PER_CONTRACT)),
        ),
    )
    return Findings(numbers, (changes, fit.summary.loc["constant", "estimate"], ratio))


def draw(figure: Figure, shown: tuple[pd.DataFrame, float, float]) -> None:
    """Draw the 15 months and the line whose slope is the ratio."""
    changes, constant, ratio = shown
    figure.set_size_inches(4.2, 3.0)
    axes = figure.add_subplot()
    ends = np.array([min(FUTURES), max(FUTURES)])
    axes.scatter(changes["futures"], changes["fuel"], color=COLORS[0], s=18)
    axes.plot(
        ends, constant + ratio * ends, color=COLORS[1], label=f"slope {ratio:.3f}: the hedge ratio"
    )
    axes.set(
        xlabel="change of heating oil futures, USD per gallon",
        ylabel="change of jet fuel, USD per gallon",
    )
    axes.legend()
