"""Prices of European options on a forward, after Black (1976)."""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.options.black import black_prices
from hedgeresearch.options.checks import checked_options
from hedgeresearch.options.layout import Layout
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.options")
def black_price(
    forward: Any,
    strike: Any,
    expiry: Any,
    volatility: Any,
    kind: Any = "call",
    *,
    discount: Any = 1.0,
) -> Any:
    r"""Return Black's price of European options.

    .. math:: D\,c\,[F\,N(c\,d_1) - K\,N(c\,d_2)], \quad
        d_{1,2} = \frac{\ln(F/K)}{\sigma\sqrt T} \pm \frac{\sigma\sqrt T}{2},

    with c = 1 for a call and -1 for a put: Black (1976), Journal of Financial Economics 3, equation
    16. The price in coin of an option that settles in coin is this price divided by the forward.

    Parameters
    ----------
    forward : number, array, Series or DataFrame > 0
        Forward of the expiry of the option, not the spot, in currency.
    strike : the same > 0
        Currency.
    expiry : the same > 0
        Years to expiry, from :func:`years_to_expiry`.
    volatility : the same > 0
        Annual fraction, such as 0.6.
    kind : "call" or "put", or an array, Series or DataFrame of these words
    discount : number, array, Series or DataFrame > 0
        D, value today of 1 paid at expiry.

    Returns
    -------
    float, array, Series or DataFrame
        Currency. A float for numbers only; labels are those of the arguments.

    Raises
    ------
    DataError
        If a number is not positive and finite, or labels differ.

    Warns
    -----
    DataWarning
        If a volatility looks like per cent, an expiry like days, a discount like a rate.

    Examples
    --------
    >>> round(black_price(100.0, 110.0, 0.5, 0.6, "put"), 4)
    23.0758
    """
    _, prices, layout = _priced(forward, strike, expiry, volatility, kind, discount)
    return layout.wrap(prices, "price")


@exported_by("hedgeresearch.options")
def coin_price(
    forward: Any,
    strike: Any,
    expiry: Any,
    volatility: Any,
    kind: Any = "call",
    *,
    discount: Any = 1.0,
) -> Any:
    """Return the price in coin of inverse options, which settle in the coin they are written on.

    For one coin of notional such a call pays max(S - K, 0) / S in coin, which is max(S - K, 0) in
    dollars: its price is Black's divided by the forward. It is not an option on 1 / S.

    Parameters
    ----------
    forward, strike, expiry, volatility, kind : as in :func:`black_price`
    discount : number, array, Series or DataFrame > 0
        Value today, in coin, of one coin paid at expiry; interest of dollars is in the forward.

    Returns
    -------
    float, array, Series or DataFrame
        Coin per coin of notional; the delta of an account in coin is the premium-adjusted one of
        :func:`greeks`.

    Raises
    ------
    DataError
        As :func:`black_price`.

    Examples
    --------
    >>> round(coin_price(65_000.0, 65_000.0, 30 / 365, 0.6), 4)
    0.0685
    """
    options, prices, layout = _priced(forward, strike, expiry, volatility, kind, discount)
    return layout.wrap(prices / options["forward"], "price")


def _priced(
    forward: Any, strike: Any, expiry: Any, volatility: Any, kind: Any, discount: Any
) -> tuple[dict[str, Array], Array, Layout]:
    """Return the options as arrays, their prices in currency, and the layout of the answer."""
    arguments = {
        "forward": forward,
        "strike": strike,
        "expiry": expiry,
        "volatility": volatility,
        "discount": discount,
    }
    options, sign, layout = checked_options(arguments, kind)
    prices = np.empty(sign.size)
    black_prices(
        options["forward"],
        options["strike"],
        options["expiry"],
        options["volatility"],
        sign,
        options["discount"],
        prices,
    )
    return options, prices, layout
