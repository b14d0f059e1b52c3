"""Studies: many pairs at once, on any number of processes, and never a look ahead."""

import warnings
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine.parallel import with_benchmarks

WINDOW, EVERY = 250, 50


def walk(models: dict[str, Any], returns: pd.DataFrame, **settings: Any) -> hr.evaluation.Backtest:
    settings = {"window": WINDOW, "refit_every": EVERY, "progress": False} | settings
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return hr.walk_forward(models, returns.iloc[:, 0], returns.iloc[:, 1:], **settings)


def check_same(one: hr.evaluation.Backtest, other: hr.evaluation.Backtest) -> None:
    """To the last bit."""
    pd.testing.assert_frame_equal(one.ratios, other.ratios, check_exact=True)
    pd.testing.assert_frame_equal(one.hedged_returns, other.hedged_returns, check_exact=True)
    pd.testing.assert_frame_equal(one.costs, other.costs, check_exact=True)
    pd.testing.assert_frame_equal(one.notes, other.notes)
    pd.testing.assert_frame_equal(one.summary, other.summary, check_exact=True)
    assert list(one.predicted) == list(other.predicted)
    for name, path in one.predicted.items():
        pd.testing.assert_frame_equal(path, other.predicted[name], check_exact=True)


# --- never a look ahead, on any number of processes ---

HEDGES = [
    hr.NaiveHedge(), hr.OLSHedge(), hr.DimsonHedge(), hr.HorizonHedge(hr.OLSHedge(), 5), hr.TotalLeastSquaresHedge(),
    hr.QuantileHedge(), hr.ErrorCorrectionHedge(), hr.VECMHedge(), hr.CointegrationHedge(),
    hr.MeanVarianceHedge(3.0, expected=0.0), hr.MinimumCVaRHedge(), hr.LowerPartialMomentHedge(),
    hr.RollingOLSHedge(60), hr.ExpandingOLSHedge(), hr.WeightedOLSHedge(60), hr.KalmanHedge(),
    hr.MinimumVarianceHedge(hr.DCC()), hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    hr.MarkovSwitchingHedge(n_starts=2), hr.ShrunkHedge(hr.OLSHedge()),
    hr.CombinedHedge({"ols": hr.OLSHedge(), "rolling": hr.RollingOLSHedge(60)}),
    hr.ConstrainedHedge(hr.OLSHedge(), lower=0.0, upper=1.0),
]  # fmt: skip
COVARIANCES = [
    hr.SampleCovariance(), hr.RollingCovariance(60), hr.EWMACovariance(), hr.CCC(), hr.DECO(), hr.BEKK(),
    hr.OrthogonalGARCH(), hr.RegimeCorrelation(n_starts=2), hr.DCC(univariate=hr.ArchModel()),
]  # fmt: skip
REGIMES = [
    hr.StudentHMM(2, n_starts=2), hr.MarkovSwitching(2), hr.MarkovSwitchingGARCH(2), hr.JumpModel(2, penalty=5.0),
    hr.ThresholdRegimes(window=100),
]  # fmt: skip
EVERY_MODEL = (
    {type(model).__name__: model for model in HEDGES}
    | {type(model).__name__: hr.MinimumVarianceHedge(model) for model in COVARIANCES}
    | {type(model).__name__: hr.RegimeHedge(model) for model in REGIMES}
)
COMPOSED = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), "most_likely", covariance_model=hr.EWMACovariance())
EVERY_MODEL |= {
    "within": COMPOSED,
    "observed": hr.RegimeHedge(hr.GaussianHMM(2), observe=lambda table: table.abs()),
}


def test_no_model_is_forgotten() -> None:
    catalogue = hr.list_models()
    assert set(catalogue.index[catalogue["family"] != "margin"]) <= set(EVERY_MODEL) | {
        "DCC",
        "GaussianHMM",
    }


@pytest.fixture(scope="module")
def moving() -> pd.DataFrame:
    """Returns whose variances and correlations move, of two hedges."""
    calm = hr.data.simulate_dcc(n_dates=340, n_series=3, correlation=0.6, seed=7).returns
    return calm.mul(np.where(np.arange(340) // 40 % 2, 2.5, 1.0), axis=0)


@pytest.fixture(scope="module")
def serial(moving: pd.DataFrame) -> hr.evaluation.Backtest:
    return walk(EVERY_MODEL, moving, refit_every=45)


def test_every_model_walks(serial: hr.evaluation.Backtest) -> None:
    assert serial.failed_refits.sum() == 0
    assert serial.n_refits == 2
    moves = serial.ratios.T.groupby(level="model", sort=False).max().T.nunique()
    assert (moves.drop(["naive", "NaiveHedge", "ConstrainedHedge"]) > 1).all()


def test_two_processes_give_the_same_bits(
    moving: pd.DataFrame, serial: hr.evaluation.Backtest
) -> None:
    check_same(walk(EVERY_MODEL, moving, refit_every=45, n_jobs=2), serial)


def test_threads_give_the_same_bits(moving: pd.DataFrame) -> None:
    chosen = {
        name: EVERY_MODEL[name]
        for name in ("RegimeHedge", "KalmanHedge", "CointegrationHedge", "DimsonHedge")
    }
    with joblib.parallel_config("threading"):
        threaded = walk(chosen, moving, refit_every=30, n_jobs=4)
    check_same(threaded, walk(chosen, moving, refit_every=30))
    assert len(threaded.notes)


@pytest.mark.parametrize("day", [251, 295, 322])
def test_the_arrow_of_time(moving: pd.DataFrame, serial: hr.evaluation.Backtest, day: int) -> None:
    shocked, n = moving.copy(), day - WINDOW
    noise = np.random.default_rng(day).normal(scale=0.02, size=shocked.iloc[day:].shape)
    shocked.iloc[day:] = 3 * shocked.iloc[day:] + noise
    study = walk(EVERY_MODEL, shocked, refit_every=45, n_jobs=2)
    pd.testing.assert_frame_equal(
        study.ratios.iloc[: n + 1], serial.ratios.iloc[: n + 1], check_exact=True
    )
    pd.testing.assert_frame_equal(
        study.hedged_returns.iloc[:n], serial.hedged_returns.iloc[:n], check_exact=True
    )
    assert (study.hedged_returns.iloc[n] != serial.hedged_returns.iloc[n]).all()
    for name, path in serial.predicted.items():
        pd.testing.assert_frame_equal(
            study.predicted[name].iloc[: n + 1], path.iloc[: n + 1], check_exact=True
        )
    if day < 295:  # one refit sees the shock
        moved = (study.ratios.iloc[-1] != serial.ratios.iloc[-1]).groupby(level="model").any()
        assert moved.drop(["naive", "NaiveHedge", "ConstrainedHedge"]).all()


def test_a_set_of_models_with_notes(moving: pd.DataFrame) -> None:
    """The notes of refits come back in the same order and words."""
    models = {
        "dcc": hr.MinimumVarianceHedge(hr.DCC()),
        "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
        "kalman": hr.KalmanHedge(),
        "quantile": hr.QuantileHedge(),
        "coint": hr.CointegrationHedge(),
    }
    one = walk(models, moving, refit_every=30, cost=hr.Costs(fee=0.001))
    assert len(one.notes)
    check_same(walk(models, moving, refit_every=30, cost=hr.Costs(fee=0.001), n_jobs=2), one)


# --- many pairs ---


@pytest.fixture(scope="module")
def pairs() -> dict[str, tuple[pd.Series, pd.DataFrame]]:
    """Three pairs on different dates, one with two hedges, one of log returns."""
    tables = {
        "oil": hr.data.simulate_dcc(n_dates=400, seed=1).returns,
        "gas": hr.data.simulate_dcc(n_dates=330, n_series=3, seed=2).returns.shift(500, freq="B"),
        "coal": hr.data.simulate_dcc(n_dates=361, seed=3).returns.iloc[5:],
    }
    tables["coal"].attrs = {"returns": "log"}
    return {name: (table.iloc[:, 0], table.iloc[:, 1:]) for name, table in tables.items()}


MODELS = {"ewma": hr.MinimumVarianceHedge(hr.EWMACovariance()), "ecm": hr.ErrorCorrectionHedge()}
FEES = {"oil": hr.Costs(fee=0.001), "gas": None, "coal": hr.Costs(half_spread=0.002)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_study_is_a_backtest_for_each_pair(pairs: Any, jobs: int) -> None:
    study = hr.walk_forward_panel(
        MODELS, pairs, WINDOW, EVERY, cost=FEES, n_jobs=jobs, progress=False, seed=3
    )
    assert list(study) == ["oil", "gas", "coal"]
    assert len(study) == 3
    for name, (asset, hedges) in pairs.items():
        alone = hr.walk_forward(
            MODELS, asset, hedges, WINDOW, EVERY, cost=FEES[name], progress=False, seed=3
        )
        check_same(study[name], alone)
    assert study["oil"].costs["ewma"].sum() > 0.0
    assert not study["gas"].costs.any(axis=None)


def test_tables_of_a_study(pairs: Any) -> None:
    study = hr.walk_forward_panel(MODELS, pairs, WINDOW, EVERY, progress=False)
    assert repr(study) == "Study(3 pairs, 4 models)"
    removed = {pair: study[pair].summary["effectiveness"].drop("unhedged") for pair in pairs}
    np.testing.assert_allclose(study.effectiveness, pd.DataFrame(removed).T, rtol=1e-10)
    assert study.effectiveness.index.name == "pair"
    assert (
        list(study.effectiveness.columns)
        == list(with_benchmarks(MODELS))
        == list(study.summary.index)
    )
    for name, row in study.summary.iterrows():
        values = np.array([removed[pair][name] for pair in pairs])
        ols, naive = (
            np.array([removed[pair][other] for pair in pairs]) for other in ("ols", "naive")
        )
        expected = [values.mean(), values.min(), np.median(values), values.max()]
        expected += [(values > ols).sum(), (values > naive).sum(), 0]
        np.testing.assert_allclose(row, expected, rtol=1e-10)
    assert study.failed_refits.eq(0).all(axis=None)
    assert study.failed_refits.shape == (3, 4)
    assert "Study(3 pairs, 4 models)" in study._repr_html_()
    with pytest.raises(
        hr.DataError, match=r"pair must be one of \['oil', 'gas', 'coal'\]; got 'tin'"
    ):
        study["tin"]


def test_one_cost_is_that_of_all_pairs(pairs: Any) -> None:
    study = hr.walk_forward_panel(
        {}, pairs, WINDOW, EVERY, cost=hr.Costs(fee=0.001), progress=False
    )
    for backtest in study.backtests.values():
        np.testing.assert_allclose(
            backtest.costs["ols"].sum(), 0.001 * backtest.summary.loc["ols", "turnover"]
        )


def never(*arguments: Any) -> None:
    raise AssertionError("nothing must be walked before all is known to be right")


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        ({"oil": 5}, {}, r"pair 'oil' must be \(asset, hedges\); got int"),
        ({"oil": "ab"}, {}, r"pair 'oil' must be \(asset, hedges\); got str"),
        ({"gas": (1, 2, 3)}, {}, r"pair 'gas' must be \(asset, hedges\); got tuple"),
        (
            {"gas": (pd.Series([1.0]), pd.DataFrame({"a": [1.0]}))},
            {},
            "pair 'gas': asset and hedges must have at least",
        ),
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
            {"cost": FEES | {"coal": hr.Costs(fee={"x": 1.0})}},
            "pair 'coal': fee must name the hedges",
        ),
        ({}, {"cost": FEES | {"coal": 0.1}}, "pair 'coal': costs must be Costs"),
        (
            {},
            {
                "cost": FEES
                | {"oil": hr.Costs(carry=pd.Series([0.0], [pd.Timestamp("2001-01-01")]))}
            },
            "pair 'oil': ",
        ),
    ],
)
def test_pairs_that_are_refused(
    pairs: Any, monkeypatch: pytest.MonkeyPatch, change: Any, settings: Any, message: str
) -> None:
    monkeypatch.setattr("hedgeresearch.evaluation.engine.parallel.walk", never)
    settings = {"window": WINDOW, "refit_every": EVERY, "progress": False} | settings
    with pytest.raises(hr.DataError, match=message):
        hr.walk_forward_panel(MODELS, pairs | change, **settings)


@pytest.mark.parametrize("pairs", [{}, [1], None])
def test_what_is_no_dictionary_of_pairs(pairs: Any) -> None:
    with pytest.raises(
        hr.DataError, match=r"pairs must be a dictionary of \(asset, hedges\) by name; got"
    ):
        hr.walk_forward_panel(MODELS, pairs)


def test_a_pair_on_which_a_model_always_fails_is_named(pairs: Any) -> None:
    with pytest.warns(
        hr.errors.ConvergenceWarning,
        match="model 'rolling' of pair 'gas' failed at every one of 2 refits",
    ):
        study = hr.walk_forward_panel(
            {"rolling": hr.RollingOLSHedge(3)}, {"gas": pairs["gas"]}, WINDOW, EVERY, progress=False
        )
    assert study.failed_refits.loc["gas", "rolling"] == 2
    assert study.summary.loc["rolling", "failed refits"] == 2
