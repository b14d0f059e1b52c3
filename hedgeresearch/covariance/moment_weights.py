"""Declaration of how functions of a covariance, such as hedge ratios, get sampling errors."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.covariance")
class MomentWeights(NamedTuple):
    """Weights of the observations in a covariance that is a weighted moment of returns.

    Its functions, such as hedge ratios, have the sampling errors of a regression with these
    weights.

    Attributes
    ----------
    span : int, "all" or "estimation"
        Observations in the moment: a number of the most recent ones, all, or the estimation sample.
    decay : float
        Weight of an observation relative to the following one.
    centered : bool
        Whether the moment is about the mean rather than about zero.

    Examples
    --------
    >>> import numpy as np
    >>> from hedgeresearch.covariance import MomentWeights
    >>> returns = np.array([[0.01], [0.02], [-0.01]])
    >>> used, weights = MomentWeights("all", decay=0.5, centered=False).observations(returns, 3)
    >>> len(used), weights
    (3, array([0.25, 0.5 , 1.  ]))
    """

    span: int | Literal["all", "estimation"]
    decay: float = 1.0
    centered: bool = True

    def observations(self, returns: Array, n_estimation: int) -> tuple[Array, Array]:
        """Return the observations in the moment and their weights.

        Parameters
        ----------
        returns : array (n_dates, n_series)
            All returns seen, those of the estimation sample first.
        n_estimation : int
            Number of observations in the estimation sample.

        Returns
        -------
        observations : array (n, n_series)
        weights : array (n,)
        """
        if self.span == "estimation":
            used = returns[:n_estimation]
        elif self.span == "all":
            used = returns
        else:
            used = returns[-self.span :]
        if self.centered:
            used = used - used.mean(axis=0)
        return used, self.decay ** np.arange(len(used) - 1, -1, -1)


ErrorSource = MomentWeights | Literal["delta method", "bootstrap"]
"""Source of standard errors: weighted-moment regression, delta method, or bootstrap only."""
