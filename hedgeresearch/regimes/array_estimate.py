"""Estimates of regime models from arrays, for many refits to the same series."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable

from hedgeresearch.regimes.state import RegimeState
from hedgeresearch.typing import Array


class RegimeEstimate(NamedTuple):
    """Estimate of a regime model on one sample.

    Attributes
    ----------
    final_state : RegimeState
        State after the last date of the sample, near which a search on a similar one may begin.
    filtered : array (n_dates, k)
        Filtered probabilities of the sample.
    regimes : tuple (k,)
        Names of the regimes, or their numbers.
    remarks : tuple of str
        Warnings of ``fit`` on the same sample.
    """

    final_state: RegimeState
    filtered: Array
    regimes: tuple[Any, ...]
    remarks: tuple[str, ...] = ()


@runtime_checkable
class EstimatesArrays(Protocol):
    """A regime model that also estimates on arrays, without tables and checks of data.

    It gives the estimates that ``fit`` gives on the same data. A walk uses it for samples whose
    data were checked before the walk and in which every series varies by itself; ``fit`` is used
    for the others, and where ``estimate_array`` returns None.
    """

    def estimate_array(
        self, observations: Array, near: RegimeEstimate | None = None
    ) -> RegimeEstimate | None:
        """Estimate on observations (n_dates, n_series), starting at an earlier estimate, if given.

        None for a sample that is too short, or of which ``fit`` says more.

        Raises
        ------
        ConvergenceError
            If no search reaches an optimum.
        """


def as_array_model(model: object) -> EstimatesArrays | None:
    """Return a regime model that estimates on arrays; None for one that does not.

    A subclass may estimate in another way than the class whose method it inherits.
    """
    own = isinstance(model, EstimatesArrays) and "estimate_array" in vars(type(model))
    return model if own and isinstance(model, EstimatesArrays) else None
