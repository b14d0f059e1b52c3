"""The hedges that a combination is made of: their settings, fits and hedged returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import (
    ConvergenceError,
    ConvergenceWarning,
    DataError,
    recorded_warnings,
    warn_caller,
)
from hedgeresearch.estimation.rare_regimes import RARE
from hedgeresearch.hedges.array_fit import RefitRatios
from hedgeresearch.hedges.composed.array_members import (
    Models,
    hedged_by,
    is_regular,
    ratios_of_fold,
)
from hedgeresearch.hedges.composed.combination_weights import forward_folds
from hedgeresearch.hedges.composition import with_shared_sample
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.model import HedgeModel, check_hedge_model, fit_hedge
from hedgeresearch.hedges.plausibility import as_part
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import horizon_of
from hedgeresearch.typing import Array


def checked_models(models: Any) -> Models:
    """Return models as a mapping that does not change.

    Raises
    ------
    DataError
        If there is none, one is no hedge model or one of prices, or their horizons differ.
    """
    if not isinstance(models, Mapping) or not models:
        raise DataError(
            f"models must be a mapping from names to hedge models, one or more; got {models!r}."
        )
    for name, model in models.items():
        check_hedge_model(model, f"model {name!r}")
        if model.traits.input == "prices":
            raise DataError(f"models must take returns; {name!r}, {model!r}, takes prices.")
    horizons = {name: horizon_of(model) for name, model in models.items()}
    if len(set(horizons.values())) > 1:
        raise DataError(
            f"models must hedge returns of one horizon; got {horizons}. Give all of them the "
            "same, as a number of periods or as a time."
        )
    frozen: Models = FrozenMapping(models)
    return frozen


def fit_members(
    models: Models, returns: pd.DataFrame, earlier: Mapping[str, HedgeFit], sample: Sample
) -> dict[str, HedgeFit]:
    """Return the fits of all models to returns (n_dates, 1 + n_hedges), the asset first.

    Each warning is given once. Searches start at the earlier fits, if there are any. Fits share the
    sample of these returns where they can.
    """
    with as_part(), recorded_warnings() as caught:
        members = {
            name: _fit_member(name, model, returns, earlier.get(name))
            for name, model in models.items()
        }
    for warning in dict.fromkeys(caught):
        warn_caller(warning.message, warning.category)
    return {name: with_shared_sample(member, sample) for name, member in members.items()}


def hedged_out_of_fold(models: Models, returns: pd.DataFrame, n_folds: int) -> Array:
    """Return hedged returns of the second half of the dates, out of sample, (n, n_members).

    Each fold is hedged by fits on the dates before it, without a warm start. Each warning is given
    once. Those of rare regimes are left out: the fits of the folds are not shown, and number
    regimes in their own way, so that the sentence would be read as one on the fit to all dates.
    """
    with recorded_warnings() as caught:
        hedged = [_out_of_fold(name, model, returns, n_folds) for name, model in models.items()]
    for warning in dict.fromkeys(caught):
        if RARE not in warning.message:
            warn_caller(warning.message, warning.category)
    return np.column_stack(hedged)


def _out_of_fold(name: str, model: HedgeModel, returns: pd.DataFrame, n_folds: int) -> Array:
    values = np.array(returns.to_numpy(), order="C")
    names = list(returns.columns)
    folds = []
    for first, end in forward_folds(len(returns), n_folds):
        found = None
        if is_regular(values[:first]):
            found = ratios_of_fold(model, values[:end], first, names)
        if found is None:
            with data_checked():
                fit = _fit_member(name, model, returns.iloc[:first], None)
                found = RefitRatios(fit.advance(returns.iloc[first:end]).ratio.to_numpy(), ())
        for remark in found.remarks:
            warn_caller(remark, ConvergenceWarning)
        folds.append(hedged_by(found.ratios, values[first:end]))
    return np.concatenate(folds)


def _fit_member(
    name: str, model: HedgeModel, returns: pd.DataFrame, earlier: HedgeFit | None
) -> HedgeFit:
    try:
        return fit_hedge(model, returns.iloc[:, 0], returns.iloc[:, 1:], earlier)
    except (DataError, ConvergenceError) as error:
        raise type(error)(f"model {name!r} on {len(returns)} dates: {error}") from error
