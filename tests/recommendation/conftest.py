"""A market of two assets, three hedges of them, a currency, and a coin with its perpetual."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

SPREADS = {"A": 0.006, "B": 0.009, "F": 0.002, "G": 0.004, "H": 0.007, "COIN": 0.01}


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    """Prices of 401 days: all move with one factor, FX on its own, PERP by its basis to COIN."""
    rng = np.random.default_rng(7)
    factor = 0.012 * rng.standard_normal(400)
    moves = {name: factor + spread * rng.standard_normal(400) for name, spread in SPREADS.items()}
    moves["FX"] = 0.005 * rng.standard_normal(400)
    start = {"A": 50.0, "B": 120.0, "F": 4000.0, "G": 80.0, "H": 30.0, "COIN": 40_000.0, "FX": 1.1}
    paths = {
        name: start[name] * np.cumprod(np.append(1.0, 1.0 + move)) for name, move in moves.items()
    }
    paths["PERP"] = paths["COIN"] * (1.0 + 0.002 * rng.standard_normal(401))
    paths["FUNDING"] = np.full(401, 1e-4) + 2e-5 * rng.standard_normal(401)
    return pd.DataFrame(paths, pd.date_range("2023-01-02", periods=401, name="date"))


@pytest.fixture(scope="session")
def market(table: pd.DataFrame) -> hr.Market:
    return hr.Market(table, rates={"PERP": "COIN", "G": "FX"}, funding={"PERP": "FUNDING"})


@pytest.fixture(scope="session")
def instruments() -> dict[str, Any]:
    """One of each kind."""
    return {
        "F": hr.LinearContract("F", 50, fee=0.0001, half_spread=0.0001, maintenance_margin=0.05),
        "G": hr.LinearContract("G", 100, lot=5, fee=0.0001, currency="USD"),
        "H": hr.QuantoContract("H", 200, fixed_rate=1.5, half_spread=0.0002),
        "PERP": hr.InverseContract(
            "PERP", 100, fee=0.0005, funding="8-hourly", maintenance_margin=0.05
        ),
    }


@pytest.fixture(scope="session")
def advise(
    market: hr.Market, instruments: dict[str, Any]
) -> Callable[..., hr.recommendation.Recommendation]:
    """A recommendation for units of assets hedged with some instruments."""

    def advise(
        units: dict[str, float],
        names: list[str],
        model: Any = None,
        kind: Any = "simple",
        on: hr.Market = market,
        **more: Any,
    ) -> hr.recommendation.Recommendation:
        position = hr.Position(units)
        hedges = [instruments[name] for name in names]
        fit = (model or hr.OLSHedge()).fit(*on.returns(position, hedges, kind))
        return hr.recommend(fit, position, hedges, on, **more)

    return advise


@pytest.fixture(scope="session")
def target_variance() -> Callable[[hr.recommendation.Recommendation], float]:
    """Variance of the changes of the target of 400,000 A in contracts of F, by hand.

    The last 250 ratios, each at the prices of the date before.
    """

    def target_variance(found: hr.recommendation.Recommendation) -> float:
        ratio = found.problem.fit.ratio.iloc[-250:, 0]
        table = found.problem.market.table
        targets = []
        for date, value in ratio.items():
            before = table.iloc[table.index.get_loc(date) - 1]
            targets.append(-value * 400_000 * before["A"] / (50 * before["F"]))
        return float(np.var(np.diff(targets)))

    return target_variance


# --- hedges of an amount of currency ---


@pytest.fixture(scope="session")
def oil_returns() -> pd.DataFrame:
    """Returns of oil, gas and coal."""
    names = ["oil", "gas", "coal"]
    return hr.data.simulate_dcc(n_dates=600, n_series=3, names=names, seed=5).returns


@pytest.fixture(scope="session")
def ewma_fit(oil_returns: pd.DataFrame) -> hr.hedges.HedgeFit:
    """Oil hedged with gas and coal."""
    model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    return model.fit(oil_returns["oil"], oil_returns[["gas", "coal"]])


@pytest.fixture(scope="session")
def regime_fit() -> hr.hedges.HedgeFit:
    """One hedge in two regimes."""
    simulated = hr.data.simulate_regimes(n_dates=800, seed=2).returns
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))
    return model.fit(simulated["asset"], simulated[["hedge"]])


@pytest.fixture(scope="session")
def fit_one() -> Callable[..., hr.hedges.HedgeFit]:
    """An OLS hedge with a ratio near a given slope."""

    def fit_one(slope: float, names: tuple[str, str] = ("oil", "gas")) -> hr.hedges.HedgeFit:
        rng = np.random.default_rng(3)
        hedge = rng.normal(scale=0.01, size=250)
        asset = slope * hedge + rng.normal(scale=0.002, size=250)
        dates = pd.date_range("2020-01-01", periods=250)
        data = pd.DataFrame({names[0]: asset, names[1]: hedge}, dates)
        return hr.OLSHedge().fit(data[names[0]], data[[names[1]]])

    return fit_one
