"""The EM algorithm, with the steps of the model as arguments.

Source: Dempster, Laird and Rubin (1977), Journal of the Royal Statistical Society B 39, 1-38.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Expectation(Protocol):
    """Result of an E-step: what the model needs for an M-step, and how good the parameters are."""

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood of the parameters."""

    @property
    def objective(self) -> float:
        """Log-likelihood, or log-posterior up to a constant, which each step of EM raises."""


Parameters = TypeVar("Parameters")
Expected = TypeVar("Expected", bound=Expectation)


@dataclass(frozen=True, eq=False)
class EMRun(Generic[Parameters]):
    """Result of a run of EM.

    Attributes
    ----------
    parameters : after the last step
    log_likelihood : float, of the parameters; before the last step if the run has not converged
    history : list of float, objective before each step
    converged : bool, whether the last step gained less than the tolerance
    """

    parameters: Parameters
    log_likelihood: float
    history: list[float]
    converged: bool

    @property
    def objective(self) -> float:
        """Log-likelihood, or log-posterior up to a constant, at the end."""
        return self.history[-1]


def run_em(
    parameters: Parameters,
    e_step: Callable[[Parameters], Expected | None],
    m_step: Callable[[Parameters, Expected], Parameters | None],
    *,
    tolerance: float,
    max_steps: int,
) -> EMRun[Parameters] | None:
    """Alternate E-steps and M-steps until a step gains less than the tolerance.

    Parameters
    ----------
    parameters
        Where the run starts.
    e_step : callable
        Returns the expectation at parameters, or None if the model degenerates there.
    m_step : callable
        Returns better parameters from parameters and expectation, or None if there are none.
    tolerance : float
        Gain in the objective at which a run ends.
    max_steps : int

    Returns
    -------
    EMRun or None
        None if the model degenerates on the way.
    """
    history: list[float] = []
    log_likelihood = float("nan")
    for _ in range(max_steps):
        expectation = e_step(parameters)
        if expectation is None:
            return None
        log_likelihood = expectation.log_likelihood
        history.append(expectation.objective)
        if len(history) > 1 and history[-1] - history[-2] < tolerance:
            return EMRun(parameters, log_likelihood, history, converged=True)
        following = m_step(parameters, expectation)
        if following is None:
            return None
        parameters = following
    return EMRun(parameters, log_likelihood, history, converged=False)
