"""Why the default is the default, in a recommendation without a backtest."""

from dataclasses import replace
from typing import Any

import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.default import EVIDENCE, default_hedge
from hedgeresearch.recommendation.narrative.default import default_sentences
from hedgeresearch.reproductions.regime_study.entrants import entrants
from hedgeresearch.reproductions.regime_study.findings import recorded_table


def test_only_the_default_without_a_backtest_has_the_sentence() -> None:
    findings: Any = object()
    assert default_sentences(default_hedge(), None) == [f"Why this model: {EVIDENCE}"]
    assert default_sentences(default_hedge(), findings) == []
    assert default_sentences(hr.OLSHedge(), None) == []
    other: Any = default_hedge()
    assert default_sentences(replace(other, n_folds=3), None) == []


def test_the_numbers_are_those_of_the_selection() -> None:
    table = recorded_table("selection")
    assert f"of {len(table)} models" in EVIDENCE
    best = table.iloc[0]
    assert best.name == "OLS and decays by regime"
    other = table.loc[~table["regimes"], "score"].max()
    assert f"{best['score']:.2%} ({other:.2%} the best one without regimes)" in EVIDENCE
    markets = recorded_table("development").index.unique("market")
    assert "simulated" in markets
    assert len(markets) == 4  # three markets and simulated returns
    assert f"at {best['relative turnover']:.0%} of the turnover of a DCC" in EVIDENCE
    assert entrants(1000)["OLS and decays by regime"] == default_hedge()


@pytest.mark.long
def test_contracts_of_the_default_come_with_its_reason() -> None:
    prices = hr.load("nasdaq_sp500").tail(1200)
    market = hr.Market(prices)
    position = hr.Position({"NASDAQ": 1000})
    future = hr.LinearContract("SP500", 50, lot=1, fee=0.00005)
    fit = default_hedge().fit(*market.returns(position, future))
    advice = hr.recommend(fit, position, future, market)
    assert f"Why this model: {EVIDENCE}" in advice.reasons
    assert advice.regimes is not None
    assert len(advice.regimes) == 2
