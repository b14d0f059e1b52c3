r"""Amounts, value, delta and gamma of many liquidity positions at once.

With the price P of the base token in the quote token and liquidity L between the prices a and b,
from the amounts of Adams, Zinsmeister, Salem, Keefer and Robinson (2021), Uniswap v3 Core,
equations 6.29 and 6.30, at S = P kept within a and b:

.. math:: x = L \left(\frac{1}{\sqrt{S}} - \frac{1}{\sqrt{b}}\right), \quad
          y = L (\sqrt{S} - \sqrt{a}), \quad V = x P + y

The delta of the value is x, the base tokens held, and its gamma -L / (2 P^(3/2)) inside the range,
lower price included and upper one not, and zero outside. The range from zero to infinity is that of
a pool of constant product.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.onchain")
class PositionValues(NamedTuple):
    """Amounts and derivatives of liquidity positions, arrays of one shape.

    Attributes
    ----------
    base, quote : arrays, tokens held; the base tokens are the delta of the value
    value : array, quote tokens
    gamma : array, base tokens per unit of price

    Examples
    --------
    >>> from hedgeresearch.onchain import position_values
    >>> held = position_values(1_000.0, 1_500.0, 2_500.0, [1_400.0, 2_000.0])
    >>> held.base.round(3), held.quote.round(1)
    (array([5.82 , 2.361]), array([   0. , 5991.5]))
    >>> held.value.round(1), held.gamma.round(5)
    (array([ 8147.8, 10712.9]), array([ 0.     , -0.00559]))
    """

    base: Array
    quote: Array
    value: Array
    gamma: Array


@exported_by("hedgeresearch.onchain")
def position_values(
    liquidity: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike, price: npt.ArrayLike
) -> PositionValues:
    """Return amounts, value and gamma of liquidity positions at prices.

    Parameters
    ----------
    liquidity : array > 0, square root of the product of the reserves, whole tokens
    lower, upper : arrays, 0 <= lower < upper <= inf, prices of the base token in the quote token
    price : array > 0

    Returns
    -------
    PositionValues
        Arrays of the common shape of the four: ``liquidity[:, None]`` and ``price[None, :]`` give
        every position at every price.

    Raises
    ------
    DataError
        If a number is out of range; the first such position is named.

    Examples
    --------
    >>> from hedgeresearch.onchain import position_values
    >>> held = position_values([1_000.0, 50.0], [1_500.0, 0.0], [2_500.0, float("inf")], 2_000.0)
    >>> held.value.round(2).tolist(), held.base.round(5).tolist()
    ([10712.89, 4472.14], [2.36068, 1.11803])
    """
    given = (np.asarray(one, dtype=float) for one in (liquidity, lower, upper, price))
    amount, low, high, prices = np.broadcast_arrays(*given)
    good = np.isfinite(amount) & (amount > 0.0) & (low >= 0.0) & (low < high)
    good &= np.isfinite(prices) & (prices > 0.0)
    if not good.all():
        first = np.flatnonzero(~good.ravel())[0]
        numbers = ", ".join(f"{one.flat[first]:g}" for one in (amount, low, high, prices))
        raise DataError(
            "Liquidity and price must be positive, and 0 <= lower < upper; got liquidity, lower, "
            f"upper and price {numbers} in row {first}."
        )
    return unchecked_values(amount, low, high, prices)


def unchecked_values(liquidity: Array, lower: Array, upper: Array, price: Array) -> PositionValues:
    """Return amounts, value and gamma of positions whose numbers were checked."""
    root = np.sqrt(np.clip(price, lower, upper))
    base = liquidity * (1.0 / root - 1.0 / np.sqrt(upper))
    quote = liquidity * (root - np.sqrt(lower))
    inside = (price >= lower) & (price < upper)
    gamma = np.where(inside, -0.5 * liquidity / (price * np.sqrt(price)), 0.0)
    return PositionValues(base, quote, base * price + quote, gamma)
