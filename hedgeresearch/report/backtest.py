"""Page of a backtest: which hedge is better, where, and how sure this is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hedgeresearch._formatting import day
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.report.page import Page
from hedgeresearch.report.sections import backtest_method, comparison, out_of_sample
from hedgeresearch.report.sections.section import Section, section_or_reason

SECTIONS: Mapping[str, Callable[[Backtest], Section]] = {
    comparison.TITLE: comparison.verdict_section,
    out_of_sample.EFFECTIVENESS: out_of_sample.effectiveness_section,
    out_of_sample.RATIOS: out_of_sample.ratios_section,
    out_of_sample.TIME: out_of_sample.time_section,
    out_of_sample.RISK: out_of_sample.risk_section,
    comparison.TESTS: comparison.tests_section,
}
"""Sections in the order of the page; method and data follow."""


def backtest_page(backtest: Backtest, notes: Sequence[str]) -> Page:
    """Return the page: the verdict, effectiveness, ratios, years, risks, tests and method."""
    builders = dict(SECTIONS)
    builders[backtest_method.TITLE] = partial(backtest_method.method_section, notes=notes)
    builders[backtest_method.DATA] = backtest_method.data_section
    dates = backtest.date_returns.index
    return Page(
        title=f"Hedges compared: {', '.join(map(str, backtest.models))}",
        about=(
            f"{len(dates):,} observations out of sample, {day(dates[0])} to {day(dates[-1])}; "
            f"{backtest.n_refits:,} estimations of each model; returns {backtest.evaluation}."
        ),
        sections=[
            section_or_reason(title, partial(build, backtest)) for title, build in builders.items()
        ],
    )
