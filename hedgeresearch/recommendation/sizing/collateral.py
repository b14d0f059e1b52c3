"""Collateral of hedges that are held, and orders that a liquidated one must not get."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hedgeresearch.instruments.margined import Margined
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import Margin
from hedgeresearch.recommendation.sizing.decision import Decision, Reason, Trades
from hedgeresearch.recommendation.sizing.lots import contracts_of_lots


class CollateralState(NamedTuple):
    """Collateral behind a hedge, and what its venue requires at today's price.

    Attributes
    ----------
    held, new : float
        Contracts before and after the order; negative is short.
    collateral : float
        Margin balance now.
    held_margin, new_margin : float
        Maintenance margin of the contracts held, and of those after the order; NaN where it is not
        known.
    currency : str
        What the amounts are in; "" where it is not known.
    """

    held: float
    new: float
    collateral: float
    held_margin: float
    new_margin: float
    currency: str

    @property
    def is_liquidated(self) -> bool:
        """True where what is held is liquidated at today's price."""
        return _is_liquidated(self.held, self.collateral, self.held_margin)

    @property
    def is_liquidated_by_order(self) -> bool:
        """True where what is held is not liquidated, but would be with the order."""
        if self.is_liquidated or self.new == self.held:
            return False
        return _is_liquidated(self.new, self.collateral, self.new_margin)

    @property
    def missing(self) -> float:
        """Collateral that the contracts after the order lack at today's price."""
        return _required(self.new_margin) - self.collateral


def maintenance_margin_at(instrument: Terms | Margined, contracts: float, price: float) -> float:
    """Return the maintenance margin of contracts at a price; NaN where it is not known.

    It is in the currency of the payoff: coins for an inverse contract.
    """
    share = instrument.maintenance_margin
    if not share or price <= 0.0 or not isinstance(instrument, Margined):
        return math.nan
    return float(instrument.margined_position(contracts).maintenance_margin(price, share))


def without_collateral(problem: HedgeProblem, margin: Margin) -> list[bool]:
    """Return whether what is held of each instrument is liquidated at today's price."""
    found = []
    for one, contracts in zip(problem.terms, problem.holdings.tolist(), strict=True):
        wallet = margin.wallet(one.name)
        if wallet is None or not contracts:
            found.append(False)
            continue
        required = maintenance_margin_at(one, contracts, problem.market.price(one.name))
        found.append(_is_liquidated(contracts, wallet, required))
    return found


def only_reduced(trades: Trades, liquidated: list[bool]) -> Trades:
    """Return trades of which none adds to a holding that is liquidated, or turns it around.

    A holding that would be turned around is closed, unless that is less than the smallest order.
    """
    if not any(liquidated):
        return trades
    decisions = tuple(
        _reduced(one) if flag else one
        for one, flag in zip(trades.decisions, liquidated, strict=True)
    )
    holdings = np.array([one.new for one in decisions])
    changed = holdings != trades.holdings
    held = np.array([one.held for one in decisions])
    lots = np.array([one.lot for one in decisions])
    orders = contracts_of_lots(np.rint((holdings - held) / lots), lots)
    return Trades(holdings, np.where(changed, orders, trades.trades), decisions)


def _reduced(one: Decision) -> Decision:
    """Return a decision that does not add to a holding."""
    if min(one.held, 0.0) <= one.new <= max(one.held, 0.0):
        return one
    turns = one.new * one.held < 0.0
    closed = one.held - one.remainder
    new = one.remainder if turns and abs(closed) >= one.smallest_order else one.held
    return one._replace(new=new, reason=Reason.LIQUIDATED)


def _is_liquidated(contracts: float, collateral: float, margin: float) -> bool:
    """Return whether contracts are held on collateral that does not exceed their margin."""
    return contracts != 0.0 and collateral <= _required(margin)


def _required(margin: float) -> float:
    """Return the maintenance margin, zero where it is not known."""
    return 0.0 if math.isnan(margin) else margin
