"""Rebalancing rules: how far a holding may be from its target before it is traded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class NoTradeBands:
    """Rebalance when a holding leaves a band around its target, to the edge of the band.

    The tracking error applies on average and to all hedges jointly, whatever the correlation of
    their deviations; single observations may exceed it. If nothing is held yet, the first trade
    goes to the target in whole lots, even where zero is inside the band.

    Parameters
    ----------
    tracking_error : float in (0, 1)
        Volatility of the deviations from the targets, as a share of the hedged position's own
        volatility: 0.1 adds 1% to its variance.

    Examples
    --------
    >>> NoTradeBands().tracking_error
    0.1
    """

    tracking_error: float = 0.1

    def __post_init__(self) -> None:
        check_between(self.tracking_error, "tracking_error", 0.0, math.inf)
        if self.tracking_error >= 1.0:
            raise DataError(
                "tracking_error must be below 1: it is a share of the volatility of the hedged "
                f"position, no amount of money; got {self.tracking_error:g}. Pass 0.1, which adds "
                "1% to the variance."
            )


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class CostOptimalBands:
    """Rebalance to the edge of bands that balance trading costs against risk.

    Parameters
    ----------
    risk_aversion : float > 0
        Risk aversion gamma, per unit of currency: risk costs gamma / 2 times the variance per
        period. 1e-6 for a position of a few million.

    Examples
    --------
    >>> CostOptimalBands(risk_aversion=1e-6)
    CostOptimalBands(risk_aversion=1e-06)
    """

    risk_aversion: float

    def __post_init__(self) -> None:
        check_between(self.risk_aversion, "risk_aversion", 0.0, math.inf)


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class PartialRebalancing:
    """Trade a fraction of the distance to the target each period, under quadratic price impact.

    At least one lot is traded if a lot is worth its cost.

    Parameters
    ----------
    risk_aversion : float > 0
        As in :class:`CostOptimalBands`.
    impact : float > 0
        Price impact: a trade of x contracts costs impact / 2 times x squared, in currency.
    mean_reversion : float in [0, 1)
        Fraction of its distance to its mean by which the target reverts in a period; 0 for a random
        walk.

    Examples
    --------
    >>> PartialRebalancing(risk_aversion=1e-6, impact=2000.0)
    PartialRebalancing(risk_aversion=1e-06, impact=2000.0, mean_reversion=0.0)
    """

    risk_aversion: float
    impact: float
    mean_reversion: float = 0.0

    def __post_init__(self) -> None:
        check_between(self.risk_aversion, "risk_aversion", 0.0, math.inf)
        check_between(self.impact, "impact", 0.0, math.inf)
        check_between(self.mean_reversion, "mean_reversion", -math.inf, 1.0)
        if self.mean_reversion < 0.0:
            raise DataError(
                f"mean_reversion must lie in [0, 1); got {self.mean_reversion!r}. "
                "Pass 0 for a target that is a random walk."
            )


Rebalancing: TypeAlias = NoTradeBands | CostOptimalBands | PartialRebalancing
"""One of the three rebalancing rules."""
