r"""The Gaussian hidden Markov model.

.. math:: r_t \mid s_t = k \sim N(\mu_k, \Sigma_k), \quad P(s_{t+1} = j \mid s_t = i) = p_{ij}

Source: Hamilton (1994), Time Series Analysis, section 22.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, get_args

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import SHOWN, describe
from hedgeresearch._validation.settings import (
    MAX_STARTS,
    check_at_least,
    check_between,
    check_choice,
    check_flag,
)
from hedgeresearch.errors import DataError
from hedgeresearch.regimes.array_estimate import RegimeEstimate
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.hmm.emissions import Structure
from hedgeresearch.regimes.hmm.estimation import estimate_on_array, fit_hmm
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.hmm.hmmlearn_em import HMMLEARN_NAMES
from hedgeresearch.regimes.hmm.parameters import Initial
from hedgeresearch.regimes.hmm.search import Backend, HMMSettings
from hedgeresearch.regimes.names import Names, check_names
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class GaussianHMM:
    """Gaussian HMM, estimated by maximum likelihood from many starting points.

    Parameters
    ----------
    n_regimes : int
        2, the default, or 3 for daily returns.
    covariance : "full", "diagonal" or "spherical"
        Covariance matrix of a regime; "diagonal" if series are independent within a regime,
        "spherical" if they also have the same variance.
    n_starts : int
        Number of starting points; the best optimum is kept and all are reported.
    persistence_prior : float or None
        Pseudo-count c added to the self-transitions. The estimate is the posterior mode
        p_ij = (n_ij + c [i = j]) / (n_i + c), with n the expected numbers of transitions; the
        reported log-likelihood excludes the prior. None for no prior.
    allow_missing : bool
        Whether values may be missing (NaN). They are integrated out; on a date without any value
        the chain moves on.
    initial : "free" or "stationary"
        Distribution of the first date's regime. "free" estimates it, and counts it in the
        information criteria; "stationary" uses the stationary distribution of the Markov chain, as
        fHMM and statsmodels do, which lowers the log-likelihood by 1 to 2.
    seed : int
        Seed of the random starts.
    backend : "compiled" or "hmmlearn"
        Program whose EM searches from the starting points. Both take the same steps and find the
        same optimum; "compiled" is many times faster. "hmmlearn" needs hmmlearn, which is installed
        with this package where it has wheels, up to Python 3.13, and it leaves out spherical
        covariances, the prior, missing values and a stationary start.
    names : tuple of str or None
        Names of the regimes in the order of their variance, such as ("calm", "turbulent"); tables,
        figures and sentences use them. None for their numbers.

    Notes
    -----
    Data are standardized internally (series by series; "spherical" by one scale). There is neither
    a prior on means and covariances nor a minimum variance, so that units do not matter. Standard
    errors are robust.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=1000, seed=3).returns
    >>> fit = hr.GaussianHMM(n_regimes=2, n_starts=4).fit(returns)
    >>> fit.transition.sum(axis=1).round(12).tolist()
    [1.0, 1.0]
    """

    n_regimes: int = field(default=2, metadata=SHOWN)
    covariance: Structure = "full"
    n_starts: int = 20
    persistence_prior: float | None = None
    allow_missing: bool = False
    initial: Initial = "free"
    seed: int = 0
    backend: Backend = "compiled"
    names: Names | None = None
    univariate: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_choice(self.covariance, "covariance", get_args(Structure))
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)
        if self.persistence_prior is not None:
            check_between(self.persistence_prior, "persistence_prior", 0.0, np.inf)
        check_flag(self.allow_missing, "allow_missing")
        check_choice(self.initial, "initial", get_args(Initial))
        check_at_least(self.seed, "seed", 0)
        check_choice(self.backend, "backend", get_args(Backend))
        if self.backend == "hmmlearn":
            self._check_hmmlearn()
        check_names(self.names, self.n_regimes)

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Estimate the regimes.

        Parameters
        ----------
        observations : DataFrame (n_dates, n_series)
            For returns, fractions per period.
        warm_start : RegimeFit or None
            An earlier fit of the same model to the same series. With two regimes a short run of EM
            begins there, and the search is needed only if it fails. With more regimes there are
            several optima, and the earlier fit is one starting point among the others.

        Raises
        ------
        DataError
            If there are fewer than ten dates per parameter of a regime, or columns are collinear.
        ConvergenceError
            If a regime collapses from every start.
        """
        return fit_hmm(self, observations, self._settings(), warm_start)

    def estimate_array(
        self, observations: Array, near: RegimeEstimate | None = None
    ) -> RegimeEstimate | None:
        """Estimate on an array, see ``EstimatesArrays``."""
        return estimate_on_array(self, observations, self._settings(), near)

    def _settings(self) -> HMMSettings:
        return HMMSettings(
            n_regimes=self.n_regimes,
            n_starts=self.n_starts,
            seed=self.seed,
            emissions=GaussianEmissions(np.empty(0), np.empty(0), self.covariance),
            persistence=self.persistence_prior or 0.0,
            initial=self.initial,
            allow_missing=self.allow_missing,
            backend=self.backend,
        )

    def _check_hmmlearn(self) -> None:
        """Refuse settings that hmmlearn does not have."""
        if (
            self.covariance not in HMMLEARN_NAMES
            or self.persistence_prior
            or self.allow_missing
            or self.initial != "free"
        ):
            raise DataError(
                'backend="hmmlearn" must have covariance="full" or "diagonal", no '
                'persistence_prior, allow_missing=False and initial="free"; got '
                f'{describe(self)}. Use backend="compiled".'
            )
