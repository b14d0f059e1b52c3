"""Walks of models that compute their ratios over many refits at once."""

from __future__ import annotations

from collections.abc import Sequence

from hedgeresearch.hedges.closed_form import (
    ClosedFormRatios,
    Refit,
    begin_together,
    sample_covariances,
    vary_by_themselves,
)
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.typing import Array


def ratios_at_once(model: HedgeModel, returns: Array, refits: Sequence[Refit]) -> list[Array]:
    """Return ratios (n_hedged_rows, n_hedges) of each refit, up to the first that needs ``fit``.

    Whether a refit needs it does not depend on later returns.

    Parameters
    ----------
    model : HedgeModel; one without a closed form has no such ratios
    returns : array (n_dates, 1 + n_hedges), the asset first
    refits : when to estimate and what to hedge
    """
    # a subclass may estimate in another way than the class whose closed form it inherits
    if not isinstance(model, ClosedFormRatios) or "ratios_by_refit" not in vars(type(model)):
        return []
    lengths = {refit.train_stop - refit.train_start for refit in refits}
    is_regular = len(lengths) == 1 or begin_together(refits)
    if not is_regular or min(lengths) <= returns.shape[1] + 2:
        return []
    vary = vary_by_themselves(sample_covariances(returns, refits))
    found: list[Array] = []
    for is_usable, ratios in zip(vary, model.ratios_by_refit(returns, refits), strict=False):
        if not is_usable or ratios is None:
            break
        found.append(ratios)
    return found
