"""Probabilities and moments of an estimated chain, and their derivatives."""

from __future__ import annotations

from typing import NamedTuple

from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array


class ChainValues(NamedTuple):
    """Probabilities and moments of an estimated chain.

    Attributes
    ----------
    filtered : array (n_seen, k), filtered probabilities
    next_probabilities : array (k,), of the regimes at the date after the last
    moments : Moments, in each regime
    """

    filtered: Array
    next_probabilities: Array
    moments: Moments


class ChainSlopes(NamedTuple):
    """Derivatives of the values of a chain with respect to its coordinates.

    Attributes
    ----------
    filtered : array (n_seen, k, n_coordinates)
    next_probabilities : array (k, n_coordinates)
    moments : Moments, with arrays (n_coordinates, k, n_series) and (n_coordinates, k, n_series,
        n_series)
    """

    filtered: Array
    next_probabilities: Array
    moments: Moments


def moved(values: ChainValues, slopes: ChainSlopes, coordinate: int, step: float) -> ChainValues:
    """Return the values after a step along a coordinate, to first order."""
    moments = values.moments
    by_moment = slopes.moments
    return ChainValues(
        values.filtered + step * slopes.filtered[:, :, coordinate],
        values.next_probabilities + step * slopes.next_probabilities[:, coordinate],
        Moments(
            moments.means + step * by_moment.means[coordinate],
            moments.covariances + step * by_moment.covariances[coordinate],
        ),
    )
