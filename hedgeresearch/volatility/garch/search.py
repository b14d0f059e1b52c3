"""Search for the maximum of a GARCH(1,1) likelihood with any start of its recursion.

Samples whose compiled search (``_kernels.garch.fit``) reaches no optimum are searched here, from
many starts and along ridges.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hedgeresearch._kernels.garch.coordinates import BOX
from hedgeresearch._kernels.garch.fit import CLEAR_GAIN, OUTLIER
from hedgeresearch.optimization.quasi_newton import Optimum, maximize
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.likelihood import GARCHLikelihood

BAD_NEWS = 4
"""Coordinate of the share of bad news, which a symmetric model holds at one half."""


def _starting_point(persistence: float, news: float, bad: float) -> Array:
    """Return a point of the box whose unconditional variance is one."""
    return np.array([0.0, np.log(1.0 - persistence), persistence, news, bad, 0.1])


STARTS = [
    _starting_point(persistence, news, 0.6)
    for persistence, news in (
        (0.5, 0.05),
        (0.5, 0.2),
        (0.9, 0.05),
        (0.9, 0.2),
        (0.98, 0.05),
        (0.98, 0.2),
    )
]
"""Points at which every search begins."""
FURTHER_STARTS = [
    _starting_point(persistence, news, bad)
    for persistence, news, bad in (
        (0.2, 0.5, 0.1),
        (0.2, 0.5, 0.9),
        (0.7, 0.02, 0.1),
        (0.7, 0.02, 0.9),
        (0.99, 0.01, 0.1),
        (0.99, 0.01, 0.9),
        (0.9, 0.4, 0.1),
        (0.9, 0.4, 0.9),
    )
]
"""More points, for samples in which local optima are common."""


def maximize_garch(likelihood: GARCHLikelihood) -> tuple[Optimum, Array]:
    """Return the optimum of a likelihood, and the full point (6,) of the box."""
    optimum = _multistart_search(likelihood)
    return optimum, likelihood.full_point(optimum.point)


def _multistart_search(likelihood: GARCHLikelihood) -> Optimum:
    """Search from the usual starts, and from more where the best may be a local optimum."""
    optimum = _local_search(likelihood, _restricted(STARTS, likelihood.coordinates))
    constant = likelihood.full_point(optimum.point)
    constant[1:3] = 0.0  # omega = 1 and no persistence
    at_constant = likelihood(constant[likelihood.coordinates])
    is_unclear = optimum.log_likelihood - at_constant.n_dates * at_constant.value < CLEAR_GAIN
    if is_unclear or np.abs(likelihood.unit_returns).max() > OUTLIER:
        starts = _restricted([*STARTS, *FURTHER_STARTS], likelihood.coordinates)
        if BAD_NEWS in likelihood.coordinates:
            starts.append(_symmetric_optimum(likelihood)[likelihood.coordinates])
        return _local_search(likelihood, starts, try_all_starts=True)
    return optimum


def _symmetric_optimum(likelihood: GARCHLikelihood) -> Array:
    """Return the optimum without asymmetry, a point (6,) of the box that an asymmetric model has.

    An asymmetric model that also starts there is not below the model that it nests.
    """
    coordinates = [one for one in likelihood.coordinates if one != BAD_NEWS]
    symmetric = replace(likelihood, coordinates=coordinates)
    return symmetric.full_point(_multistart_search(symmetric).point)


def _local_search(
    likelihood: GARCHLikelihood, starts: list[Array], *, try_all_starts: bool = False
) -> Optimum:
    bounds = [BOX[coordinate] for coordinate in likelihood.coordinates]
    return maximize(likelihood, starts, bounds, "a GARCH(1,1) model", try_all_starts=try_all_starts)


def _restricted(points: list[Array], coordinates: list[int]) -> list[Array]:
    """Return the different points among some of the box, in the coordinates that are searched."""
    different = {point[coordinates].tobytes(): point[coordinates] for point in points}
    return list(different.values())
