"""Hedges of an asset that is an exact combination of its hedges, the best under any covariance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.covariance.hedge_ratio import minimum_variance_ratio
from hedgeresearch.hedges.constant_ratio import constant_ratio_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.ratio_errors import FixedErrors


def replicating_fit(model: Any, returns: pd.DataFrame, kind: str | None) -> HedgeFit | None:
    """Return the fit of the constant ratio that leaves no variance; None if there is no such ratio.

    Asset and hedges then have no joint density, so that no likelihood can be maximized.

    Parameters
    ----------
    model : the hedge model
    returns : DataFrame (n_dates, 1 + n_hedges), the asset first, the hedges independent
    kind : kind of the returns
    """
    covariance = np.cov(returns.to_numpy(), rowvar=False)
    hedges = returns.columns[1:]
    ratio = minimum_variance_ratio(covariance, [str(name) for name in hedges])
    weights = np.concatenate([[1.0], -ratio])
    if weights @ covariance @ weights > COLLINEARITY_TOLERANCE * covariance[0, 0]:
        return None
    exact = FixedErrors(np.zeros((len(hedges), len(hedges))))
    return constant_ratio_fit(model, returns, ratio, kind, errors=exact)
