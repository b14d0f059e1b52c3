"""What a walk gives models, against explicit loops, and what it refuses."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import HedgeTraits


@pytest.fixture(scope="module")
def prices():
    """Two cointegrated prices that drift apart in level, 400 dates."""
    rng = np.random.default_rng(2)
    hedge = np.cumsum(rng.normal(2e-4, 0.01, 400))
    spread = np.zeros(400)
    for t in range(1, 400):
        spread[t] = 0.8 * spread[t - 1] + rng.normal(0.0, 0.004)
    levels = np.column_stack([0.9 * hedge + spread, hedge])
    dates = pd.bdate_range("2010-01-04", periods=400, name="date")
    return 50.0 * np.exp(pd.DataFrame(levels, dates, ["asset", "hedge"]))


def study_of(model, returns, **settings):
    return hr.walk_forward(
        {"model": model}, returns["asset"], returns[["hedge"]], 250, 50, progress=False, **settings
    )


@pytest.mark.parametrize("kind", ["simple", "log", "difference"])
def test_a_model_on_prices_sees_what_its_returns_cumulate_to(prices, kind):
    model = hr.ErrorCorrectionHedge(kind="difference" if kind == "difference" else "log", lags=1)
    study = study_of(model, hr.returns(prices, kind=kind))
    for step in range(250, 399, 50):
        sample = prices.iloc[
            step - 249 : step + 1
        ]  # the prices after the first return of the window, to the last
        expected = model.fit(sample["asset"], sample[["hedge"]]).next_ratio["hedge"]
        found = study.ratio("model")["hedge"].iloc[step - 250 : step - 200]
        np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_prices_that_returns_do_not_tell_are_refused(prices):
    simple, differences = hr.returns(prices), hr.returns(prices, kind="difference")
    with pytest.raises(
        hr.DataError, match="'model' works on prices of kind='difference'; .* of the kind 'simple'"
    ):
        study_of(hr.ErrorCorrectionHedge(kind="difference"), simple)
    with pytest.raises(
        hr.DataError, match="'model' works on prices of kind='log'; .* of the kind 'difference'"
    ):
        study_of(hr.ConstrainedHedge(hr.VECMHedge(), upper=1.0), differences)
    per_cent = simple * 100.0
    per_cent.attrs = {}
    with pytest.raises(
        hr.DataError, match="returns must lie above -1 for model 'model', which works on prices"
    ):
        study_of(hr.CointegrationHedge(), per_cent)


def test_differences_have_their_own_measures(prices):
    differences = hr.returns(prices, kind="difference")
    study = study_of(hr.RollingOLSHedge(60), differences)
    summed = study.hedged_returns["unhedged"].cumsum()
    fall = (np.maximum(summed.cummax(), 0.0) - summed).max()
    assert study.measures()["maximum drawdown", "gross"]["unhedged"] == pytest.approx(
        fall, rel=1e-9
    )
    with pytest.raises(hr.DataError, match="cost must be left out for differences of prices"):
        study_of(hr.RollingOLSHedge(60), differences, cost=hr.Costs(fee=0.001))


@dataclass(frozen=True)
class Gaps:
    """An OLS hedge whose ratio is lost on some dates."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    lost: float = np.nan

    def fit(self, asset, hedges):
        fit = hr.OLSHedge().fit(asset, hedges)
        object.__setattr__(fit, "model", self)
        return fit

    def advance(self, fit, returns):
        longer = hr.OLSHedge().advance(fit, returns)
        longer.ratio.iloc[len(returns) // 2 :] = self.lost
        return longer


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_ratios_that_are_no_numbers_are_failures(prices, lost):
    study = study_of(Gaps(lost), hr.returns(prices))
    assert study.failed_refits["model"] == 0  # bar by bar, the next ratio is there
    assert np.isfinite(study.ratio("model")).all(axis=None)


@dataclass(frozen=True)
class Nested:
    """A hedge that chooses by a backtest of its own."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset, hedges):
        inner = hr.walk_forward({}, asset, hedges, 150, 50, progress=False)
        return (
            hr.OLSHedge().fit(asset, hedges)
            if len(inner.ratios)
            else hr.NaiveHedge().fit(asset, hedges)
        )

    def advance(self, fit, returns):
        return hr.OLSHedge().advance(fit, returns)


def test_a_model_may_hold_a_backtest_of_its_own(prices):
    study = study_of(Nested(), hr.returns(prices))
    np.testing.assert_allclose(study.ratio("model"), study.ratio("ols"), rtol=1e-12)


@pytest.mark.parametrize("name", [None, 1, "", ("a", "b")])
def test_names_are_texts(prices, name):
    returns = hr.returns(prices)
    with pytest.raises(hr.DataError, match="models must have texts for names"):
        hr.walk_forward(
            {name: hr.RollingOLSHedge(60)},
            returns["asset"],
            returns[["hedge"]],
            250,
            progress=False,
        )


@pytest.mark.parametrize("n_jobs", [0, "2", 1.5])
def test_processes_are_whole_numbers(prices, n_jobs):
    with pytest.raises(hr.DataError, match="n_jobs must be a whole number but zero, or None"):
        study_of(hr.RollingOLSHedge(60), hr.returns(prices), n_jobs=n_jobs)


def test_a_search_begins_anew_where_much_is_new(prices, monkeypatch):
    begun = []

    @dataclass(frozen=True)
    class Watched:
        traits: ClassVar[HedgeTraits] = HedgeTraits(warm_start=True)

        def fit(self, asset, hedges, *, warm_start=None):
            begun.append(warm_start is not None)
            return hr.OLSHedge().fit(asset, hedges)

        def advance(self, fit, returns):
            return hr.OLSHedge().advance(fit, returns)

    returns = hr.returns(prices)
    for every, expected in (
        (50, [False] * 3),
        (12, [False] + [True] * 12),
        (2, [i % 50 != 0 for i in range(75)]),
    ):
        begun.clear()
        hr.walk_forward(
            {"w": Watched()}, returns["asset"], returns[["hedge"]], 250, every, progress=False
        )
        assert begun == expected
