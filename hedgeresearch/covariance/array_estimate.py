"""Estimates of covariance models on many samples of the same series, without tables.

A walk checks its data once, as a whole. What a model needs of each sample then comes from arrays:
univariate estimates, which models share (``margin_store``), and a search that begins at the
estimate on the sample before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from hedgeresearch._kernels.moments.minimum_variance import smallest_own_share
from hedgeresearch.covariance.margin_store import MarginStore
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.typing import Array, Indices, Mask

FAILURES = (DataError, ConvergenceError, np.linalg.LinAlgError)
"""Errors that data may cause; any other is a programming error and is raised."""


class Samples(NamedTuple):
    """Samples of the same series, in their order.

    Attributes
    ----------
    returns : array (n_rows, n_series)
    bounds : array (n_samples, 2)
        First row of each sample, and the row after its last.
    cold : array (n_samples,) of bool
        Whether the search on a sample does not begin at the estimate on the one before.
    names : sequence of str
        Names of the series.
    least_share : float
        Share of its variance that each series must have of its own.
    store : MarginStore
        Univariate estimates that other models may have needed as well.
    """

    returns: Array
    bounds: Indices
    cold: Mask
    names: Sequence[str]
    least_share: float
    store: MarginStore

    @property
    def shortest(self) -> int:
        """Number of observations in the shortest sample."""
        return int(np.diff(self.bounds).min())

    @property
    def vary_by_themselves(self) -> Mask:
        """True for each sample whose series have enough variance of their own, (n_samples,)."""
        shares = [smallest_own_share(self.rows(number)) for number in range(len(self.bounds))]
        return np.array(shares) > self.least_share

    def rows(self, number: int) -> Array:
        """Return the returns (n_dates, n_series) of a sample."""
        first, stop = self.bounds[number].tolist()
        return self.returns[first:stop]


class SampleEstimate(Protocol):
    """Estimate of a covariance model on one sample."""

    @property
    def next_covariance(self) -> Array:
        """Covariance of the date after the sample, (n_series, n_series)."""

    @property
    def final_state(self) -> CovarianceState:
        """Filter state after the sample."""

    @property
    def search(self) -> Any:
        """Optimum at which a search on a similar sample may begin; private to the model."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """Warnings of ``fit`` on the same sample."""


class ArrayEstimate(NamedTuple):
    """Estimate of a covariance model on one sample, from its state."""

    final_state: CovarianceState
    search: Any = None
    remarks: tuple[str, ...] = ()

    @property
    def next_covariance(self) -> Array:
        """Covariance of the date after the sample, (n_series, n_series)."""
        return self.final_state.next_covariance


class SampleEstimator(Protocol):
    """A covariance model that is estimated on any of some samples."""

    def estimate(self, number: int, near: SampleEstimate | None) -> SampleEstimate:
        """Estimate on a sample, from the estimate on a similar one if there is one.

        It is the estimate that ``fit`` gives on the same data with that one as its warm start.

        Raises
        ------
        DataError, ConvergenceError
            As of ``fit``.
        """


@runtime_checkable
class EstimatesSamples(Protocol):
    """A covariance model that estimates on arrays."""

    def on_samples(self, samples: Samples) -> SampleEstimator:
        """Return the estimator of some samples, whose data are known to be valid.

        Raises
        ------
        DataError
            If a sample is too short.
        """


def estimates_samples(model: object) -> bool:
    """Return whether a model, and not only the class that it inherits from, estimates samples."""
    return "on_samples" in vars(type(model))


def estimates_on(
    model: EstimatesSamples, samples: Samples, near: SampleEstimate | None = None
) -> Iterator[SampleEstimate | None]:
    """Yield the estimate on each sample; None where there is none, and ``fit`` says why.

    There is none where a series does not vary by itself; searches start cold after such a sample.
    That on the first sample starts at ``near``, if it is not cold.
    """
    regular = samples.vary_by_themselves
    after_others = np.append(False, ~regular[:-1])
    samples = samples._replace(cold=samples.cold | after_others)
    try:
        estimator = model.on_samples(samples)
    except FAILURES:
        yield from [None] * len(samples.bounds)
        return
    for number, (is_cold, is_regular) in enumerate(zip(samples.cold, regular, strict=True)):
        start = None if is_cold else near
        near = _estimate(estimator, number, start) if is_regular else None
        yield near


def _estimate(
    estimator: SampleEstimator, number: int, near: SampleEstimate | None
) -> SampleEstimate | None:
    """Return the estimate on a sample; a search that fails from near begins elsewhere."""
    if near is not None:
        try:
            return estimator.estimate(number, near)
        except FAILURES:
            pass
    try:
        return estimator.estimate(number, None)
    except FAILURES:
        return None
