"""A chain in this process, and the published contracts of Uniswap on it."""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OWN_CONTRACTS = Path(__file__).parent / "contracts"
PACKAGES = {
    "@uniswap/v2-core@1.0.1": (
        "uniswap-v2-core-1.0.1.tgz",
        "MtybtkUPSyysqLY2U210NBDeCHX+ltHt3oADGdjqoThZaFRDKwM6k1Nb3F0A3hk5hwuQvytFWhrWHOEq6nVJ8Q==",
    ),
    "@uniswap/v3-core@1.0.1": (
        "uniswap-v3-core-1.0.1.tgz",
        "7pVk4hEm00j9tc71Y9+ssYpO6ytkeI0y7WE9P6UcmNzhxPePwyAxImuhVsTqWK9YFvzgtvzJHi64pBl4jUzKMQ==",
    ),
    "@chainlink/contracts@1.4.0": (
        "chainlink-contracts-1.4.0.tgz",
        "SpNCJ0TPOI6pa2l702Wk4WIP8ccw5ARcRP1E/ZTqaFffXNoZeF03WhsVL8f3l3OTRFA9Z40O5KcZzmJmZQkoFA==",
    ),
    "@aave/core-v3@1.19.3": (
        "aave-core-v3-1.19.3.tgz",
        "Xr7+VcoU5b4mPwM4IUCnskw3lciwrnL4Xloyad8GOddYeixnri2lZYobNmErm1LwE50vqjI0O+9QGNKY2TDkeQ==",
    ),
    "solc@0.8.37": (
        "solc-0.8.37.tgz",
        "ieUYdPDRGNKMsZpCfi9tY64Q+ASoL8tyhLuvf9cFiqDs+6ijlx8Wn2CRi0N71AlCvRx0V092rlUYu3b3PuxWlA==",
    ),
    "@foundry-rs/anvil-linux-amd64@1.7.1": (
        "foundry-rs-anvil-linux-amd64-1.7.1.tgz",
        "+XmShybEaxfCrr0OUUZwYEy2OnYZt5pHH9TzBtLv3+VrK0O/ANuNSVEahqNhKHlgX7GRJ59383ofNhxkRWIYTg==",
    ),
}
"""Published packages: file and SHA-512 of each."""
SECONDS = 60
"""Longest time that fetching a package may take."""
PLENTY_OF_GAS = 15_000_000
"""More than anything needs: to estimate it, a call would be run many times."""
Packages = Callable[[str], Path]


@dataclass(frozen=True)
class Chain:
    """A chain, how contracts get onto it, and how it is read."""

    web3: Any
    node: Any

    def deploy(self, contract: dict[str, Any], *arguments: Any) -> Any:
        """Put a contract onto the chain."""
        factory = self.web3.eth.contract(abi=contract["abi"], bytecode=contract["bytecode"])
        sent = factory.constructor(*arguments).transact({"gas": PLENTY_OF_GAS})
        address = self.web3.eth.wait_for_transaction_receipt(sent).contractAddress
        return self.web3.eth.contract(address=address, abi=contract["abi"])

    def deploy_own(self, name: str, *arguments: Any) -> Any:
        """Put one of the project's own contracts onto the chain."""
        return self.deploy(own_contracts()[name], *arguments)

    def send(self, call: Any) -> None:
        """Run a call of a contract as a transaction, and wait until it is in a block."""
        sent = call.transact({"gas": PLENTY_OF_GAS})
        if isinstance(self.node, str):  # a chain in this process makes the block at once
            assert self.web3.eth.wait_for_transaction_receipt(sent).status == 1

    @property
    def number(self) -> int:
        """Number of the chain."""
        return int(self.web3.eth.chain_id)

    def snapshot(self) -> Any:
        """Return a mark to which the chain can be taken back."""
        return self.web3.manager.request_blocking("evm_snapshot", [])

    def revert(self, snapshot: Any) -> None:
        """Take the chain back to a mark, so that its later blocks are lost."""
        self.web3.manager.request_blocking("evm_revert", [snapshot])

    def wait_until(self, seconds: int) -> None:
        """Add an empty block of a later time, seconds since 1970, to a chain in this process."""
        self.node.ethereum_tester.time_travel(seconds)

    def mine(self) -> None:
        """Add an empty block."""
        self.web3.manager.request_blocking("evm_mine", [])


def new_chain() -> Chain:
    """Return a new chain in this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from web3 import EthereumTesterProvider, Web3
        from web3.providers.eth_tester import AsyncEthereumTesterProvider

        web3 = Web3(EthereumTesterProvider())
        node = AsyncEthereumTesterProvider()
    node.ethereum_tester = web3.provider.ethereum_tester
    web3.eth.default_account = web3.eth.accounts[0]
    return Chain(web3, node)


def own_contracts() -> dict[str, Any]:
    """Return interface and code of the project's own contracts."""
    files = [OWN_CONTRACTS / name for name in ("trading.json", "lending.json")]
    contents: list[dict[str, Any]] = [json.loads(file.read_text()) for file in files]
    return contents[0] | contents[1]


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
def packages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Return a function from the name of a published package to its file."""
    cache = request.config.cache
    folder = tmp_path_factory.mktemp("packages") if cache is None else cache.mkdir("packages")
    return lambda name: package_file(name, folder)


@pytest.fixture
def chain() -> Chain:
    """A new chain in this process, whose first account pays for everything."""
    pytest.importorskip("eth_tester")
    return new_chain()
