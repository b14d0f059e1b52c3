r"""Bull and bear regimes of the Nasdaq-100 by a jump model, 2007 to 2021.

The model of :class:`hedgeresearch.JumpModel` with penalty 50 on nine features of daily returns r,
for half-lives of 5, 20 and 60 days: the exponentially weighted mean return, the logarithm of the
downside deviation, and their ratio,

.. math:: m_t = EW(r_t), \quad d_t = \sqrt{EW(\min(r_t, 0)^2)}, \quad \log d_t, \quad m_t / d_t,

clipped at three standard deviations of the sample. Source: the Nasdaq-100 example of the package
jumpmodels 0.1.1 by Shu, Yu and Mulvey, as executed in its repository.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hedgeresearch.datasets import fetch
from hedgeresearch.plotting import plot_shaded
from hedgeresearch.regimes.jump_model import JumpModel
from hedgeresearch.reproductions.paper import Findings, Number, Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = Paper(
    title="Bull and bear regimes of the Nasdaq-100 by a jump model, 2007 to 2021",
    citation=(
        "Shu, Y., Yu, C. and Mulvey, J. M. Package jumpmodels 0.1.1, example of the Nasdaq-100. "
        "https://github.com/Yizhan-Oliver-Shu/jump-models."
    ),
    doi=None,
    numbers_from="the example as executed in the repository of the package",
    decimals=6,
    files=("NDX.csv",),
    differs=(
        "Bear days and switches are not printed in the example; they are those of its code, run on "
        "the same file.",
        "The returns in the file have six decimals; therefore the tolerance of centers is 1e-5, "
        "not 5e-7.",
    ),
    seconds=2.0,
)

HALF_LIVES = (5, 20, 60)
BULL = (0.154342, -0.296901, 0.157169, 0.296358, -0.318770, 0.274053, 0.336652, -0.245783, 0.336974)
BEAR = (
    -0.643127,
    1.237157,
    -0.654906,
    -1.234891,
    1.328281,
    -1.141952,
    -1.402793,
    1.024153,
    -1.404137,
)
"""Centers of the standardized features: return, log downside and ratio for each half-life."""
DAYS = 3777
BEAR_DAYS = 731
SWITCHES = 18


def run() -> Findings:
    """Compare the centers of both regimes, days in the bear regime and switches."""
    prices = pd.read_csv(fetch("NDX.csv"), index_col="date", parse_dates=True)
    features = winsorize(make_features(prices["ret"].dropna()).loc["2007":"2021"])
    fit = JumpModel(penalty=50.0).fit(features)
    centers = (fit.means - features.mean()) / features.std(ddof=0)
    path = fit.most_likely_path
    switches = float((path.diff().iloc[1:] != 0).sum())
    numbers = []
    rows = zip(("bull", "bear"), (BULL, BEAR), centers.to_numpy().tolist(), strict=True)
    for regime, row, ours in rows:
        for feature, printed, own in zip(features.columns, row, ours, strict=True):
            numbers.append(Number(f"{regime} center of {feature}", printed, own, 1e-5))
    numbers += [
        Number("days", DAYS, float(len(path)), origin="independent"),
        Number("bear days", BEAR_DAYS, float((path == 1).sum()), origin="independent"),
        Number("switches", SWITCHES, switches, origin="independent"),
    ]
    return Findings(tuple(numbers), (prices["close"].reindex(fit.dates), fit.smoothed))


def make_features(returns: pd.Series[float]) -> pd.DataFrame:
    """Return mean return, log downside deviation and their ratio for each half-life, (n, 9)."""
    columns = {}
    for half_life in HALF_LIVES:
        mean = returns.ewm(halflife=half_life).mean()
        downside = np.sqrt((returns.clip(upper=0.0) ** 2).ewm(halflife=half_life).mean())
        columns[f"return, {half_life} days"] = mean
        columns[f"log downside, {half_life} days"] = np.log(downside)
        columns[f"return / downside, {half_life} days"] = mean / downside
    return pd.DataFrame(columns)


def winsorize(features: pd.DataFrame) -> pd.DataFrame:
    """Return the features clipped at three standard deviations from their means."""
    mean = features.mean()
    width = 3.0 * features.std(ddof=0)
    return features.clip(mean - width, mean + width, axis=1)


def draw(figure: Figure, shown: tuple[pd.Series[float], pd.DataFrame]) -> None:
    """Draw the index, with shades on the days of the bear regime of the whole sample."""
    prices, regimes = shown
    figure.set_size_inches(4.2, 2.8)
    axes = figure.add_subplot()
    plot_shaded(
        prices, regimes, ylabel="Nasdaq-100 (log scale)", note="in sample; hindsight", ax=axes
    )
    axes.set_yscale("log")
    axes.set_yticks([1000, 2000, 4000, 8000, 16000], ["1000", "2000", "4000", "8000", "16000"])
    axes.minorticks_off()
    axes.margins(x=0.01)
    axes.legend(
        axes.collections,
        ["bear market"],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
    )
