"""Refits of regime hedges in arrays equal fits of tables: ratios, regimes, warnings."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import steps, walk
from hedgeresearch.evaluation.engine.array_steps import ArraySteps
from hedgeresearch.evaluation.engine.schedule import Schedule
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.regimes.array_estimate import as_array_model

MODELS = {
    "mixture": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "most likely": hr.RegimeHedge(
        hr.GaussianHMM(2, n_starts=2, names=("calm", "wild")), weighting="most_likely"
    ),
    "weighted moments": hr.RegimeHedge(hr.GaussianHMM(2, covariance="diagonal", n_starts=2)),
    "student": hr.RegimeHedge(hr.StudentHMM(2, n_starts=2)),
}
IN_TABLES = {
    "observed": hr.RegimeHedge(hr.GaussianHMM(2), observe=lambda table: table.abs()),
    "standardized": hr.RegimeHedge(hr.GaussianHMM(2), covariance_model=hr.EWMACovariance()),
    "jump": hr.RegimeHedge(hr.regimes.JumpModel()),
}


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_regimes(n_dates=560, seed=3).returns


def walked(
    model: hr.RegimeHedge, returns: pd.DataFrame, refits: list[Refit], patch: Any, *, arrays: bool
) -> walk.Walk:
    """Walk in tables alone, or in arrays alone: a fit of tables is then an error."""
    with patch.context() as patched:
        if arrays:
            patched.setattr(steps, "_refit", None)
        else:
            patched.setattr(ArraySteps, "of", lambda *_: None)
        return walk.walk(model, returns, refits, lambda: None)


@pytest.mark.long
@pytest.mark.parametrize("every", [1, 7])
@pytest.mark.parametrize("name", MODELS)
def test_arrays_equal_tables(
    name: str, every: int, returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    refits = Schedule(520, every, None).refits(len(returns))[:12]
    found = walked(MODELS[name], returns, refits, monkeypatch, arrays=True)
    expected = walked(MODELS[name], returns, refits, monkeypatch, arrays=False)
    np.testing.assert_allclose(found.ratios, expected.ratios, rtol=1e-10)
    assert found.predicted is not None
    np.testing.assert_allclose(found.predicted, expected.predicted, atol=1e-10)
    assert found.notes == expected.notes
    for ours, theirs in [(found.first, expected.first), (found.last, expected.last)]:
        assert ours is not None
        assert theirs is not None
        assert ours.regimes == theirs.regimes
        assert ours.stop == theirs.stop
        np.testing.assert_allclose(ours.probabilities, theirs.probabilities, atol=1e-10)
        np.testing.assert_allclose(ours.moments.covariances, theirs.moments.covariances, rtol=1e-9)


def test_rare_regimes_are_named_by_their_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables know the dates of a warning; the regimes keep their numbers between the two."""
    calm = hr.data.simulate_regimes(n_dates=560, seed=3).returns * 0.0
    rng = np.random.default_rng(0)
    returns = calm + 0.01 * rng.standard_normal(calm.shape) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    returns.iloc[[100, 200, 300]] = [[0.15, 0.15], [-0.15, -0.14], [-0.15, 0.15]]
    refits = Schedule(520, 10, None).refits(len(returns))
    found = walk.walk(MODELS["mixture"], returns, refits, lambda: None)
    expected = walked(MODELS["mixture"], returns, refits, monkeypatch, arrays=False)
    assert found.notes == expected.notes
    assert "should be visited on" in found.notes[0].text
    np.testing.assert_allclose(found.ratios, expected.ratios, rtol=1e-6)


def test_other_settings_are_fitted_in_tables(returns: pd.DataFrame) -> None:
    sample = returns.to_numpy().copy()
    for model in IN_TABLES.values():
        assert model.fit_array(sample, ["asset", "hedge"]) is None
    assert as_array_model(hr.regimes.JumpModel()) is None
    too_short = MODELS["mixture"].fit_array(sample[:100], ["asset", "hedge"])
    assert too_short is None
