"""Estimates of covariance models from arrays, for many refits to the same series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.typing import Array


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


def as_array_model(model: object) -> EstimatesArrays | None:
    """Return a covariance model that estimates on arrays; None for one that does not.

    A subclass may estimate in another way than the class whose method it inherits.
    """
    own = isinstance(model, EstimatesArrays) and "estimate_array" in vars(type(model))
    return model if own and isinstance(model, EstimatesArrays) else None
