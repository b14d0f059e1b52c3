"""Minimum-variance hedges of a covariance model that is estimated on many samples in arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import minimum_variance_ratios
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.covariance.array_estimate import (
    EstimatesSamples,
    SampleEstimate,
    Samples,
    estimates_on,
)
from hedgeresearch.hedges.array_fit import RefitRatios
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.typing import Array


class MinimumVarianceArrayFit(NamedTuple):
    """Ratios of the covariances that a model expects after one sample, see ``ArrayFit``."""

    estimate: SampleEstimate

    @property
    def remarks(self) -> tuple[str, ...]:
        """Warnings of the covariance model."""
        return self.estimate.remarks

    def ratios(self, later: Array) -> Array | None:
        """Return the ratio of each date of returns (n_later, n_series), see ``ArrayFit``."""
        return ratios_after(self.estimate, later)


def refit_ratios(
    model: EstimatesSamples, samples: Samples, refits: Sequence[Refit]
) -> Iterator[RefitRatios | None]:
    """Yield the ratios of many refits from the estimates on their samples, see ``FitsSamples``."""
    for refit, estimate in zip(refits, estimates_on(model, samples), strict=True):
        ratios: Array | None = None
        if estimate is not None:
            later = samples.returns[refit.train_stop : refit.test_stop]
            ratios = ratios_after(estimate, later)
        if estimate is None or ratios is None or not np.isfinite(ratios).all():
            yield None
        else:
            hedged = ratios[refit.test_start - refit.train_stop :]
            yield RefitRatios(hedged, estimate.remarks)


def ratios_after(estimate: SampleEstimate, later: Array) -> Array | None:
    """Return the ratio of each date of returns after a sample; None where hedges are collinear.

    Parameters
    ----------
    estimate : SampleEstimate
    later : array (n_later, n_series), the asset first
    """
    if len(later) == 1:  # it is known before its return is
        covariances = estimate.next_covariance[None]
    else:
        block = np.arange(later.shape[1], dtype=np.intp)
        covariances = np.ascontiguousarray(estimate.final_state.path(later, block))
    ratios, pivots = minimum_variance_ratios(covariances)
    if not (pivots > COLLINEARITY_TOLERANCE).all():
        return None
    return np.asarray(ratios)
