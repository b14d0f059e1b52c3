"""Hedge a whole simulated market with a DCC that is estimated again every day, and draw the gains.

Every stock is hedged with every index future alone. The true ratios are known, so that the figure
shows what daily re-estimation gains over a regression on the same windows, and what the truth would
have gained.

Usage: python docs/market.py [--stocks 500] [--years 10] [--threads 1] [--folder market]
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import hedgeresearch as hr

WINDOW = 1000
DATES_PER_YEAR = 250
FUTURES = 4


def run(stocks: int, years: float, threads: int, folder: Path) -> dict[str, Any]:
    """Simulate the market, hedge it, and write the figure; return what was measured."""
    market = hr.data.simulate_market(WINDOW + round(years * DATES_PER_YEAR), stocks, FUTURES)
    begin = time.process_time()
    pairs = hr.evaluation.walk_forward_pairs(
        market.stocks,
        market.futures,
        window=WINDOW,
        n_jobs=threads,
        checkpoint=folder / "checkpoint",
    )
    seconds = time.process_time() - begin
    table = pairs.effectiveness
    table["truth"] = pairs.removed_by(market.hedge_ratio[WINDOW:])
    deviation = table.index.get_level_values("asset").map(market.beta_deviation)
    draw(table, np.asarray(deviation), folder / "market.png")
    table.to_csv(folder / "market.csv")
    n_fits = pairs.ratios.size
    return {
        "fits": n_fits,
        "CPU seconds": seconds,
        "milliseconds a fit": 1e3 * seconds / n_fits,
        "GiB of memory at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "pairs in which DCC beats OLS": float((table["dcc"] > table["ols"]).mean()),
    }


def draw(table: pd.DataFrame, deviation: np.ndarray, path: Path) -> None:
    """Draw the gain of every pair over OLS against what the true ratio gains."""
    gain = 100.0 * (table["dcc"] - table["ols"])
    possible = 100.0 * (table["truth"] - table["ols"])
    figure, axis = plt.subplots(figsize=(7.0, 5.0), layout="constrained")
    for size in np.unique(deviation):
        shown = deviation == size
        label = f"betas wander by {size:g}" if size else "constant betas"
        axis.scatter(possible[shown], gain[shown], s=8, alpha=0.6, label=label)
    low, high = axis.get_xlim()
    axis.plot([low, high], [low, high], color="gray", linewidth=0.8, label="as good as the truth")
    axis.axhline(0.0, color="black", linewidth=0.8)
    axis.set_xlabel("gain of the true ratio over OLS, percentage points of variance removed")
    axis.set_ylabel("gain of a daily DCC over OLS, percentage points")
    axis.set_title(f"{len(table):,} pairs, out of sample")
    axis.legend(frameon=False)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stocks", type=int, default=500)
    parser.add_argument("--years", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("market"))
    settings = parser.parse_args()
    settings.folder.mkdir(parents=True, exist_ok=True)
    measured = run(settings.stocks, settings.years, settings.threads, settings.folder)
    for name, value in measured.items():
        print(f"{name}: {value:,.4g}")


if __name__ == "__main__":
    main()
