"""A Dask cluster that loses a worker gives the same bits as one process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import joblib
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import parallel
from tests.evaluation.runs import check_same

distributed = pytest.importorskip(
    "distributed", reason="distributed is not installed: hedgeresearch[distributed]"
)
MODELS = {
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "kalman": hr.KalmanHedge(),
    "cointegration": hr.CointegrationHedge(),
}
N_PAIRS = 2
N_PARTS = 3
N_TASKS = N_PAIRS * N_PARTS * (len(MODELS) + 2)


@contextmanager
def process(kind: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a scheduler or a worker."""
    environment = os.environ | {
        "PYTHONPATH": str(Path(hr.__file__).parents[1]),
        "OMP_NUM_THREADS": "1",
    }
    module = f"distributed.cli.dask_{kind}"
    command = [sys.executable, "-W", "ignore", "-m", module, "--no-dashboard", *arguments]
    started = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@pytest.fixture(scope="module")
def pairs() -> dict[str, Any]:
    tables = {
        f"pair {seed}": hr.data.simulate_dcc(n_dates=340, seed=seed).returns
        for seed in range(N_PAIRS)
    }
    return {name: (table["asset"], table[["hedge"]]) for name, table in tables.items()}


def run(pairs: dict[str, Any], **settings: Any) -> hr.evaluation.BacktestPanel:
    return hr.walk_forward_panel(MODELS, pairs, 250, 10, progress=False, **settings)


def kill_half_way(worker: subprocess.Popen[bytes], folder: Path, seen: list[int]) -> None:
    """Kill a worker as soon as two walks are done."""
    while worker.poll() is None:
        if (done := len(list(folder.glob("*.walk")))) >= 2:
            worker.send_signal(signal.SIGKILL)
            seen.append(done)
            return
        time.sleep(0.005)


@pytest.mark.long
def test_a_cluster_that_loses_a_worker_gives_the_same_bits(
    pairs: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "MAX_REFITS", 3)
    serial = run(pairs)
    file = str(tmp_path / "scheduler.json")
    walks = tmp_path / "walks"
    address = ("--scheduler-file", file, "--host", "127.0.0.1")
    settings = ("--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path))
    with ExitStack() as stack:
        stack.enter_context(process("scheduler", *address, "--port", "0"))
        workers = [stack.enter_context(process("worker", *address, *settings)) for _ in range(2)]
        client = stack.enter_context(distributed.Client(scheduler_file=file, timeout=60))
        client.wait_for_workers(2, timeout=60)
        seen: list[int] = []
        killer = Thread(target=kill_half_way, args=(workers[0], walks, seen))
        killer.start()
        with joblib.parallel_config("dask"):
            panel = run(pairs, n_jobs=-1, checkpoint=walks)
        killer.join()
        assert len(client.scheduler_info()["workers"]) == 1
    assert 2 <= seen[0] < N_TASKS
    assert len(list(walks.iterdir())) == N_TASKS
    for name in pairs:
        check_same(panel[name], serial[name])
    assert len(panel["pair 0"].notes)
