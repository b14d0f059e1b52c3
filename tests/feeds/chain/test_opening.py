"""Feeds of a chain by the name of their venue, and the command that records one."""

import asyncio
from pathlib import Path

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import ChainFeed, Source, UniswapV3Pool, open_feed, replay
from hedgeresearch.onchain import PoolState
from tests.cli.conftest import Run
from tests.cli.conftest import run as run
from tests.feeds.chain.following import taken
from tests.onchain.conftest import Chain, Packages
from tests.onchain.uniswap import deploy_pair

ADDRESS = "0x" + "ab" * 20
NODE = "http://127.0.0.1:8545"


def test_a_venue_on_a_chain_opens_its_feed() -> None:
    pytest.importorskip("web3")
    feed = open_feed("uniswap-v3:42161", ADDRESS, node=NODE, words=1, poll=0.25)
    assert isinstance(feed, ChainFeed)
    assert feed.sources == (UniswapV3Pool(ADDRESS).source(42_161),)
    several = open_feed("uniswap-v2:1", [ADDRESS, "0x" + "cd" * 20], node=NODE, fee=2_500)
    assert [source.venue for source in several.sources] == ["uniswap-v2:1"] * 2
    oracle = open_feed("chainlink:1", ADDRESS, node=NODE, heartbeat=3_600)
    assert oracle.sources == (Source("chainlink:1", ADDRESS),)


def test_venues_that_are_none_and_settings_that_lack_are_refused() -> None:
    pytest.importorskip("web3")
    with pytest.raises(DataError, match="such as uniswap-v3:1; got 'sushiswap:1'"):
        open_feed("sushiswap:1", ADDRESS, node=NODE)
    with pytest.raises(DataError, match="such as uniswap-v3:1; got 'uniswap-v3:main'"):
        open_feed("uniswap-v3:main", ADDRESS, node=NODE)
    with pytest.raises(DataError, match="is read from a node of the chain. Pass its address"):
        open_feed("uniswap-v3:1", ADDRESS)
    with pytest.raises(DataError, match="does not exist or is missing .*heartbeat"):
        open_feed("chainlink:1", ADDRESS, node=NODE)
    with pytest.raises(DataError, match="does not exist or is missing"):
        open_feed("uniswap-v2:1", ADDRESS, node=NODE, words=1)


@pytest.mark.long
def test_it_gives_what_its_contracts_do(chain: Chain, packages: Packages) -> None:
    pair = deploy_pair(chain, packages, base_first=True)
    feed = open_feed(f"uniswap-v2:{chain.number}", pair.contract.address, node=chain.node)
    (_, begun), (_, state) = asyncio.run(taken(feed.events(), 2))
    assert getattr(begun, "reason", "") == "the feed begins"
    assert isinstance(state, PoolState)
    assert state.price_of("WETH") == pytest.approx(2_000.0)


@pytest.mark.slow
def test_the_command_records_a_chain(
    any_chain: Chain, packages: Packages, run: Run, tmp_path: Path
) -> None:
    if not isinstance(any_chain.node, str):
        pytest.skip("a chain in this process has no address")
    pair = deploy_pair(any_chain, packages, base_first=True)
    arguments = ["record", "--venue", f"uniswap-v2:{any_chain.number}"]
    arguments += ["--symbols", pair.contract.address, "--node", any_chain.node]
    code, output, errors = run(*arguments, "--output", str(tmp_path), "--seconds", "2")
    assert (code, errors) == (0, "")
    assert "1 PoolState" in output
    events = [event for _, event in replay(tmp_path)]
    assert isinstance(events[-1], PoolState)
