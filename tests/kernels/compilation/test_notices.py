"""Lines on standard error about compiling."""

import sys
from importlib import import_module
from types import SimpleNamespace

import pytest

from hedgeresearch._kernels.compilation import notices
from hedgeresearch._kernels.compilation.kernels import Kernel
from hedgeresearch._kernels.compilation.notices import CompilationLog, Compiled

RECORDED = dict(notices.SECONDS)


def test_recorded_times_are_of_kernels_that_exist() -> None:
    for name, seconds in RECORDED.items():
        module, _, kernel = name.rpartition(".")
        found = getattr(import_module(f"hedgeresearch._kernels.{module}"), kernel)
        assert isinstance(found, Kernel)
        assert seconds >= 1.0


@pytest.fixture(autouse=True)
def _loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(notices.QUIET, raising=False)
    monkeypatch.setattr(
        notices, "SECONDS", {"garch.whole": 2.6, "garch.part": 9.0, "ewma.whole": 0.4}
    )


def compile_one(log: CompilationLog, module: str) -> None:
    log.begin(module, "whole")
    log.begin("linear_algebra", "part")
    log.end("linear_algebra", "part")
    log.end(module, "whole")


def test_long_compilation_is_announced_once(capsys: pytest.CaptureFixture[str]) -> None:
    log = CompilationLog("")
    compile_one(log, "garch")
    compile_one(log, "garch")
    output, errors = capsys.readouterr()
    assert (output, errors) == ("", "hedgeresearch: compiling garch, once, about 3 s\n")


def test_short_compilation_is_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    log = CompilationLog("")
    compile_one(log, "ewma")
    compile_one(log, "unknown")
    assert capsys.readouterr() == ("", "")


def test_notice_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    log = CompilationLog("nothing is kept")
    compile_one(log, "ewma")
    compile_one(log, "ewma")
    assert capsys.readouterr().err == "hedgeresearch: nothing is kept\n"


def test_worker_processes_print_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multiprocessing.parent_process", lambda: SimpleNamespace(pid=1))
    compile_one(CompilationLog("nothing is kept"), "garch")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("absent", ["variable", "stream"])
def test_lines_can_be_switched_off(
    absent: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if absent == "variable":
        monkeypatch.setenv(notices.QUIET, "1")
    else:
        monkeypatch.setattr(sys, "stderr", None)
    compile_one(CompilationLog("nothing is kept"), "garch")
    assert capsys.readouterr() == ("", "")


def test_observers_within_each_other_find_the_same() -> None:
    log = CompilationLog("")
    with log.observed() as outer:
        with log.observed() as inner:
            compile_one(log, "ewma")
        compile_one(log, "ewma")
    compile_one(log, "ewma")
    assert (len(inner), len(outer)) == (1, 2)
    with log.observed() as outer:
        with log.observed():
            pass
        compile_one(log, "ewma")
    assert len(outer) == 1


def test_parts_of_a_kernel_count_with_it() -> None:
    log = CompilationLog("")
    with log.observed() as found:
        compile_one(log, "ewma")
    compile_one(log, "ewma")
    ((module, kernel, seconds),) = found
    assert isinstance(found[0], Compiled)
    assert (module, kernel) == ("ewma", "whole")
    assert seconds >= 0.0
