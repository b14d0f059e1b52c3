"""A chain in this process, and the published contracts of Uniswap on it."""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

OWN_CONTRACTS = Path(__file__).parent / "contracts" / "trading.json"
PACKAGES = {
    "@uniswap/v2-core@1.0.1": (
        "uniswap-v2-core-1.0.1.tgz",
        "MtybtkUPSyysqLY2U210NBDeCHX+ltHt3oADGdjqoThZaFRDKwM6k1Nb3F0A3hk5hwuQvytFWhrWHOEq6nVJ8Q==",
    ),
    "@uniswap/v3-core@1.0.1": (
        "uniswap-v3-core-1.0.1.tgz",
        "7pVk4hEm00j9tc71Y9+ssYpO6ytkeI0y7WE9P6UcmNzhxPePwyAxImuhVsTqWK9YFvzgtvzJHi64pBl4jUzKMQ==",
    ),
}
"""Published packages: file and SHA-512 of each."""
SECONDS = 60
"""Longest time that fetching a package may take."""


class Chain(NamedTuple):
    """A chain, and how contracts get onto it."""

    web3: Any
    deploy: Callable[..., Any]
    deploy_own: Callable[..., Any]


def package_file(name: str, folder: Path) -> Path:
    """Return the file of a published package, fetched once; skip the test where that fails."""
    file_name, expected = PACKAGES[name]
    path = folder / file_name
    if not path.exists():
        if shutil.which("npm") is None:
            pytest.skip("npm, which fetches the published contracts, is not installed")
        command = ["npm", "pack", "--silent", name]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"{name} could not be fetched: {error}")
    digest = hashlib.sha512(path.read_bytes()).digest()
    assert base64.b64encode(digest).decode() == expected, f"{path} is not the published {name}"
    return path


def published_contract(package: Path, member: str) -> dict[str, Any]:
    """Return the interface and code of one contract of a package."""
    with tarfile.open(package) as archive:
        member_file = archive.extractfile(f"package/{member}")
        assert member_file is not None
        content: dict[str, Any] = json.loads(member_file.read())
        return content


@pytest.fixture(scope="session")
def packages(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Return a function from the name of a published package to its file."""
    cache = request.config.cache
    folder = tmp_path_factory.mktemp("packages") if cache is None else cache.mkdir("packages")
    return lambda name: package_file(name, folder)


@pytest.fixture
def chain() -> Chain:
    """A new chain in this process, whose first account pays for everything."""
    pytest.importorskip("eth_tester")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from web3 import EthereumTesterProvider, Web3

        web3 = Web3(EthereumTesterProvider())
    web3.eth.default_account = web3.eth.accounts[0]
    own = json.loads(OWN_CONTRACTS.read_text())

    def deploy(contract: dict[str, Any], *arguments: Any) -> Any:
        code = contract["bytecode"]
        factory = web3.eth.contract(abi=contract["abi"], bytecode=code)
        sent = factory.constructor(*arguments).transact({"gas": 25_000_000})
        address = web3.eth.wait_for_transaction_receipt(sent).contractAddress
        return web3.eth.contract(address=address, abi=contract["abi"])

    def deploy_own(name: str, *arguments: Any) -> Any:
        return deploy(own[name], *arguments)

    return Chain(web3, deploy, deploy_own)
