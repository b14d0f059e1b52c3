r"""The hedge of least lower partial moment: only what falls short of a target counts as risk.

.. math:: \min_b \frac{1}{n} \sum_t \max(\tau - r^{asset}_t + b'r^{hedges}_t, 0)^p

Source: Fishburn (1977), American Economic Review 67, the alpha-t model of section I; for hedges Lien and Tse (1998),
Journal of Futures Markets 18. By Newton's method for p > 1, where the function is smooth and convex; a linear
programme for p = 1.
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
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.errors import ParameterErrors
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.objectives.linear_programme import (
    standardize,
    tail_influence,
    tail_programme,
)
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array

ACCURACY = 1e-24
"""Fall of the objective that the next step promises, relative to the objective, at which a search ends."""
NEAREST = 1e-6
"""Shortfall, in standard deviations, below which its curvature is no longer counted as growing (p < 2)."""
HIGHEST = 100.0
"""Largest order; powers of an outlier overflow soon after."""
LONGEST_SEARCH = 100
SMOOTH = 1.2
"""Least order above 1 for which Newton steps are quick; below, the corners of order 1 show through."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class LowerPartialMomentHedge:
    """The ratio under which the hedged return falls least short of a target, by the mean of a power of the shortfall.

    Parameters
    ----------
    order : float, the power: 1, which weighs all shortfalls alike, or from 1.2 to 100; 2 is the semivariance (about the
        target, not the mean), more is fear of large ones. But for 1 and 2 standard errors come from the bootstrap: the
        delta method would rest on the few smallest shortfalls below 2 and on the few largest above.
    target : float, return per period below which a date falls short. Unless it is zero, multiplying the asset by a
        number does not multiply the ratio: the target would have to be multiplied, too.

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
        if self.order != 1.0 and not SMOOTH <= self.order <= HIGHEST:
            raise DataError(
                f"order must be 1, or from {SMOOTH:g} to {HIGHEST:g}; got {self.order!r}. Take 1, 2 or 3."
            )
        check_between(self.target, "target", -MAX_ABSOLUTE_VALUE, MAX_ABSOLUTE_VALUE)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few dates, hedges are collinear, or too few hedged returns fall short of the target.
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
        estimates = estimates_from_influence(list(returns.columns[1:]), ratio, influence)
        return constant_ratio_fit(self, returns, ratio, kind, estimates, ParameterErrors())

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same ratio over new dates."""
        return carry_constant_ratio(fit, returns)


def falls_short(above_target: Array, ratio: Array) -> bool:
    """Whether the hedged position, constant but for rounding, lies below its target."""
    hedged = above_target[:, 0] - above_target[:, 1:] @ ratio
    return bool(hedged.mean() < -1e-9 * above_target[:, 0].std())


def lower_partial_moment_ratio(above_target: Array, order: float) -> tuple[Array, Array | None]:
    """The ratio (k,) of the first column, less its target, to the others, and the influence of each date (n_dates, k).

    The influence is None for orders other than 1 and 2.
    """
    data = standardize(above_target, about_zero=True)
    y, x = data.left, data.hedges
    if order == 1.0:
        coefficients, short = tail_programme(y, x, np.zeros(x.shape[1]))
    else:
        coefficients = least_shortfall(y, x, order)
        short = np.maximum(x @ coefficients - y, 0.0)
    n_short, needed = np.count_nonzero(short), x.shape[1] + 1
    if n_short < needed:
        raise DataError(
            f"at least {needed} hedged returns must fall short of the target for {needed - 1} hedges; {n_short} do. "
            "Take a higher target or a longer sample."
        )
    ratio = data.ratio + coefficients * data.units
    if order == 1.0:
        influence = tail_influence(
            x, y - x @ coefficients, -short[:, None] * x, float(short.mean())
        )
    elif order == 2.0:
        influence = -(short[:, None] * x) @ np.linalg.pinv(
            curvature(short, x, order), hermitian=True
        )
    else:
        return ratio, None
    return ratio, influence * data.units


def least_shortfall(y: Array, x: Array, order: float) -> Array:
    """Coefficients b (k,) that minimise the mean of max(x_t'b - y_t, 0)^order, order > 1, by Newton steps from zero.

    Parameters
    ----------
    y : array (n_dates,), of size one
    x : array (n_dates, k), of size one
    order : float

    Raises
    ------
    ConvergenceError
        If no optimum is found.
    """
    b, short = np.zeros(x.shape[1]), np.maximum(-y, 0.0)
    for _ in range(LONGEST_SEARCH):
        gradient = short ** (order - 1.0) @ x / len(x)
        matrix = curvature(short, x, order)
        ridge = (
            1e-12 * np.trace(matrix) + np.finfo(float).tiny
        )  # fewer dates may fall short than there are hedges
        direction = -np.linalg.solve(matrix + ridge * np.eye(len(b)), gradient)
        if -order * gradient @ direction <= ACCURACY * np.mean(short**order):
            return b
        b = b + step_length(x @ b - y, x @ direction, order) * direction
        short = np.maximum(x @ b - y, 0.0)
    raise ConvergenceError(
        f"the lower partial moment of order {order:g} must reach a minimum; stopped after {LONGEST_SEARCH} steps at "
        f"{np.round(b, 6).tolist()} standard deviations from the ratio of least variance. Take an order nearer to 2."
    )


def step_length(margin: Array, change: Array, order: float) -> float:
    """How far to go along a direction of descent: one, or where the moment is least if one is not near it.

    Parameters
    ----------
    margin : array (n_dates,), the shortfalls, negative above the target
    change : array (n_dates,), by which a step of length one raises them
    order : float
    """
    from scipy.optimize import brentq

    def slope(length: float) -> float:
        return float(np.maximum(margin + length * change, 0.0) ** (order - 1.0) @ change)

    if abs(slope(1.0)) <= 0.1 * abs(slope(0.0)):
        return 1.0
    beyond = 1.0
    while slope(beyond) < 0.0:  # ends: shortfalls that keep falling are gone at last
        beyond *= 4.0
    return float(brentq(slope, 0.0, beyond, xtol=1e-15, rtol=1e-12))


def curvature(short: Array, x: Array, order: float) -> Array:
    """Derivative of the mean of short^(order - 1) x by the coefficients, (k, k)."""
    weights = np.where(
        short > 0.0, (order - 1.0) * np.maximum(short, NEAREST) ** (order - 2.0), 0.0
    )
    return np.asarray((x * weights[:, None]).T @ x / len(x))
