"""A backtest in words: why two numbers differ, who won, and what too few observations allow."""

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from hedgeresearch.evaluation.comparison.difference_interval import DifferenceInterval
from hedgeresearch.recommendation.assessment.evidence.backtest_findings import (
    BacktestFindings,
    OutOfSample,
)
from hedgeresearch.recommendation.assessment.evidence.tournament import Tournament
from hedgeresearch.recommendation.narrative.evidence.backtest import (
    backtest_warnings,
    effectiveness_sentences,
    measured_sentence,
    tournament_sentences,
)
from hedgeresearch.recommendation.plain_values import backtest_as_dict


def interval(value: float, lower: float, upper: float) -> DifferenceInterval:
    return DifferenceInterval(value, lower, upper, 0.95, 10, 1000)


@pytest.fixture
def found() -> OutOfSample:
    return OutOfSample(
        model="regime",
        effectiveness=0.882,
        interval=interval(0.882, 0.851, 0.901),
        n_dates=4030,
        first=pd.Timestamp("2002-12-27"),
        last=pd.Timestamp("2018-12-31"),
        horizon=1,
        over="1 business day",
        ratio_then=0.887,
        ratio_always=0.787,
        first_of_all=pd.Timestamp("1999-01-05"),
    )


@pytest.fixture
def tournament() -> Tournament:
    table = pd.DataFrame(
        {
            "effectiveness": [0.896, 0.869, 0.905, 0.882],
            "turnover after entry": [1.0, 2.1, 66.4, 17.5],
            "cost after entry": [math.nan] * 4,
            "in set": [True, False, True, False],
        },
        index=["naive", "ols", "ewma", "regime"],
    )
    return Tournament(table, "naive", 0.9, 4030)


@pytest.fixture
def findings(found: OutOfSample, tournament: Tournament) -> BacktestFindings:
    return BacktestFindings(
        expected=0.788,
        n_observations=5030,
        n_estimation=1000,
        comparable=True,
        out_of_sample=found,
        note="",
        tournament=tournament,
        tournament_note="",
        leaders=["ewma", "naive"],
        lead=interval(0.0229, 0.01, 0.033),
    )


def test_a_simpler_winner_is_a_warning_with_its_numbers(findings: BacktestFindings) -> None:
    assert backtest_warnings(findings) == [
        "Warning: a simpler hedge removed more variance out of sample: ewma 90.5%, against 88.2% "
        "of regime (difference 2.3 points, 95% interval 1.0 to 3.3); so did naive 89.6%."
    ]
    by_chance = replace(findings, leaders=["ewma"], lead=interval(0.0229, -0.001, 0.033))
    text = backtest_warnings(by_chance)[0]
    assert text.startswith("A simpler hedge removed more variance")
    assert text.endswith("-0.1 to 3.3, which may be chance).")
    assert findings.out_of_sample is not None
    few = replace(findings, out_of_sample=replace(findings.out_of_sample, n_dates=99))
    assert backtest_warnings(few)[0].startswith("A simpler hedge removed more variance")
    enough = replace(findings, out_of_sample=replace(findings.out_of_sample, n_dates=100))
    assert backtest_warnings(enough)[0].startswith("Warning: a simpler hedge")
    assert backtest_warnings(replace(findings, leaders=[], lead=None)) == []


def test_variance_added_out_of_sample_is_a_warning(
    findings: BacktestFindings, found: OutOfSample
) -> None:
    worse = replace(findings, out_of_sample=replace(found, effectiveness=-0.033))
    first = backtest_warnings(worse)[0]
    assert first == (
        "Warning: out of sample the hedge added 3.3% to variance, on 4,030 observations."
    )
    assert "; out of sample variance rose by 3.3% (95%" in effectiveness_sentences(0.788, worse)[0]


def test_both_numbers_come_with_their_observations(findings: BacktestFindings) -> None:
    first, second = effectiveness_sentences(0.788, findings)
    assert first == (
        "Expected variance reduction (model): 78.8%; out of sample it was 88.2% (95% interval "
        "85.1% to 90.1%) on 4,030 observations from 2002-12-27 to 2018-12-31."
    )
    assert second == (
        "The two differ mostly because they are of other dates: the recommended ratio, held "
        "constant, would have removed 88.7% from 2002-12-27 to 2018-12-31, and removed 78.7% "
        "since 1999-01-05."
    )
    assert measured_sentence(findings).startswith("Out of sample it was 88.2% (95% interval")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ratio_then": 0.787}, "the backtest estimates on 1,000 observations at a time, the"),
        ({"ratio_always": 0.87}, "the model's is for the variances and correlations that it"),
        ({"ratio_then": math.nan}, "They differ as the backtest estimates on 1,000 observations"),
        ({"effectiveness": 0.79}, ""),
        ({"ratio_then": -0.2, "effectiveness": -0.2}, "would have added 20.0% from 2002-12-27"),
        ({"interval": interval(0.882, 0.7, 0.95)}, "within the interval of what was measured"),
    ],
)
def test_the_reason_is_the_largest_part_of_the_difference(
    findings: BacktestFindings, found: OutOfSample, changes: dict[str, Any], reason: str
) -> None:
    changed = replace(findings, out_of_sample=replace(found, **changes))
    sentences = effectiveness_sentences(0.788, changed)[1:]
    assert len(sentences) == bool(reason)
    assert reason in "".join(sentences)


def test_what_was_not_measured_is_said(findings: BacktestFindings) -> None:
    assert effectiveness_sentences(0.788, None) == [
        "Expected variance reduction (model): 78.8%; not measured out of sample (pass backtest=, "
        "a result of walk_forward)."
    ]
    absent = replace(findings, out_of_sample=None, note="the backtest does not contain DCC().")
    assert effectiveness_sentences(0.788, absent) == [
        "Expected variance reduction (model): 78.8%.",
        "Out of sample it is not known: the backtest does not contain DCC().",
    ]
    assert "the model expects no variance" in effectiveness_sentences(math.nan, None)[0]


def test_values_of_two_horizons_are_not_compared(
    findings: BacktestFindings, found: OutOfSample, tournament: Tournament
) -> None:
    weekly = replace(
        findings,
        comparable=False,
        out_of_sample=replace(found, horizon=5, over="5 business days"),
        tournament=replace(tournament, horizon=5, n_dates=499),
    )
    first, second = effectiveness_sentences(0.788, weekly)
    assert first.endswith(
        "on returns over 5 business days of 4,030 observations from 2002-12-27 to 2018-12-31."
    )
    assert second == (
        "The two cannot be compared: what was measured is the variance of returns over 5 business "
        "days."
    )
    few = tournament_sentences(weekly)[-1]
    assert few.startswith("The backtest has 99 returns that do not overlap out of sample, which")


def test_the_choice_comes_with_the_set_and_the_costs(
    findings: BacktestFindings, found: OutOfSample, tournament: Tournament
) -> None:
    assert tournament_sentences(findings) == [
        "The backtest is in favour of naive: among 4 models over 4,030 observations it is in the "
        "90% model confidence set with ewma, and costs least of them (turnover after the first "
        "trade, in values of the position: naive 1, ewma 66.4)."
    ]
    costs = tournament.table.assign(**{"cost after entry": [0.0001, 0.0002, 0.0066, 0.0018]})
    used = replace(
        findings,
        tournament=replace(tournament, table=costs, span="2002-12-30 to 2018-12-31"),
        out_of_sample=replace(found, model="naive"),
    )
    text = tournament_sentences(used)[0]
    assert "in favour of naive, which is used: among 4 models over 4,030 obs" in text
    assert (
        "(costs after the first trade, from 2002-12-30 to 2018-12-31, in % of the value of the "
        "position: naive 0.01%, ewma 0.66%)" in text
    )


def test_a_beaten_model_and_few_observations_are_named(
    findings: BacktestFindings, tournament: Tournament
) -> None:
    table = tournament.table.assign(**{"in set": [False, True, True, False]})
    odd = Tournament(table, "ewma", 0.9, 23)
    choice, aside, few = tournament_sentences(replace(findings, tournament=odd))
    assert "in favour of ewma: among 4 models over 23 observations it is in the 90%" in choice
    assert "set with ols, and costs least of those that are not left aside (" in choice
    assert choice.endswith("in values of the position: ols 2.1, ewma 66.4).")
    assert aside == (
        "Left aside, as another one removed no less and costs no more: ols (by naive)."
    )
    assert few.startswith("The backtest has 23 observations out of sample, which are few")
    alone = replace(odd, table=table.assign(**{"in set": [False, False, True, False]}), n_dates=100)
    assert tournament_sentences(replace(findings, tournament=alone)) == [
        "The backtest is in favour of ewma: among 4 models over 100 observations it is alone in "
        "the 90% model confidence set."
    ]
    none = replace(findings, tournament=None, tournament_note="there are too few.")
    assert tournament_sentences(none) == [
        "The backtest does not say which model to use: there are too few."
    ]


def test_turnover_is_a_share_of_that_of_dcc(
    findings: BacktestFindings, tournament: Tournament
) -> None:
    table = tournament.table.rename(index={"ols": "dcc"})
    table["turnover after entry"] = [0.0, 90.0, 45.0, 17.5]
    table["in set"] = [False, True, True, True]
    with_dcc = Tournament(table, "regime", 0.9, 4030)
    assert tournament_sentences(replace(findings, tournament=with_dcc))[0] == (
        "The backtest is in favour of regime, which is used: among 4 models over 4,030 "
        "observations it is in the 90% model confidence set with dcc and ewma, and costs least of "
        "them (turnover after the first trade, in values of the position: dcc 90, ewma 45, regime "
        "17.5); its turnover after entry is 19% of that of dcc."
    )
    alone = replace(with_dcc, table=table.assign(**{"in set": [False, False, False, True]}))
    assert tournament_sentences(replace(findings, tournament=alone))[0].endswith(
        "it is alone in the 90% model confidence set; its turnover after entry is 19% of that of "
        "dcc."
    )
    dcc = replace(with_dcc, best="dcc")
    assert "of that of dcc" not in tournament_sentences(replace(findings, tournament=dcc))[0]


def test_an_execution_lag_is_named(findings: BacktestFindings, found: OutOfSample) -> None:
    late = replace(findings, out_of_sample=replace(found, execution_lag=1))
    ends = "from 2002-12-27 to 2018-12-31, traded 1 observation late."
    assert measured_sentence(late).endswith(ends)
    assert effectiveness_sentences(0.788, late)[0].endswith(ends)
    record = backtest_as_dict(late)["out_of_sample"]
    assert record["execution_lag"] == 1
