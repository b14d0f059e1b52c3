"""Calls in several threads leave the state of the process as it was."""

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import threadpoolctl
from threadpoolctl import threadpool_info

import hedgeresearch as hr
from hedgeresearch._threads import available_cores, map_in_threads, single_threaded_blas

THREADS = 6


def blas_threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


@pytest.fixture
def two_blas_threads():
    from threadpoolctl import threadpool_limits

    with threadpool_limits(2, user_api="blas"):
        yield


@pytest.mark.usefixtures("two_blas_threads")
def test_overlapping_blocks_restore_the_first_limit() -> None:
    before = blas_threads()
    first = single_threaded_blas()
    second = single_threaded_blas()
    first.__enter__()
    second.__enter__()
    assert set(blas_threads()) == {1}
    first.__exit__(None, None, None)
    assert set(blas_threads()) == {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before


@pytest.mark.usefixtures("two_blas_threads")
def test_an_error_in_a_block_restores_the_limit() -> None:
    before = blas_threads()
    with pytest.raises(ZeroDivisionError), single_threaded_blas():
        raise ZeroDivisionError
    assert blas_threads() == before


def test_libraries_are_looked_for_once(monkeypatch) -> None:
    with single_threaded_blas():
        pass
    monkeypatch.setattr("threadpoolctl.ThreadpoolController", None)
    with single_threaded_blas():
        pass


def test_libraries_are_looked_for_again_after_an_import(monkeypatch) -> None:
    with single_threaded_blas():
        pass
    looked = []
    found = threadpoolctl.ThreadpoolController()
    monkeypatch.setattr("threadpoolctl.ThreadpoolController", lambda: looked.append(0) or found)
    monkeypatch.setitem(sys.modules, "a_module_that_loads_a_library", None)
    with single_threaded_blas():
        pass
    assert looked == [0]


def test_recorded_warnings_stay_in_their_thread() -> None:
    def record(number: int) -> list[str]:
        with hr.errors.recorded_warnings() as caught:
            for _ in range(50):
                hr.errors.warn_caller(f"thread {number}", hr.errors.DataWarning)
        return [warning.message for warning in caught]

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(record, range(THREADS)))
    assert results == [[f"thread {number}"] * 50 for number in range(THREADS)]


def bootstrap(returns) -> None:
    fit = hr.MinimumCVaRHedge().fit(returns["asset"], returns[["hedge"]])
    fit.conf_int(method="bootstrap", n_bootstrap=10)


def walk(returns) -> None:
    model = {"rolling": hr.RollingOLSHedge(60)}
    hr.walk_forward(model, returns["asset"], returns[["hedge"]], 200, 50, progress=False)


def switching(returns) -> None:
    hr.MarkovSwitchingHedge(n_starts=1).fit(returns["asset"], returns[["hedge"]])


def select(returns) -> None:
    hr.regimes.select_regimes(hr.GaussianHMM(2, n_starts=1), returns, (1, 2))


def arch_volatility(returns) -> None:
    with hr.errors.recorded_warnings():  # the estimate lies on a bound
        hr.volatility.ArchModel().fit(returns["asset"])


@pytest.mark.long
@pytest.mark.parametrize("call", [bootstrap, walk, switching, select, arch_volatility])
def test_calls_in_threads_leave_the_warning_filters(call) -> None:
    returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    call(returns)  # libraries add filters of their own when they are imported
    before = list(warnings.filters)
    threads = blas_threads()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: call(returns), range(THREADS)))
    assert list(warnings.filters) == before
    assert blas_threads() == threads


def test_filters_of_the_caller_hold_during_a_bootstrap() -> None:
    returns = hr.data.simulate_dcc(n_dates=120, seed=0).returns
    seen = []

    class Watching(hr.OLSHedge):
        def fit(self, asset, hedges):
            seen.append(list(warnings.filters))
            return super().fit(asset, hedges)

    fit = Watching().fit(returns["asset"], returns[["hedge"]])
    before = list(warnings.filters)
    fit.conf_int(method="bootstrap", n_bootstrap=5)
    assert len(seen) == 6
    assert all(filters == before for filters in seen)
    assert np.isfinite(fit.next_ratio).all()


def test_workers_start_no_threads_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_threads(*arguments: object) -> None:
        raise AssertionError("threads are started")

    monkeypatch.setattr("joblib.cpu_count", lambda: 2)
    assert available_cores() == 2
    monkeypatch.setattr("multiprocessing.parent_process", lambda: SimpleNamespace(pid=1))
    monkeypatch.setattr("hedgeresearch._threads.ThreadPoolExecutor", no_threads)
    assert available_cores() == 1
    assert map_in_threads(abs, [-1, 2]) == [1, 2]
