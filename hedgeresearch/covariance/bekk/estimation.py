"""Estimation of a BEKK model by searches nested in each other.

Every form begins at the optima of the smaller ones, so that a larger one never has the lower
likelihood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hedgeresearch.covariance.bekk.likelihood import BEKKLikelihood
from hedgeresearch.covariance.bekk.matrices import MatrixMap
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.covariance.bekk.standard_errors import BEKKSandwich
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.optimization.quasi_newton import Optimum, best_optimum
from hedgeresearch.typing import Array

GENERIC_STARTS = ((0.9, 0.04), (0.9, 0.15), (0.98, 0.04), (0.98, 0.15))
"""Persistence a^2 + g^2, and the share of a^2 in it, of starts without a smaller model."""
FURTHER_STARTS = ((0.3, 0.4), (0.999, 0.001), (0.998, 0.06), (0.999, 0.15))
"""The same of more starts, for an optimum that may be a local one."""
STARTS_WITHOUT_MEMORY = ((0.9, 0.15), (0.3, 0.4))
"""The same of starts in which one series has almost no memory."""
STARTS_WITH_CROSSED_NEWS = ((0.9, 0.15), (0.6, 0.3), (0.8, 0.5))
"""The same of starts in which the bad news of a series reach the others, or with unlike signs."""
LITTLE_MEMORY = 0.1
"""Its element of G."""
CLEAR_GAIN = 10.0
"""Gain over a constant covariance, per series, below which local optima are common."""
OUTLIER = 10.0
"""Size of a return, in standard deviations, that may make a local optimum."""
JUST_INSIDE = 0.995
"""Factor of A, B and G of a point on the bound to begin inside."""
MIN_START = 0.03
"""Size of A, or of G, below which a search begins with a diagonal of this size instead."""
EQUALLY_HIGH = 5e-7
"""Difference in log-likelihood that rounding may make."""
SHOCK_DECIMALS = 10
"""Digits after the point of the standardized shocks that a search uses."""
NESTING_TOLERANCE = 1e-6
"""Log-likelihood by which rounding may put a larger model below a smaller one."""


def estimate_bekk(
    layout: Layout, errors: Array, news: Array, near: Array | None = None
) -> Estimates:
    """Maximize the likelihood of errors, in any units.

    Parameters
    ----------
    layout : Layout
        Form of the model.
    errors : array (n_dates, n_series)
        Returns less their means.
    news : array (n_dates, n_series)
        Shocks of B; not used by a symmetric model.
    near : array (k,), optional
        Where the search on a similar sample ended, see ``BEKKSandwich``.

    Raises
    ------
    ConvergenceError
        If no search reaches an optimum, or a model stays below a smaller one.
    """
    scale = np.sqrt(np.mean(errors**2, axis=0))
    shocks = np.stack([errors / scale, news / scale], axis=1)
    optimum, end = _search_in_fixed_order(layout, shocks, near)
    likelihood = BEKKLikelihood.from_shocks(layout, shocks)
    found = replace(likelihood.map, layout=_searched(layout)).with_triangular_root(end)
    factors, _ = likelihood.map.shrinkage(found)
    on_bound = factors < 1.0
    point = layout.with_signs(likelihood.map.project(found)[0])
    held = layout.held_at_zero(point)
    free = ~np.any([np.zeros(layout.size), *held.values()], axis=0)
    point = np.where(free, point, 0.0)
    units = layout.units(scale)
    return Estimates(
        values=dict(zip(layout.names, (point * units).tolist(), strict=True)),
        n_dates=len(errors),
        log_likelihood=optimum.log_likelihood - len(errors) * float(np.log(scale).sum()),
        n_targets=_n_targets(layout),
        gradient_norm=optimum.gradient_norm,
        bounds=(*_bound_of_stationarity(layout, on_bound), *held),
        errors=BEKKSandwich(likelihood, point, free, on_bound, units, end),
    )


def _searched(layout: Layout) -> Layout:
    """Return the layout in whose parameters a model is searched."""
    return replace(layout, symmetric_root=True)


def _search_in_fixed_order(
    layout: Layout, shocks: Array, near: Array | None
) -> tuple[Optimum, Array]:
    """Return the optimum for standardized shocks, and its parameters for their order of series.

    Where the likelihood has several optima of similar height, rounding may choose between them. The
    search therefore sees the same numbers whatever the order and the unit of the series: shocks
    rounded to a grid that is finer than any sample can tell, sorted by their first dates.
    """
    rounded = np.round(shocks, SHOCK_DECIMALS)
    order = sorted(range(layout.n), key=lambda series: rounded[:, 0, series].tolist())
    searched = _searched(layout)
    in_order = np.ascontiguousarray(rounded[..., order])
    optimum = None
    if near is not None:
        start = searched.permuted(near, np.array(order))
        optimum = _continued(BEKKLikelihood.from_shocks(searched, in_order), start)
    if optimum is None:
        optimum = _nested_search(searched, in_order, {})
    return optimum, searched.permuted(optimum.point, np.argsort(order))


def _continued(likelihood: BEKKLikelihood, start: Array) -> Optimum | None:
    """Return the optimum that a search reaches from near it; None where it may be a local one."""
    with suppress(ConvergenceError):
        optimum = local_search(likelihood, [start])
        if not _may_be_local(likelihood, optimum):
            return optimum
    return None


def _n_targets(layout: Layout) -> int:
    """Return the number of elements of S and, with bad news, N that targeting estimates."""
    if not layout.targeting:
        return 0
    return len(layout.blocks[:-1]) * layout.n * (layout.n + 1) // 2


def _bound_of_stationarity(layout: Layout, on_bound: npt.NDArray[np.bool_]) -> list[str]:
    if not on_bound.any():
        return []
    return ["the intercept is singular" if layout.targeting else "spectral radius = 1"]


def _nested_search(layout: Layout, shocks: Array, found: dict[Layout, Optimum]) -> Optimum:
    """Return the optimum of a layout; ``found`` remembers those of the layouts that it nests."""
    if layout in found:
        return found[layout]
    likelihood = BEKKLikelihood.from_shocks(layout, shocks)
    nested = {smaller: _nested_search(smaller, shocks, found) for smaller in _nested(layout)}
    optima = _local_searches(likelihood, _nested_starts(likelihood.map, nested))
    if not optima:
        optima = [local_search(likelihood, _generic_starts(likelihood, GENERIC_STARTS))]
    if _may_be_local(likelihood, _best(optima)):
        optima += _local_searches(likelihood, _generic_starts(likelihood, FURTHER_STARTS))
        if layout.form == "diagonal":
            optima += _local_searches(likelihood, _starts_without_memory(likelihood))
        if layout.asymmetric and layout.form == "full":
            optima += _local_searches(likelihood, _starts_with_crossed_news(likelihood))
    # B = 0 is a stationary point, and the optimum where there is no asymmetry
    for smaller, optimum in nested.items():
        if layout.asymmetric > smaller.asymmetric:
            optima.append(_without_news(layout, optimum))
    best = _best(optima)
    _check_nesting(layout, best, nested)
    found[layout] = best
    return best


def _best(optima: Sequence[Optimum]) -> Optimum:
    """Return the highest optimum; of those that are equally high, the one that is flattest."""
    highest = max(optimum.log_likelihood for optimum in optima)
    top = [o for o in optima if o.log_likelihood > highest - EQUALLY_HIGH]
    return min(top, key=lambda optimum: optimum.gradient_norm)


def _check_nesting(layout: Layout, best: Optimum, nested: dict[Layout, Optimum]) -> None:
    """Refuse an optimum below the one of a smaller model."""
    lowest = max((optimum.log_likelihood for optimum in nested.values()), default=-np.inf)
    if best.log_likelihood < lowest - NESTING_TOLERANCE:
        raise ConvergenceError(
            f"a {layout.form} BEKK model must reach the log-likelihood of the smaller ones, "
            f"{lowest:.6f}; stopped at {best.log_likelihood:.6f} (unit variance). The data show "
            "almost no news. Use a smaller form."
        )


def _local_searches(likelihood: BEKKLikelihood, starts: Iterable[Array]) -> list[Optimum]:
    """Return the optima of the searches from each start, without those that fail."""
    optima = []
    for start in starts:
        with suppress(ConvergenceError):
            optima.append(local_search(likelihood, [start]))
    return optima


def local_search(likelihood: BEKKLikelihood, starts: list[Array]) -> Optimum:
    """Return an optimum, or the better of two if the first lies on the bound of stationarity.

    The second search begins just inside, as beyond the bound the score does not show whether the
    likelihood rises towards the inside.
    """
    layout = likelihood.map.layout
    optimum = _search(likelihood, starts)
    factors, _ = likelihood.map.shrinkage(optimum.point)
    if (factors < 1.0).any():
        inside = layout.scaled(optimum.point, _just_inside(factors))
        with suppress(ConvergenceError):
            optimum = _best([optimum, _search(likelihood, [inside])])
    return optimum


def _search(likelihood: BEKKLikelihood, starts: list[Array]) -> Optimum:
    """Return the optimum above the most promising of some starts."""
    start = starts[0]
    if len(starts) > 1:
        start = max(starts, key=lambda x: likelihood.value_and_gradient(x)[0])
    optimum = likelihood.search(start)
    if optimum.converged:
        return optimum
    layout = likelihood.map.layout
    bounds = [(-np.inf, np.inf)] * layout.size
    return best_optimum(likelihood, [optimum], bounds, f"a {layout.form} BEKK model")


def _may_be_local(likelihood: BEKKLikelihood, optimum: Optimum) -> bool:
    """Return whether an optimum is on a bound, unclear, or next to an outlier."""
    layout = likelihood.map.layout
    factors, _ = likelihood.map.shrinkage(optimum.point)
    on_bound = bool((factors < 1.0).any()) or layout.is_at_zero(optimum.point)
    gain = optimum.log_likelihood - likelihood.constant_log_likelihood()
    has_outlier = float(np.abs(likelihood.shocks).max()) > OUTLIER
    return on_bound or gain < CLEAR_GAIN * layout.n or has_outlier


def _nested(layout: Layout) -> Iterator[Layout]:
    """Yield the layouts one step smaller."""
    if layout.form != "scalar":
        yield replace(layout, form="diagonal" if layout.form == "full" else "scalar")
    if layout.asymmetric:
        yield replace(layout, asymmetric=False)


def _nested_starts(mapping: MatrixMap, nested: dict[Layout, Optimum]) -> Iterator[Array]:
    """Yield starts of a layout from the optima of the layouts that it nests."""
    for smaller, optimum in nested.items():
        yield from _starts_from(mapping, smaller, optimum.point)


def _starts_from(mapping: MatrixMap, smaller: Layout, point: Array) -> Iterator[Array]:
    """Yield starts from the optimum of a nested layout, away from points where a search stays."""
    root, blocks = smaller.unpack(point)
    if mapping.layout.asymmetric and not smaller.asymmetric:
        a, g = blocks
        blocks = np.stack([a / np.sqrt(2.0), a, g])  # half of the news
    # A = 0 is a stationary point, which a search would not leave, and so is G = 0
    if np.abs(blocks[0]).max() < MIN_START:
        blocks[:-1] = MIN_START * np.eye(smaller.n)
    if np.abs(blocks[-1]).max() < MIN_START:
        blocks[-1] = MIN_START * np.eye(smaller.n)
    start = mapping.layout.pack(root, blocks)
    yield start
    factors, _ = mapping.shrinkage(start)
    if (factors < 1.0).any():  # where several roots meet the bound the likelihood has edges
        yield mapping.layout.scaled(start, _just_inside(factors))


def _just_inside(factors: Array) -> Array:
    """Return the factors (n_bounds,) that lead from beyond a bound to just inside of it."""
    return np.where(factors < 1.0, JUST_INSIDE * factors, 1.0)


def _without_news(layout: Layout, optimum: Optimum) -> Optimum:
    """Return the optimum of the symmetric model with B = 0."""
    root, (a, g) = replace(layout, asymmetric=False).unpack(optimum.point)
    return replace(optimum, point=layout.pack(root, np.stack([a, 0.0 * a, g])))


def _generic_starts(
    likelihood: BEKKLikelihood, starts: Iterable[tuple[float, float]]
) -> list[Array]:
    """Return scalar points, with a symmetric root, of the sample's unconditional covariance.

    ``starts`` are pairs of persistence and share of the news, which A and B divide between them.
    """
    layout = likelihood.map.layout
    root = np.eye(layout.n)  # K of a C C' that is a multiple of S
    shares = np.array([0.5, 1.0] if layout.asymmetric else [1.0])
    points = []
    for persistence, share in starts:
        weights = persistence * np.append(share * shares, 1.0 - share)
        blocks = np.sqrt(weights)[:, None, None] * np.eye(layout.n)
        points.append(layout.pack(np.sqrt(1.0 - persistence) * root, blocks))
    return points


def _starts_without_memory(likelihood: BEKKLikelihood) -> Iterator[Array]:
    """Yield generic starts in which each series in turn has almost no memory."""
    layout = likelihood.map.layout
    for start in _generic_starts(likelihood, STARTS_WITHOUT_MEMORY):
        for series in range(layout.n):
            root, blocks = layout.unpack(start)
            blocks[-1, series, series] = LITTLE_MEMORY
            yield layout.pack(root, blocks)


def _starts_with_crossed_news(likelihood: BEKKLikelihood) -> Iterator[Array]:
    """Yield generic starts whose B is antisymmetric, or a diagonal of alternating signs."""
    layout = likelihood.map.layout
    upper = np.triu(np.ones((layout.n, layout.n)), 1)
    alternating = np.diag((-np.ones(layout.n)) ** np.arange(layout.n))
    for start in _generic_starts(likelihood, STARTS_WITH_CROSSED_NEWS):
        for pattern in (upper - upper.T, alternating):
            root, blocks = layout.unpack(start)
            blocks[1] = np.sqrt(2.0) * blocks[0, 0, 0] * pattern
            yield layout.pack(root, blocks)
