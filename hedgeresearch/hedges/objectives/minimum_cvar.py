r"""The hedge of least conditional value at risk: of the mean loss in the worst dates.

.. math:: \min_{b, c} \; c + \frac{1}{(1 - \beta) n} \sum_t \max(-(r^{asset}_t - b'r^{hedges}_t) - c, 0)

Source: Rockafellar and Uryasev (2000), Journal of Risk 2, eq. 9, solved in its dual: the weights of the worst dates
under which the hedges have mean zero. For hedges of mean zero it is a quantile regression at 1 - beta (Bassett, Koenker
and Kordas 2004, Journal of Financial Econometrics 2, theorem 2). Standard errors come from the bootstrap: by the delta
method they need the density at the edge of the tail, where there are too few dates to tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.probabilities import check_tail as check_tail_probability
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.objectives.linear_programme import check_tail, standardize, tail_programme
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class MinimumCVaRHedge:
    """The ratio under which the hedged position loses least, on average over its worst dates.

    Losses are counted from zero: a hedge that has gained over the sample is sold a little less than one that has not.
    Where several ratios are equally good, as ties between returns may have it, the same one is given every time.

    Parameters
    ----------
    tail : float in (0, 0.5], the share of dates that are the worst

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
        check_tail_probability(self.tail)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few dates in the tail, hedges are collinear, or some position in them gains even in its
            worst dates.
        """
        returns, kind = join_returns(asset, hedges)
        check_tail(self.tail, returns, f"tail={self.tail:g}")
        replicating = replicating_fit(self, returns, kind)
        if replicating is not None:
            return replicating
        return constant_ratio_fit(
            self, returns, minimum_cvar_ratio(returns.to_numpy(), self.tail), kind
        )

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same ratio over new dates."""
        return carry_constant_ratio(fit, returns)


def minimum_cvar_ratio(returns: Array, tail: float) -> Array:
    """The ratio (k,) of the first column to the others, (n_dates, 1 + k), whose loss in the tail is least."""
    data = standardize(returns)
    x = np.column_stack([np.ones(len(returns)), data.hedges])
    totals = np.zeros(x.shape[1])
    # so many dates are in the tail, and the hedges add up to nothing there
    totals[0] = tail * len(x)
    coefficients, _ = tail_programme(data.left, x, totals)
    return np.asarray(data.ratio + coefficients[1:] * data.units)
