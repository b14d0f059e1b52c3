"""Rounds of Chainlink's own mock of an aggregator, compiled from its published source."""

from pathlib import Path

import pytest

from hedgeresearch.feeds import ChainlinkOracle, read_states
from hedgeresearch.onchain import OracleReading
from tests.onchain.compiled import compiled
from tests.onchain.conftest import Chain, Packages

pytestmark = pytest.mark.slow
FILE = "shared/mocks/MockV3Aggregator.sol"
NOW = 1_772_452_800
"""2026-03-02 12:00, seconds."""


def test_its_rounds_are_read_and_judged(
    any_chain: Chain, packages: Packages, tmp_path: Path
) -> None:
    mock = compiled(packages, tmp_path, FILE, "MockV3Aggregator")
    aggregator = any_chain.deploy(mock, 8, 200_012_000_000)
    contract = ChainlinkOracle(aggregator.address, heartbeat=3_600)

    def reading() -> OracleReading:
        (state,) = read_states(any_chain.node, [contract]).values()
        assert isinstance(state, OracleReading)
        return state

    first = reading()
    assert (first.price, first.round.round_id, first.round.decimals) == (2000.12, 1, 8)
    # the contract sets the time of its block
    assert first.round.updated_at is not None
    assert first.problem_at(first.block.time + 10**9) is None
    assert "its heartbeat is 3600 s" in str(first.problem_at(first.block.time + 3_700 * 10**9))
    any_chain.send(aggregator.functions.updateAnswer(199_000_000_000))
    assert (reading().price, reading().round.round_id) == (1990.0, 2)
    any_chain.send(aggregator.functions.updateRoundData(7, -5, NOW, NOW))
    assert "the answer of" in str(reading().problem_at((NOW + 60) * 10**9))
    any_chain.send(aggregator.functions.updateRoundData(8, 10**8, 0, 0))
    assert "is not complete" in str(reading().problem_at((NOW + 60) * 10**9))
