"""Filter of a switching regression with the derivatives of what it returns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.switching.regression import SwitchingStates, switching_pass
from hedgeresearch.typing import Array


class StatesPass(NamedTuple):
    """Result of a pass over the dates.

    Attributes
    ----------
    log_likelihood : float, of all dates
    scores : array (n_dates, n_parameters)
    next_probabilities : array (n_states,), of the states at the next date
    next_slopes : array (n_states, n_parameters), their derivatives
    """

    log_likelihood: float
    scores: Array
    next_probabilities: Array
    next_slopes: Array


def states_pass(asset: Array, regressors: Array, states: SwitchingStates) -> StatesPass:
    """Filter a sample.

    Parameters
    ----------
    asset : array (n_dates,)
    regressors : array (n_dates, d)
    states : SwitchingStates
    """
    n_parameters = states.first_slopes.shape[1]
    scores = np.empty((len(asset), n_parameters))
    gradient = np.empty(n_parameters)
    information = np.empty((n_parameters, n_parameters))
    log_likelihood, probabilities, slopes = switching_pass(
        np.ascontiguousarray(asset),
        np.ascontiguousarray(regressors),
        states,
        gradient,
        information,
        scores,
    )
    return StatesPass(log_likelihood, scores, probabilities, slopes)
