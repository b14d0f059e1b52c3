"""Test chains of two kinds: one in this process, and anvil where it is installed or can be."""

import platform
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.onchain.conftest import Chain, Packages
from tests.onchain.conftest import chain as chain
from tests.onchain.conftest import packages as packages

ANVIL = "@foundry-rs/anvil-linux-amd64@1.7.1"
STARTS = 1_200
"""Number of times that a node is looked for, every twentieth of a second."""


def anvil_program(packages: Packages, folder: Path) -> str:
    """Return the path of anvil: that which is installed, or that of its published package."""
    installed = shutil.which("anvil")
    if installed is not None:
        return installed
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("anvil is not installed")
    with tarfile.open(packages(ANVIL)) as archive:
        archive.extract("package/bin/anvil", folder, filter="data")
    program = folder / "package" / "bin" / "anvil"
    program.chmod(0o755)
    return str(program)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def started(program: str, port: int) -> "subprocess.Popen[bytes]":
    """Start anvil, and wait until it listens."""
    process = subprocess.Popen([program, "--port", str(port), "--silent"])
    for _ in range(STARTS):
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.05)
    process.kill()
    pytest.fail("anvil does not start within a minute")


@pytest.fixture(scope="session")
def anvil(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Path of anvil."""
    pytest.importorskip("web3")
    return anvil_program(packages, tmp_path_factory.mktemp("anvil"))


def chain_at(port: int, scheme: str) -> Chain:
    """Return the chain of a node on this machine, read by one of its protocols."""
    from web3 import HTTPProvider, Web3

    web3 = Web3(HTTPProvider(f"http://127.0.0.1:{port}"))
    web3.eth.default_account = web3.eth.accounts[0]
    return Chain(web3, f"{scheme}://127.0.0.1:{port}")


@pytest.fixture(
    params=[
        "in process",
        pytest.param("http", marks=pytest.mark.slow),
        pytest.param("ws", marks=pytest.mark.slow),
    ]
)
def any_chain(request: pytest.FixtureRequest) -> Iterator[Chain]:
    """A new chain of each kind."""
    if request.param == "in process":
        yield request.getfixturevalue("chain")
        return
    port = free_port()
    process = started(request.getfixturevalue("anvil"), port)
    try:
        yield chain_at(port, request.param)
    finally:
        process.terminate()
        process.wait()
