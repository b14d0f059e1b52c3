"""Page of a recommendation for a position."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hedgeresearch._formatting import day, describe
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.page import Page
from hedgeresearch.report.sections import (
    carry,
    data,
    decision,
    effectiveness,
    margin,
    method,
    onchain,
    options,
    ratio,
    regimes,
    stress,
    tails,
)
from hedgeresearch.report.sections.section import Section, section_or_reason

SECTIONS: Mapping[str, Callable[[Recommendation], Section]] = {
    decision.TITLE: decision.decision_section,
    regimes.TITLE: regimes.regimes_section,
    ratio.TITLE: ratio.ratio_section,
    effectiveness.TITLE: effectiveness.effectiveness_section,
    stress.TITLE: stress.stress_section,
    margin.TITLE: margin.margin_section,
    carry.TITLE: carry.carry_section,
    tails.TITLE: tails.tails_section,
}
"""Sections in the order of the page; method and data follow."""


def recommendation_page(recommendation: Recommendation, notes: Sequence[str]) -> Page:
    """Return the page: the decision, its reasons and risks, the method and the data."""
    builders = dict(SECTIONS)
    if recommendation.problem.options is not None:
        first = {decision.TITLE: decision.decision_section, options.TITLE: options.options_section}
        builders = first | builders
    if recommendation.problem.onchain is not None:
        first = {decision.TITLE: decision.decision_section, onchain.TITLE: onchain.onchain_section}
        builders = first | builders
    # The method comes late: what the others compute may add warnings to the notes.
    builders[method.TITLE] = partial(method.method_section, notes=notes)
    builders[data.TITLE] = data.data_section
    model = describe(recommendation.problem.fit.model)
    return Page(
        title=f"Hedge of {', '.join(recommendation.problem.position.assets)}",
        about=f"As of {day(recommendation.as_of)}, by {model}.",
        sections=[
            section_or_reason(title, partial(build, recommendation))
            for title, build in builders.items()
        ],
    )
