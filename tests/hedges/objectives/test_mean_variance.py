"""Mean-variance hedge against its objective, definitions and limits."""

import dataclasses
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import hedgeresearch as hr
from hedgeresearch.hedges.objectives.mean_variance import mean_variance_ratio
from tests.hedges.objectives.definitions import fit_to, influence_by_weights


@pytest.mark.parametrize("expected", [None, {"second": 3e-4, "first": -1e-4}])
def test_ratio_maximizes_its_objective(returns, expected):
    hedges = returns[["first", "second"]]
    means = hedges.mean() if expected is None else pd.Series(expected)[hedges.columns]
    found = fit_to(hr.MeanVarianceHedge(4.0, expected), returns).next_ratio
    variance = returns.cov().to_numpy()
    closed_form = np.linalg.solve(variance[1:, 1:], variance[1:, 0] - means / 4.0)
    np.testing.assert_allclose(found, closed_form, rtol=1e-9)

    def objective(ratio):
        weights = np.concatenate([[1.0], -ratio])
        return means @ ratio + 2.0 * weights @ variance @ weights

    best = minimize(
        objective, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-18}
    )
    np.testing.assert_allclose(found, best.x, atol=1e-5)  # of the search


@pytest.mark.parametrize("expected", [None, np.array([-1e-4, 3e-4])])
def test_influence_equals_its_definition(returns, expected):
    def estimate(values, weights):
        means = weights @ values
        covariance = (values - means).T @ ((values - means) * weights[:, None]) * 300 / 299
        believed = means[1:] if expected is None else expected
        return np.linalg.solve(covariance[1:, 1:], covariance[1:, 0] - believed / 4.0)

    values = returns.to_numpy()
    ratio, influence = mean_variance_ratio(values[:, 0], values[:, 1:], 4.0, expected)
    np.testing.assert_allclose(ratio, estimate(values, np.full(300, 1 / 300)), rtol=1e-9)
    # The definition without the correction of the divisor differs by about 1 / 300.
    for date in (0, 17, 251):
        expected_influence = influence_by_weights(estimate, values, date)
        np.testing.assert_allclose(influence[date], expected_influence, rtol=0.02, atol=1e-2)
    np.testing.assert_allclose(influence.mean(axis=0), 0.0, atol=1e-8)


def test_expected_returns_of_zero_give_ols(returns):
    ols = fit_to(hr.OLSHedge(), returns)
    for model in (hr.MeanVarianceHedge(2.0, 0.0), hr.MeanVarianceHedge(1e12)):
        fit = fit_to(model, returns)
        np.testing.assert_allclose(fit.next_ratio, ols.next_ratio, rtol=1e-9)
        # The divisor is n - 1.
        np.testing.assert_allclose(fit.standard_errors, ols.standard_errors, rtol=0.005)


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_exact_hedge_keeps_a_part_for_its_own_return(returns):
    """An asset that hedges itself: 1 - mean / (risk aversion * variance), not one."""
    frame = pd.DataFrame({"asset": returns["first"], "itself": returns["first"]})
    expected = 1.0 - frame["asset"].mean() / (5.0 * frame["asset"].var())
    assert fit_to(hr.MeanVarianceHedge(5.0), frame).next_ratio["itself"] == pytest.approx(
        expected, rel=1e-9
    )


def test_fit_extends_and_pickles(returns):
    model = hr.MeanVarianceHedge(5.0)
    found = fit_to(model, returns.iloc[:200])
    later = found.extend(returns["asset"].iloc[200:], returns[["first", "second"]].iloc[200:])
    assert (later.ratio == found.next_ratio).all().all()
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(later)).standard_errors, found.standard_errors
    )
    reordered = model.fit(returns["asset"].iloc[:200], returns[["second", "first"]].iloc[:200])
    np.testing.assert_allclose(
        reordered.next_ratio[["first", "second"]], found.next_ratio, rtol=1e-9
    )


def test_expected_returns_are_a_frozen_setting(returns):
    expected = {"first": 1e-4, "second": 2e-4}
    model = hr.MeanVarianceHedge(5.0, expected)
    expected["first"] = 9.0
    assert model == hr.MeanVarianceHedge(5.0, pd.Series({"first": 1e-4, "second": 2e-4}))
    changed = dataclasses.replace(model, risk_aversion=2.0)
    assert pickle.loads(pickle.dumps(changed)).expected == model.expected
    assert "expected={'first': 0.0001, 'second': 0.0002}" in repr(fit_to(model, returns))
    with pytest.raises(
        hr.DataError, match=r"expected must name every hedge; second is not among \['first'\]"
    ):
        fit_to(hr.MeanVarianceHedge(5.0, {"first": 1e-4}), returns)


def test_invalid_settings_are_refused():
    message = "risk_aversion must lie strictly between 0 and inf; got 0"
    with pytest.raises(hr.DataError, match=message):
        hr.MeanVarianceHedge(0)
    with pytest.raises(hr.DataError, match=r"expected\['first'\] must lie strictly between"):
        hr.MeanVarianceHedge(1.0, {"first": np.nan})
