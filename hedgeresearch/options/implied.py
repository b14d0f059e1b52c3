"""Implied volatilities: prices of options as volatilities of Black's formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted
from hedgeresearch._kernels.options.implied_volatility import implied_volatilities
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.options.checks import checked_options, refuse_missing
from hedgeresearch.options.layout import Layout
from hedgeresearch.typing import Array

ROUNDING = 4.0 * float(np.finfo(float).eps)
"""Time value, relative to the intrinsic value, that is no more than rounding."""
DEEP = 1e-4
"""Time value, relative to the price, below which a tick of the price moves the volatility much."""


@exported_by("hedgeresearch.options")
def implied_volatility(
    price: Any,
    forward: Any,
    strike: Any,
    expiry: Any,
    kind: Any = "call",
    *,
    discount: Any = 1.0,
) -> Any:
    """Return the volatility at which Black's price is the price given.

    The value of the option out of the money is inverted: an option in the money is worth that of
    the other kind plus D (F - K). In the money, the digits of the price beyond this intrinsic value
    decide; where both are quoted, pass the option out of the money.

    Parameters
    ----------
    price : number, array, Series or DataFrame
        Currency, between the bounds below. A price in coin is multiplied by the forward first.
    forward, strike, expiry, kind, discount : as in :func:`black_price`

    Returns
    -------
    float, array, Series or DataFrame
        Annual fraction; never NaN.

    Raises
    ------
    DataError
        If a price is not above its intrinsic value, D max(F - K, 0) for a call and D max(K - F, 0)
        for a put, and below its upper bound, D F for a call and D K for a put; the first such row
        and its bound are named.

    Warns
    -----
    DataWarning
        If the price of an option deep in the money is intrinsic value but for a ten-thousandth.

    Examples
    --------
    >>> round(implied_volatility(23.0758, 100.0, 110.0, 0.5, "put"), 6)
    0.6
    """
    arguments = {
        "price": price,
        "forward": forward,
        "strike": strike,
        "expiry": expiry,
        "discount": discount,
    }
    options, sign, layout = checked_options(arguments, kind)
    time_value = _checked_time_value(options, sign, layout)
    _warn_of_deep_options(options["price"], time_value * options["discount"], layout)
    volatility = np.empty(sign.size)
    implied_volatilities(
        time_value, options["forward"], options["strike"], options["expiry"], volatility
    )
    return layout.wrap(volatility, "implied_volatility")


def _checked_time_value(options: dict[str, Array], sign: Array, layout: Layout) -> Array:
    """Return what the options out of the money are worth undiscounted; refuse impossible prices."""
    price = options["price"]
    refuse_missing(price, "price", layout)
    discount = options["discount"]
    intrinsic = np.maximum(sign * (options["forward"] - options["strike"]), 0.0)
    bound = np.where(sign > 0.0, options["forward"], options["strike"])
    value = price / discount
    time_value: Array = value - intrinsic
    is_below = ~(time_value > ROUNDING * intrinsic)
    is_above = ~(value < bound)
    wrong = is_below | is_above
    if wrong.any():
        first = int(np.argmax(wrong))
        side = "above its intrinsic value" if is_below[first] else "below its upper bound"
        limit = discount[first] * (intrinsic if is_below[first] else bound)[first]
        n_wrong = int(wrong.sum())
        others = f", the first of {n_wrong} such prices" if n_wrong > 1 else ""
        raise DataError(
            f"price must be {side}, {limit:.10g}; {layout.place(first)}{price[first]:.10g}{others}."
            " No volatility gives this price: leave it out, or check that price, forward and "
            "discount are of one moment and in one currency."
        )
    return time_value


def _warn_of_deep_options(price: Array, time_value: Array, layout: Layout) -> None:
    """Warn of prices whose time value is a small part of them."""
    deep = time_value < DEEP * price
    if deep.any():
        first = int(np.argmax(deep))
        warn_caller(
            f"{counted(int(deep.sum()), 'price')} of options deep in the money: "
            f"{layout.place(first)}{price[first]:.10g}, of which {time_value[first]:.3g} is not "
            "intrinsic value, so that a tick moves the volatility much. Use the option of the "
            "other kind at the same strike.",
            DataWarning,
        )
