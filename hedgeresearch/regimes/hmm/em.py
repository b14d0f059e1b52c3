r"""EM for hidden Markov models, step by step, for what the compiled runs leave out.

These are values that are missing and chains that start from their stationary distribution.

Hamilton (1990), Journal of Econometrics 45, eq. 4.1-4.3. With a prior :math:`\prod_i p_{ii}^c` on
the transition (Dirichlet rows with c pseudo-counts on staying) the posterior mode is found:
:math:`p_{ij} = (n_{ij} + c 1[i = j]) / (\sum_j n_{ij} + c)`, n being expected transitions. A start
from the stationary distribution has an M-step of its own: see ``stationary_start``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from hedgeresearch._kernels.hidden_markov.filter import expected_regimes
from hedgeresearch.estimation.em import EMRun, run_em
from hedgeresearch.regimes.hmm.parameters import Initial, Parameters
from hedgeresearch.regimes.hmm.stationary_start import improve_transition
from hedgeresearch.regimes.markov_chain import stationary_distribution
from hedgeresearch.typing import Array

MAX_STEPS = 5000
"""Number of EM steps after which a run ends."""
MIN_VISITS = 1.0
"""Expected number of dates in a regime below which it has no covariance."""


class ExpectedRegimes(NamedTuple):
    """Result of an E-step.

    Attributes
    ----------
    smoothed : array (n_dates, k), probabilities of the regimes given all dates
    transitions : array (k, k), expected number of transitions between regimes
    log_likelihood : float
    objective : float, log-likelihood plus log-prior
    """

    smoothed: Array
    transitions: Array
    log_likelihood: float
    objective: float


class Steps(Protocol):
    """EM for a sample."""

    def run(
        self, parameters: Parameters, tolerance: float, max_steps: int
    ) -> EMRun[Parameters] | None:
        """Run EM from a starting point; None if a regime collapses.

        Parameters
        ----------
        parameters : Parameters, where the run starts
        tolerance : float, gain in the log-likelihood plus log-prior at which it ends
        max_steps : int
        """


@dataclass(frozen=True, eq=False)
class HMMSteps:
    """E-step and M-step for a sample.

    Attributes
    ----------
    observations : array (n_dates, n_series), with NaN for missing values
    persistence : float, pseudo-counts of the prior on staying
    initial : "free" or "stationary", distribution of the first date
    """

    observations: Array
    persistence: float = 0.0
    initial: Initial = "free"

    def run(
        self, parameters: Parameters, tolerance: float, max_steps: int = MAX_STEPS
    ) -> EMRun[Parameters] | None:
        """Run EM from a starting point; None if a regime collapses."""
        return run_em(
            parameters, self.e_step, self.m_step, tolerance=tolerance, max_steps=max_steps
        )

    def e_step(self, parameters: Parameters) -> ExpectedRegimes | None:
        """Return the expected regimes and transitions; None if a regime has collapsed."""
        try:
            log_densities = parameters.emissions.log_densities(self.observations)
        except np.linalg.LinAlgError:  # a covariance that is no longer positive definite
            return None
        smoothed, transitions, log_likelihood = expected_regimes(
            log_densities, parameters.transition, parameters.initial
        )
        objective = float(log_likelihood + self._log_prior(parameters.transition))
        if not np.isfinite(objective) or not (smoothed.sum(axis=0) > MIN_VISITS).all():
            return None
        return ExpectedRegimes(smoothed, transitions, float(log_likelihood), objective)

    def m_step(self, parameters: Parameters, expected: ExpectedRegimes) -> Parameters | None:
        """Return parameters of a higher likelihood; None if a regime collapses."""
        transitions = expected.transitions + self.persistence * np.eye(len(parameters.initial))
        first = expected.smoothed[0]
        try:
            emissions = parameters.emissions.reestimate(self.observations, expected.smoothed)
            if self.initial == "stationary":
                transition = improve_transition(parameters.transition, transitions, first)
                return Parameters(emissions, transition, stationary_distribution(transition))
        except np.linalg.LinAlgError:
            return None
        transition = transitions / transitions.sum(axis=1, keepdims=True)
        return Parameters(emissions, transition, first / first.sum())

    def _log_prior(self, transition: Array) -> float:
        if not self.persistence:
            return 0.0
        return float(self.persistence * np.log(np.diag(transition)).sum())
