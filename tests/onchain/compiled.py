"""Published contracts that have no published code, compiled by the published compiler."""

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.onchain.conftest import Packages

SOLC = "solc@0.8.37"
CHAINLINK = "@chainlink/contracts@1.4.0"
PROGRAM = """
const compiler = require(process.argv[1]);
const compile = compiler.cwrap("solidity_compile", "string", ["string", "number", "number"]);
process.stdout.write(compile(require("fs").readFileSync(0, "utf8"), 0, 0));
"""
SECONDS = 120
"""Longest time that compiling may take."""


def compiled(packages: Packages, folder: Path, file: str, name: str) -> dict[str, Any]:
    """Return interface and code of a contract of Chainlink.

    Parameters
    ----------
    packages : function from the name of a published package to its file
    folder : for the compiler
    file : path below "src/v0.8"
    name : of the contract
    """
    with tarfile.open(packages(SOLC)) as archive:
        archive.extract("package/soljson.js", folder, filter="data")
    sources = {}
    with tarfile.open(packages(CHAINLINK)) as archive:
        for member in archive.getmembers():
            place = member.name.removeprefix("package/src/v0.8/")
            content = archive.extractfile(member)
            wanted = place == file or place.startswith("shared/interfaces/Agg")
            if wanted and content is not None:
                sources[place] = {"content": content.read().decode()}
    request = {
        "language": "Solidity",
        "sources": sources,
        "settings": {
            "evmVersion": "paris",
            "outputSelection": {file: {name: ["abi", "evm.bytecode.object"]}},
        },
    }
    command = ["node", "-e", PROGRAM, str(folder / "package" / "soljson.js")]
    try:
        done = subprocess.run(
            command, input=json.dumps(request), capture_output=True, text=True, timeout=SECONDS
        )
    except FileNotFoundError:
        pytest.skip("node, which runs the compiler, is not installed")
    found = json.loads(done.stdout)["contracts"][file][name]
    return {"abi": found["abi"], "bytecode": found["evm"]["bytecode"]["object"]}
