"""Regressions of a lead against least squares with HC3 errors of statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from hedgeresearch._kernels.checks.lead_lag import lead_lag
from hedgeresearch._kernels.checks.plain import MAX_DEVIATIONS

KERNEL = lead_lag


@pytest.fixture(autouse=True, params=["plain", "dispatcher"])
def _version(request, monkeypatch):
    """Each test has the function of one version and then of the other."""
    monkeypatch.setitem(globals(), "lead_lag", getattr(KERNEL, request.param))


def cut(x):
    deviations = x - x.mean()
    limit = MAX_DEVIATIONS * np.abs(deviations).mean()
    return np.clip(deviations, -limit, limit)


def test_lead_equals_robust_regression():
    rng = np.random.default_rng(3)
    hedge = rng.standard_t(4, 400)
    asset = 0.8 * hedge + rng.standard_normal(400)
    asset[1:] += 0.5 * hedge[:-1]
    leads = lead_lag(np.stack([asset, hedge]), -1.0)
    for row, x, y in ((0, cut(hedge), cut(asset)), (1, cut(asset), cut(hedge))):
        regression = sm.OLS(y[1:], np.column_stack([x[:-1], y[:-1]])).fit(cov_type="HC3")
        same_date = x[:-1] @ y[:-1]
        size = np.sqrt((x[:-1] @ x[:-1]) * (y[:-1] @ y[:-1]))
        t, share, lead_correlation, correlation = leads[row, 0]
        assert t == pytest.approx(regression.tvalues[0], rel=1e-9)
        assert share == pytest.approx(
            regression.params[0] * (x[:-1] @ x[:-1]) / same_date, rel=1e-9
        )
        assert lead_correlation == pytest.approx(x[:-1] @ y[1:] / size, rel=1e-9)
        assert correlation == pytest.approx(same_date / size, rel=1e-9)


def test_identical_and_constant_series_give_zeros():
    asset = np.random.default_rng(4).standard_normal(50)
    leads = lead_lag(np.stack([asset, asset, np.zeros(50)]), -1.0)
    np.testing.assert_array_equal(leads, 0.0)


def test_units_do_not_matter():
    rng = np.random.default_rng(0)
    move = rng.standard_normal(1001)
    asset = 0.6 * move[1:] + 0.3 * move[:-1] + 0.4 * rng.standard_normal(1000)
    values = np.stack([asset, move[1:]])
    np.testing.assert_allclose(
        lead_lag(values * [[1e4], [1e-4]], -1.0), lead_lag(values, -1.0), rtol=1e-9
    )


def test_weak_leads_have_no_statistic():
    rng = np.random.default_rng(5)
    hedge = rng.standard_normal(500)
    columns = np.stack([0.5 * hedge + rng.standard_normal(500), hedge])
    columns[0, 1:] += 0.3 * hedge[:-1]
    every = lead_lag(columns, -1.0)
    least = every[0, 0, 2] - 1e-6
    found = lead_lag(columns, least)
    np.testing.assert_array_equal(found[:, :, 1:], every[:, :, 1:])
    assert found[0, 0, 0] == every[0, 0, 0] != 0.0
    assert every[1, 0, 0] != 0.0
    assert found[1, 0, 0] == 0.0
    assert lead_lag(columns, least + 2e-6)[0, 0, 0] == 0.0
    # what counts is the sign relative to that of the same date
    assert lead_lag(columns * [[-1.0], [1.0]], least)[0, 0, 0] == -every[0, 0, 0]
