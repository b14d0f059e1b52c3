"""Numbers of regimes in a walk: each refit follows the refits before it.

A fit numbers its regimes by their variance, so that regimes of similar variance may change places
from one refit to the next. In a walk they keep the numbers of the first refit. A refit is matched
with the means of the moments of earlier refits, in which each counts by the share of its dates that
were new, and with the probabilities of the last one; all of them use data before the dates that the
refit hedges. The common rise or fall of all volatilities does not change the best permutation.

Regimes by labels or levels are matched by these. One that a sample does not have keeps its number,
with a probability of zero, and one that occurs for the first time has the next number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import RegimeDetail
from hedgeresearch.hedges.regime_switching.array_fit import RegimeArrayFit
from hedgeresearch.regimes.alignment import match_regimes
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array, Indices

MAX_DATES = 2000
"""Largest number of dates over which probabilities are compared."""
ABSENT = -1
"""Number of a regime that a refit does not have."""


class RegimeRecord(NamedTuple):
    """Regimes of a refit, with what the next refit is matched with.

    Attributes
    ----------
    moments : Moments of asset and hedges in each regime, means over refits
    probabilities : array (n_dates, k), filtered, of the last dates of the sample
    stop : int, row after the last of these dates
    regimes : tuple (k,), names of the regimes, or their numbers
    identities : tuple (k,) or None, as in RegimeFit
    """

    moments: Moments
    probabilities: Array
    stop: int
    regimes: tuple[Any, ...]
    identities: tuple[Any, ...] | None = None

    def reordered(self, order: Indices) -> RegimeRecord:
        """Return the record with regime ``order[k]`` as regime k, all of them different."""
        identities = self.identities
        return RegimeRecord(
            moments=Moments(self.moments.means[order], self.moments.covariances[order]),
            probabilities=self.probabilities[:, order],
            stop=self.stop,
            regimes=tuple(self.regimes[number] for number in order),
            identities=None if identities is None else tuple(identities[k] for k in order),
        )

    def following(self, earlier: RegimeRecord) -> tuple[RegimeRecord, Indices]:
        """Return this record with the numbers of an earlier one, and the number each had before.

        The number before is ``ABSENT`` for a regime that only the earlier one has.
        """
        if self.identities is not None and earlier.identities is not None:
            return self._with_all_regimes(earlier)
        order = self._order(earlier)
        reordered = self.reordered(order)
        new_share = min((self.stop - earlier.stop) / len(self.probabilities), 1.0)
        moments = _mean_moments(earlier.moments, reordered.moments, new_share)
        return reordered._replace(moments=moments, regimes=earlier.regimes), order

    def _with_all_regimes(self, earlier: RegimeRecord) -> tuple[RegimeRecord, Indices]:
        """Return the record with the regimes of an earlier one first, then those that are new."""
        mine = self.identities or ()
        theirs = earlier.identities or ()
        every = [*theirs, *(one for one in mine if one not in theirs)]
        order = np.array([mine.index(one) if one in mine else ABSENT for one in every])
        n_theirs = len(theirs)
        new_share = min((self.stop - earlier.stop) / len(self.probabilities), 1.0)
        means, covariances = (array[order] for array in self.moments)
        absent = np.flatnonzero(order == ABSENT)  # regimes of the earlier record
        means[absent] = earlier.moments.means[absent]
        covariances[absent] = earlier.moments.covariances[absent]
        common = Moments(means[:n_theirs], covariances[:n_theirs])
        mean = _mean_moments(earlier.moments, common, new_share)
        record = RegimeRecord(
            moments=Moments(
                np.concatenate([mean.means, means[n_theirs:]]),
                np.concatenate([mean.covariances, covariances[n_theirs:]]),
            ),
            probabilities=in_order(self.probabilities, order),
            stop=self.stop,
            regimes=(*earlier.regimes, *(self.regimes[k] for k in order[n_theirs:])),
            identities=tuple(every),
        )
        return record, order

    def _order(self, earlier: RegimeRecord) -> Indices:
        return match_regimes(self.moments, earlier.moments, lambda: self._overlap(earlier))

    def _overlap(self, earlier: RegimeRecord) -> Array | None:
        """Return the products of probabilities over common dates, (k, k); None without any."""
        first = max(self.stop - len(self.probabilities), earlier.stop - len(earlier.probabilities))
        stop = min(self.stop, earlier.stop)
        if first >= stop:
            return None
        mine = self.probabilities[first - self.stop : stop - self.stop or None]
        theirs = earlier.probabilities[first - earlier.stop : stop - earlier.stop or None]
        return np.asarray(theirs.T @ mine)


def in_order(probabilities: Array, order: Indices) -> Array:
    """Return probabilities (n_dates, k) of the regimes of an order, zero for absent ones."""
    return np.where(order == ABSENT, 0.0, probabilities[:, order])


def record_regimes(fit: HedgeFit, stop: int) -> RegimeRecord | None:
    """Return the regimes of a refit whose sample ends before row ``stop``; None without regimes.

    None too for regimes of longer periods than the rows, as inside a HorizonHedge.
    """
    detail = fit.detail
    if not isinstance(detail, RegimeDetail) or detail.dates[-1] != fit.sample_end:
        return None
    filtered = detail.regimes.filtered.to_numpy()[-MAX_DATES:]
    regimes = detail.regimes
    return RegimeRecord(
        detail.moments, filtered, stop, tuple(regimes.regimes.tolist()), regimes.identities
    )


def record_array_regimes(fit: RegimeArrayFit, stop: int) -> RegimeRecord:
    """Return the regimes of a refit in arrays whose sample ends before row ``stop``."""
    estimate = fit.estimate
    return RegimeRecord(fit.moments, estimate.filtered[-MAX_DATES:], stop, estimate.regimes)


def _mean_moments(earlier: Moments, latest: Moments, weight: float) -> Moments:
    """Return means of the moments of two records; ``weight`` is that of the later one."""
    means = [(1.0 - weight) * a + weight * b for a, b in zip(earlier, latest, strict=True)]
    return Moments(*means)
