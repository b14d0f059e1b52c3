"""The minimum-variance hedge of regimes that were estimated on an array."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.hedges.regime_switching.breakdown import Weighting
from hedgeresearch.regimes.array_estimate import RegimeEstimate
from hedgeresearch.regimes.mixture import mixture_covariance
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array


class RegimeArrayFit(NamedTuple):
    """Ratios of the covariances of regimes, weighted by their predicted probabilities.

    Attributes
    ----------
    estimate : RegimeEstimate
    moments : Moments, of asset and hedges in each regime
    weighting : {"mixture", "most_likely"}, as in RegimeHedge
    n_observed : int, number of series that the regimes observe, the asset first
    """

    estimate: RegimeEstimate
    moments: Moments
    weighting: Weighting
    n_observed: int

    @property
    def remarks(self) -> tuple[str, ...]:
        """Warnings of the regime model."""
        return self.estimate.remarks

    def predicted(self, later: Array) -> Array:
        """Return predicted probabilities of dates after the sample, (n_later, k)."""
        state = self.estimate.final_state
        if len(later) == 1:  # it is known before its return is
            return state.next_probabilities[None]
        return state.filter(later[:, : self.n_observed]).predicted[:-1]

    def ratios(self, later: Array) -> Array | None:
        """Return the ratio of each date of returns (n_later, n_series), see ``ArrayFit``."""
        probabilities = self.predicted(later)
        if self.weighting == "most_likely":
            likely = probabilities.argmax(axis=1)
            covariances = self.moments.covariances[likely]
        else:
            covariances = mixture_covariance(probabilities, *self.moments)
        ratios, pivots = minimum_variance_ratios(np.array(covariances, order="C"))
        if not (pivots > COLLINEARITY_TOLERANCE).all():
            return None
        return np.asarray(ratios)
