"""Hedges whose ratio no date changes: how they are recorded and carried on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.growing_table import History
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.hedges.fit import HedgeFit, labelled_path, labelled_ratio
from hedgeresearch.hedges.intervals import RatioErrors
from hedgeresearch.typing import Array


def constant_ratio_fit(
    model: Any,
    returns: pd.DataFrame,
    ratio: Array,
    kind: str | None,
    estimates: pd.DataFrame | Estimates | None = None,
    inference: RatioErrors | None = None,
) -> HedgeFit:
    """One ratio (n_hedges,) for all dates, beside the sample covariance of ``returns`` (asset first)."""
    hedges = returns.columns[1:]
    next_ratio = labelled_ratio(ratio, hedges)
    covariance = np.cov(returns.to_numpy(), rowvar=False)
    return HedgeFit(
        model=model,
        asset=returns.columns[0],
        ratio=labelled_path(ratio, returns.index, hedges),
        next_ratio=next_ratio,
        next_covariance=pd.DataFrame(covariance, index=returns.columns, columns=returns.columns),
        estimates=next_ratio.to_frame("estimate") if estimates is None else estimates,
        sample_end=returns.index[-1],
        last_date=returns.index[-1],
        history=History.of(returns),
        n_sample=len(returns),
        inference=inference,
        returns_kind=kind,
    )


def carry_constant_ratio(fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
    """The same ratio over new dates."""
    path = labelled_path(fit.next_ratio.to_numpy(), returns.index, fit.ratio.columns)
    return replace(fit, ratio=path, last_date=returns.index[-1])
