"""Legs of arbitrage between spot, a dated future and a perpetual, each for one coin of spot."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.basis.triangle_terms import TriangleTerms
from hedgeresearch.basis.venues import cost_share_of
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.spot import Spot
from hedgeresearch.typing import Array

Contract = LinearContract | InverseContract


class Leg(NamedTuple):
    """One leg for each coin of spot, as shares of the spot price.

    Attributes
    ----------
    drift : array (n_dates,), gain of a long leg until expiry beyond that of spot
    costs : array (n_dates,), of opening and closing
    margin : array (n_dates,), collateral
    in_coin : whether coins that are held serve as collateral
    """

    drift: Array
    costs: Array
    margin: Array
    in_coin: bool


def spot_leg(spot: Spot, n_dates: int) -> Leg:
    """Return the leg of spot, which is paid for in full."""
    costs = np.full(n_dates, 2.0 * cost_share_of(spot))
    return Leg(np.zeros(n_dates), costs, np.ones(n_dates), in_coin=False)


def future_leg(future: Contract, level: Array, terms: TriangleTerms) -> Leg:
    """Return the leg of a future, which is opened at F and delivered at the spot price."""
    costs = cost_share_of(future) * level + terms.settlement_fee
    inverse = isinstance(future, InverseContract)
    return Leg(1.0 - level, costs, terms.future_margin * level, inverse)


def perpetual_leg(perpetual: Contract, level: Array, paid: Array, terms: TriangleTerms) -> Leg:
    """Return the leg of a perpetual, whose notional is S of a linear and P of an inverse one."""
    inverse = isinstance(perpetual, InverseContract)
    notional = level if inverse else np.ones_like(level)
    costs = 2.0 * cost_share_of(perpetual) * notional
    return Leg(-paid * notional, costs, terms.perpetual_margin * notional, inverse)


def contracts(
    contract: Contract, price: pd.Series[float], coins: pd.Series[float] | float
) -> pd.Series[float]:
    """Return the contracts of a leg for each coin of spot.

    Parameters
    ----------
    coins : coins of a linear contract; the face of an inverse one is its price
    """
    if isinstance(contract, InverseContract):
        return price / contract.value
    return 0.0 * price + coins / contract.size


def check_kinds(spot: Any, future: Any, perpetual: Any) -> None:
    """Refuse instruments that are not a spot instrument, a dated future and a perpetual."""
    if not isinstance(spot, Spot):
        raise DataError(f"spot must be a Spot instrument; got {spot!r}.")
    if not isinstance(future, Contract) or future.expiry is None:
        raise DataError(
            f"future must be a contract with an expiry, linear or inverse; got {future!r}."
        )
    if not isinstance(perpetual, Contract) or perpetual.funding is None:
        raise DataError(
            f"perpetual must be a contract with funding, linear or inverse; got {perpetual!r}."
        )
    if len({spot.name, future.name, perpetual.name}) < 3:
        raise DataError("The three instruments must have different names, those of their prices.")
