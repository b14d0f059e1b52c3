"""Sentences on binding limits, the exposure that is kept, and unstable targets."""

from __future__ import annotations

import numpy as np

from hedgeresearch._formatting import full_percent, money, quantity, side
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.inputs.settings import Limits, Objective
from hedgeresearch.recommendation.narrative.decision import MAX_NAMED
from hedgeresearch.recommendation.sizing.contracts import LIMIT_TOLERANCE
from hedgeresearch.recommendation.sizing.past_targets import MIN_PAST_DATES, past_targets
from hedgeresearch.recommendation.sizing.plan import best_holdings
from hedgeresearch.typing import Array


def binding_sentences(assessment: Assessment) -> list[str]:
    """Return what the objective keeps and which limits bind, with the target without them."""
    problem = assessment.problem
    valuation = assessment.valuation
    settings = assessment.settings
    names = problem.names
    notionals = valuation.notionals
    currency = assessment.currency
    unlimited = best_holdings(problem, valuation, settings.objective, Limits())
    sentences = []
    kept = _exposure_kept(settings.objective, names)
    if kept:
        free = best_holdings(problem, valuation, Objective(), Limits())
        sentences.append(
            f"The objective keeps {' and '.join(kept)}; "
            f"without it {_targets_text(names, free, notionals, currency)}."
        )
    binding = _binding_limits(settings.limits, names, unlimited, notionals)
    if binding:
        verb, them = ("binds", "it") if len(binding) == 1 else ("bind", "them")
        sentences.append(
            f"The {' and the '.join(binding)} {verb}; "
            f"without {them} {_targets_text(names, unlimited, notionals, currency)}."
        )
    return sentences


def _exposure_kept(objective: Objective, names: list[str]) -> list[str]:
    betas = zip(names, objective.betas(names), strict=True)
    kept = [f"a beta of {quantity(beta)} to {name}" for name, beta in betas if beta]
    if objective.net is not None:
        kept.append(f"a net exposure of {full_percent(objective.net)}")
    return kept


def _binding_limits(
    limits: Limits, names: list[str], unlimited: Array, notionals: Array
) -> list[str]:
    """Return the limits that the holdings (n,) without limits break."""
    slack = LIMIT_TOLERANCE * (1.0 + np.abs(unlimited))
    bounds = np.array([limits.bounds(name) for name in names])
    outside = (unlimited > bounds[:, 1] + slack) | (unlimited < bounds[:, 0] - slack)
    binding = [
        f"{name} contract limit" for name, out in zip(names, outside.tolist(), strict=True) if out
    ]
    gross = float(np.abs(unlimited * notionals).sum())
    if limits.gross is not None and gross > limits.gross * (1.0 + LIMIT_TOLERANCE):
        binding.append("gross limit")
    number = np.count_nonzero(unlimited)
    if limits.max_instruments is not None and number > limits.max_instruments:
        binding.append("limit on the number of instruments")
    return binding


def _targets_text(names: list[str], contracts: Array, notionals: Array, currency: str) -> str:
    """Return what the targets (n,) would be; a single instrument is not named again."""
    if len(names) > MAX_NAMED:
        gross = float(np.abs(contracts * notionals).sum())
        return f"the targets would be worth {money(gross, currency)} in {len(names)} instruments"
    sides = [side(number, quantity(number)) for number in contracts.tolist()]
    if len(names) == 1:
        return f"the target would be {sides[0]}"
    named = ", ".join(f"{text} {name}" for text, name in zip(sides, names, strict=True))
    return f"the targets would be {named}"


def unstable_sentences(assessment: Assessment) -> list[str]:
    """Return which targets change by more than the tracking error allows, and the cost of that."""
    unstable = assessment.plan.bands.unstable
    if not unstable.any():
        return []
    problem = assessment.problem
    valuation = assessment.valuation
    path = past_targets(problem, valuation, assessment.settings.objective)
    period = assessment.spacing.period
    one = assessment.spacing.span(1)
    prices = [""] * len(unstable)
    if len(path) >= MIN_PAST_DATES:  # after an update the past of the target is not known
        costs = np.abs(np.diff(path, axis=0)).mean(axis=0) * valuation.costs
        amounts = [money(cost, assessment.currency) for cost in costs.tolist()]
        prices = [f", at a cost of about {amount} per {period}" for amount in amounts]
    return [
        f"{name}: the target moves by more in {one} than the tracking error allows, so the hedge "
        f"is rebalanced to the nearest lot every {period}{price}."
        for name, price, is_unstable in zip(problem.names, prices, unstable.tolist(), strict=True)
        if is_unstable
    ]
