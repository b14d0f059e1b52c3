"""Sections on which hedge of a backtest is better, and the tests of it."""

from __future__ import annotations

from hedgeresearch._formatting import counted, full_percent
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.report.sections.effectiveness import results_table
from hedgeresearch.report.sections.section import Parts, Section
from hedgeresearch.report.tables import p_value, percent, ratio, table_of, words

TITLE = "Which hedge is better"
TESTS = "Tests"
COLUMNS = {
    "gain": ("gain, points", percent),
    "DM t": ("t", ratio),
    "DM p": ("p, equal variance", p_value),
    "Pitman-Morgan p": ("p, Pitman and Morgan", p_value),
    "GW p": ("p, no predictable difference", p_value),
    "MCS p": ("p, confidence set", p_value),
    "verdict": ("verdict", words),
}


def verdict_section(backtest: Backtest) -> Section:
    """Return the conclusion, a sentence on each hedge, and the table of results."""
    parts = Parts()
    comparison = parts.get("The comparison", backtest.compare)
    failed = [
        _failure(str(name), int(number), backtest)
        for name, number in backtest.failed_refits.items()
        if number
    ]
    sentences = () if comparison is None else comparison.sentences
    return Section(
        TITLE,
        texts=() if comparison is None else (comparison.conclusion,),
        points=(*failed, *sentences),
        tables=(results_table(backtest),),
        missing=tuple(parts.missing),
    )


def _failure(name: str, number: int, backtest: Backtest) -> str:
    """Return the warning of a model whose refits failed."""
    if name in backtest.never_hedged:
        return f"Warning: {name} failed at every refit and never hedged; it is not compared."
    return (
        f"Warning: {name} failed at {counted(number, 'refit')} of {backtest.n_refits}; its last "
        "ratio was held."
    )


def tests_section(backtest: Backtest) -> Section:
    """Return the tests of each hedge against OLS."""
    comparison = backtest.compare()
    caption = (
        f"Each hedge against {comparison.against}: t and p of equal variances after Diebold and "
        "Mariano (1995), of Pitman (1939) and Morgan (1939), and of Giacomini and White (2006); "
        f"a hedge is in the {full_percent(1.0 - comparison.mcs_size)} model confidence set of "
        f"Hansen, Lunde and Nason (2011) if its p is above {full_percent(comparison.mcs_size)}"
    )
    table = table_of(comparison.table, "model", COLUMNS)
    return Section(TESTS, texts=(comparison.conclusion,), tables=((caption, table),))
