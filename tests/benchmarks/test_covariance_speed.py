"""Times of covariance models with standard errors; no time is asserted."""

import warnings
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr


def with_errors(model: Any, frame: pd.DataFrame) -> hr.covariance.CovarianceFit:
    with warnings.catch_warnings():
        # Some of many univariate models lie on a bound.
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        fit = model.fit(frame)
        fit.standard_errors  # noqa: B018 - computed on demand
    return fit


def note(benchmark: Any, case: str, aim: float, rival: float | None = None) -> None:
    benchmark.extra_info.update(
        {"case": case, "aim": aim} | ({} if rival is None else {"rival": rival})
    )


<<<<<<< HEAD
=======
@pytest.mark.parametrize(
    ("n_series", "n_dates", "aim", "rival", "rounds"),
    [
        (2, 1000, 0.005, 0.53, 20),
        (10, 1000, 0.05, 5.25, 5),
        (30, 1141, 0.45, 46.7, 3),
        (50, 1000, 1.25, 125.8, 2),
    ],
)
def test_dcc_with_errors(
    benchmark: Any, n_series: int, n_dates: int, aim: float, rival: float, rounds: int
) -> None:
    note(benchmark, f"DCC {n_series} x {n_dates}, with errors", aim, rival)
    arguments = (hr.DCC(), returns(n_series, n_dates))
    fit = benchmark.pedantic(with_errors, arguments, rounds=rounds, iterations=1, warmup_rounds=1)
    assert np.isfinite(fit.standard_errors[["a", "b"]]).all()


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_dcc_of_a_hundred_series(benchmark: Any) -> None:
    note(benchmark, "DCC 100 x 1250, without errors", 5.0, 54.0)
    fit = benchmark.pedantic(hr.DCC().fit, (returns(100, 1250),), **ONCE)
    assert fit.convergence["gradient norm"] < 1e-4


THOUSAND = """
import resource, time, warnings
import numpy as np, pandas as pd
import hedgeresearch as hr
warnings.simplefilter("ignore")
rng = np.random.default_rng(1)
loadings = rng.uniform(0.3, 0.8, (1000, 1))
noise = rng.standard_normal((1250, 1)) @ loadings.T
noise = noise + rng.standard_normal((1250, 1000)) * np.sqrt(1 - loadings.T**2)
values = np.empty((1250, 1000))
variance = np.ones(1000)
for t in range(1250):
    values[t] = np.sqrt(variance) * noise[t]
    variance = 0.05 + 0.06 * values[t] ** 2 + 0.89 * variance
frame = pd.DataFrame(values / 100, pd.bdate_range("2000-01-03", periods=1250))
model = hr.DCC(estimator="composite", target="nonlinear")
model.fit(frame.iloc[:200, :3])
begin = time.perf_counter()
fit = model.fit(frame)
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


def test_dcc_of_a_thousand_series(benchmark: Any) -> None:
    """A separate process measures the peak memory; the time printed is that of the fit alone."""
    command = [sys.executable, "-c", THOUSAND]
    root = Path(hr.__file__).parents[1]
    done = benchmark.pedantic(
        subprocess.run, (command,), {"capture_output": True, "cwd": root, "check": True}, **ONCE
    )
    seconds, peak = map(float, done.stdout.split())
    note(benchmark, f"DCC 1000 x 1250, composite: fit {seconds:.1f} s, {peak:.2f} GiB", 20.0)
    assert peak < 1.5


def bekk_samples() -> dict[str, pd.DataFrame]:
    """Clear and weak dynamics, none at all, and two markets."""
    rng = np.random.default_rng(0)
    constant = pd.DataFrame(0.01 * rng.standard_normal((1000, 2)), columns=["x", "y"])
    return {
        "clear": hr.data.simulate_dcc(1000, a=0.05, b=0.93, seed=1).returns,
        "weak": hr.data.simulate_dcc(1000, a=0.01, b=0.9, alpha=0.02, beta=0.9, seed=1).returns,
        "constant": constant,
        "markets": hr.returns(hr.load("nasdaq_sp500")),
    }


>>>>>>> 27c6b45 (Bands of rolling and expanding OLS come from running sums of lagged products)
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
def test_full_bekk(benchmark: Any) -> None:
    note(benchmark, "full BEKK 2 x 6000, with errors", 0.08, 1.717)
    arguments = (hr.BEKK("full"), hr.data.simulate_dcc(6000, a=0.05, b=0.93, seed=1).returns)
    fit = benchmark.pedantic(with_errors, arguments, rounds=3, iterations=1, warmup_rounds=1)
    assert fit.log_likelihood > 0


@pytest.mark.parametrize("form", ["scalar", "diagonal", "full"])
@pytest.mark.parametrize("sample", ["clear", "weak", "constant", "markets"])
def test_bekk_with_errors(benchmark: Any, sample: str, form: str) -> None:
    returns_of_sample = bekk_samples()[sample]
    note(benchmark, f"{form} BEKK, {sample}, {len(returns_of_sample)} dates, with errors", 0.08)
    arguments = (hr.BEKK(form), returns_of_sample)
    fit = benchmark.pedantic(with_errors, arguments, rounds=3, iterations=1, warmup_rounds=1)
    assert np.isfinite(fit.log_likelihood)


def test_full_bekk_of_five_series(benchmark: Any) -> None:
    note(benchmark, "full BEKK 5 x 1000, with errors", 3.0)
    fit = benchmark.pedantic(with_errors, (hr.BEKK("full"), returns(5, 1000)), **ONCE)
    assert fit.convergence["gradient norm"] < 1e-4


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
    note(benchmark, "advance by one bar, 2 series, arrays", 20e-6)
    frame = hr.data.simulate_dcc(1000, seed=1).returns
    recursion = hr.DCC().fit(frame.iloc[:-1]).final_state
    bar = frame.iloc[-1:].to_numpy()
    assert benchmark(recursion.advance, bar).next_covariance.shape == (2, 2)
