"""The rule that chooses the flagship and the default, on development pairs only."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from hedgeresearch.reproductions.regime_study.entrants import WITHOUT_REGIMES
from hedgeresearch.reproductions.regime_study.protocol import MAX_TURNOVER, TIE
from hedgeresearch.reproductions.regime_study.study import Study


class Selection(NamedTuple):
    """Models that the development pairs choose.

    Attributes
    ----------
    table : DataFrame, score, relative turnover and eligibility of each model, best first
    flagship : eligible regime model of the highest score
    default : the flagship, or the best eligible model without regimes where it is better
    """

    table: pd.DataFrame
    flagship: str
    default: str


def select(study: Study) -> Selection:
    """Choose the flagship and the default by the rule of the protocol."""
    table = pd.DataFrame({"score": scores(study), "relative turnover": relative_turnover(study)})
    table["regimes"] = ~table.index.isin(WITHOUT_REGIMES)
    table["eligible"] = table["relative turnover"] <= MAX_TURNOVER
    table = table.sort_values("score", ascending=False)
    eligible = table[table["eligible"]]
    flagship = best_of(eligible[eligible["regimes"]])
    other = best_of(eligible[~eligible["regimes"]])
    score = table["score"].to_dict()
    is_better = score[flagship] >= score[other] - TIE
    return Selection(table, flagship, flagship if is_better else other)


def best_of(table: pd.DataFrame) -> str:
    """Return the model of the highest score; of nearly equal ones, that of the lowest turnover."""
    near = table[table["score"] >= table["score"].max() - TIE]
    return str(near["relative turnover"].idxmin())


def scores(study: Study) -> pd.Series[float]:
    """Return the share of variance removed, averaged within markets and then over them."""
    of_variance = study.losses[study.losses["loss"] == "variance"]
    by_market = of_variance.groupby(["market", "model"])["removed"].mean().unstack("market")
    return by_market.mean(axis=1)


def relative_turnover(study: Study) -> pd.Series[float]:
    """Return turnover at horizon 1 relative to DCC's, averaged over pairs and windows."""
    single = study.walks[study.walks["horizon"] == 1]
    table = single.pivot(index=["pair", "window"], columns="model", values="turnover")
    return table.div(table["DCC"], axis=0).mean()
