"""Runs that are killed at any moment continue from the checkpoint, to the last bit."""

import os
import pickle
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import parallel

N_DATES = 340
KILLED_EVERY = 5
N_TASKS = 5 * 9
KILLED_MODELS = {
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "kalman": hr.KalmanHedge(),
}
PROGRAM = """
import pickle, sys
from tests.evaluation.engine.test_killed_runs import killed_run, parallel
parallel.MAX_REFITS = 2
folder, output, jobs = sys.argv[1:]
backtest = killed_run(checkpoint=folder, n_jobs=int(jobs))
pickle.dump((backtest.ratios, backtest.notes, backtest.predicted), open(output, "wb"))
"""


def killed_run(**settings: Any) -> hr.evaluation.Backtest:
    returns = hr.data.simulate_dcc(n_dates=N_DATES, seed=11).returns
    return hr.walk_forward(
        KILLED_MODELS,
        returns["asset"],
        returns[["hedge"]],
        250,
        KILLED_EVERY,
        progress=False,
        **settings,
    )


def started(folder: Path, output: Path, jobs: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(folder), str(output), str(jobs)]
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
    states = {file.name: file.stat() for file in folder.glob("*.walk")}
    return {name: (state.st_ino, state.st_mtime_ns) for name, state in states.items()}


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
    """Kill runs, let the last one finish, and compare it with a run of this process."""
    rng = random.Random(kills)
    folder = tmp_path / "walks"
    output = tmp_path / "backtest.pickle"
    seen: dict[str, tuple[int, int]] = {}
    for kill in range(kills):
        target = min(len(seen) + 1 + rng.randrange(1 + N_TASKS // (2 * kills)), N_TASKS - 1)
        kill_after(started(folder, output, jobs(kill)), folder, target, rng.uniform(0.0, 0.03))
        assert not output.exists()  # it was killed before its end
        now = finished(folder)
        assert now.items() >= seen.items()  # finished walks are never written again
        seen = now
    last = started(folder, output, 1)
    _, errors = last.communicate()
    assert last.returncode == 0, errors.decode()
    assert finished(folder).items() >= seen.items()
    assert len(finished(folder)) == N_TASKS == len(list(folder.iterdir()))
    ratios, notes, predicted = pickle.loads(output.read_bytes())
    whole = killed_run()
    pd.testing.assert_frame_equal(ratios, whole.ratios, check_exact=True)
    pd.testing.assert_frame_equal(notes, whole.notes)
    assert list(predicted) == list(whole.predicted) == ["regime"]
    pd.testing.assert_frame_equal(predicted["regime"], whole.predicted["regime"], check_exact=True)


@pytest.fixture
def short_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "MAX_REFITS", 2)


@pytest.mark.long
@pytest.mark.usefixtures("short_tasks")
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_a_killed_run_continues(tmp_path: Path) -> None:
    check_killed(tmp_path, 2, lambda kill: 1)


@pytest.mark.slow
@pytest.mark.usefixtures("short_tasks")
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_a_run_that_is_killed_twenty_times_continues(tmp_path: Path) -> None:
    check_killed(tmp_path, 20, lambda kill: 2 if kill % 4 == 3 else 1)
