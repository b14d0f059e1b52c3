r"""Minimum-CVaR hedge: minimize the mean loss over the worst dates.

.. math:: \min_{b, c} \; c + \frac{1}{(1 - \beta) n}
          \sum_t \max(-(r^{asset}_t - b'r^{hedges}_t) - c, 0)

Source: Rockafellar and Uryasev (2000), Journal of Risk 2, eq. 9, solved in its dual: the weights of
the worst dates under which the hedges have mean zero. For hedges with mean zero it is a quantile
regression at 1 - beta (Bassett, Koenker and Kordas 2004, Journal of Financial Econometrics 2,
theorem 2). Standard errors come from the bootstrap: the delta method needs the density at the edge
of the tail, where there are too few observations to estimate it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.probabilities import check_tail
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.objectives.standardization import standardize_returns
from hedgeresearch.hedges.objectives.tail_size import check_tail_size
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.optimization.tail_program import solve_tail_program
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class MinimumCVaRHedge:
    """Ratio that minimizes the mean loss of the hedged position over its worst dates.

    Losses are measured from zero, not from the mean: less is sold of a hedge with a positive mean
    return than of one with mean zero. If several ratios are equally good, because returns have
    ties, the same one is returned every time.

    Parameters
    ----------
    tail : float in (0, 0.5]
        Share of the dates that are the worst; 0.05 for a CVaR at 95%.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).iloc[-1000:]
    >>> fit = hr.MinimumCVaRHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> fit.next_ratio.round(3).to_dict()
    {'SP500': 1.183}
    """

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    tail: float = 0.05

    def __post_init__(self) -> None:
        check_tail(self.tail)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few observations in the tail, the hedges are collinear, or there is no
            finite optimum, as some combination of hedges gains on average even in its tail.
        """
        returns, kind = join_returns(asset, hedges)
        check_tail_size(self.tail, returns, f"tail={self.tail:g}")
        replicating = replicating_fit(self, returns, kind)
        if replicating is not None:
            return replicating
        ratio = minimum_cvar_ratio(returns.to_numpy(), self.tail)
        return constant_ratio_fit(self, returns, ratio, kind)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)


def minimum_cvar_ratio(returns: Array, tail: float) -> Array:
    """Return the ratio (k,) of the first column of returns (n_dates, 1 + k) on the others."""
    data = standardize_returns(returns)
    x = np.column_stack([np.ones(len(returns)), data.hedges])
    totals = np.zeros(x.shape[1])
    # the weights of the tail sum to its number of dates; weighted by them, the hedges sum to zero
    totals[0] = tail * len(x)
    coefficients, _ = solve_tail_program(data.hedged, x, totals)
    return np.asarray(data.ratio + coefficients[1:] * data.units)
