"""The naive hedge: sell one unit of the hedge for each unit of the asset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates
from hedgeresearch._exports import exported_by
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.hedges.constant_ratio import (
    advance_constant_array,
    advance_constant_ratio,
    constant_ratio_fit,
)
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.ratio_errors import FixedErrors
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class NaiveHedge:
    """A ratio of one, shared equally among the hedges; nothing is estimated.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> hr.NaiveHedge().fit(returns["NASDAQ"], returns[["SP500"]]).next_ratio["SP500"]
    np.float64(1.0)
    """

    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Return the ratio for the dates of asset (n_dates,) and hedges (n_dates, n_hedges)."""
        returns, kind = join_returns(asset, hedges)
        n_hedges = returns.shape[1] - 1
        ratio = np.full(n_hedges, 1.0 / n_hedges)
        known = FixedErrors(np.zeros((n_hedges, n_hedges)))
        return constant_ratio_fit(self, returns, ratio, kind, errors=known)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates, without a table."""
        return advance_constant_array(fit, dates)

    def ratios_by_refit(self, returns: Array, refits: Sequence[Refit]) -> Iterator[Array]:
        """Yield the ratios of many refits, see ``ClosedFormRatios``."""
        n_hedges = returns.shape[1] - 1
        for refit in refits:
            yield np.full((refit.test_stop - refit.test_start, n_hedges), 1.0 / n_hedges)
