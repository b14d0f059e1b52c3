"""Bitcoin hedged out of sample with its CME future by rolling OLS.

    h = slope of spot on future over the 300 dates before each block of 5
    hedged_t = spot_t - h future_t

Liu, Packham, Lu and Härdle (2023), after the out-of-sample design of its replication archive: 112
blocks of log returns, counted back from the last date. Variances have divisor n; value at risk is
minus an interpolated quantile, expected shortfall minus the mean at or below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hedgeresearch.datasets.download import fetch
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.metrics.hedge_effectiveness import effectiveness, variance
from hedgeresearch.metrics.risk_measures import expected_shortfall, value_at_risk
from hedgeresearch.plotting import COLORS, plot_lines
from hedgeresearch.reproductions.paper import Findings, Number, Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILE = "BBT_Tiingo.csv"

PAPER = Paper(
    title="Bitcoin hedged with CME futures",
    citation="Liu, F., Packham, N., Lu, M.-J. and Härdle, W. K. (2023). Hedging cryptos with "
    "Bitcoin futures. Quantitative Finance 23(5), 819-841.",
    doi="10.1080/14697688.2023.2187316",
    numbers_from="the authors' replication archive; the tables of the article were not read",
    files=(FILE,),
    differs=(
        "The windows end right before their blocks: the archive mentions five dates between them, "
        "but its digits are reached with none.",
        "The archive's spectral risk measure is left out. The ratios of its copulas are not in the "
        "archive; the figure shows the risk measures that it gives for them.",
    ),
    seconds=2.0,
)

WINDOW = 300
BLOCK = 5
N_BLOCKS = 112
ARCHIVE = {
    "hedged": (
        1.4952537718275554e-05,
        0.006016710560918849,
        0.00993859093370338,
        0.010839976087683442,
        0.016612166716059633,
    ),
    "unhedged": (
        0.002197478486181586,
        0.06321970342124342,
        0.11561775095490891,
        0.1367462703721483,
        0.19045136620335426,
    ),
    "copula": (
        1.550185342269026e-05,
        0.006049839787033599,
        0.010284162709424578,
        0.01147312471084781,
        0.017774070090908266,
    ),
}
"""Risk measures in the archive: of OLS, no hedge, and the best copula in each window."""
RATIOS = (0.9469106195514347, 0.9580941003764212, 0.9410224368974556, 0.9876007559973901)
RELATIVE_TOLERANCE = 1e-10
"""The archive has all digits of its numbers."""


def run() -> Findings:
    """Compare the ratios and the risk measures of the hedged and the unhedged position."""
    returns = read_returns().iloc[-(WINDOW + BLOCK * N_BLOCKS) :]
    backtest = walk_forward({}, returns["spot"], returns[["future"]], WINDOW, BLOCK, progress=False)
    ratio = backtest.ratio("ols")
    hedged = backtest.hedged_returns["ols"]
    spot = backtest.hedged_returns["unhedged"]
    measures = pd.DataFrame({"hedged": _measures(hedged), "unhedged": _measures(spot)})
    numbers = [Number("out-of-sample returns", 560.0, float(len(hedged)))]
    path = ratio["future"]
    ours = (path.iloc[-1], path.mean(), path.min(), path.max())
    words = ("of the last block", "mean", "minimum", "maximum")
    for word, expected, own in zip(words, RATIOS, ours, strict=True):
        numbers.append(_number(f"ratio, {word}", expected, own))
    for position, column in measures.items():
        rows = zip(column.items(), ARCHIVE[str(position)], strict=True)
        for (measure, own), expected in rows:
            numbers.append(_number(f"{measure}, {position}", expected, own))
    numbers.append(Number("effectiveness", None, effectiveness(hedged, spot)))
    return Findings(tuple(numbers), (ratio, measures))


def read_returns() -> pd.DataFrame:
    """Return log returns of bitcoin and of the CME front future, (868, 2), fractions per day.

    Prices are those when the future settles.
    """
    table = pd.read_csv(fetch(FILE), index_col="Date", parse_dates=True).sort_index()
    return table[["log return bitcoin", "log return future"]].set_axis(["spot", "future"], axis=1)


def draw(figure: Figure, shown: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Draw the ratio of each block, and the share of unhedged risk that is left."""
    ratio, measures = shown
    figure.set_size_inches(4.2, 4.4)
    above, below = figure.subplots(2, 1)
    plot_lines(
        ratio.set_axis(["rolling OLS"], axis=1),
        ylabel="hedge ratio",
        note="out of sample",
        ax=above,
    )
    dates = pd.DatetimeIndex(["2019-07", "2020-01", "2020-07", "2021-01"])
    above.set_xticks(dates, dates.strftime("%b %Y"))
    # The root of a variance is in the units of the other measures.
    powers = np.array([0.5, 1, 1, 1, 1])
    left_over = 100 * (measures["hedged"] / measures["unhedged"]) ** powers
    copula = 100 * (np.array(ARCHIVE["copula"]) / measures["unhedged"]) ** powers
    rows = np.arange(len(powers))
    bars = below.barh(rows, left_over, height=0.6, color=COLORS[0])
    (points,) = below.plot(copula, rows, "D", color=COLORS[1])
    below.set_yticks(rows, ["st. dev.", "VaR 5 %", "ES 5 %", "VaR 1 %", "ES 1 %"])
    below.invert_yaxis()
    below.set_xlabel("risk left, % of unhedged")
    below.legend(
        [bars, points],
        ["OLS", "copula (archive)"],
        ncols=2,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
    )


def _measures(position: pd.Series[float]) -> pd.Series[float]:
    measures = {"variance": variance(position, ddof=0)}
    for tail in (0.05, 0.01):
        measures[f"value at risk at {tail:.0%}"] = value_at_risk(position, tail)
        measures[f"expected shortfall at {tail:.0%}"] = expected_shortfall(position, tail)
    return pd.Series(measures)


def _number(quantity: str, expected: float, ours: float) -> Number:
    return Number(quantity, expected, ours, RELATIVE_TOLERANCE * abs(expected))
