r"""The schedule of Almgren and Chriss: how fast to trade a position when trades move the price.

A position of X units is traded in N intervals of length tau. Trading n units in an interval moves
the price for good by gamma n, and for that interval by epsilon + eta n / tau. With the volatility
sigma of the price and x_j units left after j intervals, Almgren and Chriss (2000), Journal of Risk
3(2):

.. math:: E = \tfrac12 \gamma X^2 + \epsilon X + \frac{\tilde\eta}{\tau} \sum_j n_j^2, \quad
          V = \sigma^2 \tau \sum_{j \ge 1} x_j^2, \quad \tilde\eta = \eta - \tfrac12 \gamma \tau

The schedule of least E + lambda V is

.. math:: x_j = X \frac{\sinh(\kappa (T - t_j))}{\sinh(\kappa T)}, \qquad
          \frac{2}{\tau^2} (\cosh(\kappa \tau) - 1) =
          \frac{\lambda \sigma^2}{\tilde\eta}
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between, check_not_negative
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MAX_INTERVALS = 1_000_000
"""Largest number of intervals of a schedule."""


@exported_by("hedgeresearch.trading")
@dataclass(frozen=True)
class Impact:
    """Impact of trades on a price, and the volatility of the price.

    Parameters
    ----------
    volatility : float > 0, standard deviation of the change of the price in a unit of time, in
        money per unit of the asset and not as a fraction
    temporary : float > 0, eta: money per unit for each unit traded in a unit of time
    permanent : float >= 0, gamma: money per unit for each unit traded
    half_spread : float >= 0, epsilon: money per unit, half the spread and fees

    Raises
    ------
    DataError
        If a number is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.trading.Impact(volatility=0.95, temporary=2.5e-6, permanent=2.5e-7, half_spread=0.0625)
    Impact(volatility=0.95, temporary=2.5e-06, permanent=2.5e-07, half_spread=0.0625)
    """

    volatility: float
    temporary: float
    permanent: float = 0.0
    half_spread: float = 0.0

    def __post_init__(self) -> None:
        check_between(self.volatility, "volatility", 0.0, math.inf)
        check_between(self.temporary, "temporary", 0.0, math.inf)
        check_not_negative(self.permanent, "permanent")
        check_not_negative(self.half_spread, "half_spread")


@exported_by("hedgeresearch.trading")
@dataclass(frozen=True, eq=False, repr=False)
class ExecutionSchedule:
    """A schedule of trades and what it costs.

    Attributes
    ----------
    holdings : array (n_intervals + 1,), units left at the beginning and after each interval
    trades : array (n_intervals,), units traded in each interval
    expected_cost : float, money, impact and half the spread
    variance : float, money squared, of the cost
    penalty : float, expected cost plus risk aversion times the variance, which is least
    half_life : float, 1 / kappa, units of time in which a position that may be traded for ever
        falls by the factor e; inf without risk aversion

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> impact = hr.trading.Impact(0.95, temporary=2.5e-6, permanent=2.5e-7, half_spread=0.0625)
    >>> schedule = hr.trading.almgren_chriss_schedule(1e6, 5, 1.0, impact, risk_aversion=1e-6)
    >>> schedule.trades.round(0).tolist()
    [458044.0, 252101.0, 141957.0, 85756.0, 62142.0]
    >>> round(schedule.expected_cost)
    911227
    """

    holdings: Array
    expected_cost: float
    variance: float
    penalty: float
    half_life: float

    @property
    def trades(self) -> Array:
        """Units traded in each interval."""
        return -np.diff(self.holdings)

    def __repr__(self) -> str:
        return (
            f"ExecutionSchedule({len(self.holdings) - 1} intervals, expected cost "
            f"{self.expected_cost:.6g}, standard deviation {math.sqrt(self.variance):.6g})"
        )


@exported_by("hedgeresearch.trading")
def almgren_chriss_schedule(
    units: float, n_intervals: int, interval: float, impact: Impact, risk_aversion: float
) -> ExecutionSchedule:
    """Return the schedule of least expected cost plus risk aversion times variance.

    Parameters
    ----------
    units : float, units to trade; negative to buy
    n_intervals : int >= 1, number of equal intervals
    interval : float > 0, length of an interval, in the unit of time of the volatility
    impact : Impact
    risk_aversion : float >= 0, per unit of money; 0 trades the same in each interval

    Returns
    -------
    ExecutionSchedule

    Raises
    ------
    DataError
        If a number is out of its range, or permanent impact exceeds twice the temporary one over an
        interval, which leaves no best schedule.

    Examples
    --------
    A million shares in five days:

    >>> from hedgeresearch.trading import Impact, almgren_chriss_schedule
    >>> impact = Impact(volatility=0.95, temporary=2.5e-6, permanent=2.5e-7, half_spread=0.0625)
    >>> schedule = almgren_chriss_schedule(1e6, 5, 1.0, impact, risk_aversion=1e-6)
    >>> schedule.holdings.round(0).tolist()
    [1000000.0, 541956.0, 289854.0, 147897.0, 62142.0, 0.0]
    """
    check_between(units, "units", -math.inf, math.inf)
    check_at_least(n_intervals, "n_intervals", 1, MAX_INTERVALS)
    check_between(interval, "interval", 0.0, math.inf)
    check_not_negative(risk_aversion, "risk_aversion")
    temporary = effective_temporary(impact, interval)
    urgency = risk_aversion * impact.volatility**2 / temporary
    rate = _rate(urgency * interval**2)
    holdings = units * _shares_left(rate, n_intervals)
    trades = np.diff(holdings)
    size = abs(units)
    expected = 0.5 * impact.permanent * size**2 + impact.half_spread * size
    expected += temporary / interval * float(trades @ trades)
    variance = impact.volatility**2 * interval * float(holdings[1:] @ holdings[1:])
    return ExecutionSchedule(
        holdings=holdings,
        expected_cost=expected,
        variance=variance,
        penalty=expected + risk_aversion * variance,
        half_life=interval / rate if rate > 0.0 else math.inf,
    )


def effective_temporary(impact: Impact, interval: float) -> float:
    """Return eta less half of gamma times the interval, which must be positive."""
    temporary = impact.temporary - 0.5 * impact.permanent * interval
    if temporary <= 0.0:
        raise DataError(
            "Temporary impact must exceed half of the permanent one times the interval; got "
            f"{impact.temporary:g} and {0.5 * impact.permanent * interval:g}. Use shorter "
            "intervals."
        )
    return temporary


def _rate(urgency: float) -> float:
    """Return kappa tau, of which 2 (cosh(kappa tau) - 1) is the urgency."""
    # the inverse of cosh would lose the digits of a small urgency
    return 2.0 * math.asinh(0.5 * math.sqrt(urgency))


def _shares_left(rate: float, n_intervals: int) -> Array:
    """Return the share of the units that is left after each interval, which fades at a rate."""
    steps = np.arange(n_intervals, -1.0, -1.0)
    if rate * n_intervals < 1e-6:
        return steps / n_intervals
    # a quotient of hyperbolic sines that does not overflow
    fading = np.exp(rate * (steps - n_intervals))
    shares = np.expm1(-2.0 * rate * steps) / np.expm1(-2.0 * rate * n_intervals)
    return np.asarray(fading * shares)
