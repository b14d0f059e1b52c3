"""Many calls in one: a program that a node runs, and that calls contracts and returns all answers.

The program is the code of a contract that is never made: ``eth_call`` without an address runs it
and returns its result. All answers are therefore of one state, with one request, on any chain and
without a contract that is there. Its input follows the code: for each call a word of the length of
its data and the address, then the data. Its result has for each call a word of whether it succeeded
and the length of the answer, then the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.abi import ADDRESS_BYTES, WORD

SUCCESS = 1 << 128
"""Unit of whether a call succeeded; below it is the length of the answer."""
MAX_RESULT = 24_576
"""Bytes of the code of a contract at most (EIP-170), and so of a result."""
ANSWER_BYTES = 13 * WORD
"""Bytes of the longest answer whose length does not depend on the state, with its first word."""
AT_ONCE = MAX_RESULT // ANSWER_BYTES
"""Number of calls that are run at once."""
ASSEMBLY = """
    604d 38 03 80 604d 6000 39         # n = codesize - 77 bytes of input are copied to 0
    80 6000                            # out = n; in = 0
    5b 82 81 10 15 6046 57             # loop: to the end unless in < n
    80 51 80 60a0 1c                   # word = memory[in]; length = word >> 160
    6000 6000 82 85 6020 01 85 5a fa   # success = staticcall(gas, word, in + 32, length, 0, 0)
    6080 1b 3d 17 84 52                # memory[out] = success << 128 | size of the answer
    3d 6000 85 6020 01 3e              # the answer is copied to out + 32
    90 50 01 6020 01                   # in = in + length + 32
    90 3d 01 6020 01 90 600d 56        # out = out + size + 32; loop
    5b 50 81 90 03 90 f3               # end: memory[n:out] is returned
"""
"""Instructions of the program, and what they do; the stack holds n, out, in."""


class Call(NamedTuple):
    """A call of a contract.

    Attributes
    ----------
    address : str
    data : bytes
    what : what answers, in words, for messages
    """

    address: str
    data: bytes
    what: str


def _instructions(assembly: str) -> bytes:
    """Return the bytes of a program without the remarks."""
    return bytes.fromhex("".join(line.partition("#")[0] for line in assembly.splitlines()))


PROGRAM = _instructions(ASSEMBLY)


def encoded_calls(calls: Sequence[Call]) -> bytes:
    """Return the program with its input."""
    data = bytearray(PROGRAM)
    for call in calls:
        data += len(call.data).to_bytes(WORD - ADDRESS_BYTES, "big")
        data += bytes.fromhex(call.address[2:])
        data += call.data
    return bytes(data)


def decoded_answers(result: bytes, calls: Sequence[Call]) -> list[bytes | DataError]:
    """Return the answer to each call, or the error of a call that failed.

    Raises
    ------
    DataError
        If the result is not that of the program.
    """
    answers: list[bytes | DataError] = []
    place = 0
    for call in calls:
        head = int.from_bytes(result[place : place + WORD], "big")
        success, length = divmod(head, SUCCESS)
        answer = result[place + WORD : place + WORD + length]
        if len(result) < place + WORD or len(answer) < length or success > 1:
            raise DataError(
                f"The node answered {len(calls)} calls with {len(result)} bytes, which cannot be "
                "read. It must run programs by eth_call without an address."
            )
        answers.append(answer if success else DataError(f"{call.what} refuses to answer."))
        place += WORD + length
    return answers
