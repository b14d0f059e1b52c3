"""Walking forward: every ratio against an explicit loop, however the dates are cut."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold, ShuffleSplit, TimeSeriesSplit

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import parallel as tasks
from hedgeresearch.evaluation.engine.schedule import Step, schedule

WINDOW, EVERY = 250, 50


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=400, seed=11).returns


def walk(models: dict[str, Any], returns: pd.DataFrame, **settings: Any) -> hr.evaluation.Backtest:
    settings = {"window": WINDOW, "refit_every": EVERY, "progress": False} | settings
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return hr.walk_forward(models, returns.iloc[:, 0], returns.iloc[:, 1:], **settings)


def slope(values: np.ndarray) -> np.ndarray:
    """Coefficients of the first column on the others, by the normal equations of the sample covariance."""
    covariance = np.cov(values, rowvar=False)
    return np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])


def ewma_ratio(past: np.ndarray, decay: float) -> np.ndarray:
    weights = decay ** np.arange(len(past))[::-1]
    moments = (past * weights[:, None]).T @ past / weights.sum()
    return np.linalg.solve(moments[1:, 1:], moments[1:, 0])


def check_every_ratio(
    study: hr.evaluation.Backtest, data: pd.DataFrame, steps: list[Step], rolling: int = 60
) -> None:
    """Naive, OLS, rolling OLS and EWMA(.95) by their definitions, date by date."""
    values, n_hedges = data.to_numpy(), data.shape[1] - 1
    hedged_rows = [t for step in steps for t in range(step.start, step.stop)]
    assert study.ratios.index.equals(data.index[hedged_rows])
    for step in steps:
        for t in range(step.start, step.stop):
            expected = {
                "naive": np.full(n_hedges, 1 / n_hedges),
                "ols": slope(values[step.first : step.end]),
                "rolling": slope(values[t - rolling : t]),
                "ewma": ewma_ratio(values[step.first : t], 0.95),
            }
            for name, ratio in expected.items():
                np.testing.assert_allclose(study.ratios.loc[data.index[t], name], ratio, rtol=1e-9)
                hedged = values[t, 0] - ratio @ values[t, 1:]
                found = study.hedged_returns.loc[data.index[t], name]
                np.testing.assert_allclose(found, hedged, rtol=1e-8, atol=1e-14)


MOVING = {
    "rolling": hr.RollingOLSHedge(60),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)),
}


@pytest.mark.parametrize("n_series", [2, 3])
@pytest.mark.parametrize("every", [1, 7, 50, 1000])
def test_every_ratio_against_an_explicit_loop(n_series: int, every: int) -> None:
    data = hr.data.simulate_dcc(n_dates=300, n_series=n_series, seed=3).returns
    steps = [Step(s - WINDOW, s, s, min(s + every, 300)) for s in range(WINDOW, 300, every)]
    study = walk(MOVING, data, refit_every=every)
    check_every_ratio(study, data, steps)
    assert study.n_refits == len(steps)


def test_an_expanding_window() -> None:
    data = hr.data.simulate_dcc(n_dates=1030, seed=3).returns
    study = walk(MOVING, data, window="expanding", refit_every=13)
    steps = [Step(0, 1000, 1000, 1013), Step(0, 1013, 1013, 1026), Step(0, 1026, 1026, 1030)]
    check_every_ratio(study, data, steps)
    assert study.n_refits == 3


@pytest.mark.parametrize(
    "settings", [{}, {"gap": 5}, {"max_train_size": 90}, {"gap": 7, "max_train_size": 80}]
)
def test_a_splitter_of_scikit_learn(returns: pd.DataFrame, settings: dict[str, int]) -> None:
    splitter = TimeSeriesSplit(6, test_size=20, **settings)
    steps = [
        Step(train[0], train[-1] + 1, test[0], test[-1] + 1)
        for train, test in splitter.split(returns.to_numpy())
    ]
    study = walk(MOVING, returns, splitter=splitter)
    check_every_ratio(study, returns, steps)
    assert study.n_refits == 6
    assert study.ratios.index[0] == returns.index[280]


class Gappy:
    """A splitter that leaves out dates between its evaluations."""

    def split(self, X: np.ndarray) -> Any:
        for start in range(100, len(X) - 30, 70):
            yield np.arange(start - 80, start), np.arange(start, start + 30)


def test_a_splitter_may_leave_out_dates(returns: pd.DataFrame) -> None:
    steps = [Step(s - 80, s, s, s + 30) for s in range(100, 370, 70)]
    check_every_ratio(walk(MOVING, returns, splitter=Gappy()), returns, steps)


class Listed:
    """A splitter that gives what it is told."""

    def __init__(self, *splits: tuple[Any, Any]) -> None:
        self.splits = splits

    def __repr__(self) -> str:
        return "Listed()"

    def split(self, X: np.ndarray) -> Any:
        return iter(self.splits)


@pytest.mark.parametrize(
    ("splitter", "message"),
    [
        (
            KFold(5),
            r"before those that it evaluates; KFold\(.*\) estimates on row 399 and evaluates row 0. Take Time",
        ),
        (
            KFold(5, shuffle=True, random_state=0),
            "splitter must give rows that follow one another; KFold.* gives row ",
        ),
        (
            ShuffleSplit(3, random_state=0),
            "splitter must give rows that follow one another; ShuffleSplit",
        ),
        (
            TimeSeriesSplit,
            "splitter must have a split method, such as TimeSeriesSplit.10.; got <class",
        ),
        (5, "splitter must have a split method, such as TimeSeriesSplit.10.; got 5"),
        (
            Listed((range(100), range(100, 120)), (range(110), range(119, 130))),
            "evaluates row 119 again",
        ),
        (Listed((range(100), range(99, 120))), "estimates on row 99 and evaluates row 99"),
        (Listed((range(100), [100, 102])), "gives row 102 after row 100"),
        (Listed((range(100), [])), "gives none"),
        (
            Listed((range(100), range(390, 401))),
            "splitter must give rows below 400; Listed.. gives row 400",
        ),
        (
            Listed((range(100), [100])),
            "splitter must leave two dates or more to evaluate; Listed.. leaves fewer",
        ),
        (Listed(), "splitter must leave two dates or more"),
    ],
    ids=str,
)
def test_splitters_that_are_refused(returns: pd.DataFrame, splitter: Any, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        walk({}, returns, splitter=splitter)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 399}, "window must leave two dates or more to evaluate, of 400; got 399"),
        ({"window": 4000}, "window must leave two dates or more to evaluate, of 400; got 4000"),
        (
            {"window": "expanding"},
            "window must leave two dates or more to evaluate, of 400; got 1000",
        ),
        ({"window": "rolling"}, "window must be a number of dates, or 'expanding'; got 'rolling'"),
        ({"window": 1}, "window must be a whole number of at least 2; got 1"),
        ({"window": 100.0}, "window must be a whole number"),
        ({"window": True}, "window must be a whole number"),
        ({"refit_every": 0}, "refit_every must be a whole number of at least 1; got 0"),
        ({"refit_every": 2.5}, "refit_every must be a whole number of at least 1; got 2.5"),
        ({"seed": -1}, "seed must be a whole number of at least 0; got -1"),
    ],
)
def test_settings_that_are_refused(
    returns: pd.DataFrame, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        walk({}, returns, **settings)


@pytest.mark.parametrize(
    ("n_dates", "every"), [(400, 50), (399, 50), (352, 50), (252, 50), (400, 149), (400, 151)]
)
def test_the_last_partial_span_is_included(returns: pd.DataFrame, n_dates: int, every: int) -> None:
    data = returns.iloc[:n_dates]
    study = walk({}, data, refit_every=every)
    pd.testing.assert_index_equal(study.ratios.index, data.index[WINDOW:], check_names=False)
    pd.testing.assert_index_equal(study.hedged_returns.index, data.index[WINDOW:])
    assert (
        study.ratios["ols"]["hedge"].nunique() == -(-(n_dates - WINDOW) // every) == study.n_refits
    )
    assert np.isfinite(study.ratios.to_numpy()).all()


def test_steps_are_cut_where_the_window_says() -> None:
    assert schedule(10, 4, 3, None) == [Step(0, 4, 4, 7), Step(3, 7, 7, 10)]
    assert schedule(10, 8, 5, None) == [Step(0, 8, 8, 10)]


@pytest.mark.parametrize(
    "model",
    [hr.MinimumVarianceHedge(hr.DCC()), hr.RegimeHedge(hr.GaussianHMM(2, n_starts=10))],
    ids=["dcc", "regime"],
)
def test_refits_begin_at_the_fit_before_and_end_where_others_do(model: Any) -> None:
    """A search from nowhere finds the same optimum, to what two searches differ by."""
    data = hr.data.simulate_dcc(n_dates=600, a=0.05, b=0.9, seed=2).returns
    data = data.mul(np.where(np.arange(600) // 50 % 2, 2.5, 1.0), axis=0)
    asset, hedges = data.iloc[:, 0], data.iloc[:, 1:]
    study = walk({"model": model}, data, window=400, refit_every=25)
    for start in range(400, 600, 25):
        past, new = slice(start - 400, start), slice(start, start + 25)
        fit = model.fit(asset.iloc[past], hedges.iloc[past]).extend(
            asset.iloc[new], hedges.iloc[new]
        )
        np.testing.assert_allclose(study.ratios["model"].loc[fit.ratio.index], fit.ratio, rtol=1e-4)


def test_a_long_walk_is_cut_and_begins_again(
    returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = walk(MOVING, returns, refit_every=10)
    monkeypatch.setattr(tasks, "LONGEST", 4)
    cut = walk(MOVING, returns, refit_every=10)
    pd.testing.assert_frame_equal(cut.ratios, whole.ratios, rtol=1e-10)
    dcc = hr.MinimumVarianceHedge(hr.DCC())
    study = walk({"dcc": dcc}, returns, refit_every=10)
    for start in (
        WINDOW,
        WINDOW + 40,
        WINDOW + 120,
    ):  # the first of each part: a search from nowhere
        fit = dcc.fit(
            returns["asset"].iloc[start - WINDOW : start],
            returns[["hedge"]].iloc[start - WINDOW : start],
        )
        assert study.ratios.loc[returns.index[start], ("dcc", "hedge")] == pytest.approx(
            fit.next_ratio["hedge"], rel=1e-10
        )


@pytest.mark.parametrize("kind", ["simple", "log", "difference"])
def test_models_of_prices_get_those_to_which_returns_cumulate(kind: str) -> None:
    """Prices that begin elsewhere and are the same but for a factor, or differences a constant, ask the same ratio."""
    rng = np.random.default_rng(5)
    common = 0.01 * rng.normal(size=(400, 1)).cumsum(axis=0)
    levels = (
        common
        + 0.005 * rng.normal(size=(400, 2)).cumsum(axis=0) * [0.0, 1.0]
        + 0.004 * rng.normal(size=(400, 2))
    )
    dates = pd.date_range("2020-01-01", periods=400)
    prices = pd.DataFrame(
        levels if kind == "difference" else np.exp(levels), dates, ["spot", "future"]
    )
    data = hr.returns(prices, kind=kind)
    model = hr.ErrorCorrectionHedge(kind="difference" if kind == "difference" else "log")
    study, last = walk({"ecm": model}, data, refit_every=40), prices.iloc[1:]
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", hr.errors.ConvergenceWarning
        )  # of cointegration, which is not what is tested
        for start in range(WINDOW, len(data), 40):
            past, new = last.iloc[start - WINDOW : start], last.iloc[start : start + 40]
            fit = model.fit(past["spot"], past[["future"]]).extend(new["spot"], new[["future"]])
            np.testing.assert_allclose(study.ratios["ecm"].loc[new.index], fit.ratio, rtol=1e-8)
    assert study.ratios["ecm"]["future"].nunique() > 1
    assert study.failed_refits["ecm"] == 0
