"""The command line as a whole: help, and the command as a process."""

import json
import subprocess
from collections.abc import Callable

import pytest

Run = Callable[..., tuple[int, str, str]]
InProcess = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_help_names_the_commands(run: Run, arguments: tuple[str, ...]) -> None:
    code, output, errors = run(*arguments)
    assert (code, errors) == (0, "")
    assert "Usage:" in output
    assert "recommend" in output
    assert "datasets" in output


@pytest.mark.long
def test_process_has_exit_codes_and_separate_streams(in_a_process: InProcess) -> None:
    result = in_a_process("recommend", "--model", "ols", "--json")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["asset"] == "NASDAQ"
    result = in_a_process("recommend", "--dataset", "unknown")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: name must be one of")
    assert len(result.stderr.splitlines()) == 1
    result = in_a_process()
    assert (result.returncode, result.stderr) == (0, "")
    assert "Usage:" in result.stdout
