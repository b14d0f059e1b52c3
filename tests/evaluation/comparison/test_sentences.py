"""Sentences on a comparison of hedges."""

from dataclasses import replace

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison.sentences import (
    BETTER,
    UNCLEAR,
    conclusion_sentence,
    p_in_words,
    points_in_words,
    removed_in_words,
    verdict_sentence,
)


@pytest.fixture(scope="module")
def comparison(panel):
    return hr.evaluation.compare_hedges(panel, n_bootstrap=300, seed=1)


def test_each_hedge_has_a_sentence(comparison):
    table = comparison.table
    share = {name: f"{100 * value:.1f}%" for name, value in table["effectiveness"].items()}
    p = {name: p_in_words(value) for name, value in table["DM p"].items()}
    assert comparison.sentences == (
        f"good removes {share['good']} of variance, ols {share['ols']}; "
        f"good is better ({p['good']}).",
        f"bad removes {share['bad']} of variance, ols {share['ols']}; bad is worse ({p['bad']}).",
        f"like removes {share['like']} of variance, ols {share['ols']}; "
        f"the difference is not distinguishable from zero ({p['like']}).",
        f"copy removes {share['ols']} of variance, the same as ols on every date.",
    )


def test_the_conclusion_counts_all_hedges(comparison):
    assert comparison.conclusion.startswith(
        "Counting all 3 hedges tried against ols, at least one is better at 5% (p "
    )
    assert comparison.conclusion.endswith("; at 10%, the model confidence set contains good.")


def test_shares_differ_where_they_can_and_may_be_negative(panel):
    close = panel.assign(good=1.0001 * panel["ols"], bad=2 * panel["unhedged"])
    sentences = hr.evaluation.compare_hedges(close, n_bootstrap=100).sentences
    one, two = sentences[0].partition(" removes ")[2].split(" of variance, ols ")
    assert float(one.removesuffix("%")) < float(two.split("%")[0])
    assert sentences[1].startswith("bad adds 300.0% to variance, ols removes ")


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        (0.5, 0.5, ("removes 50.0% of variance", "50.0%")),
        (0.5001, 0.5, ("removes 50.01% of variance", "50.00%")),
        (0.500001, 0.5, ("removes 50.0% of variance", "50.0%")),
        (-0.1, 0.2, ("adds 10.0% to variance", "removes 20.0%")),
        (0.1, -0.2, ("removes 10.0% of variance", "adds 20.0%")),
    ],
)
def test_shares_of_variance_in_words(own, other, expected):
    assert removed_in_words(own, other) == expected


@pytest.mark.parametrize(
    ("p", "expected"),
    [(0.0004, "p < .001"), (0.0049, "p = .005"), (0.25, "p = .25"), (1.0, "p = 1.00")],
)
def test_p_values_are_printed_as_in_papers(p, expected):
    assert p_in_words(p) == expected


BENCHMARK_ROW = pd.Series({"effectiveness": 0.887})
DISAGREEMENTS = [
    (UNCLEAR, (0.004, 0.026), "excludes zero (0.4 to 2.6 points), but the test that allows"),
    (UNCLEAR, (-0.026, -0.004), "excludes zero (-2.6 to -0.4 points), but the test that allows"),
    (UNCLEAR, (-0.004, 0.026), "the difference is not distinguishable from zero (p = .20)."),
    (UNCLEAR, (float("nan"), float("nan")), "the difference is not distinguishable from zero"),
    (BETTER, (0.004, 0.026), "dcc is better (p = .20)."),
    (BETTER, (-0.004, 0.026), "by the test (p = .20), but a bootstrap interval of the difference"),
    (UNCLEAR, None, "the difference is not distinguishable from zero (p = .20)."),
]


@pytest.mark.parametrize(("verdict", "interval", "expected"), DISAGREEMENTS)
def test_a_sentence_says_where_interval_and_test_differ(verdict, interval, expected):
    row = pd.Series({"effectiveness": 0.904, "verdict": verdict, "DM p": 0.2})
    said = verdict_sentence("dcc", row, "ols", BENCHMARK_ROW, True, interval)
    assert expected in said
    assert said.startswith("dcc removes 90.4% of variance, ols 88.7%; ")
    assert ("bootstrap" in said) == ("but" in said)


def test_ends_in_points_are_not_printed_as_zero():
    assert points_in_words(0.004, 0.026) == "0.4 to 2.6 points"
    assert points_in_words(0.00014, 0.0099) == "0.01 to 0.99 points"
    assert points_in_words(0.0, 0.01) == "0.000 to 1.000 points"


def test_a_set_without_the_benchmark_is_explained(panel):
    found = hr.evaluation.compare_hedges(panel, n_bootstrap=100).joint
    plain = conclusion_sentence(found, "ols", ["good"], 0.05, 0.9)
    explained = conclusion_sentence(found, "ols", ["good"], 0.05, 0.9, none_shown=True)
    assert plain.endswith("the model confidence set contains good.")
    assert explained.removesuffix(".").startswith(plain.removesuffix("."))
    assert "without ols: its bootstrap allows less for losses that wander" in explained


def test_a_comparison_explains_a_set_that_no_test_supports(comparison):
    table = comparison.table.assign(verdict=UNCLEAR)
    unclear = replace(comparison, table=table)
    assert "without ols" in unclear.conclusion
    assert "without ols" not in comparison.conclusion
