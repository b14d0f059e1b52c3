r"""Partial adjustment: how fast to trade towards a hedge when trades move the price.

A trade of q units costs :math:`\tfrac12 \Lambda q^2`, a holding x that misses the target m costs
:math:`\tfrac \gamma 2 s^2 (x - m)^2` over the step that follows, and costs one step later are
discounted by the factor :math:`1 - \rho`. Then it is optimal to trade a constant fraction of the
distance to an aim at each step:

.. math:: x_t = x_{t-1} + r \left(\text{aim}_t - x_{t-1}\right), \qquad r = \frac a\lambda, \quad
    a = \frac{-b + \sqrt{b^2 + 4 \gamma \lambda (1 - \rho)^2}}{2 (1 - \rho)}, \quad
    b = \gamma (1 - \rho) + \lambda \rho

with :math:`\lambda = \Lambda / s^2`, after Garleanu and Pedersen (2013), Journal of Finance 68:
their model with trading costs proportional to the variance, with the minimum-variance holding in
place of the Markowitz portfolio. The aim is the mean of the target now and later with weights that
decline geometrically,

.. math:: \text{aim}_t = \sum_{j \ge 0} z (1 - z)^j \, E_t\left[m_{t+j}\right], \qquad
    z = \frac{\gamma}{\gamma + a} = r + \rho (1 - r),

for a target that reverts by the fraction :math:`\varphi` of its distance to a long-run level at
each step, :math:`\text{aim} = \text{long run} + (m - \text{long run}) / (1 + \varphi a / \gamma)`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_not_negative
from hedgeresearch.errors import DataError


@exported_by("hedgeresearch.trading")
@dataclass(frozen=True)
class PartialTrade:
    """A trade of a constant fraction of the distance to an aim, optimal for quadratic costs.

    The trade is in one hedge. Several hedges share the rate if their impact is proportional to
    their covariance, with an aim each.

    Parameters
    ----------
    aim : float, in units of the hedge, from :func:`aim_position`; the target itself if the target
        is a random walk
    rate : float in (0, 1], fraction of the distance, from :func:`trading_rate`

    Examples
    --------
    >>> PartialTrade(aim=120.0, rate=0.25).trade(100.0)
    (105.0, 5.0)
    """

    aim: float
    rate: float

    def __post_init__(self) -> None:
        check_between(self.aim, "aim", -math.inf, math.inf)
        _check_rate(self.rate)

    def trade(self, holding: float) -> tuple[float, float]:
        """Return the new holding and the trade that leads to it.

        Parameters
        ----------
        holding : float, before the trade, in units of the hedge

        Returns
        -------
        tuple of two floats, in units of the hedge
        """
        check_between(holding, "holding", -math.inf, math.inf)
        trade = self.rate * (self.aim - holding)
        return holding + trade, trade


@exported_by("hedgeresearch.trading")
def trading_rate(
    impact: float, risk_aversion: float, hedge_variance: float, *, discount: float = 0.0
) -> float:
    """Return the optimal fraction of the distance to the aim to trade at each step, in (0, 1].

    Parameters
    ----------
    impact : float >= 0, in currency per unit squared: half of it times a trade squared is the
        trade's cost. Without impact the rate is 1
    risk_aversion : float > 0, per unit of currency: half of it times a variance is the cost of that
        variance
    hedge_variance : float > 0, variance of the moves of the hedge's price, currency squared per
        unit held and step
    discount : float in [0, 1), by which a cost one step later counts less

    Raises
    ------
    DataError
        If a number is outside its range.

    Examples
    --------
    >>> round(trading_rate(20.0, 2e-7, 2500**2), 4)
    0.2207
    """
    check_not_negative(impact, "impact")
    check_between(risk_aversion, "risk_aversion", 0.0, math.inf)
    check_between(hedge_variance, "hedge_variance", 0.0, math.inf)
    _check_discount(discount)
    return optimal_rate(impact, (1.0 - discount) * risk_aversion * hedge_variance, discount)


def optimal_rate(impact: float, risk_cost: float, discount: float) -> float:
    """Return the trading rate.

    ``risk_cost`` is the discounted risk aversion times the variance of the hedge.
    """
    # the positive root with a rational numerator: nothing cancels where the impact is small
    linear = risk_cost + impact * discount
    root = math.hypot(linear, 2.0 * math.sqrt((1.0 - discount) * impact) * math.sqrt(risk_cost))
    return 2.0 * risk_cost / (linear + root)


@exported_by("hedgeresearch.trading")
def aim_position(
    target: float, long_run: float, reversion: float, rate: float, *, discount: float = 0.0
) -> float:
    """Return the holding to trade towards, between a mean-reverting target and its long-run level.

    Parameters
    ----------
    target : float, optimal holding now without costs, in units of the hedge
    long_run : float, level it reverts to, in the same units
    reversion : float in [0, 1], fraction of the distance it reverts at each step:
        1 - 0.5 ** (1 / half-life). At 0 it is a random walk and the aim is the target
    rate : float in (0, 1], from :func:`trading_rate` with the same discount
    discount : float in [0, 1), by which a cost one step later counts less

    Returns
    -------
    float
        In units of the hedge.

    Raises
    ------
    DataError
        If a number is outside its range.

    Examples
    --------
    >>> round(aim_position(target=120.0, long_run=100.0, reversion=0.1, rate=0.25), 3)
    115.385
    """
    check_between(target, "target", -math.inf, math.inf)
    check_between(long_run, "long_run", -math.inf, math.inf)
    check_not_negative(reversion, "reversion")
    if reversion > 1.0:
        raise DataError(
            f"reversion must be at most 1, all of the way in one step; got {reversion:g}."
        )
    _check_rate(rate)
    _check_discount(discount)
    present = rate + discount * (1.0 - rate)
    return long_run + (target - long_run) * present / (present + reversion * (1.0 - present))


def _check_discount(discount: float) -> None:
    check_between(discount, "discount", -math.inf, 1.0)
    check_not_negative(discount, "discount")


def _check_rate(rate: float) -> None:
    if rate != 1.0:
        check_between(rate, "rate", 0.0, 1.0)
