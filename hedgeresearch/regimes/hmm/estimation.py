"""Maximum likelihood of a hidden Markov model: units, starting points, EM from each, the best."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._kernels.hidden_markov.filter import smooth_regimes
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_REGIMES
from hedgeresearch.errors import ConvergenceWarning, DataError, warn_caller
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.rare_regimes import has_rare_regimes, warn_of_rare_regimes
from hedgeresearch.regimes.array_estimate import RegimeEstimate
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.hmm.parameters import (
    Initial,
    Parameters,
    named_parameters,
    parameter_bounds,
)
from hedgeresearch.regimes.hmm.search import HMMSettings, Run, maximize_likelihood
from hedgeresearch.regimes.hmm.standard_errors import HMMErrors
from hedgeresearch.regimes.hmm.student_emissions import StudentEmissions
from hedgeresearch.regimes.hmm.units import Units
from hedgeresearch.regimes.markov_chain import stationary_distribution
from hedgeresearch.regimes.sample_size import check_sample_size
from hedgeresearch.regimes.start import check_warm_start, entropy
from hedgeresearch.regimes.state import HiddenMarkovChain, RegimeState, without_permutation
from hedgeresearch.typing import Array

SPREAD = 1e-4
"""Part of an earlier transition that is spread evenly over all regimes: EM never leaves a
probability of zero."""
DATES_PER_PARAMETER = 10


def fit_hmm(
    model: Any, observations: pd.DataFrame, settings: HMMSettings, warm_start: RegimeFit | None
) -> RegimeFit:
    """Estimate a hidden Markov model.

    Parameters
    ----------
    model : GaussianHMM or StudentHMM, which the fit keeps; its settings are in ``settings``
    observations : DataFrame (n_dates, n_series)
    settings : HMMSettings
    warm_start : RegimeFit or None, an earlier fit of the same model

    Raises
    ------
    DataError
        If the observations or the warm start cannot be used.
    ConvergenceError
        If a regime collapses from every start.
    """
    frame = check_observations(
        observations, model, settings.n_regimes, allow_missing=settings.allow_missing
    )
    earlier = None
    if warm_start is not None:
        check_warm_start(model, warm_start, frame.columns)
        earlier = parameters_of(warm_start.initial_state)
    found = estimate_hmm(np.array(frame.to_numpy(), order="C"), settings, earlier)
    chain = HiddenMarkovChain(*found.parameters)
    fit = RegimeFit(
        model=model,
        estimates=_estimates(found, frame, settings),
        observations=frame,
        initial_state=chain,
        final_state=replace(chain, next_probabilities=found.next_probabilities),
        sample_end=frame.index[-1],
        start_log_likelihoods=found.start_log_likelihoods,
        sample_entropy=entropy(found.smoothed),
        allow_missing=settings.allow_missing,
        names=model.names,
    )
    if found.remark is not None:
        warn_caller(found.remark, ConvergenceWarning)
    if has_rare_regimes(found.smoothed):
        warn_of_rare_regimes(fit.smoothed)
    return fit


def estimate_on_array(
    model: Any, observations: Array, settings: HMMSettings, near: RegimeEstimate | None
) -> RegimeEstimate | None:
    """Estimate a hidden Markov model for a walk, see ``EstimatesArrays``.

    None for a sample that is too short, and for rare regimes, whose dates ``fit`` names.

    Parameters
    ----------
    model : GaussianHMM or StudentHMM, whose settings are in ``settings``
    observations : array (n_dates, n_series), without missing values
    settings : HMMSettings
    near : RegimeEstimate or None, an earlier estimate of the same model
    """
    if len(observations) < _minimum_rows(settings.n_regimes, observations.shape[1]):
        return None
    earlier = None if near is None else parameters_of(near.final_state)
    found = estimate_hmm(np.array(observations, order="C"), settings, earlier)
    if has_rare_regimes(found.smoothed):
        return None
    chain = HiddenMarkovChain(*found.parameters)
    return RegimeEstimate(
        final_state=replace(chain, next_probabilities=found.next_probabilities),
        filtered=found.filtered,
        regimes=model.names or tuple(range(settings.n_regimes)),
        remarks=() if found.remark is None else (found.remark,),
    )


class HMMEstimate(NamedTuple):
    """Estimate of a hidden Markov model on one sample.

    Attributes
    ----------
    parameters : Parameters, in the units of the observations
    next_probabilities : array (k,), of the regimes at the date after the last
    filtered, smoothed : array (n_dates, k), probabilities of the regimes
    log_likelihood : float
    start_log_likelihoods : array (n_starts,), NaN for a start that collapsed
    remark : str or None, warning of an end without convergence
    """

    parameters: Parameters
    next_probabilities: Array
    filtered: Array
    smoothed: Array
    log_likelihood: float
    start_log_likelihoods: Array
    remark: str | None


def estimate_hmm(
    observations: Array, settings: HMMSettings, earlier: Parameters | None
) -> HMMEstimate:
    """Estimate a hidden Markov model on observations that were checked.

    Parameters
    ----------
    observations : array (n_dates, n_series)
    settings : HMMSettings
    earlier : Parameters or None, of an earlier estimate, where the search may begin
    """
    units = Units.from_observations(
        observations, common_scale=settings.emissions.structure == "spherical"
    )
    start = None if earlier is None else _as_start(earlier, units, settings.initial)
    run, log_likelihoods = maximize_likelihood(units.standardize(observations), settings, start)
    emissions = units.unstandardize_emissions(run.parameters.emissions)
    parameters = run.parameters._replace(emissions=emissions).ordered()
    path = HiddenMarkovChain(*parameters).filter(observations)
    log_jacobian = units.log_jacobian(observations)
    return HMMEstimate(
        parameters,
        path.predicted[-1],
        path.filtered,
        smooth_regimes(path.predicted, path.filtered, parameters.transition),
        run.log_likelihood - log_jacobian,
        log_likelihoods - log_jacobian,
        _remark_on(run),
    )


def check_observations(
    observations: Any, model: Any, n_regimes: int, *, allow_missing: bool = False
) -> pd.DataFrame:
    """Refuse observations from which the regimes of a model cannot be estimated.

    There must be ten dates for each parameter of a regime, and no collinear columns.
    """
    n_dates, n_series = check_frame(observations, "observations", allow_missing=allow_missing).shape
    minimum = _minimum_rows(n_regimes, n_series)
    check_sample_size(model, n_dates, minimum, n_series)
    frame = check_returns(
        observations, "observations", minimum_rows=minimum, allow_missing=allow_missing
    )
    names = [str(name) for name in frame.columns]
    values = frame.to_numpy()
    missing = np.isnan(values)
    if not missing.any():
        check_at_door(frame, OF_REGIMES)
        check_independent(np.atleast_2d(np.cov(values, rowvar=False)), names, "observations")
        return frame
    check_at_door(frame.dropna(), OF_REGIMES)
    observed = (~missing).astype(float)
    counts = observed.T @ observed
    if counts.min() < minimum:
        rarest = sorted(set(np.unravel_index(counts.argmin(), counts.shape)))
        raise DataError(
            "columns of observations must be observed, alone and together, on "
            f"{minimum} dates or more; {' with '.join(repr(frame.columns[i]) for i in rarest)} is "
            f"on {counts.min():.0f}. Leave one out."
        )
    check_independent(frame.cov().to_numpy(), names, "observations")
    return frame


def _minimum_rows(n_regimes: int, n_series: int) -> int:
    """Return the number of dates that a model needs."""
    n_parameters = n_series + n_series * (n_series + 1) // 2 + n_regimes - 1
    return DATES_PER_PARAMETER * n_regimes * n_parameters


def parameters_of(state: RegimeState) -> Parameters:
    """Return the parameters of an earlier estimate, with regimes numbered as then."""
    chain = without_permutation(state)
    if not isinstance(chain, HiddenMarkovChain) or not isinstance(
        chain.emissions, GaussianEmissions | StudentEmissions
    ):
        raise DataError(f"warm_start must be a fit of a hidden Markov model; got {state!r}.")
    return Parameters(chain.emissions, chain.transition, chain.next_probabilities)


def _as_start(earlier: Parameters, units: Units, initial: Initial) -> Parameters:
    """Return earlier parameters, without units, as a starting point."""
    k = len(earlier.transition)
    transition = (1.0 - SPREAD) * earlier.transition + SPREAD / k
    first = np.full(k, 1.0 / k)
    if initial == "stationary":
        first = stationary_distribution(transition)
    return Parameters(units.standardize_emissions(earlier.emissions), transition, first)


def _estimates(found: HMMEstimate, frame: pd.DataFrame, settings: HMMSettings) -> Estimates:
    """Describe the estimated parameters, in the units of the observations."""
    parameters = found.parameters
    visits = found.smoothed.sum(axis=0)
    errors = HMMErrors(parameters, frame.to_numpy(), visits, settings.persistence, settings.initial)
    # a free distribution of the first date is estimated, though it is not among the parameters
    n_targets = settings.n_regimes - 1 if settings.initial == "free" else 0
    return Estimates(
        values=named_parameters(parameters, [str(name) for name in frame.columns]),
        n_dates=len(frame),
        log_likelihood=found.log_likelihood,
        n_targets=n_targets,
        bounds=parameter_bounds(parameters, visits),
        errors=errors,
    )


def _remark_on(run: Run) -> str | None:
    """Return the warning of a run that did not converge."""
    if run.converged:
        return None
    gain = run.history[-1] - run.history[-2]
    return (
        f"EM should stop gaining within {len(run.history)} steps; the last step still raised "
        f"the log-likelihood by {gain:.1e}. Use fewer regimes or more dates."
    )
