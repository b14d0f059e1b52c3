"""Nothing in the package holds a key, signs, or sends: it only reads chains."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import hedgeresearch

PACKAGE = Path(hedgeresearch.__file__).parent
FORBIDDEN = re.compile(
    r"eth_account|private_?key|mnemonic|keystore|from_key|sign_(transaction|message|typed)"
    r"|sendTransaction|sendRawTransaction|send_(raw_)?transaction|eth_sign|personal_|transact\b"
    r"|eth\.accounts?\b|Account\.(create|from)|default_account|eth_accounts|seed_?phrase",
    re.IGNORECASE,
)
METHODS = {
    "eth_subscribe",
    "eth_chainId",
    "eth_getBlockByNumber",
    "eth_getBlockByHash",
    "eth_getLogs",
    "eth_call",
}
"""Requests that a node may get: none of them changes anything."""
IMPORTED = {"AsyncWeb3", "AsyncHTTPProvider", "WebSocketProvider", "AsyncBaseProvider"}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every file of the package as text, by name."""
    paths = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".pyi")]
    return {str(path): path.read_text(encoding="utf-8") for path in sorted(paths)}


def trees(texts: dict[str, str], word: str) -> Iterator[ast.AST]:
    """Yield the nodes of the files that have a word in them."""
    for text in texts.values():
        if word in text:
            yield from ast.walk(ast.parse(text))


def test_no_file_speaks_of_keys_or_transactions(texts: dict[str, str]) -> None:
    found = {path: FORBIDDEN.findall(text) for path, text in texts.items()}
    assert {path: words for path, words in found.items() if words} == {}


def test_only_requests_that_read_are_made(texts: dict[str, str]) -> None:
    """Every text that looks like a request of a node is one that reads."""
    named = set()
    for node in trees(texts, "eth_"):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            named |= set(re.findall(r"\b(?:eth|evm|debug|admin|anvil)_\w+", node.value))
    assert named == METHODS


def test_only_what_reads_is_imported_from_web3(texts: dict[str, str]) -> None:
    imported = set()
    for node in trees(texts, "web3"):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("web3"):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith(("web3", "eth_")) for alias in node.names)
    assert imported == IMPORTED
