"""Panels of returns: clear, weak, constant and boundary dynamics, simulated, and real markets."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import hedgeresearch as hr

DYNAMICS = {
    "clear": {"a": 0.05, "b": 0.93},
    "weak": {"a": 0.01, "b": 0.90},
    "constant": {"a": 0.0, "b": 0.0},
    "boundary": {"a": 0.02, "b": 0.979, "omega": 0.001, "alpha": 0.06, "beta": 0.9395},
}
"""Parameters of simulated panels; the sums of those of "boundary" are .999 and .9995."""
SEED = 3
DOW = "dji30retw.rda"
"""Weekly returns of 30 Dow stocks, 1987 to 2009, of the R package rmgarch; not part of this one."""


class Panel(NamedTuple):
    """Returns with a name for the tables."""

    name: str
    returns: pd.DataFrame


def simulated(n_series: int, dynamics: str, n_dates: int = 1000, seed: int = SEED) -> Panel:
    """Return a simulated panel; equal correlations of .6, or of .3 among many series."""
    correlation = 0.6 if n_series == 2 else 0.3
    settings = DYNAMICS[dynamics]
    panel = hr.data.simulate_dcc(
        n_dates, n_series=n_series, correlation=correlation, seed=seed, **settings
    )
    return Panel(f"{n_series} x {n_dates}, {dynamics}", panel.returns)


def fat_tailed(seed: int, n_dates: int = 1000) -> Panel:
    """Return two series of the clear dynamics whose shocks are Student-t with 5 degrees of freedom.

    The normal likelihood is then a quasi-likelihood: its estimates are consistent, but errors that
    are not robust are too small.
    """
    rng = np.random.default_rng(seed)
    settings = DYNAMICS["clear"]
    target = np.array([[1.0, 0.6], [0.6, 1.0]])
    intercept = (1.0 - settings["a"] - settings["b"]) * target
    variance = np.full(2, 2.5)
    q = target
    returns = np.empty((n_dates, 2))
    for t in range(n_dates):
        scale = np.sqrt(np.diag(q))
        root = np.linalg.cholesky(q / np.outer(scale, scale))
        shock = root @ rng.normal(size=2) * np.sqrt(3.0 / rng.chisquare(5.0))
        returns[t] = np.sqrt(variance) * shock
        variance = 0.05 + 0.06 * returns[t] ** 2 + 0.92 * variance
        q = intercept + settings["a"] * np.outer(shock, shock) + settings["b"] * q
    dates = pd.date_range("2000-01-03", periods=n_dates, freq="B")
    frame = pd.DataFrame(0.01 * returns, dates, ["asset", "hedge"])
    return Panel(f"2 x {n_dates}, fat tails", frame)


def dow(n_series: int) -> Panel | None:
    """Return weekly Dow stocks, AA and AXP first; None where the file is not at hand."""
    folder = os.environ.get("HEDGERESEARCH_DATA_DIR")
    if folder is None or not (Path(folder) / DOW).exists():
        return None
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = rdata.read_rda(Path(folder) / DOW)["dji30retw"]
    returns = pd.DataFrame(table.to_numpy()[:, :n_series], columns=list(table.columns[:n_series]))
    returns.index = pd.date_range("1987-03-16", periods=len(returns), freq="W-MON")
    return Panel(f"{n_series} x {len(returns)}, Dow, weekly", returns)


def indices() -> Panel:
    """Return NASDAQ and S&P 500, daily, 1999 to 2018, a table of the package."""
    returns = hr.returns(hr.load("nasdaq_sp500"))
    return Panel(f"2 x {len(returns)}, NASDAQ and S&P 500", returns)


def pairs() -> list[Panel]:
    """Return the panels of two series."""
    found = [simulated(2, dynamics) for dynamics in DYNAMICS]
    return [*found, *filter(None, [dow(2)]), indices()]


def wide_panels() -> list[Panel]:
    """Return the panels of many series."""
    ten = [simulated(10, dynamics) for dynamics in DYNAMICS]
    thirty = [*filter(None, [dow(30)]), simulated(30, "weak", 1141)]
    return [*ten, *filter(None, [dow(10)]), *thirty, simulated(50, "weak")]
