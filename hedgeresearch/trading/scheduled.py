r"""Trades of a rebalancing rule, spread over time by the schedule of Almgren and Chriss.

The schedule trades a quantity within a given time; partial adjustment trades a constant fraction of
the distance to an aim at each step, without an end. They are one: as the time of the schedule
grows, the fraction of what is left that it trades in each interval tends to

.. math:: r = 1 - e^{-\kappa \tau}, \qquad \frac{r^2}{1 - r} = 2 (\cosh(\kappa \tau) - 1) =
    \frac{\lambda \sigma^2 \tau^2}{\tilde\eta},

which is the rate of ``trading_rate`` for the impact :math:`\Lambda = 2 \tilde\eta / \tau` of a
trade, the risk aversion :math:`\gamma = 2 \lambda` and the variance :math:`\sigma^2 \tau` of a
step: a trade then costs :math:`\tfrac12 \Lambda n^2 = \tilde\eta n^2 / \tau`, and what is left
costs :math:`\tfrac12 \gamma \sigma^2 \tau x^2 = \lambda \sigma^2 \tau x^2`, as in the schedule.
"""

from __future__ import annotations

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.trading.bands import NoTradeBand
from hedgeresearch.trading.impact import (
    ExecutionSchedule,
    Impact,
    almgren_chriss_schedule,
    effective_temporary,
)
from hedgeresearch.trading.partial_adjustment import PartialTrade, trading_rate

INFINITE = float("inf")


@exported_by("hedgeresearch.trading")
def almgren_chriss_rate(interval: float, impact: Impact, risk_aversion: float) -> float:
    """Return the fraction of what is left that a schedule without an end trades in an interval.

    It is the rate of partial adjustment: ``PartialTrade(aim, rate)`` follows an aim that changes by
    the same balance of impact and risk with which a schedule trades a quantity that is given.

    Parameters
    ----------
    interval : float > 0, in the unit of time of the volatility
    impact : Impact
    risk_aversion : float > 0, per unit of money

    Raises
    ------
    DataError
        If a number is out of its range, or the interval is too long for the permanent impact.

    Examples
    --------
    >>> from hedgeresearch.trading import Impact, almgren_chriss_rate, almgren_chriss_schedule
    >>> impact = Impact(volatility=0.95, temporary=2.5e-6)
    >>> round(almgren_chriss_rate(1.0, impact, 1e-6), 4)
    0.4469
    >>> schedule = almgren_chriss_schedule(1e6, 100, 1.0, impact, 1e-6)
    >>> round(float(schedule.trades[0]) / 1e6, 4)
    0.4469
    """
    check_between(interval, "interval", 0.0, INFINITE)
    temporary = effective_temporary(impact, interval)
    return trading_rate(
        2.0 * temporary / interval, 2.0 * risk_aversion, impact.volatility**2 * interval
    )


@exported_by("hedgeresearch.trading")
def schedule_rebalance(
    rule: NoTradeBand | PartialTrade,
    holding: float,
    n_intervals: int,
    interval: float,
    impact: Impact,
    risk_aversion: float,
) -> ExecutionSchedule:
    """Return the schedule of the trade by which a rule changes a holding.

    A no-trade band trades to its edge, partial adjustment part of the way to its aim: the schedule
    says in which pieces, until the rule is used again.

    Parameters
    ----------
    rule : NoTradeBand or PartialTrade
    holding : float, in units of the hedge
    n_intervals : int >= 1, number of equal intervals until the rule is used again
    interval : float > 0, in the unit of time of the volatility
    impact : Impact, of units of the hedge
    risk_aversion : float >= 0, per unit of money

    Returns
    -------
    ExecutionSchedule
        Of the units to be sold, negative to be bought; its holdings are what is left to trade. All
        zero within a band.

    Raises
    ------
    DataError
        If the rule is none of both, or a number is out of its range.

    Examples
    --------
    >>> from hedgeresearch.trading import Impact, NoTradeBand, schedule_rebalance
    >>> band = NoTradeBand(target=-120.0, half_width=20.0)
    >>> impact = Impact(volatility=25.0, temporary=0.5)
    >>> schedule = schedule_rebalance(band, 0.0, 4, 1.0, impact, risk_aversion=1e-4)
    >>> schedule.trades.round(1).tolist()
    [34.2, 26.0, 21.0, 18.7]
    """
    if not isinstance(rule, NoTradeBand | PartialTrade):
        raise DataError(f"rule must be a NoTradeBand or a PartialTrade; got {rule!r}.")
    _, trade = rule.trade(holding)
    return almgren_chriss_schedule(-trade, n_intervals, interval, impact, risk_aversion)
