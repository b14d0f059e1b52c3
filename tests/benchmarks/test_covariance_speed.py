"""Times of refits and of single bars of DCC; no time is asserted."""

from typing import Any

import pytest

import hedgeresearch as hr


def note(benchmark: Any, case: str, aim: float, rival: float | None = None) -> None:
    benchmark.extra_info.update(
        {"case": case, "aim": aim} | ({} if rival is None else {"rival": rival})
    )


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_daily_refits(benchmark: Any) -> None:
    """Each refit starts at the estimates of the day before."""
    note(benchmark, "DCC 2 series, 400 daily refits on 500 dates", 0.9, 88.5)
    frame = hr.data.simulate_dcc(900, a=0.05, b=0.93, seed=2).returns
    windows = [frame.iloc[i : i + 500] for i in range(400)]

    def refit() -> hr.covariance.CovarianceFit | None:
        fit = None
        for window in windows:
            fit = hr.DCC().fit(window, warm_start=fit)
        return fit

    assert benchmark.pedantic(refit, rounds=2, iterations=1, warmup_rounds=1) is not None


def test_one_bar(benchmark: Any) -> None:
    note(benchmark, "extend by one bar, 2 series", 100e-6)
    frame = hr.data.simulate_dcc(1000, seed=1).returns
    fit = hr.DCC().fit(frame.iloc[:-1])
    assert len(benchmark(fit.extend, frame.iloc[-1:]).dates) == 1


def test_one_bar_in_arrays(benchmark: Any) -> None:
    note(benchmark, "advance by one bar, 2 series, arrays", 1e-6)
    frame = hr.data.simulate_dcc(1000, seed=1).returns
    bar = frame.iloc[-1:].to_numpy().copy()
    state = hr.DCC().fit(frame.iloc[:-1]).final_state.advance(bar)
    assert benchmark(state.advance, bar).next_covariance.shape == (2, 2)
