"""Numbers of regimes in a walk: each refit follows the refits before it.

A fit numbers its regimes by their variance, so that regimes of similar variance may change places
from one refit to the next. In a walk they keep the numbers of the first refit. A refit is matched
with the means of the moments of earlier refits, in which each counts by the share of its dates that
were new, and with the probabilities of the last one; all of them use data before the dates that the
refit hedges. The common rise or fall of all volatilities does not change the best permutation.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import RegimeDetail
from hedgeresearch.regimes.alignment import match_identities, match_regimes
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array, Indices

MAX_DATES = 2000
"""Largest number of dates over which probabilities are compared."""


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
        """Return the record with regime ``order[k]`` as regime k."""
        identities = self.identities
        return RegimeRecord(
            moments=Moments(self.moments.means[order], self.moments.covariances[order]),
            probabilities=self.probabilities[:, order],
            stop=self.stop,
            regimes=tuple(self.regimes[number] for number in order),
            identities=None if identities is None else tuple(identities[k] for k in order),
        )

    def following(self, earlier: RegimeRecord) -> tuple[RegimeRecord, Indices]:
        """Return this record with the numbers of an earlier one, and the number each had before."""
        order = self._order(earlier)
        reordered = self.reordered(order)
        new_share = min((self.stop - earlier.stop) / len(self.probabilities), 1.0)
        moments = _mean_moments(earlier.moments, reordered.moments, new_share)
        return reordered._replace(moments=moments, regimes=earlier.regimes), order

    def _order(self, earlier: RegimeRecord) -> Indices:
        by_definition = match_identities(self.identities, earlier.identities)
        if by_definition is not None:
            return by_definition
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


def _mean_moments(earlier: Moments, latest: Moments, weight: float) -> Moments:
    """Return means of the moments of two records; ``weight`` is that of the later one."""
    means = [(1.0 - weight) * a + weight * b for a, b in zip(earlier, latest, strict=True)]
    return Moments(*means)
