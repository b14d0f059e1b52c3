"""Weights of the observations in a covariance that is a weighted moment."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance import MomentWeights

N_DATES = 400
SAMPLE = 300


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=N_DATES, n_series=3, seed=2).returns


@pytest.mark.parametrize(
    "model",
    [hr.SampleCovariance(), hr.RollingCovariance(60), hr.EWMACovariance(0.95)],
    ids=["sample", "rolling", "ewma"],
)
def test_weighted_products_are_the_next_covariance(model, returns):
    fit = model.fit(returns.iloc[:SAMPLE]).extend(returns.iloc[SAMPLE:])
    rows, weights = model.error_source.observations(returns.to_numpy(), SAMPLE)
    moment = (rows * weights[:, None]).T @ rows / weights.sum()
    if model.error_source.centered:
        moment *= len(rows) / (len(rows) - 1)
    np.testing.assert_allclose(moment, fit.next_covariance, rtol=1e-6)


def test_span_chooses_the_observations(returns):
    values = returns.to_numpy()
    for span, expected in [("estimation", values[:SAMPLE]), ("all", values), (60, values[-60:])]:
        rows, weights = MomentWeights(span, centered=False).observations(values, SAMPLE)
        np.testing.assert_array_equal(rows, expected)
        np.testing.assert_array_equal(weights, 1.0)


def test_shrunk_models_leave_errors_to_the_bootstrap():
    assert hr.SampleCovariance("linear").error_source == "bootstrap"
    assert hr.DCC(target="nonlinear").error_source == "bootstrap"
    assert hr.DCC().error_source == "delta method"
