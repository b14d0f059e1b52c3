"""Fits of hedges whose ratio is the same on all dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, changed, held
from hedgeresearch._exports import exported_by
from hedgeresearch._labels import without_first
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.labels import (
    labelled_covariance,
    labelled_path,
    labelled_ratio,
)
from hedgeresearch.hedges.ratio_errors import RatioErrors
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
def constant_ratio_fit(
    model: Any,
    returns: pd.DataFrame,
    ratio: Array,
    kind: str | None,
    estimates: pd.DataFrame | Estimates | None = None,
    errors: RatioErrors | None = None,
) -> HedgeFit:
    """Return the fit of one ratio for all dates, with the sample covariance as the next one.

    Parameters
    ----------
    model : hedge model
    returns : DataFrame (n_dates, 1 + n_hedges)
        The estimation sample, the asset first.
    ratio : array (n_hedges,)
    kind : str or None
        Kind of the returns, as ``join_returns`` gives it.
    estimates : DataFrame or Estimates, optional
        By default a table of the ratio.
    errors : RatioErrors, optional
        Sampling error of the ratio; by default that of the bootstrap.

    Examples
    --------
    >>> import numpy as np
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.hedges import constant_ratio_fit, join_returns
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns
    >>> frame, kind = join_returns(returns["asset"], returns[["hedge"]])
    >>> constant_ratio_fit(hr.NaiveHedge(), frame, np.array([0.5]), kind)
    HedgeFit(NaiveHedge(), 500 dates to 2001-11-30, next ratio hedge 0.50)
    """
    columns = returns.columns
    hedges = without_first(columns)
    next_ratio = labelled_ratio(ratio, hedges)
    covariance = np.cov(returns.to_numpy(), rowvar=False)
    return HedgeFit(
        model=model,
        sample=Sample.of(returns, kind),
        ratio=labelled_path(ratio, returns.index, hedges),
        next_ratio=next_ratio,
        next_covariance=labelled_covariance(covariance, columns),
        estimates=next_ratio.table().to_frame("estimate") if estimates is None else estimates,
        errors=errors,
    )


@exported_by("hedgeresearch.hedges")
def advance_constant_ratio(fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
    """Return a fit over new dates with the same ratio, for the ``advance`` of a model.

    Parameters
    ----------
    fit : HedgeFit
    returns : DataFrame (n_new, 1 + n_hedges)

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.hedges import advance_constant_ratio
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=0).returns[["asset", "hedge"]]
    >>> fit = hr.OLSHedge().fit(returns["asset"].iloc[:400], returns[["hedge"]].iloc[:400])
    >>> later = advance_constant_ratio(fit, returns.iloc[400:])
    >>> len(later.ratio), bool((later.ratio["hedge"] == fit.next_ratio["hedge"]).all())
    (100, True)
    """
    return advance_constant_array(fit, returns.index)


def advance_constant_array(fit: HedgeFit, dates: Dates) -> HedgeFit:
    """Return a fit over new dates with the same ratio, whatever their returns."""
    path = labelled_path(fit.arrays.next_ratio, dates, held(fit, "ratio").columns)
    later: HedgeFit = changed(fit, ratio=path)
    return later
