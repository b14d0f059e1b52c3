"""Finished walks on disk: found again, never mistaken, complete whenever a process dies."""

import errno
import linecache
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import checkpoint, installed, parallel
from hedgeresearch.evaluation.engine.checkpoint import Checkpoint, walk_key
from hedgeresearch.evaluation.engine.schedule import Schedule
from hedgeresearch.evaluation.engine.steps import Note
from hedgeresearch.evaluation.engine.walk import Walk
from tests.evaluation.runs import check_same, walk

MODELS = {
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "rolling": hr.RollingOLSHedge(20),
}


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    """The hedge is constant for a while, so that the rolling hedge fails there."""
    table = hr.data.simulate_dcc(n_dates=400, seed=11).returns
    table.iloc[300:340, 1] = 0.0
    return table


@pytest.fixture(scope="module")
def expected(returns: pd.DataFrame) -> hr.evaluation.Backtest:
    """The backtest without a checkpoint."""
    return walk(MODELS, returns)


def never(*arguments: Any) -> Walk:
    raise AssertionError("this walk is on disk")


# --- keys ---


def key_of(model: Any, data: pd.DataFrame, window: Any = 250, refit_every: int = 50) -> str:
    return walk_key(model, data, Schedule(window, refit_every, None).refits(len(data)))


def test_a_key_depends_on_model_returns_and_schedule() -> None:
    returns = hr.data.simulate_dcc(n_dates=400, seed=11).returns
    moved = returns.copy()
    moved.iloc[399, 1] = np.nextafter(moved.iloc[399, 1], 1)
    log = returns.copy()
    log.attrs = {"returns": "log"}
    later = returns.shift(freq="D")
    gold = returns.rename(columns={"hedge": "gold"})
    rolling = hr.RollingOLSHedge(60)
    keys = [key_of(rolling, data) for data in (returns, moved, log, returns.iloc[1:], later, gold)]
    keys += [key_of(rolling, returns, window=251), key_of(rolling, returns, refit_every=49)]
    keys += [key_of(hr.RollingOLSHedge(61), returns), key_of(hr.WeightedOLSHedge(60), returns)]
    assert len(set(keys)) == len(keys)
    assert keys[0] == key_of(hr.RollingOLSHedge(60), returns.copy())
    assert len(keys[0]) == 32


def test_a_key_depends_on_the_version(
    returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key_of(hr.OLSHedge(), returns)
    monkeypatch.setattr(checkpoint, "numerical_versions", lambda: "numpy 0.0.0")
    assert key_of(hr.OLSHedge(), returns) != before


def test_versions_name_every_numerical_library() -> None:
    versions = installed.numerical_versions()
    for name in ("python 3.", "hedgeresearch ", "numpy ", "scipy ", "arch ", "numba ", "hmmlearn "):
        assert name in versions


def test_versions_leave_out_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "hmmlearn":
            raise installed.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(installed.metadata, "version", version)
    versions = installed.numerical_versions.__wrapped__()
    assert "numba 1.0" in versions
    assert "hmmlearn" not in versions


# --- runs ---


@pytest.mark.long
def test_a_second_run_fits_nothing(
    returns: pd.DataFrame,
    expected: hr.evaluation.Backtest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert expected.failed_refits["rolling"] > 0
    monkeypatch.setattr(parallel, "MAX_REFITS", 2)
    folder = tmp_path / "a" / "folder"
    first = walk(MODELS, returns, checkpoint=folder)
    files = list(folder.iterdir())
    assert len(files) == 2 * 5
    assert {file.suffix for file in files} == {".walk"}
    monkeypatch.setattr(parallel, "walk", never)
    check_same(first, walk(MODELS, returns, checkpoint=str(folder)))
    assert first.failed_refits.equals(expected.failed_refits)
    both = [backtest.ratios[["ols", "rolling"]] for backtest in (first, expected)]
    pd.testing.assert_frame_equal(*both, rtol=1e-10)
    with pytest.raises(AssertionError, match="this walk is on disk"):
        walk({"new": hr.ExpandingOLSHedge()}, returns, checkpoint=folder)


@pytest.mark.long
def test_an_interrupted_run_continues_where_it_stopped(
    returns: pd.DataFrame,
    expected: hr.evaluation.Backtest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walked = []
    original = parallel.walk

    def interrupted(model: Any, *rest: Any) -> Walk:
        walked.append(model)
        if len(walked) == 4:
            raise KeyboardInterrupt
        return original(model, *rest)

    monkeypatch.setattr(parallel, "walk", interrupted)
    with pytest.raises(KeyboardInterrupt):
        walk(MODELS, returns, checkpoint=tmp_path)
    check_same(walk(MODELS, returns, checkpoint=tmp_path), expected)
    models = list(expected.models.values())
    assert walked == models[:4] + models[3:]


# --- what is on disk is complete, or walked again ---


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Checkpoint, Walk]:
    values = np.random.default_rng(1).normal(size=(30, 2))
    values[7] = np.nan
    notes = (Note(3, True, "çà failed"), Note(5, False, ""))
    finished = Walk(values, np.full((30, 2), 0.5), notes)
    folder = Checkpoint.at(tmp_path)
    folder.save("key", finished)
    return folder, finished


def is_same(found: Walk, finished: Walk) -> bool:
    ratios = np.array_equal(found.ratios, finished.ratios, equal_nan=True)
    predicted = np.array_equal(found.predicted, finished.predicted)
    return ratios and predicted and found.notes == finished.notes


def test_a_walk_is_loaded_as_it_was_saved(kept: tuple[Checkpoint, Walk]) -> None:
    folder, finished = kept
    assert is_same(folder.load("key"), finished)
    assert folder.load("other") is None
    folder.save("bare", replace(finished, predicted=None, notes=()))
    assert folder.load("bare").predicted is None
    assert folder.load("bare").notes == ()


def test_a_truncated_file_is_not_loaded(kept: tuple[Checkpoint, Walk], tmp_path: Path) -> None:
    folder, _ = kept
    file = tmp_path / "key.walk"
    content = file.read_bytes()
    for length in [*range(0, len(content), 97), len(content) - 1]:
        file.write_bytes(content[:length])
        assert folder.load("key") is None


def test_a_damaged_file_is_not_loaded(kept: tuple[Checkpoint, Walk], tmp_path: Path) -> None:
    folder, finished = kept
    file = tmp_path / "key.walk"
    content = file.read_bytes()
    refused = 0
    for position in range(0, len(content), 11):
        flipped = bytes([content[position] ^ 0x55])
        file.write_bytes(content[:position] + flipped + content[position + 1 :])
        found = folder.load("key")
        assert found is None or is_same(found, finished)
        refused += found is None
    assert refused > 100
    file.write_bytes(b"")
    assert folder.load("key") is None


@pytest.mark.long
def test_a_damaged_walk_is_walked_again(
    returns: pd.DataFrame, expected: hr.evaluation.Backtest, tmp_path: Path
) -> None:
    check_same(walk(MODELS, returns, checkpoint=tmp_path), expected)
    files = sorted(tmp_path.iterdir())
    files[0].write_bytes(files[0].read_bytes()[:-9])
    files[1].write_bytes(b"")
    files[2].unlink()
    check_same(walk(MODELS, returns, checkpoint=tmp_path), expected)
    assert sorted(tmp_path.iterdir()) == files
    assert all(Checkpoint(tmp_path).load(file.stem) for file in files)


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
@pytest.mark.parametrize("is_there", [True, False])
def test_files_of_killed_processes_are_removed(
    returns: pd.DataFrame, tmp_path: Path, is_there: bool
) -> None:
    walk({}, returns, checkpoint=tmp_path)
    files = sorted(tmp_path.iterdir())
    for file in files:
        (tmp_path / f"{file.stem}abc{checkpoint.PARTIAL}").write_bytes(b"half")
        if not is_there:
            file.unlink()
    other = tmp_path / f"0123{checkpoint.PARTIAL}"
    other.write_bytes(b"of a walk that another process may be writing")
    walk({}, returns, checkpoint=tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([*files, other])


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
def test_paths_that_are_no_folders_are_refused(returns: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for place in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(
            hr.DataError, match=f"checkpoint must be a folder that can be written; {place}: "
        ):
            walk(MODELS, returns, checkpoint=place)


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
@pytest.mark.skipif(
    not Path("/proc/self").is_dir(), reason="a folder that even root cannot write to"
)
def test_a_folder_that_cannot_be_written_is_refused(returns: pd.DataFrame) -> None:
    with pytest.raises(
        hr.DataError, match="checkpoint must be a folder that can be written; /proc/self: "
    ):
        walk(MODELS, returns, checkpoint=Path("/proc/self"))


@pytest.mark.long
def test_a_function_of_a_notebook_is_walked_by_two_processes(tmp_path: Path) -> None:
    """Its source is in the line cache of this process alone."""
    source = "def observe(returns):\n    return returns.abs()\n"
    name = str(tmp_path / "ipykernel_1.py")
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), names)
    table = hr.data.simulate_regimes(n_dates=400, seed=1).returns
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1), observe=names["observe"])
    found = walk({"m": model}, table, n_jobs=2, checkpoint=tmp_path / "kept")
    assert found.ratios["m"].notna().all(axis=None)
    assert list((tmp_path / "kept").glob("*.walk"))


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EIO])
def test_a_full_disk_costs_the_cache_and_not_the_run(
    returns: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    models = {"rolling": hr.RollingOLSHedge(20)}
    with pytest.warns(hr.errors.DataWarning, match="cannot be written .* continues without it"):
        backtest = hr.walk_forward(
            models,
            returns["asset"],
            returns[["hedge"]],
            250,
            50,
            progress=False,
            checkpoint=tmp_path,
        )
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    check_same(backtest, walk(models, returns))
