"""Estimates of covariance models from arrays, for many refits to the same series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.typing import Array, Indices, Mask


class ArrayEstimate(NamedTuple):
    """Estimate of a covariance model on one sample.

    Attributes
    ----------
    final_state : CovarianceState
        Filter state after the last date of the sample.
    search : object
        Optimum at which a search on a similar sample may begin; private to the model.
    remarks : tuple of str
        Warnings of ``fit`` on the same sample.
    """

    final_state: CovarianceState
    search: Any
    remarks: tuple[str, ...] = ()


@runtime_checkable
class EstimatesArrays(Protocol):
    """A covariance model that also estimates on arrays, without tables and checks of data.

    It gives the estimates that ``fit`` gives on the same data. A walk uses it for samples whose
    data were checked before the walk and in which every series varies by itself; ``fit`` is used
    for the others, and where ``estimate_array`` raises an error.
    """

    def estimate_array(
        self, returns: Array, names: Sequence[str], near: ArrayEstimate | None = None
    ) -> ArrayEstimate:
        """Estimate on returns (n_dates, n_series), starting at an earlier estimate, if given.

        Raises
        ------
        DataError
            If the sample is too short.
        ConvergenceError
            If no search reaches an optimum.
        """


class SampleEstimates(Protocol):
    """Estimates of a covariance model on many samples of the same series."""

    @property
    def found(self) -> Mask:
        """True for each sample with an estimate, (n_samples,); the others need another search."""

    @property
    def next_covariances(self) -> Array:
        """Covariance of the date after each sample, (n_samples, n_series, n_series)."""

    def final_state(self, number: int) -> CovarianceState:
        """Return the filter state after a sample."""

    def remarks(self, number: int) -> tuple[str, ...]:
        """Return the warnings of ``fit`` on a sample."""


@runtime_checkable
class EstimatesSamples(Protocol):
    """A covariance model that estimates on many samples in one compiled call."""

    def estimate_samples(
        self,
        returns: Array,
        bounds: Indices,
        cold: Mask,
        names: Sequence[str],
        least_share: float,
    ) -> SampleEstimates | None:
        """Estimate on samples in their order; None if the settings need a search for each.

        Parameters
        ----------
        returns : array (n_rows, n_series)
        bounds : array (n_samples, 2)
            First row of each sample, and the row after its last.
        cold : array (n_samples,) of bool
            Whether the search on a sample does not start at the optimum of the one before.
        names : sequence of str
            Names of the series.
        least_share : float
            Share of its variance that each series must have of its own.
        """


def estimates_samples(model: object) -> bool:
    """Return whether a model, and not only the class that it inherits from, estimates samples."""
    return isinstance(model, EstimatesSamples) and "estimate_samples" in vars(type(model))


def as_array_model(model: object) -> EstimatesArrays | None:
    """Return a covariance model that estimates on arrays; None for one that does not.

    A subclass may estimate in another way than the class whose method it inherits.
    """
    own = isinstance(model, EstimatesArrays) and "estimate_array" in vars(type(model))
    return model if own and isinstance(model, EstimatesArrays) else None
