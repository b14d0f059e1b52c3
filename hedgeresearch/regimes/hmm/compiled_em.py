"""Compiled EM for complete observations of a chain whose first date is free.

Every other step starts from an extrapolation of the two before, which makes slow runs two to three
times shorter and never lowers the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.hidden_markov.em import maximize_by_em
from hedgeresearch._kernels.hidden_markov.m_step import DIAGONAL, FULL, SPHERICAL
from hedgeresearch._kernels.hidden_markov.regime_densities import NORMAL
from hedgeresearch.estimation.em import EMRun
from hedgeresearch.regimes.hmm.em import MAX_STEPS, MIN_VISITS
from hedgeresearch.regimes.hmm.parameters import Parameters
from hedgeresearch.regimes.hmm.student_emissions import MAX_DEGREES, MIN_DEGREES
from hedgeresearch.typing import Array

CODES = {"full": FULL, "diagonal": DIAGONAL, "spherical": SPHERICAL}
"""Numbers by which kernels know the restrictions of the covariances."""
PLAIN_STEPS = 3
"""Number of EM steps before the first extrapolation: they go far, and turn."""


@dataclass(frozen=True, eq=False)
class CompiledSteps:
    """EM for a sample, of which a whole run is one compiled call.

    Attributes
    ----------
    series : array (n_series, n_dates), contiguous
    persistence : float, pseudo-counts of the prior on staying
    plain_steps : int, number of steps before the first extrapolation
    """

    series: Array
    persistence: float = 0.0
    plain_steps: int = PLAIN_STEPS

    def run(
        self, parameters: Parameters, tolerance: float, max_steps: int = MAX_STEPS
    ) -> EMRun[Parameters] | None:
        """Run EM from a starting point; None if a regime collapses."""
        emissions = parameters.emissions
        transition = parameters.transition.copy()
        first = parameters.initial.copy()
        means, covariances = emissions.moments
        means = means.copy()
        scales = covariances.copy()
        degrees = emissions.degrees_of_freedom.copy()
        if len(degrees):
            scales *= ((degrees - 2.0) / degrees)[:, None, None]
        else:
            degrees = np.full(len(first), NORMAL)
        history = np.empty(max_steps)
        n_steps, converged, log_likelihood = maximize_by_em(
            self.series,
            first,
            transition,
            means,
            scales,
            degrees,
            CODES[emissions.structure],
            float(self.persistence),
            MIN_VISITS,
            (MIN_DEGREES, MAX_DEGREES),
            tolerance,
            self.plain_steps,
            history,
        )
        if n_steps < 0:
            return None
        if len(emissions.degrees_of_freedom):
            scales *= (degrees / (degrees - 2.0))[:, None, None]
        else:
            degrees = emissions.degrees_of_freedom
        found = Parameters(emissions.with_moments(means, scales, degrees), transition, first)
        return EMRun(found, log_likelihood, history[:n_steps].tolist(), converged)
