r"""Hedging an option at a cost, or at intervals: bands around its delta, volatilities, errors.

The band of Whalley and Wilmott (1997), Mathematical Finance 7, has the half-width
:math:`(\tfrac32 k F \Gamma^2 / g)^{1/3}` for the cost k of trading, as a share of the price F, and
the risk aversion g. It is what :func:`no_trade_band` gives for a target that moves with the price:
``no_trade_band(k * F, (gamma * sigma * F)**2, g, (sigma * F)**2)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import (
    check_at_least,
    check_between,
    check_choice,
    check_not_negative,
)
from hedgeresearch.errors import DataError

REBATE = "Pass 0 for a rebate: with a gain per trade, trading would never stop."


@exported_by("hedgeresearch.trading")
def leland_volatility(
    volatility: float,
    round_trip_cost: float,
    step: float,
    *,
    position: Literal["short", "long"] = "short",
) -> float:
    r"""Return the volatility at which an option that is hedged at intervals pays its own costs.

    .. math:: \sigma \sqrt{1 \pm A}, \quad A = \sqrt{\tfrac2\pi} \frac{k}{\sigma\sqrt{dt}},

    with the plus for an option sold, whose price and delta at this volatility break even: Leland
    (1985), Journal of Finance 40.

    Parameters
    ----------
    volatility : float > 0, annual fraction
    round_trip_cost : float >= 0, k, cost of buying and selling again, as a share of the price: the
        whole spread, twice the cost of one trade
    step : float > 0, dt, years between two trades, such as 1 / 252
    position : "short" or "long", of an option with positive gamma

    Returns
    -------
    float
        Annual fraction.

    Raises
    ------
    DataError
        If a number is outside its range, or costs exceed what the gamma of a long option earns.

    Examples
    --------
    Weekly trades at half a per cent each:

    >>> round(leland_volatility(0.25, 2 * 0.005, 1 / 52), 4)
    0.2773
    """
    check_between(volatility, "volatility", 0.0, math.inf)
    check_not_negative(round_trip_cost, "round_trip_cost", REBATE)
    check_between(step, "step", 0.0, math.inf)
    check_choice(position, "position", ("short", "long"))
    excess = math.sqrt(2.0 / math.pi) * round_trip_cost / (volatility * math.sqrt(step))
    if position == "short":
        return volatility * math.sqrt(1.0 + excess)
    if excess >= 1.0:
        longer = step * excess**2
        raise DataError(
            "round_trip_cost must be less than the gamma of a long option earns in one step; got "
            f"{round_trip_cost:g}, {excess:.3g} times as much. Trade after more than {longer:.3g} "
            f"years instead of {step:.3g}, or inside a band."
        )
    return volatility * math.sqrt(1.0 - excess)


@exported_by("hedgeresearch.trading")
@dataclass(frozen=True)
class ZakamoulineBand:
    """A band around the delta of an option, and the volatility of that delta.

    Attributes
    ----------
    half_width : units of the hedge
    volatility : annual fraction, without costs
    shift : K <= 0, by which costs lower the variance of a long option and raise that of a short one

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> band = hr.trading.zakamouline_band(0.02, 5_000.0, 0.25, 0.2, risk_aversion=1.0, cost=0.0005)
    >>> band
    ZakamoulineBand(half_width=0.02095369107832036, volatility=0.2, shift=-0.13945457217339496)
    >>> round(band.short_volatility, 3), round(band.long_volatility, 3)
    (0.213, 0.186)
    """

    half_width: float
    volatility: float
    shift: float

    @property
    def short_volatility(self) -> float:
        """Volatility at which the delta of an option sold is computed, annual fraction."""
        return self.volatility * math.sqrt(1.0 - self.shift)

    @property
    def long_volatility(self) -> float:
        """Volatility at which the delta of an option bought is computed, annual fraction.

        Raises
        ------
        DataError
            If the costs leave none.
        """
        if self.shift <= -1.0:
            raise DataError(
                "the volatility of a long option must be positive; its costs shift its variance by "
                f"{100.0 * self.shift:.0f}%. Use no_trade_band, which keeps the delta."
            )
        return self.volatility * math.sqrt(1.0 + self.shift)


@exported_by("hedgeresearch.trading")
def zakamouline_band(
    gamma: float,
    price: float,
    expiry: float,
    volatility: float,
    risk_aversion: float,
    cost: float,
    *,
    discount: float = 1.0,
) -> ZakamoulineBand:
    r"""Return the band around the delta of an option that approximates the one of highest utility.

    The half-width is the sum of

    .. math:: \frac{k}{g S \sigma^2 T} \quad\text{and}\quad
        1.12\, k^{0.31}\, T^{0.05} \left(\frac{D}{\sigma}\right)^{0.25}
        \left(\frac{|\Gamma|}{g}\right)^{0.5},

    and the delta is that of the variance :math:`\sigma^2 (1 + K)` for an option bought,
    :math:`\sigma^2 (1 - K)` for one sold, with

    .. math:: K = -4.76\, \frac{k^{0.78}}{T^{0.02}} \left(\frac{D}{\sigma}\right)^{0.25}
        \left(g S^2 |\Gamma|\right)^{0.15}.

    The powers are fits to numerical solutions by Zakamouline (2006), European Financial Management
    12, whose text was not available: the constants are those of two independent programs.

    Parameters
    ----------
    gamma : float, not zero, of the whole position: units of the hedge per 1 of the price; its sign
        does not matter
    price : float > 0, S, of the hedge, currency
    expiry : float > 0, T, years
    volatility : float > 0, annual fraction
    risk_aversion : float > 0, g, per unit of currency
    cost : float >= 0, k, of one trade, as a share of its value: half the spread and the fee
    discount : float > 0, D, value today of 1 paid at expiry

    Returns
    -------
    ZakamoulineBand

    Raises
    ------
    DataError
        If a number is outside its range.

    Examples
    --------
    >>> band = zakamouline_band(0.02, 5000.0, 0.25, 0.2, risk_aversion=1.0, cost=0.0005)
    >>> round(band.half_width, 6), round(band.short_volatility, 4)
    (0.020954, 0.2135)
    """
    check_between(gamma, "gamma", -math.inf, math.inf)
    if gamma == 0.0:
        raise DataError(
            "gamma must not be zero; got 0. Without gamma the delta does not move: trade once."
        )
    check_between(price, "price", 0.0, math.inf)
    check_between(expiry, "expiry", 0.0, math.inf)
    check_between(volatility, "volatility", 0.0, math.inf)
    check_between(risk_aversion, "risk_aversion", 0.0, math.inf)
    check_not_negative(cost, "cost", REBATE)
    check_between(discount, "discount", 0.0, math.inf)
    size = abs(gamma)
    ratio = (discount / volatility) ** 0.25
    without_gamma = cost / (risk_aversion * price * volatility**2 * expiry)
    of_gamma = 1.12 * cost**0.31 * expiry**0.05 * ratio * math.sqrt(size / risk_aversion)
    aversion = (risk_aversion * price**2 * size) ** 0.15
    shift = -4.76 * cost**0.78 / expiry**0.02 * ratio * aversion
    return ZakamoulineBand(without_gamma + of_gamma, volatility, shift)


@exported_by("hedgeresearch.trading")
def discrete_hedging_error(vega: float, volatility: float, n_trades: int) -> float:
    r"""Return the standard deviation of the profit of an option hedged at equal intervals.

    .. math:: \sqrt{\tfrac\pi4} \frac{\text{vega}\,\sigma}{\sqrt n},

    for an option near the money that is held to its expiry and hedged at its Black delta, without
    costs and jumps: Derman and Kamal, as cited by QuantLib. It falls with the root of the number of
    trades; a volatility that turns out d higher than expected costs vega times d on top.

    Parameters
    ----------
    vega : float, of the position at the start, currency per 1.00 of volatility; its sign does not
        matter
    volatility : float > 0, annual fraction
    n_trades : int >= 1, number of equally spaced trades until expiry

    Returns
    -------
    float
        Currency.

    Raises
    ------
    DataError
        If a number is outside its range.

    Examples
    --------
    >>> round(discrete_hedging_error(11.46, 0.2, 21), 3)
    0.443
    """
    check_between(vega, "vega", -math.inf, math.inf)
    check_between(volatility, "volatility", 0.0, math.inf)
    check_at_least(n_trades, "n_trades", 1)
    return math.sqrt(math.pi / 4.0) * abs(vega) * volatility / math.sqrt(n_trades)
