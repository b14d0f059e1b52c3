"""The oracle of a token: its last round, and whether loans can be judged by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Event
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.decision import Problem, ProblemKind
from hedgeresearch.live.leg import Leg
from hedgeresearch.microstructure.events import Interruption
from hedgeresearch.onchain.chain_events import BlockWithdrawn, OracleReading
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import all_tokens
from hedgeresearch.recommendation.inputs.onchain.oracles import Oracles
from hedgeresearch.recommendation.recommendation import Recommendation


class OracleState:
    """The last round of the oracle of a token.

    Parameters
    ----------
    token : name of the token, and of its column of the market
    source : Source of the events
    """

    def __init__(self, token: str, source: Source) -> None:
        self.token = token
        self.source = source
        self.reading: OracleReading | None = None
        self._missing: tuple[ProblemKind, str] = ("waiting", "no round of its oracle has come")

    def apply(self, event: Event) -> None:
        """Keep an event of the source."""
        if isinstance(event, OracleReading):
            self.reading = event
        elif isinstance(event, Interruption):
            self._lose(event.reason)
        elif isinstance(event, BlockWithdrawn) and self._is_of(event):
            number = event.block.number
            self._lose(f"block {number:,}, which the round of its oracle is of, was withdrawn")

    def problem(self, time: int) -> Problem | None:
        """Return why the oracle must not be used at a time, nanoseconds; None if it may be."""
        if self.reading is None:
            return Problem(self._missing[0], self.token, self._missing[1])
        wrong = self.reading.problem_at(time)
        return None if wrong is None else Problem("oracle", self.token, wrong)

    def _is_of(self, event: BlockWithdrawn) -> bool:
        return self.reading is not None and self.reading.block.hash == event.block.hash

    def _lose(self, reason: str) -> None:
        self.reading = None
        self._missing = ("interrupted", reason)


def oracle_states(legs: Mapping[str, Any], recommendation: Recommendation) -> list[OracleState]:
    """Return the state of each oracle of the legs.

    Raises
    ------
    DataError
        If there is no pool or loan with the token.
    """
    book = recommendation.problem.onchain
    tokens = [] if book is None else all_tokens(book.held)
    states = []
    for column, leg in legs.items():
        if not isinstance(leg, Leg) or leg.oracle is None:
            continue
        if column not in tokens:
            raise DataError(
                f"The oracle of {column!r} must be that of a token of pools or loans, "
                f"{', '.join(tokens) or 'none'}. Leave it out of its leg."
            )
        states.append(OracleState(column, leg.oracle))
    return states


def rounds_of(states: Sequence[OracleState]) -> Oracles | None:
    """Return the last rounds of oracles; None without any."""
    readings = {one.token: one.reading for one in states if one.reading is not None}
    if not readings:
        return None
    known = [one.sequencer for one in readings.values() if one.sequencer is not None]
    rounds = {token: one.round for token, one in readings.items()}
    return Oracles(rounds, sequencer=known[-1] if known else None)
