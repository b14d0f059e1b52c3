"""Results of all entrants on a pair: shares of risk removed, turnover, tests, confidence sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.evaluation.comparison.difference_interval import (
    DrawnHedge,
    block_length,
    drawn_gains,
    interval_of_draws,
    shortest_block,
)
from hedgeresearch.evaluation.comparison.lags import lags_for
from hedgeresearch.evaluation.comparison.losses import without_rounding
from hedgeresearch.evaluation.comparison.multiple_tests import Bootstrap, confidence_set_p_values
from hedgeresearch.evaluation.comparison.paired_tests import mean_gain_test
from hedgeresearch.reproductions.regime_study.protocol import (
    HORIZONS,
    MIN_SEPARATE_SPANS,
    N_DRAWS,
)
from hedgeresearch.reproductions.regime_study.spans import (
    LOSSES,
    Spans,
    losses_by_name,
    spans_over,
)
from hedgeresearch.reproductions.regime_study.walks import PairWalk
from hedgeresearch.typing import Array

BENCHMARKS = ("naive", "ols")
SET_LOSSES = ("variance", "net")
"""Losses with a model confidence set."""
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class PairResults:
    """Results on a pair with one window.

    Attributes
    ----------
    losses : DataFrame
        A row for each horizon, loss and model: its mean, the share removed, tests against naive and
        OLS, and the p-value of the confidence set (NaN for losses without one).
    walks : DataFrame
        A row for each horizon and model: turnover with and without a band, failed refits.
    months : DataFrame (horizons x months, n_models)
        Sums of squared deviations in each month, as shares of the unhedged sum.
    intervals : DataFrame
        Intervals of the gain of the flagship over the single entrants, by horizon.
    """

    losses: pd.DataFrame
    walks: pd.DataFrame
    months: pd.DataFrame
    intervals: pd.DataFrame


def results_of(walk: PairWalk, flagship: str | None, single: tuple[str, ...]) -> PairResults:
    """Return the results of a walk; intervals are those of the flagship against single models."""
    losses: list[dict[str, Any]] = []
    walks: list[dict[str, Any]] = []
    months = {}
    intervals: list[dict[str, Any]] = []
    for horizon in HORIZONS:
        if len(walk.dates) < MIN_SEPARATE_SPANS * horizon:
            continue
        spans = spans_over(walk.asset, walk.hedge, walk.ratios, horizon)
        by_name = losses_by_name(spans, walk.pair.market.cost)
        for name in LOSSES:
            losses += loss_rows(by_name[name], name, walk.models, horizon)
        walks += walk_rows(walk, spans)
        months[horizon] = monthly_shares(by_name["variance"], walk, horizon)
        if flagship is not None:
            intervals += interval_rows(walk, spans, flagship, single)
    labels: dict[str, Any] = {
        "pair": walk.pair.name,
        "market": walk.pair.market.name,
        "window": walk.window,
    }
    return PairResults(
        losses=pd.DataFrame(losses).assign(**labels),
        walks=pd.DataFrame(walks).assign(**labels),
        months=pd.concat(months, names=["horizon", "month"]),
        intervals=pd.DataFrame(intervals).assign(**labels),
    )


def loss_rows(every: Array, loss: str, models: list[str], horizon: int) -> list[dict[str, Any]]:
    """Return a row for each model from losses (n_spans, n_models + 1), the unhedged asset last."""
    means = every.mean(axis=0)
    losses = without_rounding(every[:, :-1], float(np.abs(every).max()))
    shortest = shortest_block(horizon, len(losses))
    bootstrap = Bootstrap(n_bootstrap=N_DRAWS, shortest=shortest)
    in_set = np.full(len(models), np.nan)
    if loss in SET_LOSSES:
        in_set = confidence_set_p_values(losses, bootstrap)
    rows = []
    for i, model in enumerate(models):
        row: dict[str, Any] = {"horizon": horizon, "loss": loss, "model": model}
        row["mean"] = means[i]
        row["removed"] = 1.0 - means[i] / means[-1]
        for benchmark in BENCHMARKS:
            t, p = gain_test(losses[:, i], losses[:, models.index(benchmark)], horizon)
            row[f"t, {benchmark}"] = t
            row[f"p, {benchmark}"] = p
        row["p, set"] = in_set[i]
        rows.append(row)
    return rows


def gain_test(losses: Array, others: Array, horizon: int) -> tuple[float, float]:
    """Return t and p of Diebold and Mariano; t is positive where ``losses`` are smaller."""
    gain = others - losses
    lags = lags_for(gain, horizon, total=others + losses)
    return mean_gain_test(gain, horizon, lags)


def walk_rows(walk: PairWalk, spans: Spans) -> list[dict[str, Any]]:
    """Return turnover and failed refits of each model; turnover is that of one portfolio."""
    rows = []
    for i, model in enumerate(walk.models):
        rows.append(
            {
                "horizon": spans.horizon,
                "model": model,
                "turnover": spans.trades[:, i].sum() / spans.horizon,
                "turnover, band": spans.banded_trades[:, i].sum() / spans.horizon,
                "mean ratio": walk.ratios[:, i].mean(),
                "failed refits": walk.failed_refits[i],
                "dates": len(walk.dates),
                "closes differ": walk.closes_differ,
            }
        )
    return rows


def monthly_shares(losses: Array, walk: PairWalk, horizon: int) -> pd.DataFrame:
    """Return sums of losses by the month in which spans end, as shares of the unhedged total."""
    months = walk.dates[horizon - 1 :].tz_localize(None).to_period("M")  # of UTC
    shares = losses[:, :-1] / losses[:, -1].sum()
    return pd.DataFrame(shares, months, walk.models).groupby(level=0).sum()


def interval_rows(
    walk: PairWalk, spans: Spans, flagship: str, single: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the gain of the flagship over each single model, in variance removed."""
    own = spans.hedged[:, walk.models.index(flagship)]
    rows = []
    for name in single:
        others = spans.hedged[:, walk.models.index(name)]
        difference = float(others.var() - own.var()) / float(spans.unhedged.var())
        length = block_length(own, others, spans.horizon)
        (drawn,) = drawn_gains([DrawnHedge(own, length)], others, spans.unhedged, N_DRAWS, 0)
        found = interval_of_draws(difference, drawn, length, len(own), CONFIDENCE)
        rows.append(
            {
                "horizon": spans.horizon,
                "against": name,
                "gain": difference,
                "lower": found.lower,
                "upper": found.upper,
            }
        )
    return rows
