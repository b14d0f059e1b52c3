r"""No-trade bands: how far a hedge may deviate from its target before a trade pays.

The target is a Brownian motion with variance rate v, each unit traded costs e, and a holding that
misses the target by d costs :math:`\tfrac g2 s^2 d^2` per unit of time: g is the risk aversion,
:math:`s^2` the variance rate of the hedge's price. If the holding is kept within b of the target by
trading to the nearest edge, the deviation is uniform on [-b, b] with mean square :math:`b^2/3`, and
v / 2b units are traded per unit of time. So

.. math:: \text{cost}(b) = \frac g2 s^2 \frac{b^2}{3} + \frac{e v}{2 b}
    \quad \text{is smallest at} \quad b = \left(\frac{3 e v}{2 g s^2}\right)^{1/3},

where trading costs twice as much as the deviation. With v the square of gamma times the volatility
of the price, it is the band of Whalley and Wilmott (1997), Mathematical Finance 7, around the delta
of an option.

If it is observed every dt only, the target moves by :math:`u = \sqrt{v\,dt}` between observations
and overshoots an edge by 0.5826 u on average, :math:`0.5826 = -\zeta(1/2) / \sqrt{2\pi}`: Broadie,
Glasserman and Kou (1997), Mathematical Finance 7, after Siegmund (1979). To behave like a band of b
under continuous observation, the half-width must be b - 0.5826 u. For u larger than b this fails,
and a trade must be justified by one step of risk plus the cost of the next trade that it avoids:
the edge is at :math:`e / (g s^2 dt + e \sqrt{2/\pi} / u)`. The larger of the two half-widths costs
at most 0.1% more than the best band, at any step. In either case trades go to the edge, not to the
target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hedgeresearch._constants import OVERSHOOT
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_not_negative
from hedgeresearch.errors import DataError

MEAN_ABSOLUTE_NORMAL = math.sqrt(2.0 / math.pi)
"""Mean absolute value of a standard normal variable."""


@exported_by("hedgeresearch.trading")
@dataclass(frozen=True)
class NoTradeBand:
    """A band around the target holding within which the hedge is left unchanged.

    The band is for one hedge. For several hedges use one each, which is right if their prices do
    not move together.

    Parameters
    ----------
    target : float, target holding, in units of the hedge, of either sign
    half_width : float >= 0, in the same units: from :func:`no_trade_band` or
        :func:`tracking_error_band`

    Examples
    --------
    >>> band = NoTradeBand(target=120.0, half_width=4.0)
    >>> band.trade(118.0), band.trade(130.0)
    ((118.0, 0.0), (124.0, -6.0))
    """

    target: float
    half_width: float

    def __post_init__(self) -> None:
        check_between(self.target, "target", -math.inf, math.inf)
        check_not_negative(self.half_width, "half_width", "Compute it with no_trade_band.")

    @property
    def lower(self) -> float:
        """Smallest holding that is left unchanged, in units of the hedge.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> band = hr.trading.NoTradeBand(target=120.0, half_width=4.0)
        >>> band.lower, band.upper
        (116.0, 124.0)
        """
        return self.target - self.half_width

    @property
    def upper(self) -> float:
        """Largest holding that is left unchanged, in units of the hedge."""
        return self.target + self.half_width

    def trade(self, holding: float) -> tuple[float, float]:
        """Return the new holding and the trade that leads to it, not rounded to lots.

        A holding outside the band is traded to the nearest edge; inside and on the edges the trade
        is zero.

        Parameters
        ----------
        holding : float, in units of the hedge, with the sign convention of the target

        Returns
        -------
        tuple of two floats, in units of the hedge
        """
        check_between(holding, "holding", -math.inf, math.inf)
        new = min(max(float(holding), self.lower), self.upper)
        return new, new - holding


@exported_by("hedgeresearch.trading")
def no_trade_band(
    cost: float,
    target_variance: float,
    risk_aversion: float,
    hedge_variance: float,
    *,
    step: float | None = None,
    lot: float = 0.0,
) -> float:
    """Return the half-width of the band with the lowest cost of trading and risk.

    Parameters
    ----------
    cost : float >= 0, cost of one unit traded, in currency: half the spread and the fee. Without
        cost the half-width is zero
    target_variance : float >= 0, variance of the moves of the target, units squared per unit of
        time. Measured over moves about as long as the target needs to cross the band, it leaves
        out noise that reverses sooner. With zero the target is constant: one trade reaches it at
        any cost, and the half-width is zero
    risk_aversion : float > 0, gamma, per unit of currency: risk costs gamma / 2 times the variance
        per unit of time
    hedge_variance : float > 0, variance of the moves of the hedge's price, currency squared per
        unit held and unit of time
    step : float or None, time between observations of the target; None observes it continuously
    lot : float >= 0, smallest amount that can be traded; the half-width is at least half of it, as
        no trade gets nearer to the target

    Returns
    -------
    float
        Half-width, in units of the hedge.

    Raises
    ------
    DataError
        If a number is outside its range.

    Examples
    --------
    A future whose price moves by 2,500 a day and costs 7.50 to trade, and a target that moves by
    1.5 contracts a day:

    >>> round(no_trade_band(7.5, 1.5**2, 2e-7, 2500**2), 3)
    2.726
    >>> round(no_trade_band(7.5, 1.5**2, 2e-7, 2500**2, step=1.0), 3)
    1.852
    """
    check_not_negative(
        cost, "cost", "Pass 0 for a rebate: with a gain per trade, trading would never stop."
    )
    check_not_negative(
        target_variance, "target_variance", "Pass the variance of the target's changes."
    )
    check_between(risk_aversion, "risk_aversion", -math.inf, math.inf)
    if risk_aversion <= 0.0:
        raise DataError(
            f"risk_aversion must be positive; got {risk_aversion:g}. Without risk aversion no "
            "deviation is too large; limit the tracking error instead, with tracking_error_band."
        )
    check_between(hedge_variance, "hedge_variance", 0.0, math.inf)
    _check_grid(step, lot)
    half_width = optimal_half_width(cost, target_variance, risk_aversion * hedge_variance, step)
    return max(half_width, lot / 2.0)


def optimal_half_width(
    cost: float, target_variance: float, risk_cost: float, step: float | None
) -> float:
    """Return the half-width with the lowest cost, before the lot is considered.

    ``risk_cost`` is the risk aversion times the variance rate of the hedge.
    """
    half_width = math.cbrt(1.5 * cost * target_variance / risk_cost)
    if step is None or half_width == 0.0:
        return half_width
    move = math.sqrt(target_variance * step)
    fine_grid = half_width - OVERSHOOT * move
    coarse_grid = cost / (risk_cost * step + cost * MEAN_ABSOLUTE_NORMAL / move)
    return max(fine_grid, coarse_grid)


@exported_by("hedgeresearch.trading")
def tracking_error_band(
    tracking_error: float,
    hedge_volatility: float,
    *,
    target_variance: float | None = None,
    step: float | None = None,
    lot: float = 0.0,
) -> float:
    r"""Return the half-width of the band whose deviation has a given tracking error.

    Uniform on [-b, b], the deviation has the standard deviation b / sqrt(3), so that
    :math:`b = \sqrt3\,TE / s`. If it is observed every dt only, a half-width c gives the mean
    square :math:`(c + 0.5826u)^2 / 3 + u^2 / 4` over all times, also between observations, and, for
    c much smaller than u, :math:`u^2 / 2 + c^2 - \tfrac23\sqrt{2/\pi}\,c^3 / u`. The smaller of the
    two half-widths realizes between 97% and 100.5% of the allowed tracking error.

    Parameters
    ----------
    tracking_error : float > 0, allowed standard deviation of the profit and loss of the deviation,
        in currency per square root of a unit of time
    hedge_volatility : float > 0, volatility of the hedge's price, in currency per unit held and
        square root of a unit of time
    target_variance, step : both or neither; as in :func:`no_trade_band`
    lot : float >= 0, as in :func:`no_trade_band`; half a lot may exceed the tracking error allowed

    Returns
    -------
    float
        Half-width, in units of the hedge.

    Raises
    ------
    DataError
        If a number is outside its range, or the target moves by more between two observations than
        the tracking error allows.

    Examples
    --------
    >>> round(tracking_error_band(5000.0, 2500.0), 3)
    3.464
    >>> round(tracking_error_band(5000.0, 2500.0, target_variance=1.5**2, step=1.0), 3)
    2.205
    """
    check_between(tracking_error, "tracking_error", 0.0, math.inf)
    check_between(hedge_volatility, "hedge_volatility", 0.0, math.inf)
    _check_grid(step, lot)
    if (target_variance is None) != (step is None):
        raise DataError(
            "target_variance and step must be given together; got one of them. "
            "Pass both or neither."
        )
    deviation = tracking_error / hedge_volatility
    if target_variance is None or step is None:
        return max(math.sqrt(3.0) * deviation, lot / 2.0)
    check_not_negative(
        target_variance, "target_variance", "Pass the variance of the target's changes."
    )
    # mean square of the deviation if every observation is followed by a trade to the target
    minimum = target_variance * step / 2.0
    if deviation**2 < minimum:
        raise DataError(
            f"tracking_error must be at least {hedge_volatility * math.sqrt(minimum):g}, which "
            f"trading to the target at every step leaves; got {tracking_error:g}. Observe it more "
            f"often, with a step of at most {2.0 * deviation**2 / target_variance:g}."
        )
    half_width = half_width_of_excess(deviation**2 - minimum, math.sqrt(2.0 * minimum))
    return max(half_width, lot / 2.0)


def half_width_of_excess(variance: float, move: float) -> float:
    """Return the half-width that adds a given variance to the smallest possible one.

    ``move`` is the standard deviation of the target's move in one step.
    """
    fine_grid = math.sqrt(3.0 * (variance + move**2 / 4.0)) - OVERSHOOT * move
    excess = math.sqrt(variance)
    # multiplied by the move, so that nothing is divided by a move of zero
    coarse_grid = excess * (move + MEAN_ABSOLUTE_NORMAL / 3.0 * excess)
    return fine_grid if fine_grid * move < coarse_grid else coarse_grid / move


def _check_grid(step: float | None, lot: float) -> None:
    if step is not None:
        check_between(step, "step", 0.0, math.inf)
    check_not_negative(lot, "lot", "Pass 0 if any amount can be traded.")
