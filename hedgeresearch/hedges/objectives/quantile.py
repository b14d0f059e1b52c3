r"""Hedge by quantile regression.

.. math:: \min_{c, b} \sum_t u_t (q - 1\{u_t < 0\}), \qquad u_t = r^{asset}_t - c - r^{hedges}_t{}'b

Source: Koenker and Bassett (1978), Econometrica 46, section 3; see ``optimization.tail_program``
and ``objectives.standard_errors``.
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
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.objectives.standard_errors import quantile_influence, tick_size
from hedgeresearch.hedges.objectives.standardization import standardize_returns
from hedgeresearch.hedges.objectives.tail_size import check_tail_size
from hedgeresearch.hedges.ratio_errors import ParameterErrors
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.optimization.tail_program import solve_tail_program
from hedgeresearch.typing import Array

MIN_DELTA_QUANTILE = 0.25
"""Smallest q, and smallest 1 - q, with standard errors by the delta method."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class QuantileHedge:
    """Coefficients on the hedges of a quantile of the asset, the same for all dates.

    The optimum is exact. For q below 0.25 or above 0.75 standard errors come from the bootstrap:
    there are too few observations in the tail to estimate the density that the delta method needs.
    So do those of returns on a grid with a tick of the size of the residuals.

    Parameters
    ----------
    q : float in (0, 1)
        The quantile; 0.5 gives least absolute deviations, whose ratio few outliers of the asset
        cannot change much, 0.05 the ratio that holds where the asset does worst given the hedges.

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
            If there are too few observations on one side of the quantile, or hedges are collinear.
        """
        returns, kind = join_returns(asset, hedges)
        check_tail_size(min(self.q, 1.0 - self.q), returns, f"q={self.q:g}")
        replicating = replicating_fit(self, returns, kind)
        if replicating is not None:
            return replicating
        coefficients, influence = quantile_regression(returns.to_numpy(), self.q)
        names = list(returns.columns[1:])
        parameters = [distinct_name("constant", names), *names]
        ratio = coefficients[1:]
        if influence is None:
            table = pd.DataFrame({"estimate": coefficients}, index=parameters)
            return constant_ratio_fit(self, returns, ratio, kind, table)
        # the kernel makes these errors large in small samples: 97% and more at nominal 95%
        estimates = estimates_from_influence(
            parameters,
            coefficients,
            influence,
            n_coefficients=returns.shape[1],
            n_effective=np.inf,
        )
        return constant_ratio_fit(self, returns, ratio, kind, estimates, ParameterErrors())

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)


def quantile_regression(returns: Array, q: float) -> tuple[Array, Array | None]:
    """Regress the q-quantile of the first column of returns (n_dates, 1 + k) on the others.

    Returns
    -------
    coefficients : array (1 + k,), the constant first
    influence : array (n_dates, 1 + k), of each date on the coefficients; None if the delta method
        does not apply
    """
    data = standardize_returns(returns)
    x = np.column_stack([np.ones(len(returns)), data.hedges])
    solution, below = solve_tail_program(data.hedged, x, q * x.sum(axis=0))
    units = np.concatenate([[data.size], data.units])
    coefficients = np.concatenate([[0.0], data.ratio]) + solution * units
    if not MIN_DELTA_QUANTILE <= q <= 1.0 - MIN_DELTA_QUANTILE:
        return coefficients, None
    tick = tick_size(returns[:, 0]) / data.size
    scores = (q - below)[:, None] * x
    influence = quantile_influence(x, data.hedged - x @ solution, scores, q, tick)
    return coefficients, None if influence is None else influence * units
