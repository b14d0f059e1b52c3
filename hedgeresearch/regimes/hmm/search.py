"""Search for the maximum of the likelihood of a hidden Markov model: EM from many starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch._threads import single_threaded_blas
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.em import EMRun
from hedgeresearch.estimation.multistart import continue_best_run
from hedgeresearch.regimes.hmm.compiled_em import CompiledSteps
from hedgeresearch.regimes.hmm.em import MAX_STEPS, HMMSteps, Steps
from hedgeresearch.regimes.hmm.emissions import EstimatedEmissions
from hedgeresearch.regimes.hmm.hmmlearn_em import HmmlearnSteps
from hedgeresearch.regimes.hmm.parameters import Initial, Parameters
from hedgeresearch.regimes.hmm.starting_points import starting_points, whitening_matrix
from hedgeresearch.typing import Array

Backend = Literal["compiled", "hmmlearn"]
"""Whose EM searches."""
SEARCH_TOLERANCE = 1e-4
"""Gain in log-likelihood per EM step at which a start is left."""
FINAL_TOLERANCE = 1e-8
"""Gain in log-likelihood per EM step at which the best start ends."""
BRIEF_STEPS = 150
"""Number of EM steps of every start, after which only the best go on.

After 20 steps one sample in ten would lose its best optimum, after 100 one in a hundred: starts
often dwell on a plateau. Most starts end before.
"""
N_CONTINUED = 5
"""Number of starts that go on."""
MIN_VARIANCE = 1e-6
"""Smallest variance of a combination of series in a regime, relative to the sample's, that has not
collapsed."""
MAX_REGIMES_ONE_RUN = 2
"""Number of regimes up to which a single run from an earlier fit is trusted.

With more regimes there are several optima.
"""

Run = EMRun[Parameters]


@dataclass(frozen=True, eq=False)
class HMMSettings:
    """Settings of an estimation.

    Attributes
    ----------
    n_regimes, n_starts, seed : int
    emissions : EstimatedEmissions, of the kind to be estimated
    persistence : float, pseudo-counts of the prior on staying
    initial : "free" or "stationary", distribution of the first date
    allow_missing : bool
    backend : "compiled" or "hmmlearn", whose EM searches
    """

    n_regimes: int
    n_starts: int
    seed: int
    emissions: EstimatedEmissions
    persistence: float = 0.0
    initial: Initial = "free"
    allow_missing: bool = False
    backend: Backend = "compiled"


def maximize_likelihood(
    observations: Array, settings: HMMSettings, earlier: Parameters | None
) -> tuple[Run, Array]:
    """Run EM from an earlier fit, or from many starts if that cannot be trusted or fails.

    Parameters
    ----------
    observations : array (n_dates, n_series), without units
    settings : HMMSettings
    earlier : Parameters or None, of an earlier fit

    Returns
    -------
    tuple of EMRun, array (n_starts,)
        The best run, and the log-likelihood that each start reached, NaN if it collapsed.
    """
    steps = _steps(observations, settings)
    with single_threaded_blas():
        whitening = whitening_matrix(observations)
        if earlier is not None and settings.n_regimes <= MAX_REGIMES_ONE_RUN:
            run = _unless_collapsed(steps.run(earlier, FINAL_TOLERANCE, MAX_STEPS), whitening)
            if run is not None:
                return run, np.array([run.log_likelihood])
        starts = starting_points(
            observations, settings.n_regimes, settings.n_starts, settings.seed, settings.emissions
        )
        if earlier is not None:
            starts = [earlier, *starts]
        searching: Steps = HmmlearnSteps(observations) if settings.backend == "hmmlearn" else steps
        runs = _search(starts, searching, whitening)
        best = _finished(runs, steps, whitening, settings.n_regimes)
    return best, np.array([np.nan if run is None else run.log_likelihood for run in runs])


def _steps(observations: Array, settings: HMMSettings) -> Steps:
    """Return EM for a sample, compiled where its M-step has a closed form."""
    if settings.initial == "free" and not np.isnan(observations).any():
        return CompiledSteps(np.ascontiguousarray(observations.T), settings.persistence)
    return HMMSteps(observations, settings.persistence, settings.initial)


def _search(starts: list[Parameters], steps: Steps, whitening: Array) -> list[Run | None]:
    """Run EM from all starts, the best of those that take long to the tolerance of the search."""

    def search(parameters: Parameters, max_steps: int) -> Run | None:
        return _unless_collapsed(steps.run(parameters, SEARCH_TOLERANCE, max_steps), whitening)

    runs = [search(start, BRIEF_STEPS) for start in starts]
    left = [i for i, run in enumerate(runs) if run is not None and not run.converged]
    left.sort(key=lambda i: -_objective(runs[i]))
    for i in left[:N_CONTINUED]:
        run = runs[i]
        runs[i] = None if run is None else search(run.parameters, MAX_STEPS)
    return runs


def _objective(run: Run | None) -> float:
    """Return the log-likelihood plus log-prior that a run reached, NaN if it collapsed."""
    return float("nan") if run is None else run.objective


def _finished(runs: list[Run | None], steps: Steps, whitening: Array, n_regimes: int) -> Run:
    """Return the best run, continued to its end."""
    objectives = np.array([_objective(run) for run in runs])

    def finish(run: Run) -> Run | None:
        return _unless_collapsed(steps.run(run.parameters, FINAL_TOLERANCE, MAX_STEPS), whitening)

    best = continue_best_run(runs, objectives, finish)
    if best is None:
        raise ConvergenceError(
            f"a hidden Markov model with {n_regimes} regimes must have a bounded "
            f"likelihood; every one of {len(runs)} starts put a regime on a few (almost) "
            "identical observations. Use fewer regimes or more dates, leave out stretches in "
            "which a series does not move, and look for outliers that dwarf the rest."
        )
    return best


def _unless_collapsed(run: Run | None, whitening: Array) -> Run | None:
    """Return the run, unless a combination of series does not vary in one of its regimes."""
    if run is None:
        return None
    covariances = run.parameters.emissions.moments.covariances
    smallest = np.linalg.eigvalsh(whitening @ covariances @ whitening.T).min()
    return run if smallest > MIN_VARIANCE else None
