"""Maximum likelihood of a hidden Markov model: units, starting points, EM from each, the best."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_REGIMES
from hedgeresearch.errors import ConvergenceWarning, DataError, warn_caller
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.hmm.emissions import EstimatedEmissions
from hedgeresearch.regimes.hmm.parameters import (
    Initial,
    Parameters,
    named_parameters,
    parameter_bounds,
)
from hedgeresearch.regimes.hmm.search import HMMSettings, Run, maximize_likelihood
from hedgeresearch.regimes.hmm.standard_errors import HMMErrors
from hedgeresearch.regimes.hmm.units import Units
from hedgeresearch.regimes.markov_chain import stationary_distribution
from hedgeresearch.regimes.sample_size import check_sample_size
from hedgeresearch.regimes.start import check_warm_start, fit_from_state
from hedgeresearch.regimes.state import HiddenMarkovChain, without_permutation

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
    values = frame.to_numpy()
    units = Units.from_observations(
        values, common_scale=settings.emissions.structure == "spherical"
    )
    earlier = None
    if warm_start is not None:
        check_warm_start(model, warm_start, frame.columns)
        earlier = earlier_parameters(warm_start, units, settings.initial)
    run, log_likelihoods = maximize_likelihood(units.standardize(values), settings, earlier)
    emissions = units.unstandardize_emissions(run.parameters.emissions)
    parameters = run.parameters._replace(emissions=emissions).ordered()
    log_jacobian = units.log_jacobian(values)
    fit = fit_from_state(
        model,
        frame,
        HiddenMarkovChain(*parameters),
        _estimates(parameters, frame, run.log_likelihood - log_jacobian, settings),
        log_likelihoods - log_jacobian,
        allow_missing=settings.allow_missing,
    )
    _warn_unless_converged(run)
    warn_of_rare_regimes(fit.smoothed)
    return fit


def check_observations(
    observations: Any, model: Any, n_regimes: int, *, allow_missing: bool = False
) -> pd.DataFrame:
    """Refuse observations from which the regimes of a model cannot be estimated.

    There must be ten dates for each parameter of a regime, and no collinear columns.
    """
    n_dates, n_series = check_frame(observations, "observations", allow_missing=allow_missing).shape
    n_parameters = n_series + n_series * (n_series + 1) // 2 + n_regimes - 1
    minimum = DATES_PER_PARAMETER * n_regimes * n_parameters
    check_sample_size(model, n_dates, minimum, n_series)
    frame = check_returns(
        observations, "observations", minimum_rows=minimum, allow_missing=allow_missing
    )
    check_at_door(frame.dropna(), OF_REGIMES)
    observed = frame.notna().to_numpy(dtype=float)
    counts = observed.T @ observed
    if counts.min() < minimum:
        rarest = sorted(set(np.unravel_index(counts.argmin(), counts.shape)))
        raise DataError(
            "columns of observations must be observed, alone and together, on "
            f"{minimum} dates or more; {' with '.join(repr(frame.columns[i]) for i in rarest)} is "
            f"on {counts.min():.0f}. Leave one out."
        )
    check_independent(frame.cov().to_numpy(), [str(name) for name in frame.columns], "observations")
    return frame


def earlier_parameters(fit: RegimeFit, units: Units, initial: Initial) -> Parameters:
    """Return the parameters of an earlier fit, without units, as a starting point."""
    chain = without_permutation(fit.initial_state)
    if not isinstance(chain, HiddenMarkovChain) or not isinstance(
        chain.emissions, EstimatedEmissions
    ):
        raise DataError(f"warm_start must be a fit of a hidden Markov model; got {fit!r}.")
    k = len(chain.transition)
    transition = (1.0 - SPREAD) * chain.transition + SPREAD / k
    if initial == "stationary":
        first = stationary_distribution(transition)
    else:
        first = np.full(k, 1.0 / k)
    return Parameters(units.standardize_emissions(chain.emissions), transition, first)


def _estimates(
    parameters: Parameters, frame: pd.DataFrame, log_likelihood: float, settings: HMMSettings
) -> Estimates:
    """Describe the estimated parameters, in the units of the observations."""
    chain = HiddenMarkovChain(*parameters)
    visits = chain.hindsight(frame.to_numpy())[0].sum(axis=0)
    errors = HMMErrors(parameters, frame.to_numpy(), visits, settings.persistence, settings.initial)
    # a free distribution of the first date is estimated, though it is not among the parameters
    n_targets = settings.n_regimes - 1 if settings.initial == "free" else 0
    return Estimates(
        values=named_parameters(parameters, [str(name) for name in frame.columns]),
        n_dates=len(frame),
        log_likelihood=log_likelihood,
        n_targets=n_targets,
        bounds=parameter_bounds(parameters, errors.visits),
        errors=errors,
    )


def _warn_unless_converged(run: Run) -> None:
    if not run.converged:
        gain = run.history[-1] - run.history[-2]
        warn_caller(
            f"EM should stop gaining within {len(run.history)} steps; the last step still raised "
            f"the log-likelihood by {gain:.1e}. Use fewer regimes or more dates.",
            ConvergenceWarning,
        )
