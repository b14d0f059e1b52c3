"""Estimation of a BEKK model: nested searches, and standard errors when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from hedgeresearch._kernels.bekk import bekk_scores
from hedgeresearch.covariance.bekk.parameters import Layout, MatrixMap
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import (
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.optimization.quasi_newton import Optimum, maximize
from hedgeresearch.typing import Array

GENERIC_STARTS = ((0.9, 0.04), (0.9, 0.15), (0.98, 0.04), (0.98, 0.15))
"""Persistence a^2 + g^2 and the share of a^2 in it, where a search without a smaller model begins."""
FURTHER_STARTS = ((0.3, 0.4), (0.999, 0.001), (0.998, 0.06), (0.999, 0.15))
"""Where it goes on if that may have led to a local optimum."""
CLEAR_GAIN = 10.0
"""Gain in log-likelihood over a constant covariance, a series, below which local optima are common."""
OUTLIER = 10.0
"""Size of a return, in standard deviations, from which they are as well."""
HEIGHT = attrgetter("log_likelihood")
JUST_INSIDE = 0.995
"""What A, B and G of a point on the bound are multiplied by to begin inside."""
LEAST_NEWS = 0.03
"""Size of A, or of G, below which a search begins with a diagonal of this size instead."""


def estimate_bekk(layout: Layout, errors: Array, news: Array) -> Estimates:
    """The maximum of the likelihood, in the units of the errors (n_dates, n_series); ``news`` has their shape."""
    scale = np.sqrt(np.mean(errors**2, axis=0))
    shocks = np.stack([errors / scale, news / scale], axis=1)
    optimum = _search(layout, shocks, {})
    likelihood = BEKKLikelihood.of(layout, shocks)
    factor, _ = likelihood.map.shrinkage(optimum.point)
    point = layout.with_signs(likelihood.map.project(optimum.point)[0])
    held = layout.zeros(point)
    free = ~np.any([np.zeros(layout.size), *held.values()], axis=0)
    point = np.where(free, point, 0.0)
    inference = BEKKInference(likelihood, point, free, factor < 1.0, layout.units(scale))
    bounds = (
        ["the intercept is singular" if layout.targeting else "spectral radius = 1"]
        if factor < 1.0
        else []
    )
    return Estimates(
        values=dict(zip(layout.names, (point * layout.units(scale)).tolist(), strict=True)),
        n_dates=len(errors),
        log_likelihood=optimum.log_likelihood - len(errors) * float(np.log(scale).sum()),
        n_targets=layout.n
        + layout.targeting * len(layout.blocks[:-1]) * layout.n * (layout.n + 1) // 2,
        gradient_norm=optimum.gradient_norm,
        bounds=(*bounds, *held),
        inference=inference,
    )


@dataclass(frozen=True, eq=False)
class BEKKLikelihood:
    """The Gaussian likelihood of standardised shocks (n_dates, m, n_series) at a parameter vector."""

    map: MatrixMap
    shocks: Array

    @classmethod
    def of(cls, layout: Layout, shocks: Array) -> BEKKLikelihood:
        """That of a layout, which uses the news only if it is asymmetric."""
        used = np.ascontiguousarray(shocks[:, : 1 + layout.asymmetric])
        return cls(MatrixMap(layout, np.einsum("tmi,tmj->mij", used, used) / len(used)), used)

    def __call__(self, x: Array) -> tuple[Array, Array, Array]:
        """Log-likelihood of each date (n_dates,), its score (n_dates, k) and, the score being by x itself, one."""
        matrices, derivatives = self.map.at(x)
        by_date, scores = bekk_scores(*matrices, *derivatives, self.shocks, self.map.moments[0])
        return by_date, scores, np.eye(len(x))


def _search(layout: Layout, shocks: Array, done: dict[Layout, Optimum]) -> Optimum:
    """The optimum of a layout, begun at the optima of the layouts that it nests and never below them."""
    if layout in done:
        return done[layout]
    likelihood = BEKKLikelihood.of(layout, shocks)
    nested = [(smaller, _search(smaller, shocks, done)) for smaller in _nested(layout)]
    starts = [
        start
        for smaller, optimum in nested
        for start in _starts_from(likelihood.map, smaller, optimum.point)
    ]
    ends = _ends(likelihood, starts) or [
        _climb(likelihood, _generic_starts(likelihood, GENERIC_STARTS))
    ]
    if layout.form != "full" and _is_doubtful(likelihood, max(ends, key=HEIGHT)):
        ends += _ends(likelihood, _generic_starts(likelihood, FURTHER_STARTS))
    # B = 0 is a stationary point, and the answer where there is no asymmetry
    symmetric = [
        _without_news(layout, optimum)
        for smaller, optimum in nested
        if layout.asymmetric > smaller.asymmetric
    ]
    best = max(ends + symmetric, key=HEIGHT)
    least = max((optimum.log_likelihood for _, optimum in nested), default=-np.inf)
    if best.log_likelihood < least - 1e-6:
        raise ConvergenceError(
            f"a {layout.form} BEKK model must reach the log-likelihood of the smaller ones, {least:.6f}; "
            f"stopped at {best.log_likelihood:.6f} (unit variance). The data hardly show news: take a smaller form."
        )
    done[layout] = best
    return best


def _ends(likelihood: BEKKLikelihood, starts: Iterable[Array]) -> list[Optimum]:
    """Where the searches end, without those that fail."""
    ends = []
    for start in starts:
        with suppress(ConvergenceError):
            ends.append(_climb(likelihood, [start]))
    return ends


def _is_doubtful(likelihood: BEKKLikelihood, optimum: Optimum) -> bool:
    """Whether an optimum may be a local one: on a bound, hardly above a constant covariance, or behind an outlier."""
    layout, n_dates = likelihood.map.layout, len(likelihood.shocks)
    log_determinant = float(np.linalg.slogdet(likelihood.map.moments[0])[1])
    constant = -0.5 * n_dates * (layout.n * (np.log(2.0 * np.pi) + 1.0) + log_determinant)
    factor, _ = likelihood.map.shrinkage(optimum.point)
    on_bound = factor < 1.0 or bool(layout.zeros(optimum.point))
    unclear = optimum.log_likelihood - constant < CLEAR_GAIN * layout.n
    return on_bound or unclear or float(np.abs(likelihood.shocks).max()) > OUTLIER


def _climb(likelihood: BEKKLikelihood, starts: list[Array]) -> Optimum:
    """The better of where the search ends and, if that is on the bound, of where it ends when begun just inside.

    Beyond the bound the score does not show whether the likelihood rises towards the inside.
    """
    layout = likelihood.map.layout
    bounds, what = [(-np.inf, np.inf)] * layout.size, f"a {layout.form} BEKK model"
    end = maximize(likelihood, starts, bounds, what)
    factor, _ = likelihood.map.shrinkage(end.point)
    if factor < 1.0:
        root, blocks = layout.unpack(end.point)
        with suppress(ConvergenceError):
            inside = maximize(
                likelihood, [layout.pack(root, JUST_INSIDE * factor * blocks)], bounds, what
            )
            end = max(end, inside, key=lambda optimum: optimum.log_likelihood)
    return end


def _starts_from(mapping: MatrixMap, smaller: Layout, point: Array) -> Iterator[Array]:
    """The optimum of a nested layout in the larger one, and a point away from it where a search might not move."""
    root, blocks = smaller.unpack(point)
    if mapping.layout.asymmetric and not smaller.asymmetric:
        a, g = blocks
        blocks = np.stack([a / np.sqrt(2.0), a, g])  # half of the news
    if (
        np.abs(blocks[0]).max() < LEAST_NEWS
    ):  # A = 0 is a stationary point, from where a search would not move
        blocks[:-1] = LEAST_NEWS * np.eye(smaller.n)
    if np.abs(blocks[-1]).max() < LEAST_NEWS:  # and so is G = 0
        blocks[-1] = LEAST_NEWS * np.eye(smaller.n)
    start = mapping.layout.pack(root, blocks)
    yield start
    factor, _ = mapping.shrinkage(start)
    if factor < 1.0:  # where several roots meet the bound the likelihood has edges
        yield mapping.layout.pack(root, JUST_INSIDE * factor * blocks)


def _without_news(layout: Layout, optimum: Optimum) -> Optimum:
    """The optimum of the symmetric model with B = 0."""
    root, (a, g) = replace(layout, asymmetric=False).unpack(optimum.point)
    return replace(optimum, point=layout.pack(root, np.stack([a, 0.0 * a, g])))


def _nested(layout: Layout) -> Iterator[Layout]:
    """The layouts one step smaller."""
    if layout.form != "scalar":
        yield replace(layout, form="diagonal" if layout.form == "full" else "scalar")
    if layout.asymmetric:
        yield replace(layout, asymmetric=False)


def _generic_starts(
    likelihood: BEKKLikelihood, places: Iterable[tuple[float, float]]
) -> list[Array]:
    """Scalar points with the sample's unconditional covariance; the news are shared where there are two kinds."""
    layout, root = likelihood.map.layout, np.linalg.cholesky(likelihood.map.moments[0])
    shares = np.array([0.5, 1.0] if layout.asymmetric else [1.0])
    starts = []
    for p, share in places:
        weights = p * np.append(share * shares, 1.0 - share)
        starts.append(
            layout.pack(np.sqrt(1.0 - p) * root, np.sqrt(weights)[:, None, None] * np.eye(layout.n))
        )
    return starts


@dataclass(frozen=True, eq=False)
class BEKKInference:
    """The sandwich from the scores of each date and the Hessian, differences of the score.

    Attributes
    ----------
    likelihood : BEKKLikelihood of standardised returns
    point : array (k,), the optimum
    free : array (k,) of bool, False for parameters held at zero
    on_bound : whether the optimum lies on the bound of stationarity: it can then move along the bound only
    units : array (k,), what turns the parameters into those of the returns
    """

    likelihood: BEKKLikelihood
    point: Array
    free: Array
    on_bound: bool
    units: Array

    def covariance(self) -> Array:
        """Sampling covariance (k, k); NaN for parameters held at zero."""
        return covariance_from_influence(self.influence() * self.units)

    def influence(self, added: Array | float = 0.0) -> Array:
        """Of each date on the parameters in unit variance (n_dates, k), when it adds this (n_dates, k) to its score."""
        at, tangent = self.point, np.eye(len(self.point))[:, self.free]
        if self.on_bound:
            # beyond the bound differences do not cross it, and the likelihood is flat along the ray to the optimum
            in_block = np.arange(len(at)) >= len(self.likelihood.map.layout.intercept_places)
            at = np.where(in_block, 1.02 * at, at)
            ray = (at * in_block)[self.free]
            tangent = tangent @ np.linalg.svd(ray[None])[2][1:].T
        steps = 1e-5 * np.maximum(np.abs(at), 0.1)
        information = -numerical_hessian(
            lambda x: self.likelihood(x)[1].mean(axis=0), at, steps, range(len(at))
        )
        by_date = parameter_influence(self.likelihood(at)[1] + added, information, tangent)
        return np.asarray(by_date @ self.likelihood.map.project(at)[1].T)
