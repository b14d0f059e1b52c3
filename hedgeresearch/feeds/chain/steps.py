"""Readings of several contracts in step, so that each step is one request.

A reading is a generator: it yields calls, receives their answers, and returns what it has read.
Readings of many contracts that need the same number of steps need as many requests as one.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import chain, islice
from typing import TypeVar

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.many_calls import Call
from hedgeresearch.feeds.chain.node import Answer, Node
from hedgeresearch.onchain.chain_events import Block

Read = TypeVar("Read")
Reading = Generator[list[Call], list[bytes], Read]


async def read_together(
    readings: Sequence[Reading[Read]], node: Node, block: Block
) -> list[Read | DataError]:
    """Return what each reading has read at the end of a block, or why it could not.

    Raises
    ------
    ReorganizedError
        If the block is no longer part of the chain.
    NodeError
        If the node does not answer.
    """
    results: dict[int, Read | DataError] = {}
    waiting: dict[int, list[Call]] = {}
    for place, reading in enumerate(readings):
        _advance(place, reading, None, waiting, results)
    while waiting:
        calls = list(chain.from_iterable(waiting.values()))
        answers = iter(await node.read(calls, block))
        given = {place: list(islice(answers, len(wanted))) for place, wanted in waiting.items()}
        waiting = {}
        for place, some in given.items():
            _advance(place, readings[place], some, waiting, results)
    return [results[place] for place in range(len(readings))]


def _advance(
    place: int,
    reading: Reading[Read],
    answers: list[Answer] | None,
    waiting: dict[int, list[Call]],
    results: dict[int, Read | DataError],
) -> None:
    """Give a reading its answers, and note what it wants next or has read."""
    refused = [one for one in answers or [] if isinstance(one, DataError)]
    given = [one for one in answers or [] if not isinstance(one, DataError)]
    if refused:
        reading.close()
        results[place] = refused[0]
        return
    try:
        waiting[place] = next(reading) if answers is None else reading.send(given)
    except StopIteration as end:
        results[place] = end.value
    except DataError as error:
        results[place] = error
