"""Reader of an oracle, and of the sequencer of a rollup."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pandas as pd

from hedgeresearch.feeds.chain.abi import call_data, signed, text_of, words_of
from hedgeresearch.feeds.chain.contracts import ChainlinkOracle
from hedgeresearch.feeds.chain.many_calls import Call
from hedgeresearch.feeds.chain.node import NANOSECONDS, Log
from hedgeresearch.feeds.chain.steps import Reading
from hedgeresearch.feeds.source import Source
from hedgeresearch.onchain.chain_events import Block, OracleReading, PoolSwap
from hedgeresearch.onchain.oracle import OracleRound, SequencerStatus

LATEST = "latestRoundData()"


class OracleReader:
    """Reader of an oracle.

    Parameters
    ----------
    contract : ChainlinkOracle
    source : Source of its events
    name : description of the feed
    decimals : int, of its answers
    """

    def __init__(self, contract: ChainlinkOracle, source: Source, name: str, decimals: int) -> None:
        self.contract = contract
        self.source = source
        self.addresses: tuple[str, ...] = ()
        self._name = name
        self._decimals = decimals

    def state(self, block: Block) -> Reading[Callable[[int], OracleReading]]:
        """Read the latest round at the end of a block."""
        calls = [Call(self.contract.address, call_data(LATEST), str(self.source))]
        if self.contract.uptime is not None:
            calls.append(Call(self.contract.uptime, call_data(LATEST), "The uptime feed"))
        answers = yield calls
        round_id, answer, _, updated, answered_in = words_of(answers[0], 5, str(self.source))[:5]
        latest = OracleRound(
            self._name,
            round_id,
            answered_in,
            signed(answer),
            self._decimals,
            _time(updated) if updated else None,
            self.contract.heartbeat,
        )
        sequencer = None
        if len(answers) > 1:
            # the answer is 0 if it is up, and the round began when it came up or went down
            _, is_down, since = words_of(answers[1], 5, "The uptime feed")[:3]
            sequencer = SequencerStatus(not is_down, _time(since))
        return partial(OracleReading, latest, sequencer, block)

    def events(self, logs: Sequence[Log], block: Block, receive_time: int) -> Iterator[PoolSwap]:
        """Yield nothing: the state at the end of each block is read."""
        yield from ()


def oracle_reader(contract: ChainlinkOracle, source: Source) -> Reading[OracleReader]:
    """Read what does not change of an oracle."""
    calls = [
        Call(contract.address, call_data(name), str(source))
        for name in ("description()", "decimals()")
    ]
    name, decimals = yield calls
    number = words_of(decimals, 1, str(source))[0]
    return OracleReader(contract, source, text_of(name, str(source)), number)


def _time(seconds: int) -> pd.Timestamp:
    return pd.Timestamp(seconds * NANOSECONDS, tz="UTC")
