"""Start of a fit: over its estimation sample, or near an earlier fit."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.names import NamedRegimes
from hedgeresearch.regimes.outside_data import OutsideData, values_with_labels
from hedgeresearch.regimes.state import RegimeState
from hedgeresearch.typing import Array


class Definition(NamedTuple):
    """Names and definitions of regimes, for those that are not found by estimation alone.

    Attributes
    ----------
    names : tuple (k,) or None, names of the regimes
    identities : tuple (k,) or None, what each regime is by definition, such as a label
    labels : OutsideData or None, labels that the state reads as the last column
    """

    names: tuple[Any, ...] | None = None
    identities: tuple[Any, ...] | None = None
    labels: OutsideData | None = None


@exported_by("hedgeresearch.regimes")
def fit_from_state(
    model: Any,
    frame: pd.DataFrame,
    state: RegimeState,
    estimates: Estimates,
    start_log_likelihoods: Array,
    *,
    allow_missing: bool = False,
    definition: Definition | None = None,
) -> RegimeFit:
    """Run a state over its estimation sample.

    Parameters
    ----------
    model : settings that were fitted
    frame : DataFrame (n_dates, n_series), the estimation sample
    state : RegimeState, before the first date
    estimates : Estimates
    start_log_likelihoods : array (n_starts,)
    allow_missing : bool, whether new observations may hold missing values
    definition : Definition or None, what the regimes are; by default they have the names of the
        model, if it has any

    Examples
    --------
    >>> import numpy as np
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.regimes import fit_from_state
    >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
    >>> first = hr.GaussianHMM(2, n_starts=2).fit(returns)
    >>> start = np.array([first.estimates.log_likelihood])
    >>> again = fit_from_state(first.model, returns, first.initial_state, first.estimates, start)
    >>> again.next_probabilities.equals(first.next_probabilities)
    True
    """
    if definition is None:
        definition = Definition(model.names if isinstance(model, NamedRegimes) else None)
    values = values_with_labels(frame, definition.labels)
    smoothed, _ = state.hindsight(values)
    return RegimeFit(
        model=model,
        estimates=estimates,
        observations=frame,
        initial_state=state,
        final_state=state.advance(values),
        sample_end=frame.index[-1],
        start_log_likelihoods=start_log_likelihoods,
        sample_entropy=entropy(smoothed),
        allow_missing=allow_missing,
        names=definition.names,
        identities=definition.identities,
        labels=definition.labels,
    )


def check_warm_start(model: Any, warm_start: Any, series: pd.Index[Any]) -> None:
    """Refuse a warm start that is not an earlier fit of the same model to the same series."""
    if (
        not isinstance(warm_start, RegimeFit)
        or warm_start.model != model
        or not warm_start.series.equals(series)
    ):
        raise DataError(
            f"warm_start must be an earlier fit of {model!r} to {list(series)}; got {warm_start!r}."
        )


def entropy(probabilities: Array) -> float:
    """Return -sum of p log p, with 0 log 0 = 0."""
    positive = np.where(probabilities > 0.0, probabilities, 1.0)
    return float(-(positive * np.log(positive)).sum())
