r"""Least squares in regimes: densities of the asset given the hedges, and their maximum likelihood by EM.

With smoothed probabilities :math:`w_{tk}`, the coefficients of regime k minimise
:math:`\sum_t w_{tk} (r_t - x_t' \beta_k)^2`, its variance is the weighted mean of the squared residuals, and transition
probabilities are the expected shares of moves. Source: Hamilton (1990), Journal of Econometrics 45, eq. 4.1-4.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.hidden_markov import filter_regimes, smooth_regimes
from hedgeresearch.errors import ConvergenceError, ConvergenceWarning, warn_caller
from hedgeresearch.estimation.em import EMRun, run_em
from hedgeresearch.estimation.multistart import finish_best
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array

SEARCH_TOLERANCE, FINAL_TOLERANCE = 1e-4, 1e-9
"""Gain in log-likelihood per EM step below which a start, and then the best of them, is left."""
SEARCH_STEPS, MOST_STEPS = 300, 5000
"""EM steps after which a start, and then the best of them, is left."""
WIDTHS = (5, 20, 60)
"""Dates over which a start looks for local averages."""
PATTERNS = ("lasting", "single dates", "alternating", *("lasting",) * 7)
"""What starts look for, in turn: few look for brief regimes, as EM takes its time from there."""
STAY = 0.95
"""Probability of staying where a start looks for lasting regimes."""
DEGENERATE = 1e-6
"""Residual variance of a regime, in units of that of the regression without regimes, below which it has collapsed."""


@dataclass(frozen=True, eq=False)
class RegressionEmissions:
    """Densities of the asset given the hedges in each regime.

    Attributes
    ----------
    coefficients : array (k, 1 + n_hedges), the constant first
    variances : array (k,), of the residuals
    hedge_means, hedge_covariance : arrays (n_hedges,) and (n_hedges, n_hedges), of the sample, the same in all regimes
    """

    coefficients: Array
    variances: Array
    hedge_means: Array
    hedge_covariance: Array

    @property
    def moments(self) -> Moments:
        """Of asset and hedges together."""
        k, n = len(self.variances), 1 + len(self.hedge_means)
        constants, slopes = self.coefficients[:, 0], self.coefficients[:, 1:]
        means, covariances = np.empty((k, n)), np.empty((k, n, n))
        means[:, 0], means[:, 1:] = constants + slopes @ self.hedge_means, self.hedge_means
        with_asset = slopes @ self.hedge_covariance
        covariances[:, 0, 0] = self.variances + (with_asset * slopes).sum(axis=1)
        covariances[:, 0, 1:] = covariances[:, 1:, 0] = with_asset
        covariances[:, 1:, 1:] = self.hedge_covariance
        return Moments(means, covariances)

    def log_densities(self, observations: Array) -> Array:
        """Logarithm of the density of the asset (first column) given the hedges in each regime, (n_dates, k)."""
        regressors = np.column_stack([np.ones(len(observations)), observations[:, 1:]])
        return log_normal(observations[:, 0], regressors, self.coefficients, self.variances)


def log_normal(asset: Array, regressors: Array, coefficients: Array, variances: Array) -> Array:
    """Logarithm of the normal density of the residuals in each regime, (n_dates, k)."""
    residuals = asset[:, None] - regressors @ coefficients.T
    return np.asarray(-0.5 * (np.log(2 * np.pi * variances) + residuals**2 / variances))


class Regression(NamedTuple):
    """Parameters of the regimes."""

    coefficients: Array
    variances: Array
    transition: Array
    first: Array


class Start(NamedTuple):
    """Weights (n_dates, k) of the dates in each regime, and the transition (k, k), from which a search begins."""

    weights: Array
    transition: Array


def estimate_regression(
    returns: Array, n_regimes: int, n_starts: int, seed: int
) -> tuple[RegressionEmissions, Array, Array, Array]:
    """Maximum likelihood: emissions, transition, probabilities of the first date; log-likelihood of every start.

    The search sees the residuals of the regression without regimes, in units of their deviation, and uncorrelated
    regressors of unit variance, so that neither units nor correlated hedges matter.
    """
    centre, hedges = returns.mean(axis=0), returns[:, 1:]
    factor = np.linalg.cholesky(np.cov(hedges, rowvar=False, ddof=0).reshape(hedges.shape[1], -1))
    unit = np.linalg.solve(factor, (hedges - centre[1:]).T).T
    regressors = np.column_stack([np.ones(len(unit)), unit])
    pooled = regressors.T @ returns[:, 0] / len(unit)
    residuals = returns[:, 0] - regressors @ pooled
    scale = residuals.std()
    starts = _starts(residuals, unit, n_regimes, n_starts, seed)
    best, ends = _multistart(residuals / scale, regressors, n_regimes, starts)
    coefficients = pooled + scale * best.coefficients
    coefficients[:, 1:] = np.linalg.solve(factor.T, coefficients[:, 1:].T).T
    coefficients[:, 0] -= coefficients[:, 1:] @ centre[1:]
    covariance = np.cov(hedges, rowvar=False).reshape(factor.shape)
    emissions = RegressionEmissions(coefficients, scale**2 * best.variances, centre[1:], covariance)
    order = np.argsort(emissions.moments.covariances[:, 0, 0], kind="stable")
    emissions = replace(
        emissions, coefficients=coefficients[order], variances=emissions.variances[order]
    )
    return (
        emissions,
        best.transition[order][:, order],
        best.first[order],
        ends - len(returns) * np.log(scale),
    )


def _multistart(
    asset: Array, regressors: Array, n_regimes: int, starts: list[Start]
) -> tuple[Regression, Array]:
    """Return the best of all starts, run to the final tolerance, and where each was left.

    Returns
    -------
    tuple of Regression, array (n_starts,)
        The second is the log-likelihood of each start, NaN if a regime collapsed.
    """
    steps = RegressionSteps(asset, regressors)
    first = np.full(n_regimes, 1.0 / n_regimes)
    places = [
        Regression(*_least_squares(asset, regressors, weights), moves, first)
        for weights, moves in starts
    ]
    runs = [steps.run(place, SEARCH_TOLERANCE, SEARCH_STEPS) for place in places]
    reached = np.array([np.nan if run is None else _reached(run) for run in runs])
    best = finish_best(
        runs, reached, lambda run: steps.run(run.parameters, FINAL_TOLERANCE, MOST_STEPS)
    )
    if best is None:
        raise ConvergenceError(
            f"a switching regression with {n_regimes} regimes must have a bounded likelihood; every "
            f"one of {len(starts)} starts put a regime on a few dates that it explains (almost) "
            "exactly. Use fewer regimes or more dates, and leave out stretches in which the asset "
            "does not move."
        )
    _warn_of_rise(best)
    return best.parameters, reached


class ExpectedRegimes(NamedTuple):
    """Result of an E-step: smoothed probabilities (n_dates, k), and the next transition (k, k)."""

    smoothed: Array
    transition: Array
    log_likelihood: float

    @property
    def objective(self) -> float:
        """Log-likelihood."""
        return self.log_likelihood


@dataclass(frozen=True, eq=False)
class RegressionSteps:
    """E-step and M-step for a sample.

    Attributes
    ----------
    asset : array (n_dates,)
    regressors : array (n_dates, 1 + n_hedges)
    """

    asset: Array
    regressors: Array

    def run(
        self, regression: Regression, tolerance: float, max_steps: int
    ) -> EMRun[Regression] | None:
        """Run EM from a starting point; None if a regime collapses."""
        return run_em(
            regression, self.e_step, self.m_step, tolerance=tolerance, max_steps=max_steps
        )

    def e_step(self, regression: Regression) -> ExpectedRegimes | None:
        """Return the expected regimes and moves; None if a regime has collapsed."""
        if not regression.variances.min() > DEGENERATE:
            return None
        log_densities = log_normal(
            self.asset, self.regressors, regression.coefficients, regression.variances
        )
        predicted, filtered, by_date = filter_regimes(
            log_densities, regression.transition, regression.first
        )
        smoothed = smooth_regimes(predicted, filtered, regression.transition)
        # a regime that cannot come next has neither weight in the sum
        ahead = np.divide(
            smoothed[1:],
            predicted[1:-1],
            out=np.zeros_like(smoothed[1:]),
            where=predicted[1:-1] > 0.0,
        )
        moves = regression.transition * (filtered[:-1].T @ ahead)
        transition = moves / moves.sum(axis=1, keepdims=True)
        return ExpectedRegimes(smoothed, transition, by_date.sum())

    def m_step(self, _: Regression, expected: ExpectedRegimes) -> Regression:
        """Return the regression of a higher likelihood."""
        fitted = _least_squares(self.asset, self.regressors, expected.smoothed)
        return Regression(*fitted, expected.transition, expected.smoothed[0])


def _reached(run: EMRun[Regression]) -> float:
    """Return the log-likelihood before the last step, which gained less than the tolerance."""
    return run.history[-2] if run.converged else run.history[-1]


def _warn_of_rise(run: EMRun[Regression]) -> None:
    if not run.converged:
        warn_caller(
            f"EM of a switching regression should end within {MOST_STEPS} steps; its likelihood still rose at the "
            "last. The estimate lies near the optimum; fewer regimes may describe the data as well.",
            ConvergenceWarning,
        )


def _least_squares(asset: Array, regressors: Array, weights: Array) -> tuple[Array, Array]:
    """Coefficients and residual variance of each regime, from the weights (n_dates, k) of its dates."""
    coefficients, variances = [], []
    for weight in weights.T:
        weighted = regressors * weight[:, None]
        # lstsq rather than solve: a regime about to collapse has too few dates for its coefficients
        beta = np.linalg.lstsq(weighted.T @ regressors, weighted.T @ asset, rcond=None)[0]
        coefficients.append(beta)
        variances.append(weight @ (asset - regressors @ beta) ** 2 / weight.sum())
    return np.stack(coefficients), np.array(variances)


def _starts(
    residuals: Array, hedges: Array, n_regimes: int, n_starts: int, seed: int
) -> list[Start]:
    """Groups of dates by local averages of what regimes may differ in, and the moves between them.

    A start looks at squared residuals mixed at random with their products with the hedges: averaged over a random
    width, at each date alone, or averaged with signs that change from date to date. EM reaches regimes that hardly
    last from the latter two only: where staying is likely, it forgets what the dates alone say.
    """
    rng = np.random.default_rng(seed)
    features = np.column_stack([residuals**2, residuals[:, None] * hedges])
    features /= features.std(axis=0)
    starts = []
    for i in range(n_starts):
        width = min(int(rng.choice(WIDTHS)), len(features) // 4)
        loading = rng.normal(0.0, rng.choice([0.1, 1.0, 5.0]), features.shape[1])
        loading[0] += 1.0
        pattern = PATTERNS[i % len(PATTERNS)]
        average = {
            "lasting": np.ones(width),
            "single dates": np.ones(1),
            "alternating": (-1.0) ** np.arange(width),
        }
        ranks = np.convolve(features @ loading, average[pattern], mode="same").argsort().argsort()
        group = ranks * n_regimes // len(ranks)
        weights = 0.2 / n_regimes + 0.8 * (group[:, None] == np.arange(n_regimes))
        starts.append(
            Start(weights, _lasting(n_regimes) if pattern == "lasting" else _moves(weights))
        )
    return starts


def _lasting(n_regimes: int) -> Array:
    """The transition of regimes of which each is likely to stay, and moves to all others alike."""
    if n_regimes == 1:
        return np.ones((1, 1))
    transition = np.full((n_regimes, n_regimes), (1.0 - STAY) / (n_regimes - 1))
    np.fill_diagonal(transition, STAY)
    return transition


def _moves(weights: Array) -> Array:
    """The transition that weights (n_dates, k) show, (k, k): the share of each regime's dates that each follows."""
    moves = weights[:-1].T @ weights[1:]
    return np.asarray(moves / moves.sum(axis=1, keepdims=True))
