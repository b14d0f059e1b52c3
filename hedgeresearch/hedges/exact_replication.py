"""The asset that is an exact combination of its hedges: any covariance then asks for that combination."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.covariance.hedge_ratio import minimum_variance_ratio
from hedgeresearch.hedges.constant_ratio import constant_ratio_fit
from hedgeresearch.hedges.errors import FixedErrors
from hedgeresearch.hedges.fit import HedgeFit


def replicating_fit(model: Any, returns: pd.DataFrame, kind: str | None) -> HedgeFit | None:
    """The constant hedge that leaves no variance, or None where there is none; the hedges must be independent.

    Densities of asset and hedges together do not exist in this case, so that no likelihood can be maximised.
    """
    covariance = np.cov(returns.to_numpy(), rowvar=False)
    hedges = returns.columns[1:]
    ratio = minimum_variance_ratio(covariance, [str(name) for name in hedges])
    weights = np.concatenate([[1.0], -ratio])
    if weights @ covariance @ weights > COLLINEARITY_TOLERANCE * covariance[0, 0]:
        return None
    exact = FixedErrors(np.zeros((len(hedges), len(hedges))))
    return constant_ratio_fit(model, returns, ratio, kind, errors=exact)
