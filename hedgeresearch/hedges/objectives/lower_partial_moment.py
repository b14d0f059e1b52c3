r"""Hedge with the smallest lower partial moment: only returns below a target count as risk.

.. math:: \min_b \frac{1}{n} \sum_t \max(\tau - r^{asset}_t + b'r^{hedges}_t, 0)^p

Source: Fishburn (1977), American Economic Review 67, the alpha-t model of section I; for hedges
Lien and Tse (1998), Journal of Futures Markets 18. By Newton's method for p > 1, where the function
is smooth and convex; by a linear program for p = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import MAX_ABSOLUTE_VALUE
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.influence import estimates_from_influence
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.objectives.standard_errors import quantile_influence, tick_size
from hedgeresearch.hedges.objectives.standardization import standardize_returns
from hedgeresearch.hedges.ratio_errors import ParameterErrors
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.optimization.tail_program import solve_tail_program
from hedgeresearch.typing import Array

DECREASE_TOLERANCE = 1e-24
"""Expected relative decrease of the objective below which a search ends."""
MIN_SHORTFALL = 1e-6
"""Shortfall, in standard deviations, below which the curvature of an order below 2 is constant."""
MAX_ORDER = 100.0
"""Largest order; powers of an outlier overflow soon after."""
MAX_ITERATIONS = 100
MIN_SMOOTH_ORDER = 1.2
"""Smallest order above 1 for which Newton steps are fast; below, the function has near-corners."""
MIN_SHORTFALL_SHARE = 1e-9
"""Mean shortfall, relative to the asset's standard deviation, that exceeds rounding."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class LowerPartialMomentHedge:
    """Ratio that minimizes the mean of a power of the hedged return's shortfall from a target.

    Parameters
    ----------
    order : float, 1 or from 1.2 to 100
        The power: 1 weighs all shortfalls alike, 2 is the semivariance (about the target, not the
        mean), more weighs large ones more. For orders other than 1 and 2 standard errors come from
        the bootstrap: the delta method would rest on the few smallest shortfalls below 2 and on the
        few largest above. So do those of order 1 for returns on a grid.
    target : float
        Return per period below which a date falls short. Unless it is zero, multiplying the asset
        by a number does not multiply the ratio by it: the target would have to be multiplied, too.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> hr.LowerPartialMomentHedge().fit(returns["NASDAQ"], returns[["SP500"]]).summary.round(3)
           estimate  standard error       t    p
    SP500     1.171           0.028  41.755  0.0
    """

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    order: float = 2.0
    target: float = 0.0

    def __post_init__(self) -> None:
        check_between(self.order, "order", 0.0, np.inf)
        if self.order != 1.0 and not MIN_SMOOTH_ORDER <= self.order <= MAX_ORDER:
            raise DataError(
                f"order must be 1, or from {MIN_SMOOTH_ORDER:g} to {MAX_ORDER:g}; "
                f"got {self.order!r}. Use 1, 2 or 3."
            )
        check_between(self.target, "target", -MAX_ABSOLUTE_VALUE, MAX_ABSOLUTE_VALUE)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few observations, hedges are collinear, or too few hedged returns fall
            short of the target.
        ConvergenceError
            If Newton's method does not reach the optimum.
        """
        returns, kind = join_returns(asset, hedges)
        values = returns.to_numpy() - np.eye(returns.shape[1])[0] * self.target
        replicating = replicating_fit(self, returns, kind)
        if replicating is not None and not falls_short(values, replicating.next_ratio.to_numpy()):
            return replicating
        ratio, influence = lower_partial_moment_ratio(values, self.order)
        if influence is None:
            return constant_ratio_fit(self, returns, ratio, kind)
        # dates that do not fall short have no influence on a semivariance
        n_short = np.count_nonzero(influence.any(axis=1))
        estimates = estimates_from_influence(
            list(returns.columns[1:]),
            ratio,
            influence,
            n_coefficients=returns.shape[1],
            n_effective=None if self.order == 1.0 else float(n_short),
        )
        return constant_ratio_fit(self, returns, ratio, kind, estimates, ParameterErrors())

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)


def falls_short(above_target: Array, ratio: Array) -> bool:
    """Return whether a hedged position that is constant up to rounding lies below its target."""
    hedged = above_target[:, 0] - above_target[:, 1:] @ ratio
    return bool(hedged.mean() < -MIN_SHORTFALL_SHARE * above_target[:, 0].std())


def lower_partial_moment_ratio(above_target: Array, order: float) -> tuple[Array, Array | None]:
    """Return the ratio (k,) and the influence of each date on it, (n_dates, k).

    Parameters
    ----------
    above_target : array (n_dates, 1 + k), the asset less its target, and the hedges
    order : float

    Returns
    -------
    tuple of array (k,), array (n_dates, k) or None
        The influence is None for orders other than 1 and 2, and for order 1 on a grid.
    """
    data = standardize_returns(above_target, about_zero=True)
    y = data.hedged
    x = data.hedges
    if order == 1.0:
        coefficients, short = solve_tail_program(y, x, np.zeros(x.shape[1]))
    else:
        coefficients = minimize_shortfall(y, x, order)
        short = np.maximum(x @ coefficients - y, 0.0)
    _check_shortfalls(int(np.count_nonzero((short > 0.0) & x.any(axis=1))), x.shape[1])
    ratio = data.ratio + coefficients * data.units
    scores = -short[:, None] * x
    if order == 1.0:
        share = float(short.mean())
        tick = tick_size(above_target[:, 0]) / data.size
        influence = quantile_influence(x, y - x @ coefficients, scores, share, tick)
    elif order == 2.0:
        influence = scores @ np.linalg.pinv(curvature(short, x, order), hermitian=True)
    else:
        return ratio, None
    return ratio, None if influence is None else influence * data.units


def _check_shortfalls(n_short: int, n_hedges: int) -> None:
    if n_short < n_hedges + 1:
        raise DataError(
            f"at least {n_hedges + 1} hedged returns must fall short of the target for {n_hedges} "
            f"hedges, on dates on which hedges move; {n_short} do. Use a higher target or a longer "
            "sample."
        )


def minimize_shortfall(y: Array, x: Array, order: float) -> Array:
    """Minimize the mean of max(x_t'b - y_t, 0)^order over b (k,), by Newton steps from zero.

    Parameters
    ----------
    y : array (n_dates,), of size one
    x : array (n_dates, k), of size one
    order : float, above 1

    Raises
    ------
    ConvergenceError
        If no optimum is found.
    """
    b = np.zeros(x.shape[1])
    short = np.maximum(-y, 0.0)
    for _ in range(MAX_ITERATIONS):
        gradient = short ** (order - 1.0) @ x / len(x)
        matrix = curvature(short, x, order)
        # The matrix is singular if fewer dates fall short than there are hedges.
        ridge = 1e-12 * np.trace(matrix) + np.finfo(float).tiny
        direction = -np.linalg.solve(matrix + ridge * np.eye(len(b)), gradient)
        if -order * gradient @ direction <= DECREASE_TOLERANCE * np.mean(short**order):
            return b
        length = step_length(x @ b - y, x @ direction, order)
        if length == 0.0:
            return b  # the slope is rounding
        b = b + length * direction
        short = np.maximum(x @ b - y, 0.0)
    raise ConvergenceError(
        f"the lower partial moment of order {order:g} must reach a minimum; stopped after "
        f"{MAX_ITERATIONS} steps at {np.round(b, 6).tolist()} standard deviations from the "
        "minimum-variance ratio. Use an order nearer to 2."
    )


def step_length(shortfall: Array, change: Array, order: float) -> float:
    """Return the length of a step along a direction of descent.

    It is one, or the minimum along the direction if one is not close to it; zero if the function
    does not fall.

    Parameters
    ----------
    shortfall : array (n_dates,), negative above the target
    change : array (n_dates,), its change by a step of length one
    order : float
    """
    from scipy.optimize import brentq

    def slope(length: float) -> float:
        return float(np.maximum(shortfall + length * change, 0.0) ** (order - 1.0) @ change)

    if not slope(0.0) < 0.0:
        return 0.0
    if abs(slope(1.0)) <= 0.1 * abs(slope(0.0)):
        return 1.0
    beyond = 1.0
    # Ends, because shortfalls that keep falling reach zero.
    while slope(beyond) < 0.0:
        beyond *= 4.0
    # near a corner of an order below 2 the last digits are not reached: the search goes on
    return float(brentq(slope, 0.0, beyond, xtol=1e-15, rtol=1e-12, disp=False))


def curvature(short: Array, x: Array, order: float) -> Array:
    """Return the derivative of the mean of short^(order - 1) x, (k, k).

    It is with respect to the coefficients.
    """
    powers = (order - 1.0) * np.maximum(short, MIN_SHORTFALL) ** (order - 2.0)
    weights = np.where(short > 0.0, powers, 0.0)
    return np.asarray((x * weights[:, None]).T @ x / len(x))
