r"""The Gaussian hidden Markov model.

.. math:: r_t \mid s_t = k \sim N(\mu_k, \Sigma_k), \quad P(s_{t+1} = j \mid s_t = i) = p_{ij}

Source: Hamilton (1994), Time Series Analysis, section 22.4; estimated by the EM algorithm of hmmlearn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hedgeresearch._types import Array
from hedgeresearch._validation import check_at_least, check_frame, check_independent, check_returns
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.regimes.recursion import GaussianEmissions, HiddenMarkovChain
from hedgeresearch.regimes.regime_fit import RegimeFit, start_fit

SEARCH_TOLERANCE, FINAL_TOLERANCE = 1e-4, 1e-8
"""Gain in log-likelihood per EM step below which a start, and then the best of them, is left."""
SAME_OPTIMUM = 0.01
"""Difference in log-likelihood within which two starts have reached the same optimum."""
FALL = 1e-9
"""Relative fall of the likelihood in an EM step beyond rounding: a regime is collapsing."""
DEGENERATE = 1e-6
"""Smallest eigenvalue of a regime's covariance, in units of the sample's, below which the regime has collapsed."""


@dataclass(frozen=True)
class GaussianHMM:
    """Regimes with a Gaussian distribution each, by maximum likelihood from many starts.

    Parameters
    ----------
    n_regimes : int
    n_starts : int, searches from different points; the best is kept and all are reported
    seed : int, of the random starts

    Data are standardised inside and hmmlearn's priors and variance floor are switched off, so that units do not
    matter. The initial distribution is free: predicted probabilities of the first date are estimated.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.GaussianHMM(n_regimes=2, n_starts=4).fit(hr.simulate_regimes(n_dates=1000, seed=3).returns)
    >>> fit.transition.sum(axis=1).round(12).tolist()
    [1.0, 1.0]
    """

    n_regimes: int
    n_starts: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_at_least(self.n_starts, "n_starts", 1)
        check_at_least(self.seed, "seed", 0)

    def fit(self, observations: pd.DataFrame) -> RegimeFit:
        """Estimate on observations (n_dates, n_series); for returns, fractions per period.

        Raises
        ------
        DataError
            If there are fewer than ten dates per parameter of a regime, or columns are collinear.
        ConvergenceError
            If every start degenerates.
        """
        n_series = check_frame(observations, "observations").shape[1]
        per_regime = n_series + n_series * (n_series + 1) // 2 + self.n_regimes - 1
        frame = check_returns(observations, "observations", minimum_rows=10 * self.n_regimes * per_regime)
        names = [str(name) for name in frame.columns]
        check_independent(frame.cov().to_numpy(), names, "observations")
        chain, starts = estimate_hmm(frame.to_numpy(), self.n_regimes, self.n_starts, self.seed)
        log_likelihood = float(chain.filter(frame.to_numpy()).log_likelihood.sum())
        estimates = Estimates(values=name_parameters(chain, names), n_dates=len(frame), log_likelihood=log_likelihood)
        return start_fit(self, frame, chain, estimates, starts)


def name_parameters(chain: HiddenMarkovChain, series: list[str]) -> dict[str, float]:
    """Means, covariances and transition probabilities (the last of each row follows from the others) by name."""
    means, covariances = chain.moments
    k, n = means.shape
    named = {f"mean {series[i]} [{s}]": means[s, i] for s in range(k) for i in range(n)}
    for s in range(k):
        named |= {f"cov {series[i]} {series[j]} [{s}]": covariances[s, i, j] for i in range(n) for j in range(i + 1)}
    named |= {f"p [{i},{j}]": chain.transition[i, j] for i in range(k) for j in range(k - 1)}
    return {name: float(value) for name, value in named.items()}


def estimate_hmm(observations: Array, n_regimes: int, n_starts: int, seed: int) -> tuple[HiddenMarkovChain, Array]:
    """Maximum likelihood: the chain before the first date, and the log-likelihood of every start.

    Regimes are numbered by the variance of the first column.
    """
    from threadpoolctl import threadpool_limits

    centre, scale = observations.mean(axis=0), observations.std(axis=0)
    unit = (observations - centre) / scale
    with threadpool_limits(limits=1, user_api="blas"):
        models = _starts(unit, n_regimes, n_starts, seed)
        log_likelihoods = np.array([_run_em(model, unit, SEARCH_TOLERANCE) for model in models])
        best = _finish_best(models, log_likelihoods, unit)
    order = np.argsort(best.covars_[:, 0, 0])
    emissions = GaussianEmissions(
        means=centre + scale * best.means_[order],
        covariances=0.5 * (best.covars_ + best.covars_.swapaxes(1, 2))[order] * np.outer(scale, scale),
    )
    transition = best.transmat_[order][:, order] / best.transmat_[order].sum(axis=1, keepdims=True)
    chain = HiddenMarkovChain(emissions, transition, best.startprob_[order] / best.startprob_.sum())
    return chain, log_likelihoods - len(observations) * np.log(scale).sum()


def _finish_best(models: list[Any], log_likelihoods: Array, observations: Array) -> Any:
    """The start of the greatest likelihood, run to the final tolerance; the next one if it collapses on the way."""
    left = log_likelihoods.copy()
    while not np.isnan(left).all():
        # the first of those that agree, so that rounding does not choose
        best = int(np.argmax(left > np.nanmax(left) - SAME_OPTIMUM))
        if not np.isnan(_run_em(models[best], observations, FINAL_TOLERANCE)):
            return models[best]
        left[best] = np.nan
    raise ConvergenceError(
        f"a hidden Markov model with {models[0].n_components} regimes must have a bounded likelihood; every one of "
        f"{len(models)} starts put a regime on a few (almost) identical observations. Use fewer regimes or more dates, "
        "leave out stretches in which a series does not move, and look for outliers that dwarf the rest."
    )


def _run_em(model: Any, observations: Array, tolerance: float) -> float:
    """Run EM until a step gains less than the tolerance; the log-likelihood, or NaN if a regime collapses."""
    from hmmlearn.base import ConvergenceMonitor

    class QuietMonitor(ConvergenceMonitor):  # type: ignore[misc]
        """Keeps the likelihoods without logging a fall, which is judged below."""

        def report(self, log_prob: float) -> None:
            self.history.append(log_prob)
            self.iter += 1

    model.n_iter = 5000
    model.monitor_ = QuietMonitor(tolerance, model.n_iter, verbose=False)
    try:
        model.fit(observations)
    except (ValueError, np.linalg.LinAlgError):  # a covariance that is no longer positive definite
        return float("nan")
    history = model.monitor_.history
    fell = len(history) > 1 and history[-1] < history[-2] - FALL * abs(history[-2])
    smallest = min(np.linalg.eigvalsh(covariance)[0] for covariance in model.covars_)
    return float("nan") if fell or not smallest > DEGENERATE else float(history[-1])


def _starts(observations: Array, n_regimes: int, n_starts: int, seed: int) -> list[Any]:
    """Starting points: each groups the dates around as many random dates by what local averages look like there.

    A start looks at the local level (one in four) or the local variance of random combinations of the columns, over
    a random width, so that short and long regimes, and regimes of variance, correlation and mean, are all searched.
    """
    rng = np.random.default_rng(seed)
    n_dates, n_series = observations.shape
    models = []
    for start in range(n_starts):
        combinations = observations @ rng.standard_normal((n_series, 2 * n_series))
        width = min(int(rng.choice([5, 20, 60, 250])), n_dates // 4)
        by_level = start % 4 == 3
        local = _moving_average(combinations if by_level else combinations**2, width)
        look = local if by_level else np.log(local + 1e-12)
        centres = look[rng.choice(n_dates, n_regimes, replace=False)]
        distances = ((look[:, None, :] - centres[None]) ** 2).sum(axis=2)
        models.append(_model_from_labels(observations, distances.argmin(axis=1), n_regimes))
    return models


def _moving_average(columns: Array, width: int) -> Array:
    """Centred means over ``width`` dates, fewer at the ends."""
    totals = np.vstack([np.zeros(columns.shape[1]), columns.cumsum(axis=0)])
    dates = np.arange(len(columns))
    low, high = np.maximum(dates - width // 2, 0), np.minimum(dates + width // 2 + 1, len(columns))
    return np.asarray((totals[high] - totals[low]) / (high - low)[:, None])


def _model_from_labels(observations: Array, labels: npt.NDArray[np.intp], n_regimes: int) -> Any:
    """An hmmlearn model without priors, started from the moments of the dates in each group."""
    from hmmlearn.hmm import GaussianHMM as EM

    model = EM(n_regimes, "full", min_covar=0.0, means_weight=0.0, covars_prior=0.0, init_params="")
    groups = [observations[labels == k] for k in range(n_regimes)]
    pooled = 0.1 * np.eye(observations.shape[1])
    stay = 0.95 if n_regimes > 1 else 1.0
    model.startprob_ = np.full(n_regimes, 1.0 / n_regimes)
    model.transmat_ = np.full((n_regimes, n_regimes), (1.0 - stay) / max(n_regimes - 1, 1))
    np.fill_diagonal(model.transmat_, stay)
    model.means_ = np.stack([group.mean(axis=0) if len(group) else observations.mean(axis=0) for group in groups])
    spread = [g.T @ g / len(g) if len(g) else np.eye(observations.shape[1]) for g in groups]
    model.covars_ = np.stack([0.9 * s + pooled for s in spread])
    return model
