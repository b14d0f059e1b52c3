"""Times of BEKK models with standard errors; no time is asserted.

Samples without clear dynamics cost more, as every start is searched from there.
"""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


def with_errors(model: hr.BEKK | hr.DCC, frame: pd.DataFrame) -> hr.covariance.CovarianceFit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        fit = model.fit(frame)
        fit.standard_errors  # noqa: B018 - computed on demand
    return fit


def note(benchmark: Any, case: str, aim: float, rival: float | None = None) -> None:
    benchmark.extra_info.update(
        {"case": case, "aim": aim} | ({} if rival is None else {"rival": rival})
    )


def returns_of(sample: str) -> pd.DataFrame:
    if sample == "markets":
        return hr.returns(hr.load("nasdaq_sp500"))
    if sample == "constant":
        values = 0.01 * np.random.default_rng(0).standard_normal((1000, 2))
        return pd.DataFrame(values, columns=["asset", "hedge"])
    news, memory = {"clear": (0.05, 0.93), "weak": (0.01, 0.9), "boundary": (0.06, 0.939)}[sample]
    return hr.data.simulate_dcc(1000, a=news, b=memory, alpha=news, beta=memory, seed=1).returns


def test_full_bekk(benchmark: Any) -> None:
    note(benchmark, "full BEKK 2 x 6000, with errors", 0.08, 1.717)
    arguments = (hr.BEKK("full"), hr.data.simulate_dcc(6000, a=0.05, b=0.93, seed=1).returns)
    fit = benchmark.pedantic(with_errors, arguments, rounds=3, iterations=1, warmup_rounds=1)
    assert fit.log_likelihood > 0


@pytest.mark.parametrize("form", ["scalar", "diagonal", "full"])
@pytest.mark.parametrize("sample", ["clear", "weak", "constant", "boundary", "markets"])
def test_bekk_with_errors(benchmark: Any, sample: str, form: str) -> None:
    returns = returns_of(sample)
    note(benchmark, f"{form} BEKK, {sample}, {len(returns)} dates, with errors", 0.08)
    arguments = (hr.BEKK(form), returns)  # type: ignore[arg-type]
    fit = benchmark.pedantic(with_errors, arguments, rounds=3, iterations=1, warmup_rounds=1)
    assert np.isfinite(fit.log_likelihood)


def test_full_bekk_of_five_series(benchmark: Any) -> None:
    note(benchmark, "full BEKK 5 x 1000, with errors", 3.0)
    panel = hr.data.simulate_dcc(1000, a=0.05, b=0.93, n_series=5, names=list("abcde"), seed=1)
    arguments = (hr.BEKK("full"), panel.returns)
    fit = benchmark.pedantic(with_errors, arguments, rounds=1, iterations=1, warmup_rounds=1)
    assert fit.convergence["gradient norm"] < 1e-4
