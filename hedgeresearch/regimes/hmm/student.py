r"""The hidden Markov model with Student-t observations.

.. math:: r_t \mid s_t = k \sim t_{\nu_k}(\mu_k, S_k), \quad
          P(s_{t+1} = j \mid s_t = i) = p_{ij}, \quad
          \mathrm{Cov}(r_t \mid s_t = k) = \frac{\nu_k}{\nu_k - 2} S_k

Sources: Hamilton (1994), Time Series Analysis, section 22.4; Peel and McLachlan (2000), Statistics
and Computing 10, section 4, for EM of Student-t components, whose weights make an outlier count
less.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, get_args

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import SHOWN
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least, check_choice
from hedgeresearch.errors import ConvergenceWarning, warn_caller
from hedgeresearch.regimes.array_estimate import RegimeEstimate
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.hmm.estimation import estimate_on_array, fit_hmm, parameters_of
from hedgeresearch.regimes.hmm.parameters import Initial
from hedgeresearch.regimes.hmm.search import HMMSettings
from hedgeresearch.regimes.hmm.student_emissions import MIN_DEGREES, StudentEmissions
from hedgeresearch.regimes.names import Names, check_names
from hedgeresearch.typing import Array

STARTING_DEGREES = 8.0
"""Degrees of freedom from which a search starts."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class StudentHMM:
    """Regimes with a Student-t distribution each, by maximum likelihood from many starts.

    Outliers count less and make heavier tails, where normal regimes split to account for them. If
    all other dates are normal, these regimes too give a few crashes one of their own, with a
    warning.

    Parameters
    ----------
    n_regimes : int
        2 or 3 for daily returns.
    n_starts : int
        Number of starting points; the best optimum is kept and all are reported.
    initial : "free" or "stationary"
        Distribution of the first date's regime: estimated, or the stationary one of the
        transition, as in :class:`GaussianHMM`.
    seed : int
        Seed of the random starts.
    names : tuple of str or None
        Names of the regimes in the order of their variance, such as ("calm", "turbulent"); tables,
        figures and sentences use them. None for their numbers.

    Notes
    -----
    The degrees of freedom of each regime lie between 2.1, so that there is a covariance, and 200.
    Units do not matter, and standard errors are robust, as in :class:`GaussianHMM`.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=1000, seed=3).returns
    >>> fit = hr.StudentHMM(n_regimes=2, n_starts=2).fit(returns)
    >>> (fit.parameters[["nu [0]", "nu [1]"]] > 10).tolist()
    [True, True]
    """

    n_regimes: int = field(default=2, metadata=SHOWN)
    n_starts: int = 20
    initial: Initial = "free"
    seed: int = 0
    names: Names | None = None
    univariate: ClassVar[bool] = False
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)
        check_choice(self.initial, "initial", get_args(Initial))
        check_at_least(self.seed, "seed", 0)
        check_names(self.names, self.n_regimes)

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Estimate the regimes.

        Parameters
        ----------
        observations : DataFrame (n_dates, n_series)
            For returns, fractions per period.
        warm_start : RegimeFit or None
            An earlier fit of the same model to the same series, used as by :class:`GaussianHMM`.

        Raises
        ------
        DataError
            If there are fewer than ten dates per parameter of a regime, or columns are collinear.
        ConvergenceError
            If a regime collapses from every start.
        """
        fit = fit_hmm(self, observations, self._settings(), warm_start)
        _warn_of_heavy_tails(fit)
        return fit

    def estimate_array(
        self, observations: Array, near: RegimeEstimate | None = None
    ) -> RegimeEstimate | None:
        """Estimate on an array, see ``EstimatesArrays``."""
        estimate = estimate_on_array(self, observations, self._settings(), near)
        if estimate is None:
            return None
        degrees = parameters_of(estimate.final_state).emissions.degrees_of_freedom
        # of a regime on the bound fit has a warning
        return None if (degrees <= MIN_DEGREES).any() else estimate

    def _settings(self) -> HMMSettings:
        degrees = np.full(self.n_regimes, STARTING_DEGREES)
        return HMMSettings(
            n_regimes=self.n_regimes,
            n_starts=self.n_starts,
            seed=self.seed,
            emissions=StudentEmissions(np.empty(0), np.empty(0), degrees),
            initial=self.initial,
        )


def _warn_of_heavy_tails(fit: RegimeFit) -> None:
    """Warn of regimes whose covariance is determined by the bound of their degrees of freedom."""
    regimes = [s for s in fit.regimes if fit.parameters[f"nu [{s}]"] <= MIN_DEGREES]
    if regimes:
        warn_caller(
            f"degrees of freedom should exceed {MIN_DEGREES}; those of regime "
            f"{', '.join(map(str, regimes))} lie on this bound, which sets the size of the "
            "covariance. Use more regimes, or look for outliers.",
            ConvergenceWarning,
        )
