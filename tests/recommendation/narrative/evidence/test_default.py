"""Why the default is the default, in a recommendation without a backtest."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.default import (
    EVIDENCE,
    EVIDENCE_ON_REGIMES,
    default_hedge,
    regime_conditional_hedge,
)
from hedgeresearch.recommendation.narrative.evidence.default import default_sentences
from hedgeresearch.reproductions.regime_study.entrants import entrants
from hedgeresearch.reproductions.regime_study.findings import recorded_table


def test_only_the_default_without_a_backtest_has_the_sentence() -> None:
    findings: Any = object()
    assert default_sentences(default_hedge(), None) == [f"Why this model: {EVIDENCE}"]
    assert default_sentences(default_hedge(), findings) == []
    assert default_sentences(hr.OLSHedge(), None) == []
    other: Any = default_hedge()
    assert default_sentences(replace(other, n_folds=3), None) == []


def mean_over_pairs(table: pd.DataFrame, model: str, column: str) -> float:
    rows = table[table["model"] == model]
    return float(np.average(rows[column], weights=rows["pairs"]))


def test_the_numbers_are_those_of_the_confirmation() -> None:
    table = recorded_table("confirmation").reset_index()
    table = table[table["horizon"] == 1]
    models = table["model"].unique()
    assert f"of {len(models)} models on 111 pairs" in EVIDENCE
    removed = {model: mean_over_pairs(table, model, "variance") for model in models}
    assert max(removed, key=lambda model: removed[model]) == "decays stacked"
    assert f"{removed['decays stacked']:.2%} in the mean" in EVIDENCE
    assert f"removed {removed['OLS and decays by regime']:.2%}" in EVIDENCE_ON_REGIMES
    assert f"the default {removed['decays stacked']:.2%}" in EVIDENCE_ON_REGIMES
    trades = mean_over_pairs(table, "decays stacked", "turnover")
    share = trades / mean_over_pairs(table, "DCC", "turnover")
    assert f"at {share:.0%} of the turnover of a DCC" in EVIDENCE
    assert entrants(1000)["decays stacked"] == default_hedge()


def test_it_is_the_best_without_regimes_on_the_development_pairs() -> None:
    table = recorded_table("selection")
    assert table.loc[~table["regimes"], "score"].idxmax() == "decays stacked"
    assert table["score"].idxmax() == "OLS and decays by regime"
    assert entrants(1000)["OLS and decays by regime"] == regime_conditional_hedge()


@pytest.mark.long
def test_contracts_of_the_default_come_with_its_reason() -> None:
    prices = hr.load("nasdaq_sp500").tail(1200)
    market = hr.Market(prices)
    position = hr.Position({"NASDAQ": 1000})
    future = hr.LinearContract("SP500", 50, lot=1, fee=0.00005)
    fit = default_hedge().fit(*market.returns(position, future))
    advice = hr.recommend(fit, position, future, market)
    assert f"Why this model: {EVIDENCE}" in advice.reasons
    assert advice.regimes is None
