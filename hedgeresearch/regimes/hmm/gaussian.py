r"""The Gaussian hidden Markov model.

.. math:: r_t \mid s_t = k \sim N(\mu_k, \Sigma_k), \quad P(s_{t+1} = j \mid s_t = i) = p_{ij}

Source: Hamilton (1994), Time Series Analysis, section 22.4. hmmlearn's EM searches where it can; ``hmm_search``
finishes, and searches where values are missing or a prior is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, get_args

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import (
    check_at_least,
    check_between,
    check_choice,
    check_flag,
)
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.hmm.em import (
    LONGEST_RUN,
    Climb,
    Parameters,
    Run,
    Units,
    climb,
    climb_on,
    earlier_parameters,
    search,
    starting_points,
)
from hedgeresearch.regimes.hmm.emissions import GaussianEmissions, Structure
from hedgeresearch.regimes.hmm.standard_errors import finish_fit
from hedgeresearch.typing import Array

FALL = 1e-9
"""Relative fall of the likelihood in an EM step beyond rounding: a regime is collapsing."""
HMMLEARN_NAMES = {"full": "full", "diagonal": "diag"}
"""What hmmlearn can search for; its spherical covariances come back in a wrong shape."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class GaussianHMM:
    """Regimes with a Gaussian distribution each, by maximum likelihood from many starts.

    Parameters
    ----------
    n_regimes : int
    covariance : of a regime, "full", "diagonal" (series independent within a regime), or "spherical" (and all of one
        variance)
    n_starts : int, searches from different points; the best is kept and all are reported
    persistence_prior : float, pseudo-counts c on staying: the posterior mode p_ij = (n_ij + c [i = j]) / (n_i + c) is
        climbed, n being expected moves; the log-likelihood that is reported stays the likelihood. None for no prior
    allow_missing : bool, whether values may be missing (NaN): they are integrated out; a date without any value only
        moves the chain on
    seed : int, of the random starts

    Data are standardised inside (series by series; "spherical" by one size) and there is neither a prior on means and
    covariances nor a floor of the variance, so that units do not matter. The initial distribution is free: predicted
    probabilities of the first date are estimated, and count in the information criteria. Standard errors are robust.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.GaussianHMM(n_regimes=2, n_starts=4).fit(hr.data.simulate_regimes(n_dates=1000, seed=3).returns)
    >>> fit.transition.sum(axis=1).round(12).tolist()
    [1.0, 1.0]
    """

    n_regimes: int
    covariance: Structure = "full"
    n_starts: int = 20
    persistence_prior: float | None = None
    allow_missing: bool = False
    seed: int = 0
    univariate: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_choice(self.covariance, "covariance", get_args(Structure))
        check_at_least(self.n_starts, "n_starts", 1)
        if self.persistence_prior is not None:
            check_between(self.persistence_prior, "persistence_prior", 0.0, np.inf)
        check_flag(self.allow_missing, "allow_missing")
        check_at_least(self.seed, "seed", 0)

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Estimate on observations (n_dates, n_series); for returns, fractions per period.

        An earlier fit of the same model to the same series may be given as ``warm_start``. With two regimes one short run of
        EM begins there, and only if it fails is there a search; with more, which have several optima, the search takes
        it as one start among the others.

        Raises
        ------
        DataError
            If there are fewer than ten dates per parameter of a regime, or columns are collinear.
        ConvergenceError
            If every start degenerates.
        """
        frame = check_observations(observations, self.n_regimes, allow_missing=self.allow_missing)
        units = Units.of(frame.to_numpy(), common=self.covariance == "spherical")
        unit = units.standardise(frame.to_numpy())
        earlier = earlier_parameters(self, warm_start, frame, units)
        prior = self.persistence_prior or 0.0
        run = partial(climb, persistence=prior)
        found = climb_on(earlier, unit, run)
        ends = None
        if found is None:
            kind = GaussianEmissions(np.empty(0), np.empty(0), self.covariance)
            starts = [
                *([earlier] if earlier else []),
                *starting_points(unit, self.n_regimes, self.n_starts, self.seed, kind),
            ]
            plain = not prior and not np.isnan(unit).any() and self.covariance in HMMLEARN_NAMES
            first_climb: Climb = climb_by_hmmlearn if plain else run
            found, ends = search(starts, unit, first_climb, run)
        fit = finish_fit(self, frame, found, ends, units, prior, allow_missing=self.allow_missing)
        warn_of_rare_regimes(fit.smoothed)
        return fit


def check_observations(
    observations: Any, n_regimes: int, *, allow_missing: bool = False
) -> pd.DataFrame:
    """Observations from which regimes can be estimated: ten dates for a parameter of a regime, no collinear columns."""
    n_series = check_frame(observations, "observations", allow_missing=allow_missing).shape[1]
    needed = 10 * n_regimes * (n_series + n_series * (n_series + 1) // 2 + n_regimes - 1)
    frame = check_returns(
        observations, "observations", minimum_rows=needed, allow_missing=allow_missing
    )
    together = frame.notna().to_numpy(dtype=float)
    counts = together.T @ together
    if counts.min() < needed:
        scarce = sorted(set(np.unravel_index(counts.argmin(), counts.shape)))
        raise DataError(
            f"columns of observations must be observed, alone and together, on {needed} dates or more; "
            f"{' with '.join(repr(frame.columns[i]) for i in scarce)} is on {counts.min():.0f}. Leave one out."
        )
    check_independent(frame.cov().to_numpy(), [str(name) for name in frame.columns], "observations")
    return frame


def climb_by_hmmlearn(parameters: Parameters, observations: Array, tolerance: float) -> Run | None:
    """hmmlearn's EM without its priors, until a step gains less than the tolerance; None if a regime collapses."""
    model = _hmmlearn_model(parameters, tolerance)
    try:
        model.fit(observations)
    except (ValueError, np.linalg.LinAlgError):  # a covariance that is no longer positive definite
        return None
    history = model.monitor_.history
    if len(history) > 1 and history[-1] < history[-2] - FALL * abs(history[-2]):
        return None
    emissions = parameters.emissions.at(
        model.means_, model.covars_, parameters.emissions.degrees_of_freedom
    )
    transition = model.transmat_ / model.transmat_.sum(axis=1, keepdims=True)
    found = Parameters(emissions, transition, model.startprob_ / model.startprob_.sum())
    return Run(found, float(history[-1]), history, len(history) < model.n_iter)


def _hmmlearn_model(parameters: Parameters, tolerance: float) -> Any:
    """An hmmlearn model without priors that starts from these parameters."""
    from hmmlearn.base import ConvergenceMonitor
    from hmmlearn.hmm import GaussianHMM as EM

    class QuietMonitor(ConvergenceMonitor):  # type: ignore[misc]
        """Keeps the likelihoods without logging a fall, which is judged by the caller."""

        def report(self, log_prob: float) -> None:
            self.history.append(log_prob)
            self.iter += 1

    structure = parameters.emissions.structure
    no_priors = {"min_covar": 0.0, "means_weight": 0.0, "covars_prior": 0.0, "init_params": ""}
    model = EM(len(parameters.first), HMMLEARN_NAMES[structure], n_iter=LONGEST_RUN, **no_priors)
    model.monitor_ = QuietMonitor(tolerance, LONGEST_RUN, verbose=False)
    means, covariances = parameters.emissions.moments
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    model.startprob_, model.transmat_, model.means_ = parameters.first, parameters.transition, means
    model.covars_ = covariances if structure == "full" else variances
    return model
