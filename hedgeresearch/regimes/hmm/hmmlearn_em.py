"""EM of hmmlearn without its priors: the fastest way through many starting points."""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch.estimation.em import EMRun
from hedgeresearch.regimes.hmm.em import MAX_STEPS
from hedgeresearch.regimes.hmm.parameters import Parameters
from hedgeresearch.typing import Array

RELATIVE_FALL = 1e-9
"""Relative fall of the likelihood in an EM step that is not rounding: a regime is collapsing."""
HMMLEARN_NAMES = {"full": "full", "diagonal": "diag"}
"""Structures that hmmlearn can estimate; its spherical covariances come back in a wrong shape."""


def run_hmmlearn(
    parameters: Parameters, observations: Array, tolerance: float
) -> EMRun[Parameters] | None:
    """Run hmmlearn's EM until a step gains less than the tolerance; None if a regime collapses."""
    model = _hmmlearn_model(parameters, tolerance)
    try:
        model.fit(observations)
    except (ValueError, np.linalg.LinAlgError):  # a covariance that is no longer positive definite
        return None
    history = model.monitor_.history
    if len(history) > 1 and history[-1] < history[-2] - RELATIVE_FALL * abs(history[-2]):
        return None
    emissions = parameters.emissions.with_moments(
        model.means_, model.covars_, parameters.emissions.degrees_of_freedom
    )
    transition = model.transmat_ / model.transmat_.sum(axis=1, keepdims=True)
    initial = model.startprob_ / model.startprob_.sum()
    found = Parameters(emissions, transition, initial)
    return EMRun(found, float(history[-1]), history, converged=len(history) < model.n_iter)


def _hmmlearn_model(parameters: Parameters, tolerance: float) -> Any:
    """Return an hmmlearn model without priors that starts from these parameters."""
    from hmmlearn.base import ConvergenceMonitor
    from hmmlearn.hmm import GaussianHMM

    class QuietMonitor(ConvergenceMonitor):  # type: ignore[misc]
        """Monitor that keeps the likelihoods without logging a fall, which the caller judges."""

        def report(self, log_prob: float) -> None:
            self.history.append(log_prob)
            self.iter += 1

    structure = parameters.emissions.structure
    model = GaussianHMM(
        len(parameters.initial),
        HMMLEARN_NAMES[structure],
        n_iter=MAX_STEPS,
        min_covar=0.0,
        means_weight=0.0,
        covars_prior=0.0,
        init_params="",
    )
    model.monitor_ = QuietMonitor(tolerance, MAX_STEPS, verbose=False)
    means, covariances = parameters.emissions.moments
    model.startprob_ = parameters.initial
    model.transmat_ = parameters.transition
    model.means_ = means
    if structure == "full":
        model.covars_ = covariances
    else:
        model.covars_ = np.diagonal(covariances, axis1=1, axis2=2)
    return model
