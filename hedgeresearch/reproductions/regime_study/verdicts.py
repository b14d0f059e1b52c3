"""Criteria of the protocol on the confirmation pairs, and tables by market."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.reproductions.regime_study.entrants import SINGLE
from hedgeresearch.reproductions.regime_study.pair import Pair
from hedgeresearch.reproductions.regime_study.pair_results import BENCHMARKS
from hedgeresearch.reproductions.regime_study.panel_test import joint_test, panel_losses
from hedgeresearch.reproductions.regime_study.protocol import (
    RISK_AVERSION,
    SET_SIZE,
    TEST_SIZE,
)
from hedgeresearch.reproductions.regime_study.study import Study
from hedgeresearch.typing import Array

BASIS_POINT = 1e-4


def primary(table: pd.DataFrame, pairs: list[Pair]) -> pd.DataFrame:
    """Return the rows of the primary window of each pair."""
    windows = {pair.name: pair.primary_window for pair in pairs}
    return table[table["window"] == table["pair"].map(windows)]


def market_table(study: Study, pairs: list[Pair], losses: tuple[str, ...]) -> pd.DataFrame:
    """Return means over the pairs of each market, by horizon and model, at primary windows.

    Columns are the share removed of each loss, the share of pairs on which the model is in the
    confidence set of variance, the numbers of pairs on which it is better and worse than naive and
    than OLS at 5 %, and its turnover with and without a band.
    """
    keys = ["market", "horizon", "model"]
    rows = primary(study.losses, pairs)
    removed = rows.pivot_table(index=keys, columns="loss", values="removed", observed=True)
    of_variance = rows[rows["loss"] == "variance"]
    counted = of_variance.assign(pairs=1, set=of_variance["p, set"] > SET_SIZE)
    for benchmark in BENCHMARKS:
        differs = counted[f"p, {benchmark}"] < TEST_SIZE
        t = counted[f"t, {benchmark}"]
        counted[f"better than {benchmark}"] = differs & (t > 0.0)
        counted[f"worse than {benchmark}"] = differs & (t < 0.0)
    names = [name for name in counted.columns if str(name).startswith(("better", "worse"))]
    counts = counted.groupby(keys)[["pairs", "set", *names]].sum()
    turnover = primary(study.walks, pairs).groupby(keys)[["turnover", "turnover, band"]].mean()
    return pd.concat([removed[[*losses]], counts, turnover], axis=1)


def criteria(study: Study, pairs: list[Pair], flagship: str) -> pd.DataFrame:
    """Return the four criteria of the protocol, one row per horizon, at primary windows."""
    rows = primary(study.losses, pairs)
    of_variance = rows[rows["loss"] == "variance"]
    walks = primary(study.walks, pairs)
    turnover = walks.pivot(index=["pair", "horizon"], columns="model", values="turnover")
    relative = (turnover[flagship] / turnover["DCC"]).groupby("horizon").mean()
    found: dict[Any, dict[str, Any]] = {}
    for horizon, table in of_variance.groupby("horizon"):
        removed = table.pivot(index="pair", columns="model", values="removed").mean()
        own = table[table["model"] == flagship]
        best = str(removed[[*SINGLE]].idxmax())
        row: dict[str, Any] = {"pairs": len(own)}
        row["share in set"] = (own["p, set"] > SET_SIZE).mean()
        for benchmark in BENCHMARKS:
            one_sided = worse_p_values(own, benchmark)
            row[f"worse than {benchmark}"] = int((one_sided < TEST_SIZE / 2.0).sum())
            row[f"worse than {benchmark}, Holm"] = holm_rejections(one_sided, TEST_SIZE / 2.0)
        row["removed"] = removed[flagship]
        row["best single"] = best
        row["removed by best single"] = removed[best]
        row["relative turnover"] = relative.to_dict()[horizon]
        found[horizon] = row
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("horizon")


def worse_p_values(rows: pd.DataFrame, benchmark: str) -> Array:
    """Return one-sided p-values of being worse than a benchmark, (n_pairs,)."""
    half = rows[f"p, {benchmark}"].to_numpy() / 2.0
    return np.asarray(np.where(rows[f"t, {benchmark}"].to_numpy() < 0.0, half, 1.0 - half))


def holm_rejections(p_values: Array, size: float) -> int:
    """Return the number of hypotheses that Holm (1979) rejects at a familywise size."""
    ordered = np.sort(p_values)
    allowed = size / np.arange(len(ordered), 0, -1)
    passed = ordered > allowed
    return int(passed.argmax()) if passed.any() else len(ordered)


def joint_tests(study: Study, pairs: list[Pair], flagship: str) -> pd.DataFrame:
    """Return the joint tests against naive, OLS and the flagship, at primary windows."""
    rows = []
    horizons = primary(study.losses, pairs)["horizon"].unique()
    for horizon in horizons:
        months = []
        for pair in pairs:
            table = study.months[pair.name, pair.primary_window]
            if horizon in table.index.get_level_values("horizon"):
                months.append(table.loc[horizon])
        losses = panel_losses(months)
        for against in (*BENCHMARKS, flagship):
            rows.append({"horizon": horizon, **joint_test(losses, against, int(horizon))})
    return pd.DataFrame(rows)


def gains(study: Study, pairs: list[Pair], flagship: str, base: str) -> pd.DataFrame:
    """Return the gain of the flagship over another model by market and horizon.

    Columns are the mean gain in the share of variance removed, the pairs on which it is positive,
    and the cost per notional traded, in basis points, at which a risk aversion of 5 would pay for
    it in the median pair: zero where there is no gain, infinite where it needs no more trading.
    """
    rows = primary(study.losses, pairs)
    of_variance = rows[rows["loss"] == "variance"]
    keys = ["market", "pair", "horizon"]
    removed = of_variance.pivot(index=keys, columns="model", values="removed")
    means = of_variance.pivot(index=keys, columns="model", values="mean")
    walks = primary(study.walks, pairs)
    per_span = walks["turnover"] * walks["horizon"] / (walks["dates"] - walks["horizon"] + 1)
    traded = walks.assign(traded=per_span).pivot(index=keys, columns="model", values="traded")
    gain = removed[flagship] - removed[base]
    risk = 0.5 * RISK_AVERSION * (means[base] - means[flagship])
    extra = traded[flagship] - traded[base]
    free = pd.Series(np.where(gain > 0.0, np.inf, 0.0), gain.index)
    cost = (risk / extra).where(extra > 0.0, free).clip(lower=0.0) / BASIS_POINT
    table = pd.DataFrame({"gain": gain, "positive": gain > 0.0, "cost": cost, "pairs": 1})
    how = {"pairs": "sum", "gain": "mean", "positive": "sum", "cost": "median"}
    return table.groupby(["market", "horizon"]).agg(how)
