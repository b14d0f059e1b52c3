"""The minimum-variance hedge of a covariance model that was estimated on an array."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.minimum_variance import minimum_variance_ratios
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.covariance.array_estimate import ArrayEstimate
from hedgeresearch.typing import Array


class MinimumVarianceArrayFit(NamedTuple):
    """Ratios of the covariances that a model expects after its sample.

    Attributes
    ----------
    estimate : ArrayEstimate
    """

    estimate: ArrayEstimate

    @property
    def remarks(self) -> tuple[str, ...]:
        """Warnings of the covariance model."""
        return self.estimate.remarks

    def ratios(self, later: Array) -> Array | None:
        """Return the ratio of each date of returns (n_later, n_series), see ``ArrayFit``."""
        state = self.estimate.final_state
        if len(later) == 1:  # it is known before its return is
            covariances = state.next_covariance[None]
        else:
            block = np.arange(later.shape[1], dtype=np.intp)
            covariances = np.ascontiguousarray(state.path(later, block))
        ratios, pivots = minimum_variance_ratios(covariances)
        if not (pivots > COLLINEARITY_TOLERANCE).all():
            return None
        return np.asarray(ratios)
