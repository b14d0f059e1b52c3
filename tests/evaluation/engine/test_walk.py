"""Walks against explicit loops: windows, splitters, prices, warm starts and failures."""

import warnings
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
from tests.evaluation.fragile import EWMA, Broken, failing_at
from tests.evaluation.runs import EVERY, WINDOW, walk

MOVING = {
    "rolling": hr.RollingOLSHedge(60),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)),
}


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=400, seed=11).returns


@pytest.fixture(scope="module")
def prices() -> pd.DataFrame:
    """Two cointegrated prices that drift apart in level, 400 dates."""
    rng = np.random.default_rng(2)
    hedge = np.cumsum(rng.normal(2e-4, 0.01, 400))
    spread = np.zeros(400)
    for t in range(1, 400):
        spread[t] = 0.8 * spread[t - 1] + rng.normal(0.0, 0.004)
    levels = np.column_stack([0.9 * hedge + spread, hedge])
    dates = pd.bdate_range("2010-01-04", periods=400, name="date")
    return 50.0 * np.exp(pd.DataFrame(levels, dates, ["asset", "hedge"]))


def walk_one(model: Any, returns: pd.DataFrame, **settings: Any) -> hr.evaluation.Backtest:
    """Walk one model, whatever it warns of."""
    return hr.walk_forward(
        {"model": model},
        returns["asset"],
        returns[["hedge"]],
        WINDOW,
        **({"refit_every": EVERY, "progress": False} | settings),
    )


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
    rows = np.concatenate([np.arange(refit.start, refit.stop) for refit in refits])
    assert backtest.ratios.index.equals(data.index[rows])
    for refit in refits:
        for t in range(refit.start, refit.stop):
            expected = {
                "naive": np.full(n_hedges, 1 / n_hedges),
                "ols": slope(values[refit.first : refit.end]),
                "rolling": slope(values[t - rolling : t]),
                "ewma": ewma_ratio(values[refit.first : t], 0.95),
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


# --- prices ---


@pytest.mark.parametrize("kind", ["simple", "log", "difference"])
def test_models_of_prices_see_cumulated_returns(prices: pd.DataFrame, kind: str) -> None:
    model = hr.ErrorCorrectionHedge(kind="difference" if kind == "difference" else "log", lags=1)
    backtest = walk_one(model, hr.returns(prices, kind=kind))
    for step in range(250, 399, 50):
        # the prices after the first return of the window, to the last
        sample = prices.iloc[step - 249 : step + 1]
        expected = model.fit(sample["asset"], sample[["hedge"]]).next_ratio["hedge"]
        found = backtest.ratio("model")["hedge"].iloc[step - 250 : step - 200]
        np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.parametrize("kind", ["simple", "log", "difference"])
def test_the_level_of_prices_does_not_matter(kind: str) -> None:
    """Prices up to a factor, or up to a constant for differences, have the same ratio."""
    rng = np.random.default_rng(5)
    common = 0.01 * rng.normal(size=(400, 1)).cumsum(axis=0)
    basis = 0.005 * rng.normal(size=(400, 2)).cumsum(axis=0) * [0.0, 1.0]
    levels = common + basis + 0.004 * rng.normal(size=(400, 2))
    if kind != "difference":
        levels = np.exp(levels)
    prices = pd.DataFrame(levels, pd.date_range("2020-01-01", periods=400), ["spot", "future"])
    data = hr.returns(prices, kind=kind)
    model = hr.ErrorCorrectionHedge(kind="difference" if kind == "difference" else "log")
    backtest = walk({"ecm": model}, data, refit_every=40)
    last = prices.iloc[1:]
    with warnings.catch_warnings():
        # of cointegration, which is not tested here
        warnings.simplefilter("ignore", hr.errors.ConvergenceWarning)
        for start in range(WINDOW, len(data), 40):
            past = last.iloc[start - WINDOW : start]
            new = last.iloc[start : start + 40]
            fit = model.fit(past["spot"], past[["future"]]).extend(new["spot"], new[["future"]])
            np.testing.assert_allclose(backtest.ratios["ecm"].loc[new.index], fit.ratio, rtol=1e-8)
    assert backtest.ratios["ecm"]["future"].nunique() > 1
    assert backtest.failed_refits["ecm"] == 0


def test_returns_of_other_prices_are_refused(prices: pd.DataFrame) -> None:
    simple = hr.returns(prices)
    differences = hr.returns(prices, kind="difference")
    with pytest.raises(
        hr.DataError, match="'model' works on prices of kind='difference'; .* of the kind 'simple'"
    ):
        walk_one(hr.ErrorCorrectionHedge(kind="difference"), simple)
    with pytest.raises(
        hr.DataError, match="'model' works on prices of kind='log'; .* of the kind 'difference'"
    ):
        walk_one(hr.ConstrainedHedge(hr.VECMHedge(), upper=1.0), differences)
    percent = simple * 100.0
    percent.attrs = {}
    with pytest.raises(
        hr.DataError, match="returns must lie above -1 for model 'model', which works on prices"
    ):
        walk_one(hr.CointegrationHedge(), percent)


def test_differences_of_prices_have_summed_wealth_and_no_costs(prices: pd.DataFrame) -> None:
    differences = hr.returns(prices, kind="difference")
    backtest = walk_one(hr.RollingOLSHedge(60), differences)
    summed = backtest.hedged_returns["unhedged"].cumsum()
    fall = (np.maximum(summed.cummax(), 0.0) - summed).max()
    drawdown = backtest.measures()["maximum drawdown", "gross"]["unhedged"]
    assert drawdown == pytest.approx(fall, rel=1e-9)
    with pytest.raises(hr.DataError, match="cost must be left out for differences of prices"):
        walk_one(hr.RollingOLSHedge(60), differences, cost=hr.Costs(fee=0.001))


# --- refits that fail ---


def test_a_failed_refit_holds_the_last_ratio_and_is_counted(returns: pd.DataFrame) -> None:
    backtest = walk({"fragile": failing_at(returns, 300), "ewma": EWMA}, returns)
    fragile = backtest.ratios["fragile"]["hedge"]
    ewma = backtest.ratios["ewma"]["hedge"]
    assert ewma.nunique() == len(fragile) == 150
    np.testing.assert_allclose(fragile[:50], ewma[:50], rtol=1e-10)
    np.testing.assert_array_equal(fragile[50:100], fragile.iloc[49])
    np.testing.assert_allclose(fragile[100:], ewma[100:], rtol=1e-10)
    assert backtest.failed_refits.to_dict() == {"naive": 0, "ols": 0, "fragile": 1, "ewma": 0}
    failed = {"unhedged": 0, "naive": 0, "ols": 0, "fragile": 1, "ewma": 0}
    assert backtest.summary["failed refits"].to_dict() == failed


def test_notes_hold_warnings_and_failures(returns: pd.DataFrame) -> None:
    backtest = walk({"fragile": failing_at(returns, 300), "ewma": EWMA}, returns)
    assert list(backtest.notes.columns) == ["model", "date", "failed", "note"]
    ends = [str(returns.index[row - 1].date()) for row in (250, 300, 350)]
    assert backtest.notes.to_numpy().tolist() == [
        ["fragile", returns.index[250], False, f"the fit to {ends[0]} is shaky."],
        ["fragile", returns.index[300], True, f"the fit to {ends[1]} failed."],
        ["fragile", returns.index[350], False, f"the fit to {ends[2]} is shaky."],
    ]


def test_no_hedge_is_held_before_the_first_success(returns: pd.DataFrame) -> None:
    backtest = walk({"fragile": failing_at(returns, 250, 300), "ewma": EWMA}, returns)
    fragile = backtest.ratios["fragile"]["hedge"]
    assert (fragile[:100] == 0.0).all()
    np.testing.assert_allclose(fragile[100:], backtest.ratios["ewma"]["hedge"][100:], rtol=1e-10)
    pd.testing.assert_series_equal(
        backtest.hedged_returns["fragile"][:100],
        backtest.hedged_returns["unhedged"][:100],
        check_names=False,
    )


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_a_ratio_is_held_across_the_cut_of_a_long_walk(
    returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    models = {"fragile": failing_at(returns, 300, 325), "ewma": EWMA}
    whole = walk(models, returns, refit_every=25)
    monkeypatch.setattr(parallel, "MAX_REFITS", longest)
    cut = walk(models, returns, refit_every=25)
    fragile = cut.ratios["fragile"]["hedge"]
    np.testing.assert_array_equal(fragile[50:100], fragile.iloc[49])
    np.testing.assert_allclose(fragile.iloc[49], cut.ratios["ewma"]["hedge"].iloc[49], rtol=1e-10)
    pd.testing.assert_frame_equal(cut.ratios, whole.ratios, rtol=1e-10)
    pd.testing.assert_frame_equal(cut.notes, whole.notes)
    assert cut.n_refits == 6


def test_a_failed_extension_holds_the_last_ratio(returns: pd.DataFrame) -> None:
    constant = returns.copy()
    # the window is constant from row 320 on, and in the samples of the refits after it
    constant.iloc[300:340, 1] = 0.0
    backtest = walk({"rolling": hr.RollingOLSHedge(20)}, constant, refit_every=25)
    assert backtest.failed_refits.to_dict() == {"naive": 0, "ols": 0, "rolling": 4}
    assert backtest.notes["note"].str.contains("must vary").all()
    rolling = backtest.ratios["rolling", "hedge"]
    assert rolling.loc[constant.index[319:]].nunique() == 1
    # later rows do not spoil earlier ones
    assert rolling.loc[constant.index[250:320]].nunique() == 70


@dataclass(frozen=True)
class Gaps:
    """An OLS hedge whose ratio is lost on some dates."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    lost: float = np.nan

    def fit(self, asset: Any, hedges: Any) -> Any:
        fit = hr.OLSHedge().fit(asset, hedges)
        object.__setattr__(fit, "model", self)
        return fit

    def advance(self, fit: Any, returns: Any) -> Any:
        longer = hr.OLSHedge().advance(fit, returns)
        longer.ratio.iloc[len(returns) // 2 :] = self.lost
        return longer


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_ratios_that_are_not_finite_are_replaced(prices: pd.DataFrame, lost: float) -> None:
    backtest = walk_one(Gaps(lost), hr.returns(prices))
    assert backtest.failed_refits["model"] == 0  # row by row, the next ratio is there
    assert np.isfinite(backtest.ratio("model")).all(axis=None)


def test_programming_errors_are_raised(returns: pd.DataFrame) -> None:
    with pytest.raises(ZeroDivisionError, match="a bug"):
        walk({"broken": Broken()}, returns)


def test_regimes_of_a_failed_refit_are_unknown(returns: pd.DataFrame) -> None:
    regime = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))
    backtest = walk({"regime": regime, "fragile": failing_at(returns, 300, inner=regime)}, returns)
    assert list(backtest.predicted) == ["regime", "fragile"]
    assert backtest.predicted["fragile"].iloc[50:100].isna().all(axis=None)
    assert backtest.predicted["regime"].notna().all(axis=None)
    np.testing.assert_allclose(backtest.predicted["regime"].sum(axis=1), 1.0)
    known = backtest.predicted["fragile"].dropna()
    table = backtest.by_regime("fragile", lambda hedged, asset: len(hedged))
    most_probable = known.to_numpy().argmax(axis=1)
    counts = [(most_probable == k).sum() for k in (0, 1)]
    expected = [np.nan if count < 20 else count for count in counts]
    np.testing.assert_array_equal(table["ols"], expected)


@dataclass(frozen=True)
class Nested:
    """A hedge that chooses by a backtest of its own."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset: Any, hedges: Any) -> Any:
        inner = hr.walk_forward({}, asset, hedges, 150, 50, progress=False)
        model = hr.OLSHedge() if len(inner.ratios) else hr.NaiveHedge()
        return model.fit(asset, hedges)

    def advance(self, fit: Any, returns: Any) -> Any:
        return hr.OLSHedge().advance(fit, returns)


def test_a_model_may_run_a_backtest_of_its_own(prices: pd.DataFrame) -> None:
    backtest = walk_one(Nested(), hr.returns(prices))
    np.testing.assert_allclose(backtest.ratio("model"), backtest.ratio("ols"), rtol=1e-12)
