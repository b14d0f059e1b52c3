"""Estimation of a univariate volatility model on a series that a user passes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch._containers.lazy_table import Labelled
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.series import returns_of_one
from hedgeresearch.data.quality.door import check_changes_at_door
from hedgeresearch.data.quality.families import OF_ONE
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.warnings import warn_of_bounds
from hedgeresearch.volatility.fit import VolatilityErrors, VolatilityFit, array_estimate
from hedgeresearch.volatility.protocols import VolatilityEstimate, VolatilityModel

MIN_DATES_PER_PARAMETER = 10
"""Observations that a sample must have for each parameter."""
BOUNDS_ADVICE = (
    "Read its path with care; a longer sample or a model with fewer parameters may serve better."
)
"""Advice in the warning about an estimate that lies on a bound."""


@exported_by("hedgeresearch.volatility")
def fit_volatility(
    model: VolatilityModel, series: pd.Series, warm_start: VolatilityFit | None = None
) -> VolatilityFit:
    """Check a series, estimate a model on it, and filter it: the ``fit`` of every model.

    A model of your own that satisfies ``VolatilityModel`` needs no other ``fit``.

    Parameters
    ----------
    model : VolatilityModel
        Settings.
    series : Series (n_dates,)
        Returns by date, ten or more for each parameter.
    warm_start : VolatilityFit, optional
        An earlier fit of the same model to the same series, where the search begins.

    Raises
    ------
    DataError
        If the series is short, constant, or has gaps, or the earlier fit is another model's.
    ConvergenceError
        If no search reaches an optimum.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(500, alpha=0.1, beta=0.8, seed=1).returns["asset"]
    >>> fit_volatility(hr.GARCH(), returns).parameters.index.to_list()
    ['mu', 'omega', 'alpha', 'beta']
    """
    names = model.names
    sample = _check_sample(series, len(names))
    returns = sample.values
    estimate = model.estimate_array(returns, _earlier_estimate(model, sample.name, warm_start))
    warn_of_bounds(type(model).__name__, estimate.bounds_hit, BOUNDS_ADVICE)
    _, _, final_state = estimate.initial_state.filter(returns)
    return VolatilityFit(
        model=model,
        estimates=Estimates(
            values=dict(zip(names, estimate.parameters.tolist(), strict=True)),
            n_dates=len(returns),
            log_likelihood=float(estimate.log_likelihood),
            gradient_norm=estimate.gradient_norm,
            bounds=estimate.bounds_hit,
            errors=VolatilityErrors(estimate),
        ),
        returns=sample,
        initial_state=estimate.initial_state,
        final_state=final_state,
        sample_end=sample.index[-1],
    )


def _check_sample(series: pd.Series, n_parameters: int) -> Labelled:
    """Return returns that are a series of ten observations or more for each parameter."""
    min_dates = MIN_DATES_PER_PARAMETER * n_parameters
    sample = returns_of_one(series, minimum_rows=2)
    returns = sample.values
    kind = sample.attrs.get("returns") if sample.attrs else None
    changes = Changes(returns[:, None], sample.index, [sample.name], kind)
    check_changes_at_door(changes, OF_ONE)
    if len(returns) < min_dates:
        raise DataError(
            f"returns must have at least {min_dates} rows, ten for each parameter; got "
            f"{len(returns)}. Pass a longer sample."
        )
    return sample


def _earlier_estimate(
    model: VolatilityModel, name: Any, warm_start: VolatilityFit | None
) -> VolatilityEstimate | None:
    """Return the estimate of an earlier fit, where the search begins."""
    if warm_start is None:
        return None
    is_fit = isinstance(warm_start, VolatilityFit)
    if not is_fit or warm_start.model != model or warm_start.name != name:
        raise DataError(
            f"warm_start must be an earlier fit of {model!r} to {name!r}; got {warm_start!r}."
        )
    return array_estimate(warm_start)
