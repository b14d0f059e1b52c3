"""Fits in arrays, for the many refits of a walk: no table is made, nothing is checked twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from hedgeresearch.typing import Array


class ArrayFit(Protocol):
    """A hedge estimated on one sample."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """Warnings of ``fit`` on the same sample."""

    def ratios(self, later: Array) -> Array | None:
        """Return the ratio of each later date, (n_later, n_hedges), from data before that date.

        It is None where ``extend`` is needed, which says what is wrong.

        Parameters
        ----------
        later : array (n_later, 1 + n_hedges), returns after the sample, the asset first
        """


@runtime_checkable
class FitsArrays(Protocol):
    """A hedge model that also fits arrays, with the ratios of ``fit`` and ``extend``.

    A walk checks its data once, as a whole, and uses this method for samples in which every series
    varies by itself. It uses ``fit`` for the others, and where ``fit_array`` raises an error or
    returns None.
    """

    def fit_array(
        self, sample: Array, names: Sequence[str], near: ArrayFit | None = None
    ) -> ArrayFit | None:
        """Estimate on returns (n_dates, 1 + n_hedges), the asset first, or return None.

        Parameters
        ----------
        sample : array (n_dates, 1 + n_hedges), a copy that the model may keep
        names : names of asset and hedges, for errors
        near : an earlier fit of the same model, at which the search may begin
        """


def as_array_model(model: object) -> FitsArrays | None:
    """Return a hedge model that fits arrays; None for one that does not.

    A subclass may fit in another way than the class whose method it inherits.
    """
    own = isinstance(model, FitsArrays) and "fit_array" in vars(type(model))
    return model if own and isinstance(model, FitsArrays) else None
