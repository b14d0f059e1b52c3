"""Hedges of exchange rates against R: OLS with its standard errors, and moving ratios."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.moments.ewma import EWMAState


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_ols_and_its_errors_agree_with_r(currency):
    rates, reference = currency
    returns = 100 * hr.returns(rates, kind="log")
    expected = reference["ols"]
    models = {
        "se": hr.OLSHedge(standard_errors="nonrobust"),
        "se_HC0": hr.OLSHedge(standard_errors="HC0"),
        "se_HC1": hr.OLSHedge(standard_errors="HC1"),
        "se_HC3": hr.OLSHedge(standard_errors="HC3"),
        "se_NW_lag4_noprewhite": hr.OLSHedge(hac_lags=4),
    }
    for key, model in models.items():
        fit = model.fit(returns["spot"], returns[["forward"]])
        assert fit.next_ratio["forward"] == pytest.approx(expected["beta"], rel=1e-11)
        assert fit.standard_errors["forward"] == pytest.approx(expected[key], rel=1e-10), key
    assert fit.expected_effectiveness == pytest.approx(expected["r2"], rel=1e-10)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_rolling_ratios_agree_with_r(currency):
    rates, reference = currency
    returns = 100 * hr.returns(rates, kind="log")
    fit = hr.RollingOLSHedge(104).fit(returns["spot"], returns[["forward"]])
    check_path([*fit.ratio["forward"], *fit.next_ratio], reference["rolling104"])


def test_ewma_ratios_agree_with_r(currency):
    """R starts at the mean of 50 dates and then always has the weight 1 - decay."""
    rates, reference = currency
    values = (100 * hr.returns(rates, kind="log")).to_numpy()
    start = values[:50].T @ values[:50] / 50
    path = EWMAState(0.94, start, 1 / 0.06).path(values[50:], np.arange(2))
    check_path(path[:, 0, 1] / path[:, 1, 1], reference["ewma094_init50"])


def check_path(ratio, expected):
    ratio = np.asarray(ratio)
    found = {
        "n": len(ratio),
        "first": ratio[0],
        "second": ratio[1],
        "third": ratio[2],
        "mid": ratio[expected["mid_index1"] - 1],
        "last": ratio[-1],
        "mean": ratio.mean(),
        "sd": ratio.std(ddof=1),
        "min": ratio.min(),
        "max": ratio.max(),
    }
    for key, value in found.items():
        assert value == pytest.approx(expected[key], rel=1e-9), key
