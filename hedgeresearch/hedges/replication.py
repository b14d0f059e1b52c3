"""The asset that is an exact combination of its hedges: any covariance then asks for that combination."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch._validation import collinear_names
from hedgeresearch.hedges.constant_ratio import constant_ratio_fit
from hedgeresearch.hedges.hedge_fit import HedgeFit
from hedgeresearch.minimum_variance import minimum_variance_ratio


def replicating_fit(model: Any, returns: pd.DataFrame, kind: str | None) -> HedgeFit | None:
    """The constant hedge that leaves no variance, or None where there is none; the hedges must be independent.

    Densities of asset and hedges together do not exist in this case, so that no likelihood can be maximised.
    """
    covariance = returns.cov().to_numpy()
    names = [str(name) for name in returns.columns]
    if not collinear_names(covariance, names):
        return None
    return constant_ratio_fit(model, returns, minimum_variance_ratio(covariance, names[1:]), kind)
