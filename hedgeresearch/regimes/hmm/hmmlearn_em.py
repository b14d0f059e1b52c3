"""EM of hmmlearn without its priors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch.errors import MissingDataError
from hedgeresearch.estimation.em import EMRun
from hedgeresearch.regimes.hmm.em import MAX_STEPS
from hedgeresearch.regimes.hmm.parameters import Parameters
from hedgeresearch.typing import Array

RELATIVE_FALL = 1e-9
"""Relative fall of the likelihood in an EM step that is not rounding: a regime is collapsing."""
HMMLEARN_NAMES = {"full": "full", "diagonal": "diag"}
"""Structures that hmmlearn can estimate; its spherical covariances come back in a wrong shape."""


@dataclass(frozen=True, eq=False)
class HmmlearnSteps:
    """EM of hmmlearn for complete observations of a chain whose first date is free.

    Attributes
    ----------
    observations : array (n_dates, n_series)
    """

    observations: Array

    def run(
        self, parameters: Parameters, tolerance: float, max_steps: int = MAX_STEPS
    ) -> EMRun[Parameters] | None:
        """Run EM from a starting point; None if a regime collapses.

        Raises
        ------
        MissingDataError
            If hmmlearn is not installed.
        """
        model = _hmmlearn_model(parameters, tolerance, max_steps)
        try:
            model.fit(self.observations)
        except (ValueError, np.linalg.LinAlgError):  # a covariance not positive definite any more
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
        return EMRun(found, float(history[-1]), history, converged=len(history) < max_steps)


def _hmmlearn_model(parameters: Parameters, tolerance: float, max_steps: int) -> Any:
    """Return an hmmlearn model without priors that starts from these parameters."""
    try:
        from hmmlearn.base import ConvergenceMonitor
        from hmmlearn.hmm import GaussianHMM
    except ImportError:
        raise MissingDataError(
            'hmmlearn must be installed for backend="hmmlearn"; it is not, as it has no wheels for '
            'Python 3.14. Use backend="compiled", which finds the same optimum, or run: '
            "pip install hmmlearn"
        ) from None

    class QuietMonitor(ConvergenceMonitor):  # type: ignore[misc]
        """Monitor that keeps the likelihoods without logging a fall, which the caller judges."""

        def report(self, log_prob: float) -> None:
            self.history.append(log_prob)
            self.iter += 1

    structure = parameters.emissions.structure
    model = GaussianHMM(
        len(parameters.initial),
        HMMLEARN_NAMES[structure],
        n_iter=max_steps,
        min_covar=0.0,
        means_weight=0.0,
        covars_prior=0.0,
        init_params="",
    )
    model.monitor_ = QuietMonitor(tolerance, max_steps, verbose=False)
    means, covariances = parameters.emissions.moments
    model.startprob_ = parameters.initial
    model.transmat_ = parameters.transition
    model.means_ = means
    if structure == "full":
        model.covars_ = covariances
    else:
        model.covars_ = np.diagonal(covariances, axis1=1, axis2=2)
    return model
