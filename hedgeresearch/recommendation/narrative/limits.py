"""What shapes the answer beside the ratio: limits that bind, exposure that is left, targets that move too much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hedgeresearch._formatting import full_percent, money, quantity, side
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.recommendation.inputs.settings import Limits, Objective, Settings
from hedgeresearch.recommendation.sizing.contracts import INSIDE
from hedgeresearch.recommendation.sizing.plan import FEWEST, PAST, plan_of, target_path
from hedgeresearch.typing import Array

NAMED = 3
"""Instruments up to which what would be held is told of each."""


def binding_sentences(book: Book, settings: Settings) -> list[str]:
    """What the objective leaves and which limits bind, each with what would be held without it."""
    free = replace(settings, limits=Limits())
    aimed = plan_of(book, free).targets.ideal
    found = []
    if left := _left(settings.objective, book.names):
        least = plan_of(book, replace(free, objective=Objective())).targets.ideal
        found.append(
            f"The objective leaves {' and '.join(left)}; without it the best is {_holding(book, least)}."
        )
    bound = _bound(book, settings.limits, aimed)
    if bound:
        verb = "binds" if len(bound) == 1 else "bind"
        found.append(
            f"The limit of {' and of '.join(bound)} {verb}: without limits {_holding(book, aimed)}."
        )
    return found


def _left(objective: Objective, names: list[str]) -> list[str]:
    betas = zip(names, objective.betas(names), strict=True)
    found = [f"a beta of {quantity(beta)} to {name}" for name, beta in betas if beta]
    return found if objective.net is None else [*found, f"a net of {full_percent(objective.net)}"]


def _bound(book: Book, limits: Limits, aimed: Array) -> list[str]:
    """The limits that the holding (n,) without limits breaks."""
    slack = INSIDE * (1.0 + np.abs(aimed))
    least, most = np.array([limits.bounds(name) for name in book.names]).T
    outside = (aimed > most + slack) | (aimed < least - slack)
    found = [f"contracts of {name}" for name, out in zip(book.names, outside, strict=True) if out]
    if limits.gross is not None and float(np.abs(aimed * book.notionals).sum()) > limits.gross * (
        1.0 + INSIDE
    ):
        found.append("gross")
    if limits.max_instruments is not None and np.count_nonzero(aimed) > limits.max_instruments:
        found.append("the number of instruments")
    return found


def _holding(book: Book, contracts: Array) -> str:
    """A holding (n,) in words."""
    if len(contracts) > NAMED:
        return f"{money(float(np.abs(contracts * book.notionals).sum()))} in {len(contracts)} instruments"
    return ", ".join(
        f"{side(n, quantity(n))} {name}"
        for name, n in zip(book.names, contracts.tolist(), strict=True)
    )


def restless_sentences(book: Book, settings: Settings, restless: Array) -> list[str]:
    """Of instruments whose best holding moves by more in a date than the tracking error allows, and what that costs.

    Parameters
    ----------
    restless : array (n_instruments,) of bool, which they are
    """
    if not restless.any():
        return []
    path, prices = target_path(book, settings.objective, PAST), [""] * len(restless)
    if len(path) >= FEWEST:  # after an update there is no past of the target
        costs = np.abs(np.diff(path, axis=0)).mean(axis=0) * book.costs
        prices = [f", which costs about {money(cost)} a date" for cost in costs.tolist()]
    return [
        f"{name}: the best holding moves more from one date to the next than the tracking error allows; it is traded "
        f"to the nearest lot at each date{price}."
        for name, price, moves in zip(book.names, prices, restless.tolist(), strict=True)
        if moves
    ]
