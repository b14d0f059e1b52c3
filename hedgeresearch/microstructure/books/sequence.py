"""The numbering of changes of an order book, venue by venue.

Binance states in its documentation of diff depth streams: after a snapshot whose last change is L,
updates with u < L (futures) or u <= L (spot) are dropped, the first update that is used has
U <= L <= u (futures) or U <= L + 1 <= u (spot), and then ``pu`` of each equals ``u`` of the one
before (futures), or ``U`` is one more than it (spot). U, u and pu are the first and final number of
an update and the final number of the one before. Deribit gives the change before each, and its
snapshots come in the same stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hedgeresearch._exports import exported_by
from hedgeresearch.microstructure.events import BookUpdate

Verdict = Literal["use", "old", "gap"]


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True)
class SequenceRule:
    """The numbering of a venue's updates.

    Parameters
    ----------
    names_previous : whether each update names the last change of the one before; if not, changes
        are numbered without a gap
    first_follows : whether the first update after a snapshot must hold the change that follows the
        snapshot's last one; if not, that last one

    Examples
    --------
    >>> from hedgeresearch.microstructure import BookUpdate
    >>> update = BookUpdate(101, 103, None, [(99.0, 2.0)], [], None, 0)
    >>> BINANCE_SPOT.first(update, snapshot_id=100), BINANCE_SPOT.following(update, last_id=99)
    ('use', 'gap')
    """

    names_previous: bool
    first_follows: bool

    def first(self, update: BookUpdate, snapshot_id: int) -> Verdict:
        """Return what to do with the first update after a snapshot."""
        needed = snapshot_id + 1 if self.first_follows else snapshot_id
        if update.final_id < needed:
            return "old"
        # an update that follows the snapshot without an overlap fits as well
        if self.names_previous and update.previous_id == snapshot_id:
            return "use"
        return "use" if update.first_id <= needed else "gap"

    def following(self, update: BookUpdate, last_id: int) -> Verdict:
        """Return what to do with an update after one that was used."""
        if update.final_id <= last_id:
            return "old"
        if self.names_previous:
            return "use" if update.previous_id == last_id else "gap"
        return "use" if update.first_id == last_id + 1 else "gap"


BINANCE_SPOT = SequenceRule(names_previous=False, first_follows=True)
"""Numbering of the spot market of Binance."""
BINANCE_FUTURES = SequenceRule(names_previous=True, first_follows=False)
"""Numbering of the futures of Binance, USD- and coin-margined."""
DERIBIT = SequenceRule(names_previous=True, first_follows=True)
"""Numbering of Deribit."""
