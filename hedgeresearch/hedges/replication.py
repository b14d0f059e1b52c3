"""The asset that is an exact combination of its hedges: any covariance then asks for that combination."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation import COLLINEAR
from hedgeresearch.hedges.constant_ratio import constant_ratio_fit
from hedgeresearch.hedges.hedge_fit import HedgeFit, hedged_variance, labelled_ratio
from hedgeresearch.hedges.intervals import KnownCovariance
from hedgeresearch.minimum_variance import minimum_variance_ratio


def replicating_fit(model: Any, returns: pd.DataFrame, kind: str | None) -> HedgeFit | None:
    """The constant hedge that leaves no variance, or None where there is none; the hedges must be independent.

    Densities of asset and hedges together do not exist in this case, so that no likelihood can be maximised.
    """
    covariance = returns.cov()
    hedges = returns.columns[1:]
    ratio = minimum_variance_ratio(covariance.to_numpy(), [str(name) for name in hedges])
    left = hedged_variance(covariance, labelled_ratio(ratio, hedges))
    if left > COLLINEAR * covariance.to_numpy()[0, 0]:
        return None
    exact = KnownCovariance(np.zeros((len(hedges), len(hedges))))
    return constant_ratio_fit(model, returns, ratio, kind, inference=exact)
