"""Prices of oracles: what a contract such as Chainlink's aggregator reports, and when to trust it.

A round of an aggregator holds an answer, a whole number with a fixed number of decimals, and the
time at which it was agreed on. The feed promises a new round at least every heartbeat, whatever the
price does. A price is not to be used where the answer is not positive, the round is not complete,
the heartbeat has passed without a new round, or, on a rollup, its sequencer is down or came back
less than a grace period ago.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.ticks import check_decimals

GRACE = 3_600.0
"""Seconds after the return of a sequencer during which prices are not used."""


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class SequencerStatus:
    """State of the sequencer of a rollup, from its uptime feed.

    Parameters
    ----------
    up : bool; the answer of Chainlink's uptime feed is 0 for up and 1 for down
    since : Timestamp with a time zone, when it came up or went down

    Raises
    ------
    DataError
        If ``up`` is not a bool, or the time has no zone.

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.onchain import SequencerStatus
    >>> SequencerStatus(True, pd.Timestamp("2026-03-02 12:00", tz="UTC")).up
    True
    """

    up: bool
    since: pd.Timestamp

    def __post_init__(self) -> None:
        check_flag(self.up, "up")
        _check_zone(self.since, "since")


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class OracleRound:
    """One round of an oracle's price feed, as ``latestRoundData`` returns it.

    Parameters
    ----------
    name : name of the feed, such as "ETH/USD"
    round_id, answered_in_round : ints
    answer : int, price times 10**decimals
    decimals : int, of the feed: 8 for most prices in dollars
    updated_at : Timestamp with a time zone; None for a round that is not complete, whose time in
        the contract is zero
    heartbeat : float > 0, seconds after which a new round is due

    Raises
    ------
    DataError
        If a time has no zone or a number is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> from hedgeresearch.onchain import OracleRound
    >>> moment = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    >>> latest = OracleRound("ETH/USD", 7, 7, 200_012_000_000, 8, moment, heartbeat=3_600)
    >>> latest.price_at(moment + pd.Timedelta("20min"))
    2000.12
    >>> latest.problem_at(moment + pd.Timedelta("2h"))
    'ETH/USD was updated 7200 s ago, its heartbeat is 3600 s'
    """

    name: str
    round_id: int
    answered_in_round: int
    answer: int
    decimals: int
    updated_at: pd.Timestamp | None
    heartbeat: float

    def __post_init__(self) -> None:
        for name, number in self._whole_numbers().items():
            if isinstance(number, bool) or not isinstance(number, int | np.integer):
                raise DataError(
                    f"{name} must be an int, as the contract returns it; got {number!r}."
                )
        check_decimals(self.decimals, "decimals")
        check_between(self.heartbeat, "heartbeat", 0.0, float("inf"))
        if self.updated_at is not None:
            _check_zone(self.updated_at, "updated_at")

    def problem_at(
        self, moment: pd.Timestamp, sequencer: SequencerStatus | None = None
    ) -> str | None:
        """Return why the price must not be used at a moment, or None if it may be.

        Parameters
        ----------
        moment : Timestamp with a time zone
        sequencer : SequencerStatus of the rollup; None for a chain without one
        """
        _check_zone(moment, "moment")
        if sequencer is not None:
            problem = _sequencer_problem(sequencer, moment)
            if problem is not None:
                return problem
        if self.updated_at is None or self.answered_in_round < self.round_id:
            return f"round {self.round_id} of {self.name} is not complete"
        if self.answer <= 0:
            return f"the answer of {self.name} is {self.answer}, not a positive price"
        age = (moment - self.updated_at).total_seconds()
        if age < 0.0:
            return f"{self.name} was updated {-age:.3g} s after the moment: a clock is wrong"
        if age > self.heartbeat:
            return (
                f"{self.name} was updated {age:.0f} s ago, its heartbeat is {self.heartbeat:.0f} s"
            )
        return None

    def _whole_numbers(self) -> dict[str, int]:
        """Return the numbers of the contract that must be whole, by name."""
        return {
            "round_id": self.round_id,
            "answered_in_round": self.answered_in_round,
            "answer": self.answer,
        }

    def price_at(self, moment: pd.Timestamp, sequencer: SequencerStatus | None = None) -> float:
        """Return the price, if it may be used at a moment.

        Raises
        ------
        DataError
            If it must not be used; the message says why.
        """
        problem = self.problem_at(moment, sequencer)
        if problem is not None:
            raise DataError(f"There is no usable price: {problem}. Wait for the next round.")
        return self.answer / 10.0**self.decimals


def _sequencer_problem(sequencer: SequencerStatus, moment: pd.Timestamp) -> str | None:
    """Return why the sequencer forbids the use of a price, or None."""
    seconds = (moment - sequencer.since).total_seconds()
    if seconds < 0.0:
        return f"the sequencer's state is from {-seconds:.3g} s after the moment: a clock is wrong"
    if not sequencer.up:
        return f"the sequencer has been down for {seconds:.0f} s"
    if seconds < GRACE:
        return f"the sequencer came back {seconds:.0f} s ago, less than {GRACE:.0f} s"
    return None


def _check_zone(moment: pd.Timestamp, name: str) -> None:
    """Refuse a time without a zone."""
    if not isinstance(moment, pd.Timestamp) or moment.tzinfo is None:
        raise DataError(
            f"{name} must be a Timestamp with a time zone; got {moment!r}. Pass "
            "pd.Timestamp(..., tz='UTC'), or unit='s' for the seconds of a block."
        )
