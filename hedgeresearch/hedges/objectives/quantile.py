r"""The hedge by quantile regression.

.. math:: \min_{c, b} \sum_t u_t (q - 1\{u_t < 0\}), \qquad u_t = r^{asset}_t - c - r^{hedges}_t{}'b

Source: Koenker and Bassett (1978), Econometrica 46, section 3; the programme and its errors in ``tail_programme``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.asset_and_hedges import distinct_name
from hedgeresearch._validation.settings import check_between
from hedgeresearch.estimation.influence import estimates_from_influence
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.errors import ParameterErrors
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.objectives.linear_programme import (
    check_tail,
    standardize,
    tail_influence,
    tail_programme,
)
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class QuantileHedge:
    """The coefficients on the hedges of a quantile of the asset, one set for all dates; the optimum is exact.

    Parameters
    ----------
    q : float in (0, 1), the quantile; 0.5 is least absolute deviations, whose ratio few outliers of the asset can move
        far, and 0.05 the ratio that holds where the asset does worst given the hedges. Beyond the quartiles standard
        errors come from the bootstrap: too few dates there tell the density that the delta method needs.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).iloc[-1000:]
    >>> hr.QuantileHedge().fit(returns["NASDAQ"], returns[["SP500"]]).summary.round(3)
              estimate  standard error       t      p
    constant     0.000           0.000   2.465  0.014
    SP500        1.137           0.024  48.262  0.000
    """

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    q: float = 0.5

    def __post_init__(self) -> None:
        check_between(self.q, "q", 0.0, 1.0)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few dates on one side of the quantile, or hedges are collinear.
        """
        returns, kind = join_returns(asset, hedges)
        check_tail(min(self.q, 1.0 - self.q), returns, f"q={self.q:g}")
        replicating = replicating_fit(self, returns, kind)
        if replicating is not None:
            return replicating
        coefficients, influence = quantile_regression(returns.to_numpy(), self.q)
        names = list(returns.columns[1:])
        first = distinct_name("constant", names)
        if not 0.25 <= self.q <= 0.75:
            table = pd.DataFrame({"estimate": coefficients}, index=[first, *names])
            return constant_ratio_fit(self, returns, coefficients[1:], kind, table)
        estimates = estimates_from_influence([first, *names], coefficients, influence)
        return constant_ratio_fit(
            self, returns, coefficients[1:], kind, estimates, ParameterErrors()
        )

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same coefficients over new dates."""
        return carry_constant_ratio(fit, returns)


def quantile_regression(returns: Array, q: float) -> tuple[Array, Array]:
    """Coefficients (1 + k,) of the first column, the constant first, and the influence of each date, alike."""
    data = standardize(returns)
    x = np.column_stack([np.ones(len(returns)), data.hedges])
    coefficients, below = tail_programme(data.left, x, q * x.sum(axis=0))
    influence = tail_influence(x, data.left - x @ coefficients, (q - below)[:, None] * x, q)
    units = np.concatenate([[data.size], data.units])
    return np.concatenate([[0.0], data.ratio]) + coefficients * units, influence * units
