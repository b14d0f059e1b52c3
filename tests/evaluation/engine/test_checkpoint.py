"""Finished walks on disk: found again, never mistaken, whole whenever a process dies."""

import os
import pickle
import random
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import checkpoint
from hedgeresearch.evaluation.engine import parallel as tasks
from hedgeresearch.evaluation.engine.checkpoint import Checkpoint
from hedgeresearch.evaluation.engine.walk import Note, Walk

MODELS = {
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "rolling": hr.RollingOLSHedge(20),
}


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    """The hedge stands still for a while, so that the rolling hedge fails there."""
    table = hr.data.simulate_dcc(n_dates=400, seed=11).returns
    table.iloc[300:340, 1] = 0.0
    return table


def walk(
    returns: pd.DataFrame, folder: Path | None, models: Any = MODELS, **settings: Any
) -> hr.evaluation.Backtest:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asset, hedges = returns.iloc[:, 0], returns.iloc[:, 1:]
        return hr.walk_forward(
            models, asset, hedges, 250, 50, progress=False, checkpoint=folder, **settings
        )


def check_same(one: hr.evaluation.Backtest, other: hr.evaluation.Backtest) -> None:
    pd.testing.assert_frame_equal(one.ratios, other.ratios, check_exact=True)
    pd.testing.assert_frame_equal(one.hedged_returns, other.hedged_returns, check_exact=True)
    pd.testing.assert_frame_equal(one.notes, other.notes)
    pd.testing.assert_frame_equal(one.summary, other.summary, check_exact=True)
    assert list(one.predicted) == list(other.predicted)
    for name, path in one.predicted.items():
        pd.testing.assert_frame_equal(path, other.predicted[name], check_exact=True)


def never(*arguments: Any) -> Walk:
    raise AssertionError("this walk is on disk")


def test_a_second_run_fits_nothing(
    returns: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = walk(returns, None)
    assert without.failed_refits["rolling"] > 0
    monkeypatch.setattr(tasks, "LONGEST", 2)
    first = walk(returns, tmp_path / "a" / "folder")
    files = list((tmp_path / "a" / "folder").iterdir())
    assert len(files) == 2 * 5
    assert {file.suffix for file in files} == {".parquet"}
    monkeypatch.setattr(tasks, "walk", never)
    again = walk(returns, str(tmp_path / "a" / "folder"))
    check_same(first, again)
    assert first.failed_refits.equals(without.failed_refits)
    both = [study.ratios[["ols", "rolling"]] for study in (first, without)]
    pd.testing.assert_frame_equal(*both, rtol=1e-10)
    with pytest.raises(AssertionError, match="this walk is on disk"):
        walk(returns, tmp_path / "a" / "folder", {"new": hr.ExpandingOLSHedge()})


def test_a_run_that_breaks_off_goes_on_where_it_was(
    returns: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, walked = walk(returns, None), []
    original = tasks.walk

    def breaking(model: Any, *rest: Any) -> Walk:
        walked.append(model)
        if len(walked) == 4:
            raise KeyboardInterrupt
        return original(model, *rest)

    monkeypatch.setattr(tasks, "walk", breaking)
    with pytest.raises(KeyboardInterrupt):
        walk(returns, tmp_path)
    check_same(walk(returns, tmp_path), expected)
    assert walked == [*expected.models.values()][:4] + [*expected.models.values()][3:]


# --- what is on disk is whole, or walked again ---


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Checkpoint, Walk]:
    values = np.random.default_rng(1).normal(size=(30, 2))
    values[7] = np.nan
    predicted = np.full((30, 2), 0.5)
    folder, done = (
        Checkpoint.at(tmp_path),
        Walk(values, predicted, (Note(3, True, "çà failed"), Note(5, False, ""))),
    )
    folder.save("key", done)
    return folder, done


def is_same(found: Walk, done: Walk) -> bool:
    alike = np.array_equal(found.ratios, done.ratios, equal_nan=True) and found.notes == done.notes
    return alike and np.array_equal(found.predicted, done.predicted)


def test_a_walk_comes_back_as_it_was(kept: tuple[Checkpoint, Walk]) -> None:
    folder, done = kept
    assert is_same(folder.load("key"), done)
    assert folder.load("other") is None
    folder.save("bare", replace(done, predicted=None, notes=()))
    assert folder.load("bare").predicted is None
    assert folder.load("bare").notes == ()


def test_a_file_that_was_cut_short_is_not_there(
    kept: tuple[Checkpoint, Walk], tmp_path: Path
) -> None:
    folder, _ = kept
    file = tmp_path / "key.parquet"
    content = file.read_bytes()
    for length in [*range(0, len(content), 97), len(content) - 1]:
        file.write_bytes(content[:length])
        assert folder.load("key") is None


def test_a_damaged_file_is_never_taken_for_a_walk(
    kept: tuple[Checkpoint, Walk], tmp_path: Path
) -> None:
    folder, done = kept
    file = tmp_path / "key.parquet"
    content, refused = file.read_bytes(), 0
    for position in range(0, len(content), 11):
        file.write_bytes(
            content[:position] + bytes([content[position] ^ 0x55]) + content[position + 1 :]
        )
        found = folder.load("key")
        assert found is None or is_same(found, done)
        refused += found is None
    assert refused > 100
    pd.DataFrame({"ratio 0": [1.0]}).to_parquet(file)
    assert folder.load("key") is None


def test_a_damaged_walk_is_walked_again(returns: pd.DataFrame, tmp_path: Path) -> None:
    expected = walk(returns, tmp_path)
    files = sorted(tmp_path.iterdir())
    files[0].write_bytes(files[0].read_bytes()[:-9])
    files[1].write_bytes(b"")
    files[2].unlink()
    check_same(walk(returns, tmp_path), expected)
    assert sorted(tmp_path.iterdir()) == files
    assert all(Checkpoint(tmp_path).load(file.stem) for file in files)


@pytest.mark.parametrize("is_there", [True, False])
def test_what_killed_processes_left_is_removed(
    returns: pd.DataFrame, tmp_path: Path, is_there: bool
) -> None:
    walk(returns, tmp_path, {})
    files = sorted(tmp_path.iterdir())
    for file in files:
        (tmp_path / f"{file.stem}abc{checkpoint.PARTIAL}").write_bytes(b"half")
        if not is_there:
            file.unlink()
    other = tmp_path / f"0123{checkpoint.PARTIAL}"
    other.write_bytes(b"of a walk that somebody else may be writing")
    walk(returns, tmp_path, {})
    assert sorted(tmp_path.iterdir()) == sorted([*files, other])


def test_folders_that_are_refused(returns: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for place in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(
            hr.DataError, match=f"checkpoint must be a folder that can be written; {place}: "
        ):
            walk(returns, place)


@pytest.mark.skipif(
    not Path("/proc/self").is_dir(), reason="a folder that even root cannot write to"
)
def test_a_folder_that_cannot_be_written_is_refused(returns: pd.DataFrame) -> None:
    with pytest.raises(
        hr.DataError, match="checkpoint must be a folder that can be written; /proc/self: "
    ):
        walk(returns, Path("/proc/self"))


# --- killed at any moment ---


RUN = """
import pickle, sys
import hedgeresearch as hr
from hedgeresearch.evaluation.engine import parallel as tasks
tasks.LONGEST = 2
folder, output, jobs = sys.argv[1:]
returns = hr.data.simulate_dcc(n_dates=400, seed=11).returns
models = {
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "kalman": hr.KalmanHedge(),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance()),
}
study = hr.walk_forward(
    models, returns["asset"], returns[["hedge"]], 250, 5, n_jobs=int(jobs), progress=False, checkpoint=folder or None
)
pickle.dump((study.ratios, study.notes, study.summary, study.predicted), open(output, "wb"))
"""
N_TASKS = 6 * 15


def started(folder: Path | str, output: Path, jobs: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-c", RUN, str(folder), str(output), str(jobs)]
    return subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(Path(hr.__file__).parents[1])},
        start_new_session=True,
        stderr=subprocess.PIPE,
    )


def finished(folder: Path) -> dict[str, tuple[int, int]]:
    """The walks on disk, each with what changes when it is written again."""
    if not folder.is_dir():
        return {}
    return {
        file.name: (file.stat().st_ino, file.stat().st_mtime_ns)
        for file in folder.glob("*.parquet")
    }


def kill_after(
    process: subprocess.Popen[bytes], folder: Path, n_files: int, seconds: float
) -> None:
    """Kill a run, and all that it has started, some time after so many walks are on disk."""
    while process.poll() is None and len(finished(folder)) < n_files:
        time.sleep(0.002)
    time.sleep(seconds)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def check_killed(tmp_path: Path, kills: int, jobs: Callable[[int], int]) -> None:
    rng, folder, output = random.Random(kills), tmp_path / "walks", tmp_path / "study.pickle"
    seen: dict[str, tuple[int, int]] = {}
    for kill in range(kills):
        target = min(len(seen) + 1 + rng.randrange(1 + N_TASKS // (2 * kills)), N_TASKS - 1)
        kill_after(started(folder, output, jobs(kill)), folder, target, rng.uniform(0.0, 0.03))
        assert not output.exists()  # it was killed before its end
        now = finished(folder)
        assert now.items() >= seen.items()  # what was finished is never written again
        seen = now
    for last, place in (
        (started(folder, output, 1), output),
        (started("", tmp_path / "whole", 1), tmp_path / "whole"),
    ):
        _, errors = last.communicate()
        assert last.returncode == 0, errors.decode()
        assert place.exists()
    assert finished(folder).items() >= seen.items()
    assert len(finished(folder)) == N_TASKS == len(list(folder.iterdir()))
    for one, other in zip(
        *(pickle.loads(p.read_bytes()) for p in (output, tmp_path / "whole")), strict=True
    ):
        for left, right in zip(
            *(v.values() if isinstance(v, dict) else [v] for v in (one, other)), strict=True
        ):
            pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    check_killed(tmp_path, 2, lambda kill: 1)


@pytest.mark.slow
def test_a_run_that_is_killed_twenty_times_goes_on(tmp_path: Path) -> None:
    check_killed(tmp_path, 20, lambda kill: 2 if kill % 4 == 3 else 1)
