"""The command line as a whole: help, and the command as a process."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgeresearch._version import VERSION
from hedgeresearch.cli.commands import COMMANDS, load_command

Run = Callable[..., tuple[int, str, str]]
InProcess = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_the_commands(run: Run, arguments: tuple[str, ...]) -> None:
    code, output, errors = run(*arguments)
    assert (code, errors) == (0, "")
    assert "Usage:" in output
    for command in COMMANDS:
        assert f"\n  {command} " in output
    assert max(map(len, output.splitlines())) <= 80
    assert "..." not in output.split("Commands:")[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(run: Run, command: str) -> None:
    code, output, errors = run(command, "-h")
    assert (code, errors) == (0, "")
    assert output == run(command, "--help")[1]
    assert "--json" in output


@pytest.mark.parametrize("name", COMMANDS)
def test_summary_is_first_line_of_command_help(name: str) -> None:
    assert load_command(name).help.splitlines()[0] == COMMANDS[name].summary


def test_mistyped_command_is_answered_by_the_nearest(run: Run) -> None:
    code, _, errors = run("recomend")
    assert code == 2
    assert "Did you mean 'recommend'" in errors


def test_help_imports_neither_pandas_nor_numba() -> None:
    code = (
        "import sys; sys.argv = ['hedgeresearch', '--help']\n"
        "from hedgeresearch.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print('loaded:', *sorted({'pandas', 'numpy', 'numba', 'scipy'} & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "loaded:"


@pytest.mark.long
@pytest.mark.parametrize("arguments", [("recommend",), ("demo", "--figure", "demo.png")])
def test_commands_load_what_they_use(arguments: tuple[str, ...], tmp_path: Path) -> None:
    in_folder = [str(tmp_path / word) if word.endswith(".png") else word for word in arguments]
    code = (
        f"import sys; sys.argv = {['hedgeresearch', *in_folder, '--json']}\n"
        "from hedgeresearch.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "unused = {'hedgeresearch.report.report', 'scipy.optimize', 'scipy.stats'}\n"
        "unused |= {'statsmodels', 'arch', 'plotly'}\n"
        "print('loaded:', *sorted(unused & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "notional" in found.stdout
    assert found.stdout.splitlines()[-1] == "loaded:"


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_is_printed(run: Run, option: str) -> None:
    assert run(option) == (0, f"hedgeresearch {VERSION}\n", "")


@pytest.mark.long
def test_shell_completes_commands_and_models(in_a_process: InProcess) -> None:
    for words, number, completed in (
        ("hedgeresearch compa", 1, ["compare"]),
        ("hedgeresearch recommend --model be", 3, ["best"]),
    ):
        found = in_a_process(
            _HEDGERESEARCH_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(number)
        )
        assert (found.returncode, found.stdout.split()) == (0, completed)


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
