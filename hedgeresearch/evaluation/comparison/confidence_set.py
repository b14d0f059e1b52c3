"""The set of hedges that holds the best one with a given confidence.

Hansen, Lunde and Nason (2011), Econometrica 79, sections 2.3 and 3.1.2: with t_ij the difference of the mean losses of
i and j over its bootstrap standard error, the hedge i of the greatest t_ij leaves, until that t is no longer too large;
the p-value of a hedge is the greatest of those up to where it leaves, so that the set of confidence 1 - size holds all
hedges with larger p-values.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.evaluation.comparison.losses import (
    Loss,
    check_hedged_returns,
    losses_of,
    variance_loss,
    without_rounding,
)
from hedgeresearch.evaluation.comparison.superior_ability import N_BOOTSTRAP, check_bootstrap
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class ModelConfidenceSet:
    """Which hedges may be the best.

    Attributes
    ----------
    p_values : Series (n_hedges,), small for a hedge that is not the best
    size : float, one less the confidence
    """

    p_values: pd.Series[float]
    size: float

    @property
    def included(self) -> list[Hashable]:
        """The hedges in the set, in the order of the columns."""
        return list(self.p_values.index[self.p_values > self.size])

    def __repr__(self) -> str:
        found = ", ".join(map(str, self.included))
        return f"ModelConfidenceSet({100 * (1 - self.size):.0f} % confidence, {len(self.p_values)} hedges: {found})"


@exported_by("hedgeresearch.evaluation")
def model_confidence_set(
    hedged_returns: pd.DataFrame,
    loss: Loss = variance_loss,
    size: float = 0.1,
    *,
    block_length: int | None = None,
    n_bootstrap: int = N_BOOTSTRAP,
    seed: int = 0,
) -> ModelConfidenceSet:
    """The hedges among which the one of least mean loss is, with confidence 1 - size.

    Parameters
    ----------
    hedged_returns : DataFrame (n_dates, n_hedges), fractions per period
    loss : what a hedged return costs; by default its squared deviation from the mean
    size : float, how often the best hedge may be left out
    block_length : int, mean length of the bootstrap's blocks; after Politis and White (2004) if not given
    n_bootstrap : int, draws; seed : int, of the draws

    Raises
    ------
    DataError
        If there are fewer than 20 dates or two hedges, or a setting is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=500, seed=1).returns
    >>> hr.evaluation.model_confidence_set(returns.assign(twice=2 * returns["asset"], copy=returns["asset"])).included
    ['asset', 'copy']
    """
    frame = check_hedged_returns(hedged_returns)
    check_between(size, "size", 0, 1)
    check_bootstrap(len(frame), block_length, n_bootstrap, seed)
    values = frame.to_numpy()
    losses = losses_of(without_rounding(values, float(np.abs(values).max())), loss)
    p_values = confidence_set_p_values(losses, block_length, n_bootstrap, seed)
    return ModelConfidenceSet(pd.Series(p_values, frame.columns, name="p"), size)


def confidence_set_p_values(
    losses: Array, block_length: int | None, n_bootstrap: int, seed: int
) -> Array:
    """P-values of each column of losses (n_dates, n_hedges); those of columns that are the same are the same."""
    from arch.bootstrap import MCS

    distinct: Any
    distinct, copy_of = np.unique(losses, axis=1, return_inverse=True)
    if distinct.shape[1] == 1:
        return np.ones(losses.shape[1])
    against_mean = distinct - distinct.mean(
        axis=1, keepdims=True
    )  # what all share moves no difference
    against_mean = against_mean[:, against_mean.any(axis=0)]
    length = optimal_block_length(against_mean) if block_length is None else block_length
    # no size is needed for the p-values
    found = MCS(distinct, 0.1, n_bootstrap, length, seed=np.random.default_rng(seed))
    found.compute()
    return np.asarray(found.pvalues["Pvalue"].sort_index().to_numpy()[copy_of.ravel()])
