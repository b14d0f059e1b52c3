"""Liquidation prices, and the collateral that a liquidation price or probability requires.

The equations are those of the positions in ``instruments.margined``: an exchange closes a position
where its equity falls to maintenance margin. Solved for the collateral they give what a liquidation
price requires, and with a quantile of the worst price of many simulated paths what a probability of
liquidation requires.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.margined import Margined
from hedgeresearch.margin.price_range import PriceRange
from hedgeresearch.typing import Array

PRICE_TOLERANCE = 1e-9
"""Share of a price by which collateral clears a price, more than rounding errors."""
BOUNDS = {"contracts": (-math.inf, math.inf), "maintenance_margin": (0.0, 1.0)}
"""Open intervals of arguments; all others are positive."""


@exported_by("hedgeresearch.margin")
def liquidation_price(
    instrument: Margined,
    collateral: npt.ArrayLike,
    contracts: npt.ArrayLike,
    entry: npt.ArrayLike,
    maintenance_margin: npt.ArrayLike | None = None,
) -> float | Array:
    """Return the price to which a long position must fall, or a short one rise, to be liquidated.

    Numbers and arrays broadcast.

    Parameters
    ----------
    instrument : contract that is held, such as ``LinearContract("ES", 50)``
    collateral : float or array > 0, what is deposited for the position, in the currency of the
        payoff: coins for an inverse contract
    contracts : float or array, number of contracts held, negative for a short position
    entry : float or array > 0, price of entry; today's price gives the same result if the
        collateral includes the profit so far
    maintenance_margin : float or array in (0, 1), share of the position's value; None uses the
        instrument's own

    Returns
    -------
    float, or array if an argument is an array
        0.0 for a long position that no fall liquidates, inf for a short one that no rise does.

    Raises
    ------
    DataError
        If a number is out of its range, or the collateral does not exceed maintenance margin at
        entry.

    Examples
    --------
    A short position of 10,000 in a linear contract, ten times its collateral:

    >>> import hedgeresearch as hr
    >>> linear = hr.LinearContract("BTC_PERP", 1, maintenance_margin=0.005)
    >>> round(liquidation_price(linear, 1_000.0, -0.5, entry=20_000.0), 1)
    21890.5
    >>> liquidation_price(linear, [1_000.0, 10_000.0], 0.5, entry=20_000.0).round(1).tolist()
    [18090.5, 0.0]

    The same in an inverse contract, and one that is fully collateralized:

    >>> inverse = hr.InverseContract("BTC_COIN_PERP", 100, maintenance_margin=0.005)
    >>> liquidation_price(inverse, [0.05, 0.5], -100, entry=20_000.0).round(1).tolist()
    [22111.1, inf]
    """
    collateral, contracts, entry, maintenance_margin = _arrays(
        collateral=collateral,
        contracts=contracts,
        entry=entry,
        maintenance_margin=_margin_share(instrument, maintenance_margin),
    )
    position = instrument.margined_position(contracts)
    required = np.asarray(position.maintenance_margin(entry, maintenance_margin))
    _refuse_liquidated(collateral, required)
    return _float_if_scalar(
        np.asarray(position.liquidation_price(collateral, entry, maintenance_margin))
    )


@exported_by("hedgeresearch.margin")
def collateral_for_price(
    instrument: Margined,
    price: npt.ArrayLike,
    contracts: npt.ArrayLike,
    entry: npt.ArrayLike,
    maintenance_margin: npt.ArrayLike | None = None,
) -> float | Array:
    """Return the collateral with which a position is liquidated at a price.

    This is the inverse of :func:`liquidation_price`. Numbers and arrays broadcast.

    Parameters
    ----------
    instrument, contracts, entry, maintenance_margin : as in :func:`liquidation_price`
    price : float or array > 0, below entry for a long position, above it for a short one

    Returns
    -------
    float, or array if an argument is an array
        In the currency of the payoff: coins for an inverse contract.

    Raises
    ------
    DataError
        If a number is out of its range, or the price is on the other side of entry.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> linear = hr.LinearContract("BTC_PERP", 1, maintenance_margin=0.005)
    >>> round(collateral_for_price(linear, 25_000.0, -0.5, entry=20_000.0), 2)
    2562.5
    >>> inverse = hr.InverseContract("BTC_COIN_PERP", 100, maintenance_margin=0.005)
    >>> round(collateral_for_price(inverse, 25_000.0, -100, entry=20_000.0), 6)
    0.102
    """
    price, contracts, entry, maintenance_margin = _arrays(
        price=price,
        contracts=contracts,
        entry=entry,
        maintenance_margin=_margin_share(instrument, maintenance_margin),
    )
    _refuse_other_side(price, contracts, entry)
    position = instrument.margined_position(contracts)
    return _float_if_scalar(
        np.asarray(position.required_collateral(price, entry, maintenance_margin))
    )


@exported_by("hedgeresearch.margin")
def collateral_for_probability(
    instrument: Margined,
    price_range: PriceRange,
    contracts: float,
    maintenance_margin: float | None = None,
    *,
    probability: float = 0.01,
) -> float:
    """Return the smallest collateral with which at most a share of the paths is liquidated.

    The position is opened, or marked to market, at the price from which the paths start.

    Parameters
    ----------
    instrument, maintenance_margin : as in :func:`liquidation_price`
    price_range : PriceRange, from ``simulate_price_range``
    contracts : float, number of contracts held, negative for a short position
    probability : float in (0, 1), share of the paths; at least one path of all

    Returns
    -------
    float
        In the currency of the payoff: coins for an inverse contract. Profits so far are part of it.

    Raises
    ------
    DataError
        If a number is out of its range, or there are too few paths for the probability.

    Examples
    --------
    The collateral of a short position of a million in an index:

    >>> import hedgeresearch as hr
    >>> index = hr.returns(hr.load("nasdaq_sp500"))["SP500"]
    >>> paths = hr.margin.simulate_price_range(index, price=2_500.0, horizon=20)
    >>> future = hr.LinearContract("ES", 50, maintenance_margin=0.05)
    >>> round(collateral_for_probability(future, paths, contracts=-8))
    177225
    """
    if not isinstance(price_range, PriceRange):
        raise DataError(
            "price_range must come from simulate_price_range(returns, price, horizon); "
            f"got {price_range!r}."
        )
    check_between(contracts, "contracts", -math.inf, math.inf)
    check_between(probability, "probability", 0.0, 1.0)
    long = contracts > 0
    worst = np.sort(price_range.lowest) if long else np.sort(price_range.highest)[::-1]
    n_paths = len(worst)
    # from the worst path on: the first that may not be liquidated sets the price
    n_liquidated = int((np.arange(1, n_paths + 1) / n_paths <= probability).sum())
    if not n_liquidated:
        raise DataError(
            f"probability must be at least that of one path, {1 / n_paths:g}; "
            f"got {probability:g}. Draw more paths."
        )
    clearance = 1.0 - PRICE_TOLERANCE if long else 1.0 + PRICE_TOLERANCE
    price = worst[n_liquidated] * clearance
    return float(
        collateral_for_price(instrument, price, contracts, price_range.price, maintenance_margin)
    )


def _margin_share(instrument: Margined, maintenance_margin: Any) -> Any:
    """Return the maintenance margin that is given, or the instrument's own."""
    if not isinstance(instrument, Margined) or isinstance(instrument, type):
        raise DataError(
            f"instrument must be a contract, such as LinearContract('ES', 50); got {instrument!r}."
        )
    if maintenance_margin is not None:
        return maintenance_margin
    if not instrument.maintenance_margin:
        raise DataError(
            f"maintenance_margin must be known; {instrument.name!r} has none. Pass it as a share "
            "of the position's value, such as maintenance_margin=0.005."
        )
    return instrument.maintenance_margin


def _arrays(**arguments: Any) -> tuple[Array, ...]:
    """Return the arguments as arrays of one shape, after checking the range of each."""
    arrays = {name: _array(value, name) for name, value in arguments.items()}
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise DataError(
            f"arrays must share their shape; got {shapes}. Pass single numbers or equal lengths."
        ) from None


def _array(value: Any, name: str) -> Array:
    low, high = BOUNDS.get(name, (0.0, math.inf))
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        check_between(value, name, low, high)  # raises: this is not a real number
    outside = ~((low < array) & (array < high))
    if outside.any():
        check_between(array[outside].flat[0].item(), name, low, high)
    if not array.all():
        raise DataError(f"{name} must not be 0; there is no position to liquidate. Leave it out.")
    return array.astype(np.float64)


def _refuse_liquidated(collateral: Array, required: Array) -> None:
    short_of = collateral <= required
    if short_of.any():
        given = collateral[short_of].flat[0]
        minimum = required[short_of].flat[0]
        raise DataError(
            f"collateral must exceed maintenance margin at entry, {minimum:g}, or the position is "
            f"liquidated at once; got {given:g}. Add more than {minimum - given:g}, or hold a "
            "smaller position."
        )


def _refuse_other_side(price: Array, contracts: Array, entry: Array) -> None:
    wrong = (price - entry) * contracts >= 0.0
    if wrong.any():
        long = contracts[wrong].flat[0] > 0.0
        side = "below" if long else "above"
        position = "long" if long else "short"
        raise DataError(
            f"price must be {side} entry, {entry[wrong].flat[0]:g}, for a {position} position; got "
            f"{price[wrong].flat[0]:g}. At entry, collateral equals maintenance margin alone."
        )


def _float_if_scalar(values: Array) -> float | Array:
    """Return a float if all arguments were single numbers."""
    return float(values) if values.ndim == 0 else values
