"""A specification of the arch package over a history: path, likelihood, constraints, and the search for the optimum.

arch searches with forward differences and may stop early: where a density is flat in its degrees of freedom, by several
tenths of log-likelihood. The same sequential quadratic programming (Kraft 1988, DFVLR-FB 88-28) goes on from there with
central differences and parameters of similar size. An optimum satisfies the conditions of Karush, Kuhn and Tucker
(Nocedal and Wright 2006, theorem 12.1): constraints that hold with equality oppose the whole gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch.typing import Array

ACTIVE = 1e-7
"""Slack, in unit variance, below which a constraint counts as met with equality."""
SIMULATIONS, SEED = 10_000, 0
"""Of forecasts without a formula."""


class ArchSeries:
    """A specification over a history, at any parameters."""

    def __init__(self, arch: Any, longest_lag: int, backcast: float) -> None:
        self.arch, self.backcast = arch, backcast
        self.returns = np.asarray(arch.y, dtype=float)[longest_lag:]
        self.regressors = arch.regressors[longest_lag:]
        # arch would bound each variance by functions of the whole history
        self.bounds = np.tile([0.0, np.inf], (len(self.returns), 1))
        first, last = np.cumsum([self.regressors.shape[1], arch.volatility.num_params])
        self.of_mean, self.of_variance, self.of_density = (
            slice(first),
            slice(first, last),
            slice(last, None),
        )

    def path(self, x: Array) -> tuple[Array, Array]:
        """Means and variances, (n_dates,) each."""
        means = self.regressors @ x[self.of_mean]
        variances = np.empty_like(means)
        self.arch.volatility.compute_variance(
            x[self.of_variance], self.returns - means, variances, self.backcast, self.bounds
        )
        return means, variances

    def residuals(self, x: Array) -> Array:
        """Standardised residuals, (n_dates,)."""
        means, variances = self.path(x)
        return np.asarray((self.returns - means) / np.sqrt(variances))

    def log_likelihoods(self, x: Array) -> Array:
        """Log-likelihood of each date, (n_dates,); not finite where the parameters are impossible."""
        with np.errstate(all="ignore"):
            means, variances = self.path(x)
            density, errors = self.arch.distribution, self.returns - means
            return np.asarray(
                density.loglikelihood(x[self.of_density], errors, variances, individual=True)
            )

    def scores(self, x: Array) -> Array:
        """Derivatives of the log-likelihood of each date, (n_dates, k)."""
        return derivatives(self.log_likelihoods, x).T

    def forecast(self, x: Array, horizon: int) -> Array:
        """Expected variances of the shocks of the next dates, (horizon,)."""
        volatility, density = self.arch.volatility, self.arch.distribution
        errors = self.returns - self.regressors @ x[self.of_mean]
        start: Any = (x[self.of_variance], errors, self.backcast, self.bounds)
        try:
            forecast = volatility.forecast(*start, horizon=horizon)
        except ValueError:  # arch's way of saying that there is no formula
            draw = type(density)(seed=SEED).simulate(x[self.of_density])
            forecast = volatility.forecast(
                *start, horizon=horizon, method="simulation", simulations=SIMULATIONS, rng=draw
            )
        return np.asarray(forecast.forecasts[-1])


@dataclass(frozen=True, eq=False)
class ArchOptimum:
    """Where a search ended, in unit variance.

    Attributes
    ----------
    point : array (k,)
    log_likelihood : float, of all dates
    gradient_norm : float, largest component of the gradient that no constraint opposes, per date, in natural sizes
    bounds_hit : the constraints that hold the point, as formulas
    tangent : array (k, n_free), the directions in which the point could move
    """

    point: Array
    log_likelihood: float
    gradient_norm: float
    bounds_hit: tuple[str, ...]
    tangent: Array


def refine(series: ArchSeries, start: Array, residuals: Array, names: Sequence[str]) -> ArchOptimum:
    """Go on from where arch stopped; ``residuals`` are those of its regression, from which it makes its bounds."""
    rows, limits = _constraints(series.arch, residuals)
    point = _search(series, start, rows, limits)
    gradient_norm, held = _projected_gradient(series, point, rows, limits)
    return ArchOptimum(
        point=point,
        log_likelihood=float(series.log_likelihoods(point).sum()),
        gradient_norm=gradient_norm,
        bounds_hit=tuple(dict.fromkeys(_formula(rows[i], limits[i], names) for i in held)),
        tangent=_null_space(rows[held]),
    )


def derivatives(f: Callable[[Array], Array], x: Array) -> Array:
    """Central differences of a function with values (n_dates,), (k, n_dates)."""
    moves = np.diag(1e-5 * np.maximum(np.abs(x), 0.01))
    return np.stack([(f(x + move) - f(x - move)) / (2.0 * move.sum()) for move in moves])


def natural_size(scores: Array, x: Array) -> Array:
    """Moves of the parameters that matter to the likelihood of a date, but no more than their own size, (k,)."""
    telling = 1.0 / np.sqrt((scores**2).mean(axis=0) + 1e-300)
    return np.asarray(np.minimum(telling, np.maximum(np.abs(x), 0.01)))


def _search(series: ArchSeries, start: Array, rows: Array, limits: Array) -> Array:
    """Climb from ``start`` where rows @ x >= limits; stay there if the likelihood is too rugged to climb."""
    from scipy.optimize import minimize

    size = natural_size(series.scores(start), start)
    constraint = {
        "type": "ineq",
        "fun": lambda u: rows @ (u * size) - limits,
        "jac": lambda u: rows * size,
    }
    found = minimize(
        lambda u: -np.nan_to_num(series.log_likelihoods(u * size).sum(), nan=-1e10, neginf=-1e10),
        start / size,
        jac=lambda u: -series.scores(u * size).sum(axis=0) * size,
        method="SLSQP",
        constraints=constraint,
        options={"ftol": 1e-12, "maxiter": 300},
    )
    end = np.asarray(found.x * size)
    return (
        end if series.log_likelihoods(end).sum() >= series.log_likelihoods(start).sum() else start
    )


def _projected_gradient(
    series: ArchSeries, x: Array, rows: Array, limits: Array
) -> tuple[float, list[int]]:
    """Largest component of the gradient that no constraint opposes, per date, and the constraints that oppose it."""
    from scipy.optimize import nnls

    scores = series.scores(x)
    size = natural_size(scores, x)
    gradient, active = scores.mean(axis=0) * size, np.flatnonzero(rows @ x - limits < ACTIVE)
    if not np.isfinite(
        gradient
    ).all():  # the likelihood has a pole, as where a variance falls to zero
        return np.inf, []
    pull = -(rows[active] * size).T
    multipliers = nnls(pull, gradient)[0] if len(active) else np.empty(0)
    return float(np.abs(gradient - pull @ multipliers).max()), active[multipliers > 0.0].tolist()


def _constraints(arch: Any, residuals: Array) -> tuple[Array, Array]:
    """The bounds and linear constraints of arch as rows @ x >= limits."""
    parts: tuple[Any, ...] = (arch, arch.volatility, arch.distribution)
    boxes = [
        *arch.bounds(),
        *arch.volatility.bounds(residuals),
        *arch.distribution.bounds(residuals),
    ]
    low, high = np.array(boxes).T
    rows, limits, place = [np.eye(len(low)), -np.eye(len(low))], [low, -high], 0
    for part in parts:
        loadings, levels = part.constraints()
        wide = np.zeros((len(levels), len(low)))
        width = part.num_params
        wide[:, place : place + width] = np.reshape(loadings, (len(levels), width))
        rows, limits, place = [*rows, wide], [*limits, levels], place + width
    finite = np.isfinite(np.concatenate(limits))
    return np.concatenate(rows)[finite], np.concatenate(limits)[finite]


def _null_space(rows: Array) -> Array:
    """Directions in which no row moves, (k, n_directions)."""
    values, vectors = np.linalg.eigh(rows.T @ rows)
    vectors[np.abs(vectors) < 1e-12] = 0.0
    return np.asarray(vectors[:, values < 1e-12])


def _formula(row: Array, limit: float, names: Sequence[str]) -> str:
    """A constraint that is met with equality, such as "alpha[1] + beta[1] = 1"."""
    if (row <= 0.0).all():
        row, limit = -row, -limit

    def total(weights: Array) -> str:
        terms = zip(weights, names, strict=True)
        return " + ".join(
            name if weight == 1.0 else f"{weight:g} {name}"
            for weight, name in terms
            if weight > 0.0
        )

    return f"{total(row)} = {total(-row) or f'{limit + 0.0:g}'}"
