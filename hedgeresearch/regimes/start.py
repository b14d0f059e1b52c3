"""Start of a fit: over its estimation sample, or near an earlier fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.state import RegimeState
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.regimes")
def fit_from_state(
    model: Any,
    frame: pd.DataFrame,
    state: RegimeState,
    estimates: Estimates,
    start_log_likelihoods: Array,
    *,
    allow_missing: bool = False,
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
    """
    values = frame.to_numpy()
    smoothed, _ = state.hindsight(values)
    return RegimeFit(
        model=model,
        estimates=estimates,
        observations=frame,
        initial_state=state,
        final_state=state.advance(values),
        sample_end=frame.index[-1],
        start_log_likelihoods=start_log_likelihoods,
        sample_entropy=_entropy(smoothed),
        allow_missing=allow_missing,
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


def _entropy(probabilities: Array) -> float:
    """Return -sum of p log p, with 0 log 0 = 0."""
    positive = np.where(probabilities > 0.0, probabilities, 1.0)
    return float(-(positive * np.log(positive)).sum())
