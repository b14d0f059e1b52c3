r"""The price at which a position held on margin is closed by the exchange, and the collateral that puts it there.

Linear contracts, such as USDT-margined perpetuals, with a wallet W of currency, q units (contracts times multiplier,
negative for a short), entry F and the maintenance share m: equity falls to maintenance margin where

.. math:: W + q (P - F) = m |q| P \quad\Rightarrow\quad P = \frac{q F - W}{q - m |q|}

Inverse contracts, margined in the coin, with a wallet of B coins and a face value of Q dollars (negative for a short),
whose profit in coins is Q (1/F - 1/P) (Alexander, Choi, Park and Sohn 2020, Journal of Futures Markets 40, on BitMEX):

.. math:: B + Q \left(\frac1F - \frac1P\right) = \frac{m |Q|}{P}
          \quad\Rightarrow\quad P = \frac{Q + m |Q|}{B + Q / F}

A linear long is out of reach (price 0) once W covers q F, an inverse short (price infinite) once B covers the coins of
its face, \|Q\| / F: it is then a holding of dollars. Linear shorts and inverse longs can always be liquidated.

The formulas follow from equating the two sides; an exchange adds fees, and margin shares that rise with the size of the
position: give the share of the position's own tier, its liquidation fee added, and count the amount by which a tier
reduces maintenance margin as part of the wallet.

Solved for W and B, the formulas give the collateral that a level asks for, and with a quantile of the worst price of
many paths the level, that of a probability.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.margin.price_range import PriceRange
from hedgeresearch.typing import Array

Contract = Literal["linear", "inverse"]

ROUNDING = 1e-9
"""Share of a price by which collateral clears a level, more than its arithmetic loses."""


@exported_by("hedgeresearch.margin")
def linear_liquidation_price(
    wallet: npt.ArrayLike, units: npt.ArrayLike, entry: npt.ArrayLike, maintenance: npt.ArrayLike
) -> float | Array:
    """Price to which a long position in a linear contract must fall, or a short rise, to be liquidated; 0.0 if none.

    Parameters
    ----------
    wallet : float or array, collateral behind the position, units of currency, > 0
    units : float or array, contracts times multiplier, negative for a short position
    entry : float or array, price of entry. With a wallet that counts profits so far, today's price gives the same
    maintenance : float or array in (0, 1), maintenance margin as a share of the position's value

    All broadcast; floats give a float.

    Raises
    ------
    DataError
        If a number is out of its range, or the wallet does not exceed maintenance margin at entry.

    Examples
    --------
    >>> round(linear_liquidation_price(1_000.0, -0.5, 20_000.0, 0.005), 1)  # a short of 10,000, ten times the wallet
    21890.5
    >>> linear_liquidation_price([1_000.0, 10_000.0], 0.5, 20_000.0, 0.005).round(1).tolist()
    [18090.5, 0.0]
    """
    own, size, start, share = _position(
        {"wallet": wallet, "units": units, "entry": entry, "maintenance": maintenance},
        ("wallet", "entry"),
    )
    _refuse_liquidated(own, share * np.abs(size) * start, "wallet")
    return _plain(np.maximum((size * start - own) / (size - share * np.abs(size)), 0.0))


@exported_by("hedgeresearch.margin")
def inverse_liquidation_price(
    coins: npt.ArrayLike, face: npt.ArrayLike, entry: npt.ArrayLike, maintenance: npt.ArrayLike
) -> float | Array:
    """Price to which a long position in an inverse contract must fall, or a short rise, to be liquidated, inf if none.

    Parameters
    ----------
    coins : float or array, collateral behind the position, in coins, > 0
    face : float or array, face value in dollars, negative for a short position
    entry : float or array, price of entry, dollars per coin. With coins that count profits so far, today's price gives
        the same
    maintenance : float or array in (0, 1), maintenance margin as a share of the position's value

    All broadcast; floats give a float.

    Raises
    ------
    DataError
        If a number is out of its range, or the coins do not exceed maintenance margin at entry.

    Examples
    --------
    >>> round(inverse_liquidation_price(0.05, -10_000.0, 20_000.0, 0.005), 1)  # a short of half a coin, ten times
    22111.1
    >>> inverse_liquidation_price(0.5, -10_000.0, 20_000.0, 0.005)  # fully collateralised
    inf
    """
    own, size, start, share = _position(
        {"coins": coins, "face": face, "entry": entry, "maintenance": maintenance},
        ("coins", "entry"),
    )
    _refuse_liquidated(own, share * np.abs(size) / start, "coins")
    # coins held beyond the face of a short; of a long, coins that equity tends to as the price rises
    left = own + size / start
    liquidated = (size > 0.0) | (left < 0.0)
    return _plain(
        np.where(
            liquidated, (size + share * np.abs(size)) / np.where(liquidated, left, 1.0), math.inf
        )
    )


@exported_by("hedgeresearch.margin")
def linear_collateral(
    level: npt.ArrayLike, units: npt.ArrayLike, entry: npt.ArrayLike, maintenance: npt.ArrayLike
) -> float | Array:
    """Wallet, units of currency, with which a linear contract is liquidated at ``level``.

    Parameters
    ----------
    level : float or array, a price > 0: below entry for a long position, above for a short
    units, entry, maintenance : as in :func:`linear_liquidation_price`, whose inverse this is

    Raises
    ------
    DataError
        If a number is out of its range, or the level on the other side of entry.

    Examples
    --------
    >>> round(linear_collateral(25_000.0, -0.5, 20_000.0, 0.005), 2)
    2562.5
    """
    target, size, start, share = _position(
        {"level": level, "units": units, "entry": entry, "maintenance": maintenance},
        ("level", "entry"),
    )
    _refuse_other_side(target, size, start)
    return _plain(size * (start - target) + share * np.abs(size) * target)


@exported_by("hedgeresearch.margin")
def inverse_collateral(
    level: npt.ArrayLike, face: npt.ArrayLike, entry: npt.ArrayLike, maintenance: npt.ArrayLike
) -> float | Array:
    """Coins with which an inverse contract is liquidated at ``level``.

    Parameters
    ----------
    level : float or array, a price > 0: below entry for a long position, above for a short
    face, entry, maintenance : as in :func:`inverse_liquidation_price`, whose inverse this is

    Raises
    ------
    DataError
        If a number is out of its range, or the level on the other side of entry.

    Examples
    --------
    >>> round(inverse_collateral(25_000.0, -10_000.0, 20_000.0, 0.005), 6)
    0.102
    """
    target, size, start, share = _position(
        {"level": level, "face": face, "entry": entry, "maintenance": maintenance},
        ("level", "entry"),
    )
    _refuse_other_side(target, size, start)
    return _plain((size + share * np.abs(size)) / target - size / start)


@exported_by("hedgeresearch.margin")
def collateral_needed(
    drawn: PriceRange,
    size: float,
    maintenance: float,
    probability: float = 0.01,
    *,
    contract: Contract = "linear",
) -> float:
    """Smallest collateral with which at most a share of the paths liquidates a position opened, or marked, today.

    Parameters
    ----------
    drawn : PriceRange
    size : float, units of a linear contract, or the face value in dollars of an inverse one; negative for a short
    maintenance : float in (0, 1), maintenance margin as a share of the position's value
    probability : float in (0, 1), that share; not less than one path of all
    contract : "linear", whose collateral is in units of currency, or "inverse", in coins; profits so far count

    Raises
    ------
    DataError
        If a number is out of its range, or there are too few paths for the probability.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.margin.price_range import simulate_price_range
    >>> index = hr.returns(hr.load("nasdaq_sp500"))["SP500"]
    >>> drawn = simulate_price_range(index, price=2_500.0, horizon=20)
    >>> round(collateral_needed(drawn, size=-400.0, maintenance=0.05))  # a short of a million
    174745
    """
    if not isinstance(drawn, PriceRange):
        raise DataError(
            f"drawn must come from simulate_price_range(returns, price, horizon); got {drawn!r}."
        )
    check_between(size, "size", -math.inf, math.inf)
    check_between(probability, "probability", 0.0, 1.0)
    check_choice(contract, "contract", get_args(Contract))
    # from the worst path on: the first that may not be liquidated sets the level
    worst = np.sort(drawn.lowest) if size > 0 else np.sort(drawn.highest)[::-1]
    allowed = int((np.arange(1, len(worst) + 1) / len(worst) <= probability).sum())
    if not allowed:
        raise DataError(
            f"probability must be at least that of one path, {1 / len(worst):g}; got {probability:g}. Draw more paths."
        )
    level = worst[allowed] * (1.0 - ROUNDING if size > 0 else 1.0 + ROUNDING)
    collateral = linear_collateral if contract == "linear" else inverse_collateral
    return float(collateral(level, size, drawn.price, maintenance))


def _position(given: Mapping[str, Any], positive: tuple[str, str]) -> tuple[Array, ...]:
    """The four numbers of a position as arrays of one shape; those named in ``positive`` are positive."""
    numbers = []
    for name, value in given.items():
        low = 0.0 if name in positive or name == "maintenance" else -math.inf
        numbers.append(_numbers(value, name, low, 1.0 if name == "maintenance" else math.inf))
        if not numbers[-1].all():
            raise DataError(
                f"{name} must not be 0; there is no position to liquidate. Leave it out."
            )
    try:
        return np.broadcast_arrays(*numbers)
    except ValueError:
        shapes = ", ".join(
            f"{name} {number.shape}" for name, number in zip(given, numbers, strict=True)
        )
        raise DataError(
            f"arrays must share their shape; got {shapes}. Give single numbers or equal lengths."
        ) from None


def _numbers(value: Any, name: str, low: float, high: float) -> Array:
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "iuf":
        check_between(value, name, low, high)  # raises: this is no real number
    outside = ~((low < numbers) & (numbers < high))
    if outside.any():
        check_between(numbers[outside].flat[0].item(), name, low, high)
    return numbers.astype(np.float64)


def _refuse_liquidated(own: Array, needed: Array, name: str) -> None:
    short_of = own <= needed
    if short_of.any():
        first, least = own[short_of].flat[0], needed[short_of].flat[0]
        raise DataError(
            f"{name} must exceed maintenance margin at entry, {least:g}, or the position is liquidated at once; got "
            f"{first:g}. Add collateral of more than {least - first:g}, or take a smaller position."
        )


def _refuse_other_side(level: Array, size: Array, entry: Array) -> None:
    wrong = (level - entry) * size >= 0.0
    if wrong.any():
        side, position = ("below", "long") if size[wrong].flat[0] > 0.0 else ("above", "short")
        raise DataError(
            f"level must lie {side} entry, {entry[wrong].flat[0]:g}, for a {position} position; got "
            f"{level[wrong].flat[0]:g}. A wallet worth maintenance margin alone is liquidated at entry."
        )


def _plain(price: Array) -> float | Array:
    """A float where a single number was asked for."""
    return float(price) if price.ndim == 0 else price
