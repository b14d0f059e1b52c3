"""Sizes of orders: at least the smallest one of a venue, at most what the market holds."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch.recommendation.sizing.contracts import (
    LIMIT_TOLERANCE,
    ContractTerms,
    JointLimits,
    allows,
)
from hedgeresearch.recommendation.sizing.decision import Decision, Reason
from hedgeresearch.typing import Array


def at_least_the_smallest_order(
    decisions: list[Decision], terms: ContractTerms, joint: JointLimits
) -> list[Decision]:
    """Return decisions whose trades are not below the smallest order of each instrument.

    A trade that is too small is enlarged where that leads nearer to the aim and keeps the limits;
    else there is none.
    """
    final = list(decisions)
    for i, smallest in enumerate(terms.smallest_orders.tolist()):
        one = final[i]
        trade = one.new - one.held
        if not LIMIT_TOLERANCE * terms.lots[i] < abs(trade) < smallest * (1.0 - LIMIT_TOLERANCE):
            continue
        enlarged = one.held + math.copysign(smallest, trade)
        final[i] = one._replace(new=enlarged, reason=Reason.SMALLEST_ORDER)
        nearer = abs(enlarged - one.aim) < abs(one.held - one.aim)
        if not nearer or not allows(np.array([each.new for each in final]), terms, joint):
            final[i] = one._replace(new=one.held, reason=Reason.BELOW_SMALLEST_ORDER)
    return final


def within_capacity(
    decisions: list[Decision], terms: ContractTerms, joint: JointLimits
) -> list[Decision]:
    """Return decisions whose trades do not exceed what the market holds.

    Where the trades that are left break a joint limit, because one hedge is bought before another
    could be sold, all are cut by the same share: what lies between two holdings within the limits
    keeps a gross limit, apart from whole lots. Where that breaks one, as it does the number of
    instruments, no holding becomes larger or changes its sign until the others are closed.
    """
    trades = np.array([one.new - one.held for one in decisions])
    shares = np.ones(len(trades))
    exceeds = np.abs(trades) > terms.capacities * (1.0 + LIMIT_TOLERANCE)
    if not exceeds.any():
        return decisions
    shares[exceeds] = terms.capacities[exceeds] / np.abs(trades[exceeds])
    cut = _cut(decisions, trades, shares, terms)
    if _keep(cut, terms, joint):
        return cut
    alike = _cut(decisions, trades, np.full(len(trades), shares.min()), terms)
    return alike if _keep(alike, terms, joint) else [_reduced(one) for one in cut]


def _keep(decisions: list[Decision], terms: ContractTerms, joint: JointLimits) -> bool:
    """Return whether the holdings after decisions keep the limits."""
    return allows(np.array([one.new for one in decisions]), terms, joint)


def _reduced(one: Decision) -> Decision:
    """Return a decision if it makes a holding smaller, else one to leave it."""
    is_between = min(one.held, 0.0) <= one.new <= max(one.held, 0.0)
    return one if is_between else one._replace(new=one.held, reason=Reason.WAITS_FOR_CAPACITY)


def _cut(
    decisions: list[Decision], trades: Array, shares: Array, terms: ContractTerms
) -> list[Decision]:
    """Return decisions to trade shares of the trades (n,), in whole lots, or nothing at all."""
    final = []
    columns = (trades, shares, terms.lots, terms.smallest_orders)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for one, (trade, share, lot, smallest) in zip(decisions, rows, strict=True):
        if share == 1.0 or trade == 0.0:
            final.append(one)
            continue
        size = lot * math.floor(abs(trade) * share / lot + LIMIT_TOLERANCE)
        reason = Reason.CAPACITY
        if size < smallest * (1.0 - LIMIT_TOLERANCE):
            size = 0.0
            reason = Reason.NO_CAPACITY
        final.append(one._replace(new=one.held + math.copysign(size, trade), reason=reason))
    return final
