"""Hedge from a vector error-correction model against statsmodels and definitions."""

import numpy as np
import pytest
from statsmodels.tsa.api import VAR
from statsmodels.tsa.vector_ar.vecm import VECM

import hedgeresearch as hr
from hedgeresearch.estimation.regression import newey_west_lags
from tests.hedges.cointegration.prices import fit_to
from tests.hedges.cointegration.test_error_correction import newey_west


def ratio_of(covariance):
    return np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])


def test_bic_lags_agree_with_statsmodels(adjusting_prices):
    found = VAR(np.log(adjusting_prices.to_numpy())).select_order(11).bic - 1
    fit = fit_to(hr.VECMHedge(rank=1), adjusting_prices)
    assert len(fit.summary) == 4 + 3 * found
    assert found == 1


def test_rank_zero_is_a_var_of_changes(adjusting_prices):
    fit = fit_to(hr.VECMHedge(lags=2, rank=0), adjusting_prices)
    changes = np.diff(np.log(adjusting_prices.to_numpy()), axis=0)
    np.testing.assert_allclose(fit.next_ratio, ratio_of(VAR(changes).fit(2).sigma_u), rtol=1e-9)
    none = fit_to(hr.VECMHedge(lags=0, rank=0), adjusting_prices)
    np.testing.assert_allclose(none.next_ratio, ratio_of(np.cov(changes, rowvar=False)), rtol=1e-9)


@pytest.mark.filterwarnings(
    "ignore:asset and hedges should have 3:hedgeresearch.errors.ConvergenceWarning"
)
def test_full_rank_is_a_var_of_levels(adjusting_prices):
    fit = fit_to(hr.VECMHedge(lags=2, rank=3), adjusting_prices)
    np.testing.assert_allclose(
        fit.next_ratio, ratio_of(VAR(np.log(adjusting_prices.to_numpy())).fit(3).sigma_u), rtol=1e-7
    )


@pytest.mark.parametrize("lags", [0, 1, 4])
def test_ratio_and_relation_agree_with_statsmodels(adjusting_prices, lags):
    fit = fit_to(hr.VECMHedge(lags=lags, rank=1), adjusting_prices)
    other = VECM(
        np.log(adjusting_prices.to_numpy()), k_ar_diff=lags, coint_rank=1, deterministic="co"
    ).fit()
    np.testing.assert_allclose(fit.next_ratio, ratio_of(other.sigma_u), rtol=1e-7)
    np.testing.assert_allclose(-fit.detail.relation, other.beta[1:, 0], rtol=1e-7)


def test_errors_are_those_of_residuals_on_residuals(adjusting_prices):
    fit = fit_to(hr.VECMHedge(lags=1), adjusting_prices)
    assert fit.detail.rank == 1
    log = np.log(adjusting_prices.to_numpy())
    residuals = VECM(log, k_ar_diff=1, coint_rank=1, deterministic="co").fit().resid
    a = residuals[:, 0]
    h = residuals[:, 1:]
    u = a - h @ np.linalg.lstsq(h, a, rcond=None)[0]
    expected = np.sqrt(np.diag(newey_west(h, u, newey_west_lags(len(u)))))
    # statsmodels computes the vectors in another way.
    np.testing.assert_allclose(fit.standard_errors, expected, rtol=1e-6)


def test_missing_relation_is_warned_of(unrelated_prices):
    message = r"should have 1 cointegrating relation; 0 found .* VECMHedge\(rank=0\)"
    with pytest.warns(hr.errors.ConvergenceWarning, match=message):
        free = fit_to(hr.VECMHedge(), unrelated_prices)
    start = "Cointegration(no relation found at 5%; Johansen trace test: "
    assert repr(free.detail).startswith(start)
    fixed = fit_to(hr.VECMHedge(rank=0), unrelated_prices)  # does not warn
    np.testing.assert_allclose(fixed.next_ratio, free.next_ratio, rtol=1e-12)


def test_invalid_settings_are_refused(adjusting_prices):
    with pytest.raises(hr.DataError, match="lags must be a whole number of at least 0; got 'aic'"):
        hr.VECMHedge(lags="aic")
    with pytest.raises(hr.DataError, match="rank must be a whole number of at least 0; got 1.5"):
        hr.VECMHedge(rank=1.5)
    with pytest.raises(hr.DataError, match="standard_errors must be one of"):
        hr.VECMHedge(standard_errors="HC9")
    with pytest.raises(hr.DataError, match="rank must be at most the number of series, 3; got 4"):
        fit_to(hr.VECMHedge(rank=4), adjusting_prices)
