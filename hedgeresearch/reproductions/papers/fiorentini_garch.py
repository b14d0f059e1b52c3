r"""GARCH(1,1) of the mark in pounds with five kinds of standard errors, a software benchmark.

.. math:: r_t = \mu + e_t, \quad h_t = \omega + \alpha e_{t-1}^2 + \beta h_{t-1}, \quad
          e_0^2 = h_0 = \overline{e^2}

Source: Fiorentini, Calzolari and Panattoni (1996); model and data of Bollerslev and Ghysels (1996).
The digits are those on which their program and TSP agree, in the bench files of TSP; errors from
the Hessian are those in the benchmark of the R package rugarch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from hedgeresearch.datasets import fetch, read_rda
from hedgeresearch.plotting import COLORS, plot_lines
from hedgeresearch.reproductions.paper import Findings, Number, Paper
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.garch.standard_errors import GARCHErrorKind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = Paper(
    title="GARCH(1,1) of the mark in pounds, with five kinds of standard errors",
    citation=(
        "Fiorentini, G., Calzolari, G. and Panattoni, L. (1996). Analytic derivatives and the "
        "computation of GARCH estimates. Journal of Applied Econometrics 11(4), 399-417."
    ),
    doi="10.1002/(SICI)1099-1255(199607)11:4<399::AID-JAE401>3.0.CO;2-R",
    numbers_from="the bench files bgfcp.tsp, bg11i.tsp and bg11.tsp of TSP (tspintl.com), on which "
    "the paper's program and TSP agree; errors from the Hessian: the benchmark file of the R "
    "package rugarch",
    files=("dem2gbp.rda",),
    differs=(
        "The coefficients agree to nine digits or more, where eleven or twelve were printed, "
        "because the search ends there; their tolerance is 1e-6 of their size.",
        "White's error of alpha is 6e-10 from print, where half a unit of the last digit is 5e-10 "
        "and the two programs behind the print differ by 1e-9; its tolerance is 1e-4 of its size.",
        "Errors from the outer product of scores were not printed; they are compared with those of "
        "another program.",
    ),
    seconds=2.0,
)

NAMES = ("mu", "omega", "alpha", "beta")
COEFFICIENTS = (-0.00619040837994, 0.010761397852, 0.15313406182, 0.805973670305)
LOG_LIKELIHOOD = -1106.60788104129
ERRORS: dict[GARCHErrorKind, tuple[tuple[float, float], ...]] = {
    "hessian": ((0.00846212, 5e-9), (0.00285271, 5e-9), (0.0265228, 5e-8), (0.0335527, 5e-8)),
    "information": (
        (0.0083762856, 5e-11),
        (0.0019288081, 5e-11),
        (0.019401186, 5e-10),
        (0.0218398722, 5e-11),
    ),
    "opg": ((0.00843359, 5e-9), (0.00132298, 5e-9), (0.01397379, 5e-9), (0.0165604, 5e-8)),
    "robust": (
        (0.009189354, 5e-10),
        (0.006493186, 5e-10),
        (0.053531703, 5.4e-6),
        (0.07246145, 5e-9),
    ),
    "bollerslev-wooldridge": (
        (0.008730924687, 5e-13),
        (0.00312363751, 5e-12),
        (0.027321934, 5e-10),
        (0.030150886, 5e-10),
    ),
}
"""Errors of mu, omega, alpha and beta with tolerances: half a unit of the last printed digit.

The error of alpha by White has another tolerance; see ``PAPER.differs``.
"""
LABELS: dict[GARCHErrorKind, str] = {
    "hessian": "Hessian",
    "information": "information",
    "opg": "OPG",
    "robust": "White",
    "bollerslev-wooldridge": "Bollerslev-Wooldridge",
}


def run() -> Findings:
    """Compare coefficients, log-likelihood and twenty standard errors."""
    values = np.asarray(read_rda(fetch("dem2gbp.rda")), dtype=np.float64).ravel()
    returns = pd.Series(values, pd.RangeIndex(1, len(values) + 1), name="DEM/GBP")
    fit = GARCH().fit(returns)
    errors = [fit.with_standard_errors(kind).standard_errors.to_numpy() for kind in ERRORS]
    ours = pd.DataFrame(
        [fit.parameters.to_numpy(), *errors],
        index=["coefficients", *LABELS.values()],
        columns=[*NAMES],
    )
    printed = pd.DataFrame(
        [COEFFICIENTS, *(_values(kind) for kind in ERRORS)], index=ours.index, columns=ours.columns
    )
    numbers = [
        Number(name, expected, own, 1e-6 * abs(expected))
        for name, expected, own in zip(NAMES, COEFFICIENTS, fit.parameters.tolist(), strict=True)
    ]
    numbers.append(Number("log-likelihood", LOG_LIKELIHOOD, fit.log_likelihood, 1e-8))
    for kind, own_errors in zip(ERRORS, errors, strict=True):
        numbers += _compare(kind, own_errors)
    digits = -np.log10((ours / printed - 1.0).abs())
    return Findings(tuple(numbers), (fit.volatility.to_frame(), digits))


def _values(kind: GARCHErrorKind) -> list[float]:
    return [value for value, _ in ERRORS[kind]]


def _compare(kind: GARCHErrorKind, ours: Array) -> list[Number]:
    """Compare the four standard errors of a kind."""
    origin: Literal["published", "independent"] = "independent" if kind == "opg" else "published"
    rows = zip(NAMES, ERRORS[kind], ours.tolist(), strict=True)
    return [
        Number(f"{LABELS[kind]} error of {name}", value, own, tolerance, origin)
        for name, (value, tolerance), own in rows
    ]


def draw(figure: Figure, shown: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Draw the conditional volatility, and the number of digits that agree with the print."""
    volatility, digits = shown
    figure.set_size_inches(4.2, 5.0)
    above, below = figure.subplots(2, 1)
    plot_lines(volatility, ylabel="volatility, % per day", ax=above)
    above.set(xlabel="trading day since January 1984")
    rows = np.arange(len(digits))[::-1]
    own = digits.index == LABELS["opg"]
    for name, color, marker in zip(NAMES, COLORS, "os^D", strict=False):
        below.plot(digits[name][~own], rows[~own], marker, color=color, label=name)
        below.plot(digits[name][own], rows[own], marker, color=color, fillstyle="none")
    names = {
        "OPG": "OPG (hollow:\nother program)",
        "Bollerslev-Wooldridge": "Bollerslev-\nWooldridge",
    }
    below.set_yticks(rows, [names.get(label, label) for label in digits.index])
    below.set(
        xlabel="digits that agree (print has 6 to 12)", xlim=(0.0, 12.0), xticks=range(0, 13, 3)
    )
    below.grid(axis="y", color="0.9")
    below.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        ncols=4,
        handletextpad=0.1,
        columnspacing=0.8,
    )
