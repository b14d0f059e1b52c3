"""Walk-forward runs: who takes part, what is refused before any work, and many pairs."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.evaluation.fragile import EWMA, failing_at
from tests.evaluation.runs import EVERY, WINDOW, check_same, walk


def never(*arguments: Any) -> None:
    raise AssertionError("no walk may begin before all arguments are checked")


# --- who takes part ---


def test_benchmarks_are_always_there(returns: pd.DataFrame) -> None:
    backtest = walk({}, returns)
    assert backtest.models == {"naive": hr.NaiveHedge(), "ols": hr.OLSHedge()}
    assert list(backtest.summary.index) == ["unhedged", "naive", "ols"]
    unhedged = returns["asset"].iloc[WINDOW:]
    pd.testing.assert_series_equal(
        backtest.hedged_returns["unhedged"], unhedged, check_names=False, check_freq=False
    )
    last = returns.index[-1].date()
    assert repr(backtest) == f"Backtest(2 models, 150 dates out of sample, to {last})"


def test_benchmarks_may_be_named(returns: pd.DataFrame) -> None:
    again = walk({"ols": hr.OLSHedge(), "naive": hr.NaiveHedge()}, returns)
    pd.testing.assert_frame_equal(again.ratios, walk({}, returns).ratios)


def test_a_model_that_always_fails_never_hedged(returns: pd.DataFrame) -> None:
    end = returns.index[249].date()
    message = (
        "model 'fragile' failed at every one of 3 refits and never hedged: "
        f"the fit to {end} failed."
    )
    with pytest.warns(hr.errors.ConvergenceWarning, match=message):
        backtest = hr.walk_forward(
            {"fragile": failing_at(returns, 250, 300, 350), "ewma": EWMA},
            returns["asset"],
            returns[["hedge"]],
            WINDOW,
            EVERY,
            progress=False,
        )
    row = backtest.summary.loc["fragile"]
    assert row[["mean ratio", "min ratio", "max ratio", "turnover"]].eq(0.0).all()
    assert row[["effectiveness", "gain on ols", "volatility"]].isna().all()
    assert backtest.never_hedged == ["fragile"]
    assert backtest.measures().loc["fragile"].dropna().index.tolist() == [
        ("turnover", ""),
        ("cost", ""),
    ]
    assert "fragile" not in backtest.by_year()
    comparison = backtest.compare()
    assert "fragile never hedged: it failed at every refit." in comparison.sentences
    assert list(comparison.table.index) == ["naive", "ols", "ewma"]
    assert comparison.joint.details["hedges"] == 2
    with pytest.raises(hr.DataError, match="against must be a model that hedged; 'fragile' failed"):
        backtest.compare(against="fragile")
    for kind in ("ratio", "cumulative", "effectiveness"):
        backtest.plot(kind)
    assert row["failed refits"] == 3
    assert backtest.summary.loc["ewma", "effectiveness"] != 0.0
    assert backtest.predicted == {}


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (
            {"unhedged": hr.OLSHedge()},
            "a model must not be called 'unhedged'; the name is taken by a benchmark",
        ),
        (
            {"naive": hr.OLSHedge()},
            "a model must not be called 'naive'; the name is taken by a benchmark",
        ),
        (
            {"ols": hr.OLSHedge(hac_lags=1)},
            "a model must not be called 'ols'; the name is taken by a benchmark",
        ),
        ([hr.OLSHedge()], "models must be a dictionary of hedge models by name; got list"),
        ({None: hr.OLSHedge()}, "models must have texts for names; got None"),
        ({1: hr.OLSHedge()}, "models must have texts for names; got 1"),
        ({"": hr.OLSHedge()}, "models must have texts for names; got ''"),
        ({("a", "b"): hr.OLSHedge()}, r"models must have texts for names; got \('a', 'b'\)"),
        ({"x": "dcc"}, r"model 'x' must be a hedge model such as OLSHedge\(\); got 'dcc'"),
        ({"x": hr.OLSHedge}, r"model 'x' must be a hedge model such as OLSHedge\(\); got <class"),
        ({"x": hr.DCC()}, "model 'x' must be a hedge model .* Wrap a covariance model in Minimum"),
        ({"x": hr.GaussianHMM(2)}, "model 'x' must be a hedge model .* a regime model in Regime"),
    ],
)
def test_models_that_are_no_hedges_are_refused_first(
    returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, models: Any, message: str
) -> None:
    monkeypatch.setattr("hedgeresearch.evaluation.engine.parallel.walk", never)
    with pytest.raises(hr.DataError, match=message):
        walk(models, returns)


# --- data and settings ---


def test_bad_returns_are_refused(returns: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="must share their dates"):
        hr.walk_forward({}, returns["asset"].iloc[1:], returns[["hedge"]], progress=False)
    with pytest.raises(hr.DataError, match="has a gap"):
        walk({}, returns.assign(hedge=returns["hedge"].where(returns.index != returns.index[5])))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 3, "refit_every": 150}, "window must be at least 4 for these hedges; got 3"),
        ({"window": 399}, "window must leave two dates or more to evaluate, of 400; got 399"),
        ({"seed": -1}, "seed must be a whole number of at least 0; got -1"),
        ({"n_jobs": 0}, "n_jobs must be a whole number other than 0, or None; got 0"),
        ({"n_jobs": "2"}, "n_jobs must be a whole number other than 0, or None; got '2'"),
        ({"n_jobs": 1.5}, "n_jobs must be a whole number other than 0, or None; got 1.5"),
        ({"cost": 0.1}, "costs must be Costs"),
        ({"checkpoint": 5}, "checkpoint must be the path of a folder; got 5"),
    ],
)
def test_settings_out_of_range_are_refused_first(
    returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr("hedgeresearch.evaluation.engine.parallel.walk", never)
    with pytest.raises(hr.DataError, match=message):
        walk({}, returns, **settings)


def test_progress_is_shown_on_standard_error_only(
    returns: pd.DataFrame, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    shown = walk({}, returns, progress=True)
    output, errors = capfd.readouterr()
    assert output == ""
    assert "ols" in errors
    quiet = walk({}, returns, progress=False)
    assert capfd.readouterr() == ("", "")
    pd.testing.assert_frame_equal(shown.ratios, quiet.ratios)


# --- many pairs ---


MODELS = {"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance()), "ecm": hr.ErrorCorrectionHedge()}
FEES = {"oil": hr.Costs(fee=0.001), "gas": None, "coal": hr.Costs(half_spread=0.002)}


@pytest.mark.long
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_panel_is_a_backtest_for_each_pair(pairs: Any, jobs: int) -> None:
    panel = hr.walk_forward_panel(
        MODELS, pairs, WINDOW, EVERY, cost=FEES, n_jobs=jobs, progress=False, seed=3
    )
    assert list(panel) == ["oil", "gas", "coal"]
    assert len(panel) == 3
    for name, (asset, hedges) in pairs.items():
        alone = hr.walk_forward(
            MODELS, asset, hedges, WINDOW, EVERY, cost=FEES[name], progress=False, seed=3
        )
        check_same(panel[name], alone)
    assert panel["oil"].costs["ewma"].sum() > 0.0
    assert not panel["gas"].costs.any(axis=None)


def test_one_cost_holds_for_all_pairs(pairs: Any) -> None:
    cost = hr.Costs(fee=0.001)
    panel = hr.walk_forward_panel({}, pairs, WINDOW, EVERY, cost=cost, progress=False)
    for backtest in panel.backtests.values():
        turnover = backtest.summary.loc["ols", "turnover"]
        np.testing.assert_allclose(backtest.costs["ols"].sum(), 0.001 * turnover)


SHORT = (pd.Series([1.0]), pd.DataFrame({"a": [1.0]}))
EARLY = hr.Costs(carry=pd.Series([0.0], [pd.Timestamp("2001-01-01")]))


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        ({"oil": 5}, {}, r"pair 'oil' must be \(asset, hedges\); got int"),
        ({"oil": "ab"}, {}, r"pair 'oil' must be \(asset, hedges\); got str"),
        ({"gas": (1, 2, 3)}, {}, r"pair 'gas' must be \(asset, hedges\); got tuple"),
        ({"gas": SHORT}, {}, "pair 'gas': asset and hedges must have at least"),
        (
            {},
            {"window": 340},
            "pair 'gas': window must leave two dates or more to evaluate, of 330; got 340",
        ),
        (
            {},
            {"cost": {"oil": None}},
            r"cost must be given for each of the pairs \['oil', 'gas', 'coal'\]; got \['oil'\]",
        ),
        (
            {},
            {"cost": FEES | {"coal": hr.Costs(fee={"x": 0.01})}},
            "pair 'coal': fee must name the hedges",
        ),
        ({}, {"cost": FEES | {"coal": 0.1}}, "pair 'coal': costs must be Costs"),
        ({}, {"cost": FEES | {"oil": EARLY}}, "pair 'oil': "),
    ],
)
def test_pairs_that_do_not_fit_are_refused_first(
    pairs: Any, monkeypatch: pytest.MonkeyPatch, change: Any, settings: Any, message: str
) -> None:
    monkeypatch.setattr("hedgeresearch.evaluation.engine.parallel.walk", never)
    settings = {"window": WINDOW, "refit_every": EVERY, "progress": False} | settings
    with pytest.raises(hr.DataError, match=message):
        hr.walk_forward_panel(MODELS, pairs | change, **settings)


@pytest.mark.parametrize("pairs", [{}, [1], None])
def test_pairs_must_be_a_dictionary(pairs: Any) -> None:
    with pytest.raises(
        hr.DataError, match=r"pairs must be a dictionary of \(asset, hedges\) by name; got"
    ):
        hr.walk_forward_panel(MODELS, pairs)


def test_a_pair_on_which_a_model_always_fails_is_named(pairs: Any) -> None:
    message = "model 'rolling' of pair 'gas' failed at every one of 2 refits"
    with pytest.warns(hr.errors.ConvergenceWarning, match=message):
        panel = hr.walk_forward_panel(
            {"rolling": hr.RollingOLSHedge(3)}, {"gas": pairs["gas"]}, WINDOW, EVERY, progress=False
        )
    assert panel.failed_refits.loc["gas", "rolling"] == 2
    assert panel.summary.loc["rolling", "failed refits"] == 2
