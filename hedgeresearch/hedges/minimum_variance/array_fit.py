"""The minimum-variance hedge of a covariance model that was estimated on an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.covariance.array_estimate import ArrayEstimate, EstimatesSamples
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.hedges.array_fit import RefitRatios
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE, Refit
from hedgeresearch.typing import Array, Mask


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
        return ratios_after(self.estimate.final_state, later)


def ratios_after(state: CovarianceState, later: Array) -> Array | None:
    """Return the ratio of each date of returns (n_later, n_series) after a state, see ``ArrayFit``.

    Parameters
    ----------
    state : CovarianceState
    later : array (n_later, n_series), the asset first
    """
    if len(later) == 1:  # it is known before its return is
        covariances = state.next_covariance[None]
    else:
        block = np.arange(later.shape[1], dtype=np.intp)
        covariances = np.ascontiguousarray(state.path(later, block))
    ratios, pivots = minimum_variance_ratios(covariances)
    if not (pivots > COLLINEARITY_TOLERANCE).all():
        return None
    return np.asarray(ratios)


def sample_by_sample(
    model: EstimatesSamples,
    returns: Array,
    refits: Sequence[Refit],
    cold: Mask,
    names: Sequence[str],
) -> Sequence[RefitRatios | None]:
    """Return the ratios of many refits from the estimates of their samples, see ``FitsSamples``."""
    bounds = np.array([refit[:2] for refit in refits])
    estimates = model.estimate_samples(returns, bounds, cold, names, MIN_OWN_VARIANCE)
    if estimates is None:
        return [None] * len(refits)
    following, pivots = minimum_variance_ratios(estimates.next_covariances)
    usable = estimates.found & (pivots > COLLINEARITY_TOLERANCE)
    results: list[RefitRatios | None] = []
    for number, refit in enumerate(refits):
        ratios: Array | None = None
        if usable[number] and refit.test_stop == refit.train_stop + 1:
            ratios = following[number : number + 1]
        elif usable[number]:
            later = returns[refit.train_stop : refit.test_stop]
            ratios = ratios_after(estimates.final_state(number), later)
        if ratios is None or not np.isfinite(ratios).all():
            results.append(None)
        else:
            hedged = ratios[refit.test_start - refit.train_stop :]
            results.append(RefitRatios(hedged, estimates.remarks(number)))
    return results
