"""Times of regimes, switching regressions and rolling regressions next to other libraries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

import hedgeresearch as hr
from tests.benchmarks.peers import panels
from tests.benchmarks.peers.measure import in_turns
from tests.benchmarks.peers.tables import markdown, milliseconds

N_STARTS = 20
WINDOW = 250
PER_CENT = 100.0


def compare(quick: bool) -> list[str]:
    """Return a title and a table for each kind of model."""
    tables = ["## Hidden Markov model, 20 starts", _hidden_markov()]
    tables += ["## Rolling regression, 250 observations", _rolling()]
    if not quick:
        tables += ["## Markov-switching regression, 10 starts", _switching()]
    return tables


def _table(task: str, calls: Mapping[str, Callable[[], Any]], value: str, budget: float) -> str:
    """Return times, ratios to the first, and one number of each result."""
    outcomes = in_turns(calls, budget)
    ours = next(iter(outcomes.values())).milliseconds
    rows = []
    for name, outcome in outcomes.items():
        if outcome.milliseconds is None:
            rows.append([name, outcome.failure, "", ""])
            continue
        ratio = f"{outcome.milliseconds / ours:.1f}" if ours else ""
        rows.append([name, milliseconds(outcome.milliseconds), ratio, outcome.result])
    return markdown([task, "CPU ms", "times ours", value], rows)


# --- hidden Markov model of two series ---


def _hidden_markov() -> str:
    observations = hr.data.simulate_regimes(n_dates=5000, seed=1).returns

    def ours() -> str:
        fit = hr.GaussianHMM(2, n_starts=N_STARTS, seed=0).fit(observations)
        return f"{fit.estimates.log_likelihood:.3f}"

    values = PER_CENT * observations.to_numpy()
    calls = {"hedgeresearch": ours, "hmmlearn": lambda: _hmmlearn(values)}
    return _table("2 x 5000, two regimes", calls, "log-likelihood", 3.0)


def _hmmlearn(values: np.ndarray) -> str:
    """Return the best log-likelihood of 20 starts, in fractions, without priors."""
    from hmmlearn.hmm import GaussianHMM

    best = -np.inf
    for seed in range(N_STARTS):
        model = GaussianHMM(
            2, "full", covars_prior=0.0, covars_weight=0.0, n_iter=500, tol=1e-6, random_state=seed
        )
        best = max(best, model.fit(values).score(values))
    return f"{best + values.size * np.log(PER_CENT):.3f}"


# --- rolling regression ---


def _rolling() -> str:
    rng = np.random.default_rng(0)
    dates = pd.date_range("2000-01-03", periods=5000, freq="B")
    hedge = pd.DataFrame({"hedge": 0.01 * rng.normal(size=5000)}, dates)
    asset = (0.9 * hedge["hedge"] + 0.005 * rng.normal(size=5000)).rename("asset")

    def ours() -> str:
        fit = hr.RollingOLSHedge(WINDOW).fit(asset, hedge)
        return f"{fit.next_ratio.iloc[0]:.6f}"

    def of_pandas() -> str:
        window = asset.rolling(WINDOW)
        ratio = window.cov(hedge["hedge"]) / hedge["hedge"].rolling(WINDOW).var()
        return f"{ratio.iloc[-1]:.6f}"

    def of_statsmodels() -> str:
        from statsmodels.regression.rolling import RollingOLS

        regressors = hedge.assign(constant=1.0)
        params = RollingOLS(asset, regressors, window=WINDOW).fit().params
        return f"{params['hedge'].iloc[-1]:.6f}"

    calls = {"hedgeresearch": ours, "pandas": of_pandas, "statsmodels": of_statsmodels}
    return _table("5000 observations, one hedge", calls, "last ratio", 1.5)


# --- Markov-switching regression ---


def _switching() -> str:
    returns = panels.indices().returns["NASDAQ"]
    values = PER_CENT * returns.to_numpy()

    def ours() -> str:
        fit = hr.MarkovSwitching(2, n_starts=10, seed=0).fit(returns)
        return f"{fit.estimates.log_likelihood:.3f}"

    def of_statsmodels() -> str:
        from statsmodels.tsa.api import MarkovRegression

        np.random.seed(0)  # noqa: NPY002 - the starts of statsmodels use it
        model = MarkovRegression(values, 2, switching_variance=True)
        log_likelihood = model.fit(search_reps=10, disp=False).llf
        return f"{log_likelihood + len(values) * np.log(PER_CENT):.3f}"

    calls = {"hedgeresearch": ours, "statsmodels": of_statsmodels}
    return _table("NASDAQ, 5030 observations", calls, "log-likelihood", 1.0)
