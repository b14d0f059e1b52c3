"""Walks against explicit loops: windows, splitters, prices, warm starts and failures."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import TimeSeriesSplit

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import parallel
from hedgeresearch.hedges import HedgeTraits
from hedgeresearch.hedges.closed_form import Refit
from tests.evaluation.runs import WINDOW, walk, walk_one

MOVING = {
    "rolling": hr.RollingOLSHedge(60),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)),
}


# --- ratios by definition ---


def slope(values: np.ndarray) -> np.ndarray:
    """Coefficients of the first column on the others, by the normal equations."""
    covariance = np.cov(values, rowvar=False)
    return np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])


def ewma_ratio(past: np.ndarray, decay: float) -> np.ndarray:
    weights = decay ** np.arange(len(past))[::-1]
    moments = (past * weights[:, None]).T @ past / weights.sum()
    return np.linalg.solve(moments[1:, 1:], moments[1:, 0])


def check_every_ratio(
    backtest: hr.evaluation.Backtest, data: pd.DataFrame, refits: list[Refit], rolling: int = 60
) -> None:
    """Compare naive, OLS, rolling OLS and EWMA(.95) with their definitions, date by date."""
    values = data.to_numpy()
    n_hedges = data.shape[1] - 1
    rows = np.concatenate([np.arange(refit.test_start, refit.test_stop) for refit in refits])
    assert backtest.ratios.index.equals(data.index[rows])
    for refit in refits:
        for t in range(refit.test_start, refit.test_stop):
            expected = {
                "naive": np.full(n_hedges, 1 / n_hedges),
                "ols": slope(values[refit.train_start : refit.train_stop]),
                "rolling": slope(values[t - rolling : t]),
                "ewma": ewma_ratio(values[refit.train_start : t], 0.95),
            }
            for name, ratio in expected.items():
                found = backtest.ratios.loc[data.index[t], name]
                np.testing.assert_allclose(found, ratio, rtol=1e-9)
                hedged = values[t, 0] - ratio @ values[t, 1:]
                found = backtest.hedged_returns.loc[data.index[t], name]
                np.testing.assert_allclose(found, hedged, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("n_series", [2, 3])
@pytest.mark.parametrize("every", [1, 7, 50, 1000])
def test_every_ratio_against_an_explicit_loop(n_series: int, every: int) -> None:
    data = hr.data.simulate_dcc(n_dates=300, n_series=n_series, seed=3).returns
    refits = [Refit(s - WINDOW, s, s, min(s + every, 300)) for s in range(WINDOW, 300, every)]
    backtest = walk(MOVING, data, refit_every=every)
    check_every_ratio(backtest, data, refits)
    assert backtest.n_refits == len(refits)


def test_an_expanding_window_against_an_explicit_loop() -> None:
    data = hr.data.simulate_dcc(n_dates=1030, seed=3).returns
    backtest = walk(MOVING, data, window="expanding", refit_every=13)
    refits = [Refit(0, 1000, 1000, 1013), Refit(0, 1013, 1013, 1026), Refit(0, 1026, 1026, 1030)]
    check_every_ratio(backtest, data, refits)
    assert backtest.n_refits == 3


@pytest.mark.parametrize(
    "settings", [{}, {"gap": 5}, {"max_train_size": 90}, {"gap": 7, "max_train_size": 80}]
)
def test_a_splitter_against_an_explicit_loop(
    returns: pd.DataFrame, settings: dict[str, int]
) -> None:
    splitter = TimeSeriesSplit(6, test_size=20, **settings)
    refits = [
        Refit(train[0], train[-1] + 1, test[0], test[-1] + 1)
        for train, test in splitter.split(returns.to_numpy())
    ]
    backtest = walk(MOVING, returns, splitter=splitter)
    check_every_ratio(backtest, returns, refits)
    assert backtest.n_refits == 6
    assert backtest.ratios.index[0] == returns.index[280]


class Gappy:
    """A splitter that leaves out dates between its evaluations."""

    def split(self, X: np.ndarray) -> Any:  # noqa: N803 (its name in scikit-learn)
        for start in range(100, len(X) - 30, 70):
            yield np.arange(start - 80, start), np.arange(start, start + 30)


def test_a_splitter_may_leave_out_dates(returns: pd.DataFrame) -> None:
    refits = [Refit(s - 80, s, s, s + 30) for s in range(100, 370, 70)]
    check_every_ratio(walk(MOVING, returns, splitter=Gappy()), returns, refits)


@pytest.mark.parametrize(
    ("n_dates", "every"), [(400, 50), (399, 50), (352, 50), (252, 50), (400, 149), (400, 151)]
)
def test_the_last_partial_span_is_hedged(returns: pd.DataFrame, n_dates: int, every: int) -> None:
    data = returns.iloc[:n_dates]
    backtest = walk({}, data, refit_every=every)
    pd.testing.assert_index_equal(backtest.ratios.index, data.index[WINDOW:], check_names=False)
    pd.testing.assert_index_equal(backtest.hedged_returns.index, data.index[WINDOW:])
    n_refits = -(-(n_dates - WINDOW) // every)
    assert backtest.ratios["ols"]["hedge"].nunique() == n_refits == backtest.n_refits
    assert np.isfinite(backtest.ratios.to_numpy()).all()


# --- warm starts ---


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [hr.MinimumVarianceHedge(hr.DCC()), hr.RegimeHedge(hr.GaussianHMM(2, n_starts=10))],
    ids=["dcc", "regime"],
)
def test_warm_starts_end_at_the_same_optimum(model: Any) -> None:
    """Another search finds the same optimum, up to the difference between two searches."""
    data = hr.data.simulate_dcc(n_dates=500, a=0.05, b=0.9, seed=2).returns
    data = data.mul(np.where(np.arange(500) // 50 % 2, 2.5, 1.0), axis=0)
    asset = data.iloc[:, 0]
    hedges = data.iloc[:, 1:]
    backtest = walk({"model": model}, data, window=400, refit_every=20)
    for start in range(400, 500, 20):
        past = slice(start - 400, start)
        new = slice(start, start + 20)
        fit = model.fit(asset.iloc[past], hedges.iloc[past])
        ratio = fit.extend(asset.iloc[new], hedges.iloc[new]).ratio
        np.testing.assert_allclose(backtest.ratios["model"].loc[ratio.index], ratio, rtol=1e-4)


def test_a_search_is_cold_where_much_is_new(prices: pd.DataFrame) -> None:
    warm = []

    @dataclass(frozen=True)
    class Watched:
        traits: ClassVar[HedgeTraits] = HedgeTraits(warm_start=True)

        def fit(self, asset: Any, hedges: Any, *, warm_start: Any = None) -> Any:
            warm.append(warm_start is not None)
            return hr.OLSHedge().fit(asset, hedges)

        def advance(self, fit: Any, returns: Any) -> Any:
            return hr.OLSHedge().advance(fit, returns)

    returns = hr.returns(prices)
    for every, expected in (
        (50, [False] * 3),
        (12, [False] + [True] * 12),
        (2, [i % 50 != 0 for i in range(75)]),
    ):
        warm.clear()
        walk_one(Watched(), returns, refit_every=every)
        assert warm == expected


@pytest.mark.long
def test_a_long_walk_is_cut_and_starts_cold(
    returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = walk(MOVING, returns, refit_every=10)
    monkeypatch.setattr(parallel, "MAX_REFITS", 4)
    cut = walk(MOVING, returns, refit_every=10)
    pd.testing.assert_frame_equal(cut.ratios, whole.ratios, rtol=1e-10)
    dcc = hr.MinimumVarianceHedge(hr.DCC())
    backtest = walk({"dcc": dcc}, returns, refit_every=10)
    # the first refit of each part begins a search of its own
    for start in (WINDOW, WINDOW + 40, WINDOW + 120):
        past = returns.iloc[start - WINDOW : start]
        expected = dcc.fit(past["asset"], past[["hedge"]]).next_ratio["hedge"]
        found = backtest.ratios.loc[returns.index[start], ("dcc", "hedge")]
        assert found == pytest.approx(expected, rel=1e-10)


def test_regimes_of_longer_periods_are_not_those_of_dates() -> None:
    world = hr.data.simulate_regimes(n_dates=1100, seed=2)
    regimes = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    found = hr.walk_forward(
        {"weekly": hr.HorizonHedge(regimes, 5, overlapping=False)},
        world.returns["asset"],
        world.returns[["hedge"]],
        window=900,
        refit_every=100,
        progress=False,
    )
    assert found.ratios["weekly"].notna().all(axis=None)
    assert "weekly" not in found.predicted


@dataclass(frozen=True)
class Doubling:
    """OLS that doubles the hedges in place, as a careless model might."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset: pd.Series, hedges: pd.DataFrame) -> hr.hedges.HedgeFit:
        hedges.iloc[:] = 2.0 * hedges.to_numpy()
        hedges.attrs["returns"] = "log"
        return hr.OLSHedge().fit(asset, hedges)

    def advance(self, fit: hr.hedges.HedgeFit, returns: pd.DataFrame) -> hr.hedges.HedgeFit:
        return hr.OLSHedge().advance(fit, returns)


def test_a_model_that_writes_into_its_data_changes_no_later_refit() -> None:
    returns = hr.data.simulate_dcc(n_dates=600, seed=0).returns
    before = returns.copy()
    backtest = walk_one(Doubling(), returns)
    halved = backtest.ratios["ols"] / 2.0
    np.testing.assert_allclose(backtest.ratios["model"], halved, rtol=1e-12)
    pd.testing.assert_frame_equal(returns, before)
    assert returns.attrs == before.attrs
