"""Clean energy indices hedged with each other: conditional hedge ratios of twelve ordered pairs.

    h_t = h_12,t / h_22,t,    HE = 1 - var(r_1 - h_t r_2) / var(r_1)

Kroner and Sultan (1993) and Ederington (1979), as Cocca, Gabauer and Pomberger (2024) apply them in
their table 7 to the green economy (GRE), solar (SOL), wind (WIN) and geothermal (GEO) indices.
Covariances are those of a DCC of each pair, estimated and filtered on the whole sample.
"""

from __future__ import annotations

import warnings
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.datasets.download import fetch
from hedgeresearch.datasets.r_data import read_rda
from hedgeresearch.errors import DataWarning
from hedgeresearch.evaluation.comparison.paired_tests import pitman_morgan_test
from hedgeresearch.hedges.minimum_variance.hedge import MinimumVarianceHedge
from hedgeresearch.metrics.hedge_effectiveness import effectiveness, hedged_returns
from hedgeresearch.plotting import plot_lines
from hedgeresearch.reproductions.paper import Findings, Number, Paper
from hedgeresearch.volatility.garch.garch import GARCH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILE = "cgp2024.rda"

PAPER = Paper(
    title="Clean energy indices hedged with each other",
    citation="Cocca, T., Gabauer, D. and Pomberger, S. (2024). Clean energy market connectedness "
    "and investment strategies: New evidence from DCC-GARCH R2 decomposed connectedness measures. "
    "Energy Economics. Table 7.",
    doi=None,
    numbers_from="table 7 of the authors' executed replication page; the print was not read",
    decimals=3,
    files=(FILE,),
    differs=(
        "The source fits a Student-t copula DCC to univariate models that an information criterion "
        "chose; ours is a Gaussian DCC with GARCH(1,1) models, hence the tolerances. With "
        "Student-t models and density, in the last table, effectiveness and the highest "
        "ratios come closer.",
        "The p-values of the source are left out: in its program the row i/j has that of asset j "
        "hedged with the last asset, by a test that treats hedged and unhedged returns as "
        "independent samples. Ours are of returns on the same dates, by the robust test of Pitman "
        "and Morgan.",
        "Closes are treated as simultaneous, as in the source. The package warns that wind follows "
        "the other three by a day (correlations 0.10 to 0.16), so that its ratios from same-day "
        "returns are too small.",
        "The ratios are in sample, as in the source.",
    ),
    seconds=5.0,
)

COLUMNS = {
    "mean ratio": 0.03,
    "standard deviation of the ratio": 0.08,
    "5 % quantile of the ratio": 0.08,
    "95 % quantile of the ratio": 0.17,
    "effectiveness": 0.02,
}
"""Columns of the table with their tolerances."""
TABLE = {
    "GRE/SOL": (0.336, 0.146, 0.144, 0.612, 0.536),
    "GRE/WIN": (0.308, 0.114, 0.165, 0.533, 0.345),
    "GRE/GEO": (0.290, 0.149, 0.108, 0.593, 0.278),
    "SOL/GRE": (1.400, 0.440, 0.734, 2.194, 0.468),
    "SOL/WIN": (0.472, 0.174, 0.224, 0.824, 0.195),
    "SOL/GEO": (0.459, 0.212, 0.170, 0.841, 0.169),
    "WIN/GRE": (0.950, 0.338, 0.477, 1.614, 0.280),
    "WIN/SOL": (0.352, 0.163, 0.127, 0.644, 0.205),
    "WIN/GEO": (0.325, 0.149, 0.150, 0.624, 0.098),
    "GEO/GRE": (0.696, 0.300, 0.274, 1.207, 0.227),
    "GEO/SOL": (0.264, 0.124, 0.087, 0.497, 0.176),
    "GEO/WIN": (0.255, 0.105, 0.126, 0.457, 0.098),
}
"""Columns in the source, by asset and hedge."""


def run() -> Findings:
    """Compare the ratios of each pair and their effectiveness; test whether variance is lower."""
    returns = read_returns()
    paths = _paths(returns, DCC())
    student = _paths(returns, DCC(univariate=GARCH(density="student"), density="student"))
    ours = _measures(returns, paths).to_dict("index")
    numbers = []
    for pair, row in TABLE.items():
        for expected, (column, tolerance) in zip(row, COLUMNS.items(), strict=True):
            numbers.append(Number(f"{pair}: {column}", expected, ours[pair][column], tolerance))
    tables = {
        "whether the hedge lowers the variance": _tests(returns, paths),
        "the ratios with Student-t univariate models and density": _measures(returns, student),
    }
    return Findings(tuple(numbers), paths, tables)


def read_returns() -> pd.DataFrame:
    """Return daily returns of the indices GRE, SOL, WIN and GEO, (3152, 4), fractions."""
    table: pd.DataFrame = read_rda(fetch(FILE))
    dates = pd.DatetimeIndex(pd.to_datetime(table["Date"], unit="D"), name="date")
    return table.drop(columns="Date").set_axis(dates, axis=0) / 100


def draw(figure: Figure, shown: pd.DataFrame) -> None:
    """Draw the ratios of the six pairs, each in both directions."""
    figure.set_size_inches(4.2, 5.0)
    grid = figure.subplots(3, 2, sharex=True)
    years = pd.DatetimeIndex(["2012", "2018", "2024"])
    names = list(dict.fromkeys(pair.split("/")[0] for pair in TABLE))
    for i, (axes, (first, second)) in enumerate(
        zip(grid.flat, combinations(names, 2), strict=True)
    ):
        pair = shown[[f"{first}/{second}", f"{second}/{first}"]]
        plot_lines(pair, ylabel="ratio, in sample" if i % 2 == 0 else "", ax=axes)
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.1, 1), ncols=2, handlelength=1.0, columnspacing=1.0
        )
        axes.set_ylim(bottom=min(0.0, pair.min().min()))
        axes.set_xticks(years, years.strftime("%Y"))


def _paths(returns: pd.DataFrame, model: DCC) -> pd.DataFrame:
    """Ratios (n_dates, n_pairs)."""
    hedge = MinimumVarianceHedge(model)
    paths = {}
    with warnings.catch_warnings():
        # The source treats the closes as simultaneous; see PAPER.differs.
        warnings.filterwarnings(
            "ignore", "closes of asset and hedges should be simultaneous", DataWarning
        )
        for pair in TABLE:
            asset, other = pair.split("/")
            paths[pair] = hedge.fit(returns[asset], returns[[other]]).ratio[other]
    return pd.DataFrame(paths)


def _hedged(
    returns: pd.DataFrame, path: pd.Series[float]
) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return hedged and unhedged returns on the dates of a ratio."""
    asset, other = str(path.name).split("/")
    hedged = hedged_returns(returns[asset], returns[[other]], path.to_frame(other))
    return hedged, returns.loc[hedged.index, asset]


def _measures(returns: pd.DataFrame, paths: pd.DataFrame) -> pd.DataFrame:
    rows = {
        pair: (
            path.mean(),
            path.std(),
            *path.quantile([0.05, 0.95]),
            effectiveness(*_hedged(returns, path)),
        )
        for pair, path in paths.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=[*COLUMNS])


def _tests(returns: pd.DataFrame, paths: pd.DataFrame) -> pd.DataFrame:
    found = {pair: pitman_morgan_test(*_hedged(returns, path)) for pair, path in paths.items()}
    rows = {pair: (test.statistic, test.p_value) for pair, test in found.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["t", "p"])
