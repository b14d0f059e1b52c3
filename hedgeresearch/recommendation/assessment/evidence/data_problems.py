"""Problems of the data that a recommended hedge was fitted on."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.data.quality import check_data
from hedgeresearch.data.quality.checks.closes import LONG_HORIZON
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.plausibility import absurdities
from hedgeresearch.hedges.regression.dimson import DimsonHedge


def data_problems(
    fit: HedgeFit, observed: pd.DataFrame, kind: str | None, *, in_currency: bool = False
) -> tuple[DataProblem, ...]:
    """Return what a fit warns of in its data, and in an answer that cannot be meant.

    Closes at different times are left out for a hedge that allows for them.

    Parameters
    ----------
    fit : HedgeFit
    observed : DataFrame (n_dates, 1 + n_hedges)
        Returns, or prices, that the hedge was fitted on; the asset first.
    kind : {"prices", "simple", "log", "difference"} or None
        What they are.
    in_currency : bool
        Whether the answer is an amount of currency, as in ``absurdities``.
    """
    found = [one for one in check_data(observed, kind).problems if one.severity != "note"]
    if allows_for_closes(fit):
        found = [one for one in found if one.kind != "closes"]
    return (*found, *absurdities(fit, in_currency=in_currency))


def other_closes(fit: HedgeFit, observed: pd.DataFrame, kind: str | None) -> DataProblem | None:
    """Return that closes are at different times, for a hedge that allows for them; else None.

    Parameters are those of :func:`data_problems`.
    """
    if not allows_for_closes(fit):
        return None
    found = (one for one in check_data(observed, kind).problems if one.kind == "closes")
    return next(found, None)


def allows_for_closes(fit: HedgeFit) -> bool:
    """Return whether a hedge allows for closes at different times, by its horizon or its model."""
    return fit.horizon >= LONG_HORIZON or is_synchronised(fit.model)


def is_synchronised(model: HedgeModel) -> bool:
    """Return whether a model, or one that it is composed of, uses returns of other dates.

    Its covariance is then one of returns as if closes were simultaneous.
    """
    parts = model.traits.parts
    return isinstance(model, DimsonHedge) or any(is_synchronised(part) for part in parts)
