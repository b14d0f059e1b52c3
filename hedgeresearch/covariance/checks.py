"""Checks of the data of covariance models in two steps, and their advice on bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hedgeresearch._containers.lazy_table import Labelled, Table
from hedgeresearch._kernels.checks.data_quality import column_covariance
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import panel_of_returns
from hedgeresearch.covariance.first_step import UnivariateModels, model_of_series
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.data.quality.door import check_changes_at_door
from hedgeresearch.data.quality.families import OF_SEVERAL
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

CLEAR_SHARE = 0.99
"""Squared correlation of two series below which they need no closer look."""
MIN_ROWS_PER_PARAMETER = 10
"""Minimum number of observations for each parameter of a univariate model."""
BOUNDS_ADVICE = "Read its path with care; a longer sample or EWMACovariance may serve better."
"""Advice in the warning that a two-step model has estimates at a bound."""


def check_panel(
    returns: Any, univariate: UnivariateModels, model: str, *, shrunk: bool = False
) -> Labelled:
    """Return returns (n_dates, n_series) that a covariance model in two steps can be fitted to.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_series)
        Data of the user, fractions per period.
    univariate : VolatilityModel or mapping of them
        Models of the first step, whose numbers of parameters decide how many rows are needed.
    model : str
        Name of the covariance model, for the messages.
    shrunk : bool
        Whether the correlation is shrunk, which allows more series than observations.

    Raises
    ------
    DataError
        If there are fewer than two series, too few observations, names that are the same as text,
        or collinear series.
    """
    panel = panel_of_returns(returns, minimum_rows=2)
    names = panel.columns.tolist()
    kind = panel.attrs.get("returns") if panel.attrs else None
    check_changes_at_door(Changes(panel.values, panel.index, names, kind), OF_SEVERAL)
    _check_names(names, model)
    check_length(len(panel.values), names, univariate)
    if not shrunk:
        _check_full_rank(panel.values, names, model)
    return panel


def check_length(n_dates: int, names: Sequence[str], univariate: UnivariateModels) -> None:
    """Raise DataError if there are fewer than ten dates per parameter of a univariate model."""
    if isinstance(univariate, Mapping):
        models = [model_of_series(univariate, name) for name in names]
    else:
        models = [univariate]
    longest = max(len(model.names) for model in models)
    min_rows = MIN_ROWS_PER_PARAMETER * longest
    if n_dates < min_rows:
        raise DataError(
            f"returns must have at least {min_rows} rows, ten for each parameter of a univariate "
            f"model; got {n_dates}. Pass a longer sample."
        )


def earlier_errors(model: Any, warm_start: CovarianceFit | None, frame: Table) -> Any:
    """Return what an earlier fit of a model knows of its errors, its optimum included.

    Raises
    ------
    DataError
        If it is a fit of another model or to other series.
    """
    if warm_start is None:
        return None
    if warm_start.model != model or not warm_start.series.equals(frame.columns):
        raise DataError(
            f"warm_start must be an earlier fit of {model!r} to {list(frame.columns)}; got "
            f"{warm_start!r}."
        )
    return warm_start.estimates.errors


def _check_names(names: list[Any], model: str) -> None:
    """Refuse a single series, and names that are the same as text, as parameters bear them."""
    if len(names) < 2:
        raise DataError(f"{model} needs two series or more; got {names}.")
    texts = [str(name) for name in names]
    if len(set(texts)) < len(texts):
        twice = next(text for i, text in enumerate(texts) if text in texts[:i])
        raise DataError(
            f"{model} needs names that differ as text; {twice!r} comes twice. Rename one series."
        )


def _check_full_rank(values: Array, names: list[Any], model: str) -> None:
    """Refuse series whose sample covariance is singular."""
    n_dates, n_series = values.shape
    if n_series >= n_dates:
        raise DataError(
            f"{model} needs more observations than series unless its target is shrunk; got "
            f"{n_dates} observations of {n_series} series. Use DCC(target='nonlinear') or "
            "DCC(target='linear')."
        )
    if n_series == 2 and _share_little(values):
        return
    centered = values - values.mean(axis=0)
    check_independent(centered.T @ centered / (n_dates - 1), list(map(str, names)), "series")


def _share_little(values: Array) -> bool:
    """Return whether two series (n_dates, 2) are far from collinear, which is quick to see."""
    covariance = column_covariance(np.array(values.T, order="C")).tolist()
    product = covariance[0][0] * covariance[1][1]
    return bool(covariance[0][1] ** 2 < CLEAR_SHARE * product)
