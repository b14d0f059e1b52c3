"""Fits in arrays, for the many refits of a walk: no table is made, nothing is checked twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from hedgeresearch.covariance.array_estimate import Samples
from hedgeresearch.covariance.margin_store import MarginStore
from hedgeresearch.hedges.closed_form import MIN_OWN_VARIANCE, Refit
from hedgeresearch.typing import Array, Mask


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


class RefitRatios(NamedTuple):
    """Ratios (n_hedged_rows, n_hedges) of one refit, and the warnings of its model."""

    ratios: Array
    remarks: tuple[str, ...]


@runtime_checkable
class FitsSamples(Protocol):
    """A hedge model that fits many samples in arrays, one after the other."""

    def fit_samples(
        self, samples: Samples, refits: Sequence[Refit]
    ) -> Iterator[RefitRatios | None]:
        """Yield the ratios of each refit, or None where it needs a fit of its own.

        Parameters
        ----------
        samples : of returns (n_rows, 1 + n_hedges), the asset first, one for each refit
        refits : when to estimate and what to hedge, in order
        """


def samples_of(
    returns: Array, refits: Sequence[Refit], cold: Mask, names: Sequence[str], store: MarginStore
) -> Samples:
    """Return the samples of refits, of which ``cold`` says where searches begin."""
    bounds = np.array([refit[:2] for refit in refits])
    return Samples(returns, bounds, cold, names, MIN_OWN_VARIANCE, store)


def fits_samples(model: object) -> bool:
    """Return whether a model, and not only the class that it inherits from, fits samples."""
    return "fit_samples" in vars(type(model))


def as_array_model(model: object) -> FitsArrays | None:
    """Return a hedge model that fits arrays; None for one that does not.

    A subclass may fit in another way than the class whose method it inherits.
    """
    own: Any = model  # to compare with a protocol takes longer than many a fit
    return own if "fit_array" in vars(type(model)) else None
