"""Calls and answers as bytes, against a library that knows every type, and against a chain."""

import asyncio
import json
import tarfile
from typing import Any

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.abi import (
    SELECTORS,
    TOPICS,
    address_of,
    call_data,
    signed,
    text_of,
    words_of,
)
from hedgeresearch.feeds.chain.many_calls import (
    AT_ONCE,
    PROGRAM,
    Call,
    decoded_answers,
    encoded_calls,
)
from hedgeresearch.feeds.chain.node import Node
from tests.onchain.conftest import Chain, Packages

ADDRESS = "0x" + "ab" * 20


def test_names_have_the_hashes_of_their_functions() -> None:
    keccak = pytest.importorskip("eth_utils").keccak
    for name, selector in SELECTORS.items():
        assert keccak(text=name)[:4].hex() == selector, name
    for name, topic in TOPICS.items():
        assert "0x" + keccak(text=name).hex() == topic, name


@pytest.mark.slow
def test_functions_of_the_lending_protocol_are_as_published(packages: Packages) -> None:
    """Names, arguments and the number of words of each answer, in the published interfaces."""
    files = {
        "misc/AaveProtocolDataProvider.sol/AaveProtocolDataProvider": {
            "getUserReserveData(address,address)": 9,
            "getReserveConfigurationData(address)": 10,
            "ADDRESSES_PROVIDER()": 1,
        },
        "misc/AaveOracle.sol/AaveOracle": {"getAssetPrice(address)": 1, "BASE_CURRENCY_UNIT()": 1},
        "protocol/pool/Pool.sol/Pool": {"getUserAccountData(address)": 6},
        "protocol/configuration/PoolAddressesProvider.sol/PoolAddressesProvider": {
            "getPool()": 1,
            "getPriceOracle()": 1,
        },
    }
    with tarfile.open(packages("@aave/core-v3@1.19.3")) as archive:
        for file, functions in files.items():
            member = archive.extractfile(f"package/artifacts/contracts/{file}.json")
            assert member is not None
            interface = json.loads(member.read())["abi"]
            found = {
                f"{one['name']}({','.join(given['type'] for given in one['inputs'])})": len(
                    one["outputs"]
                )
                for one in interface
                if one["type"] == "function"
            }
            assert {name: found[name] for name in functions} == functions


def test_arguments_are_words() -> None:
    abi = pytest.importorskip("eth_abi")
    expected = abi.encode(["int24"], [-887_220])
    assert call_data("ticks(int24)", -887_220)[4:] == expected
    expected = abi.encode(["address", "address"], [ADDRESS, ADDRESS])
    assert call_data("getUserReserveData(address,address)", ADDRESS, ADDRESS)[4:] == expected


@pytest.mark.parametrize("number", [0, 1, -1, 2**255 - 1, -(2**255), -202_020])
def test_words_are_read_with_their_sign(number: int) -> None:
    abi = pytest.importorskip("eth_abi")
    assert signed(words_of(abi.encode(["int256"], [number]), 1, "it")[0]) == number


def test_texts_of_both_kinds_are_read() -> None:
    abi = pytest.importorskip("eth_abi")
    assert text_of(abi.encode(["string"], ["ETH / USD"]), "it") == "ETH / USD"
    assert text_of(b"MKR" + bytes(29), "it") == "MKR"
    long = "x" * 70
    assert text_of(abi.encode(["string"], [long]), "it") == long
    assert address_of(int(ADDRESS, 16) + (1 << 200)) == ADDRESS


def test_an_answer_that_is_too_short_is_refused() -> None:
    with pytest.raises(DataError, match="It has answered 31 bytes instead of 64"):
        words_of(bytes(31), 2, "It")
    with pytest.raises(DataError, match="has answered 0 bytes instead of 32"):
        text_of(b"", "It")


def test_a_result_that_is_not_of_the_program_is_refused() -> None:
    call = Call(ADDRESS, call_data("decimals()"), "the token")
    for result in (b"", bytes(31), (64).to_bytes(32, "big"), b"\xff" * 64):
        with pytest.raises(DataError, match="which cannot be read"):
            decoded_answers(result, [call])
    assert encoded_calls([]) == PROGRAM


@pytest.mark.long
def test_a_call_that_fails_leaves_the_others(any_chain: Chain) -> None:
    """A contract that refuses, an address without code, and more calls than are run at once."""
    token = any_chain.deploy_own("Token", "ABC", 8)
    symbol = Call(token.address, call_data("symbol()"), "the token")
    refused = Call(token.address, call_data("getReserves()"), "a token as a pair")
    nothing = Call(ADDRESS, call_data("decimals()"), "an address")
    calls = [symbol, refused, nothing] * AT_ONCE

    async def answered() -> list[Any]:
        node = Node(any_chain.node)
        await node.open()
        try:
            return await node.read(calls, await node.head())
        finally:
            await node.close()

    answers = asyncio.run(answered())
    assert len(answers) == 3 * AT_ONCE
    for named, error, empty in zip(*[iter(answers)] * 3, strict=True):
        assert text_of(named, "it") == "ABC"
        assert str(error) == "a token as a pair refuses to answer."
        assert empty == b""
