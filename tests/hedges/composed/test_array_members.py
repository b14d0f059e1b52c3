"""Combinations that are estimated on arrays, against fits to tables."""

from dataclasses import dataclass

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import recorded_warnings
from hedgeresearch.evaluation.engine import steps
from hedgeresearch.evaluation.engine.array_steps import ArraySteps
from hedgeresearch.evaluation.engine.walk import walk
from hedgeresearch.hedges.closed_form import Refit
from tests.hedges.fitting import fit_to, split

DECAYS = hr.hedges.stacked_decays_hedge()
MEMBERS = {
    "naive": hr.NaiveHedge(),
    "ols": hr.OLSHedge(),
    "rolling": hr.RollingOLSHedge(50),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)),
}


@pytest.fixture(scope="module")
def returns():
    """An asset and two hedges with moving covariances, 330 dates."""
    return hr.data.simulate_dcc(n_dates=330, n_series=3, correlation=0.6, seed=21).returns


def array_fit(model, sample):
    """Return the fit of a combination to the values of a table."""
    return model.fit_array(sample.to_numpy().copy(), list(sample.columns))


@pytest.mark.parametrize("weights", ["equal", "inverse_variance", "stacking"])
def test_ratios_from_arrays_are_those_of_tables(returns, weights):
    model = hr.CombinedHedge(MEMBERS | {"nested": DECAYS}, weights, n_folds=3)
    sample = returns.iloc[:300]
    later = returns.iloc[300:]
    fit = fit_to(model, sample)
    found = array_fit(model, sample)
    # regressions are solved from moments in arrays, by an orthogonal factor in tables
    np.testing.assert_allclose(found.weights, fit.state.weights, rtol=1e-10, atol=1e-14)
    expected = fit.extend(*split(later)).ratio
    np.testing.assert_allclose(found.ratios(later.to_numpy()), expected, rtol=1e-10)


REFITS = {
    "every day": [Refit(i, i + 250, i + 250, i + 251) for i in range(10)],
    "expanding": [Refit(0, stop, stop, stop + 5) for stop in (250, 255, 260)],
    "with a gap": [Refit(0, 250, 260, 270), Refit(20, 270, 280, 290)],
}


@pytest.mark.parametrize("when", REFITS)
def test_the_default_walks_without_tables(returns, when, monkeypatch):
    refits = REFITS[when]
    with monkeypatch.context() as patched:
        patched.setattr(steps, "_refit", None)  # a fit to a table is an error
        found = walk(DECAYS, returns, refits, lambda: None)
    monkeypatch.setattr(ArraySteps, "of", lambda *_: None)
    expected = walk(DECAYS, returns, refits, lambda: None)
    np.testing.assert_array_equal(found.ratios, expected.ratios)
    assert found.notes == expected.notes


def test_warnings_of_members_and_folds_are_remarks():
    quiet = hr.data.simulate_dcc(400, a=0.0, b=0.0, seed=5).returns[["asset", "hedge"]]
    model = hr.CombinedHedge(
        {"dcc": hr.MinimumVarianceHedge(hr.DCC()), "ols": hr.OLSHedge()}, "stacking", n_folds=2
    )
    refit = Refit(0, 380, 380, 400)
    notes = walk(model, quiet, [refit], lambda: None).notes
    with recorded_warnings():
        expected = fit_to(model, quiet.iloc[:380])
    assert any("lies on a bound" in remark for remark in expected.remarks)
    assert {note.text for note in notes} == set(expected.remarks)


def test_rare_regimes_are_left_to_tables():
    wild = hr.data.simulate_dcc(n_dates=400, seed=0).returns[["asset", "hedge"]].copy()
    regimes = {"regimes": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))}
    model = hr.CombinedHedge(regimes, "stacking", n_folds=2)
    assert array_fit(model, wild) is not None
    wild.iloc[50:54] *= 30.0
    assert array_fit(model, wild) is None


@dataclass(frozen=True)
class Doubled(hr.OLSHedge):
    """OLS with twice the ratio, whose closed form is inherited and does not hold."""

    def fit(self, asset, hedges):
        return hr.OLSHedge().fit(2.0 * asset, hedges)


@pytest.mark.parametrize("other", [hr.KalmanHedge(), Doubled()])
def test_a_member_that_needs_tables_leaves_all_to_them(returns, other):
    model = hr.CombinedHedge(MEMBERS | {"other": other})
    assert array_fit(model, returns) is None


def test_a_fold_without_variance_is_left_to_tables(returns):
    still = returns.copy()
    still.iloc[:160, 1] = 0.0
    model = hr.CombinedHedge(MEMBERS, "stacking", n_folds=4)
    assert array_fit(model, still) is None
    assert array_fit(model, returns) is not None
