r"""The GARCH(1,1) margin.

.. math:: r_t = \mu + e_t, \quad h_t = \omega + \alpha e_{t-1}^2 + \beta h_{t-1}

Source: Bollerslev (1986), Journal of Econometrics 31, eq. 1-3; start-up rule of Fiorentini, Calzolari and Panattoni
(1996).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.garch import garch_scores, garch_variance
from hedgeresearch._types import Array
from hedgeresearch.covariance.quasi_newton import maximise

PARAMETERS = ("mu", "omega", "alpha", "beta")
PERSISTENCE_BOUND = 1.0 - 1e-6
BOUNDS = ((-1.0, 1.0), (1e-9, 10.0), (0.0, PERSISTENCE_BOUND), (0.0, 1.0))
"""Of (mu, omega, persistence alpha + beta, share of alpha in it) for a series of mean zero and unit variance."""

StartRule = Callable[[Array, Array], tuple[float, Array]]


@dataclass(frozen=True)
class GARCH:
    """GARCH(1,1) margin with a constant mean, by Gaussian quasi-likelihood with analytic scores.

    Start-up rule: h_1 = omega + (alpha + beta) mean(e_t^2), the mean at the current mu (Fiorentini, Calzolari and
    Panattoni 1996, the published benchmark).

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.DCC(margins=hr.GARCH())
    DCC(margins=GARCH())
    """

    def estimate(self, returns: Array) -> GARCHEstimate:
        """Maximise the quasi-likelihood of one series.

        Parameters
        ----------
        returns : array (n_dates,), in any unit

        Raises
        ------
        ConvergenceError
            If no start reaches an optimum.
        """
        return estimate_garch(returns)


@dataclass(frozen=True, eq=False)
class GARCHEstimate:
    """Parameters (mu, omega, alpha, beta) of a margin, in the units of its returns, and where the search ended."""

    parameters: Array
    first_variance: float
    log_likelihood: float
    gradient_norm: float

    @property
    def bounds_hit(self) -> tuple[str, ...]:
        """The bounds on which the estimate lies, as formulas."""
        _, _, alpha, beta = self.parameters
        reached = {
            "alpha + beta = 1": alpha + beta >= PERSISTENCE_BOUND - 1e-9,
            "alpha = 0": alpha <= 1e-9,
            "beta = 0": beta <= 1e-9,
        }
        return tuple(bound for bound, hit in reached.items() if hit)

    def variance(self, returns: Array) -> Array:
        """Conditional variances of the dates of ``returns`` and of the date after them, (n_dates + 1,)."""
        path: Array = garch_variance(self.parameters, returns, self.first_variance)
        return path


def backcast_start(parameters: Array, returns: Array) -> tuple[float, Array]:
    """h_1 = omega + (alpha + beta) m with m = mean(e_t^2), and its gradient (Fiorentini et al. 1996)."""
    mu, omega, alpha, beta = parameters
    m, dm = np.mean((returns - mu) ** 2), -2.0 * np.mean(returns - mu)
    return omega + (alpha + beta) * m, np.array([(alpha + beta) * dm, 1.0, m, m])


def estimate_garch(returns: Array, start_rule: StartRule = backcast_start) -> GARCHEstimate:
    """Maximise the Gaussian quasi-likelihood of GARCH(1,1); standardised inside and back outside."""
    centre, scale = returns.mean(), returns.std()
    unit = (returns - centre) / scale

    def objective(x: Array) -> tuple[float, Array]:
        parameters = _from_box(x)
        log_likelihood, scores = garch_scores(parameters, unit, *start_rule(parameters, unit))
        _, _, d_alpha, d_beta = gradient = scores.mean(axis=0)
        share, persistence = x[3], x[2]
        return log_likelihood.mean(), np.array(
            [*gradient[:2], share * d_alpha + (1 - share) * d_beta, persistence * (d_alpha - d_beta)]
        )

    starts = [np.array([0.0, 1.0 - p, p, s]) for p in (0.5, 0.9, 0.97, 0.995) for s in (0.03, 0.1, 0.3)]
    optimum = maximise(objective, starts, BOUNDS, "a GARCH(1,1) margin")
    parameters = _from_box(optimum.point) * np.array([scale, scale**2, 1.0, 1.0]) + np.array([centre, 0.0, 0.0, 0.0])
    first, gradient = start_rule(parameters, returns)
    log_likelihood, _ = garch_scores(parameters, returns, first, gradient)
    return GARCHEstimate(parameters, float(first), float(log_likelihood.sum()), optimum.gradient_norm)


def _from_box(x: Array) -> Array:
    mu, omega, persistence, share = x
    return np.array([mu, omega, persistence * share, persistence * (1.0 - share)])
