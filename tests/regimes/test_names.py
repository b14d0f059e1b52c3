"""Names of regimes stand where numbers stood: tables, parameters, plots, backtests, bounds."""

import numpy as np
import pytest

import hedgeresearch as hr

MODELS = [
    hr.GaussianHMM(2, n_starts=2, names=("calm", "wild")),
    hr.StudentHMM(2, n_starts=2, names=("calm", "wild")),
    hr.JumpModel(2, penalty=1.0, n_starts=3, names=("calm", "wild")),
    hr.MarkovSwitching(2, n_starts=2, names=("calm", "wild")),
    hr.MarkovSwitchingGARCH(2, n_starts=2, names=("calm", "wild")),
    hr.ThresholdRegimes(window=100, names=("calm", "wild")),
]
pytestmark = pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_regimes(n_dates=800, seed=3).returns


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_tables_and_plots_use_the_names(model, returns):
    fit = model.fit(returns[["asset"]] if model.univariate else returns)
    assert fit.predicted.columns.tolist() == ["calm", "wild"]
    assert fit.transition.index.tolist() == fit.summary.index.tolist() == ["calm", "wild"]
    assert fit.forecast(2).columns.tolist() == ["calm", "wild"]
    assert set(fit.most_likely_path) <= {"calm", "wild"}
    labels = [text.get_text() for text in fit.plot().get_legend().get_texts()]
    assert {"calm", "wild"} <= set(labels)
    for name in fit.parameters.index:
        assert "[0]" not in name
        assert "[1]" not in name
    if not fit.standard_errors.empty:
        assert fit.standard_errors.index.equals(fit.parameters.index)
        assert fit.parameter_covariance.columns.equals(fit.parameters.index)


def test_hedges_show_the_names(returns):
    named = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2, names=("calm", "wild")))
    fit = named.fit(returns["asset"], returns[["hedge"]])
    assert fit.by_regime.index.tolist() == ["calm", "wild"]
    assert fit.decomposition.index.tolist() == ["calm", "wild", "between means"]
    assert fit.summary.index.tolist() == ["calm", "wild"]
    switching = hr.MarkovSwitchingHedge(n_starts=2, names=("calm", "wild"))
    fit = switching.fit(returns["asset"], returns[["hedge"]])
    assert fit.by_regime.index.tolist() == ["calm", "wild"]
    assert "ratio hedge [wild]" in fit.summary.index


def test_backtest_groups_by_the_names(returns):
    named = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2, names=("calm", "wild")))
    backtest = hr.walk_forward(
        {"regime": named}, returns["asset"], returns[["hedge"]], 500, 150, progress=False
    )
    assert backtest.by_regime("regime").index.tolist() == ["calm", "wild"]


def test_bounds_and_drift_use_the_names(returns):
    fit = hr.GaussianHMM(2, n_starts=2, names=("calm", "wild")).fit(returns)
    other = hr.GaussianHMM(2, n_starts=2).fit(returns.iloc[:600])
    aligned = hr.regimes.align_regimes(other, fit)
    assert aligned.fit.regimes.tolist() == aligned.drift.index.tolist() == ["calm", "wild"]


def test_names_of_levels_follow_the_level(returns):
    """A variable that is low in turbulence: its names stay with its levels."""
    level = 1.0 / returns["asset"].rolling(20).std().dropna()
    table = returns.loc[level.index].assign(level=level)
    middle = float(level.median())
    model = hr.ThresholdRegimes("level", levels=(middle,), names=("low", "high"))
    fit = model.fit(table)
    assert fit.regimes.tolist() == ["high", "low"]
    volatilities = fit.summary["volatility asset"]
    assert volatilities["high"] < volatilities["low"]
    before = level.shift().loc[fit.dates] > middle
    assert (fit.predicted.idxmax(axis=1) == before.map({True: "high", False: "low"})).all()


def test_selection_leaves_the_names_to_their_number(returns):
    model = hr.GaussianHMM(2, n_starts=2, names=("calm", "wild"))
    selection = hr.select_regimes(model, returns, candidates=(1, 2))
    assert np.isfinite(selection.table["BIC"]).all()


@pytest.mark.parametrize("names", [("calm",), ["a", "b"], ("a", "a"), ("a", ""), (0, 1), "ab"])
def test_wrong_names_are_refused(names):
    with pytest.raises(hr.DataError, match="names must be a tuple of 2 different texts"):
        hr.GaussianHMM(2, names=names)
