"""Tests of cointegration against arch, statsmodels, R, definitions and simulations."""

import numpy as np
import pytest
from arch.unitroot.cointegration import phillips_ouliaris
from statsmodels.tsa.stattools import coint
from statsmodels.tsa.vector_ar.vecm import coint_johansen

import hedgeresearch as hr
from hedgeresearch.hedges.cointegration.cointegration_tests import (
    TRACE_CRITICAL_VALUES,
    canonical_relations,
)
from tests.hedges.cointegration.prices import dated, fit_to, random_walks, split


def test_engle_granger_agrees_with_statsmodels(prices, levels):
    found = hr.hedges.cointegration_test(prices["asset"], prices[["hedge", "other"]])
    statistic, p, critical = coint(levels[:, 0], levels[:, 1:], autolag="bic")
    row = found.table.loc[0]
    assert row["statistic"] == pytest.approx(statistic, rel=1e-8)
    assert row["p"] == pytest.approx(p, abs=1e-4)  # arch has its own fit of MacKinnon's surface
    assert row["critical value"] == pytest.approx(critical[1], abs=0.02)
    assert (found.rank, found.found) == (1, True)
    x = np.column_stack([np.ones(500), np.log(prices.iloc[:, 1:])])
    static = np.linalg.lstsq(x, np.log(prices["asset"]))[0]
    np.testing.assert_allclose([found.constant, *found.relation], static, rtol=1e-8)


def test_phillips_ouliaris_agrees_with_arch(prices, levels):
    found = hr.hedges.cointegration_test(
        prices["asset"], prices[["hedge", "other"]], test="phillips_ouliaris"
    )
    other = phillips_ouliaris(levels[:, 0], levels[:, 1:], trend="c", test_type="Zt")
    assert found.table.loc[0, "statistic"] == pytest.approx(other.stat, rel=1e-8)
    assert found.table.loc[0, "p"] == pytest.approx(other.pvalue, rel=1e-6)
    assert "1 relation found at 5%; Phillips-Ouliaris test" in repr(found)


def test_tests_have_one_result_class(prices):
    found = hr.hedges.cointegration_test(*split(prices), test="johansen")
    first, second, third = found.tests
    assert first.null == "at most 0 cointegrating relations"
    assert second.null == "at most 1 cointegrating relation"
    assert str(third.distribution) == "trace(1)"
    assert first.rejects(0.05)
    assert not second.rejects(0.05)
    assert found.test is first
    residual_based = hr.hedges.cointegration_test(*split(prices)).test
    assert residual_based.null == "no cointegrating relation"
    assert residual_based.rejects(0.01) == (residual_based.p_value < 0.01)


def johansen_by_definition(levels, lags, restricted):
    """Return eigenvalues of S11^-1 S10 S00^-1 S01 and vectors; the constant may be restricted."""
    changes = np.diff(levels, axis=0)
    n = len(changes)
    past = [changes[lags - lag : n - lag] for lag in range(1, lags + 1)]
    last = levels[lags:-1]
    one = np.ones((n - lags, 1))
    z2 = np.column_stack(past if restricted else [one, *past])
    z1 = np.column_stack([last, one]) if restricted else last
    r0, r1 = (z - z2 @ np.linalg.lstsq(z2, z, rcond=None)[0] for z in (changes[lags:], z1))
    s = np.linalg.inv(r1.T @ r1) @ r1.T @ r0 @ np.linalg.inv(r0.T @ r0) @ r0.T @ r1
    values, vectors = np.linalg.eig(s)
    order = np.argsort(-values.real)[: levels.shape[1]]
    return values.real[order], vectors.real[:, order] / vectors.real[0, order]


@pytest.mark.parametrize("lags", [0, 1, 3])
def test_johansen_vectors_equal_their_definition(levels, lags):
    values, vectors = canonical_relations(levels, lags, ["a", "b", "c"])
    expected, expected_vectors = johansen_by_definition(levels, lags, restricted=False)
    np.testing.assert_allclose(values, expected, rtol=1e-8)
    # The definition needs eigenvalues of a matrix that is not symmetric.
    np.testing.assert_allclose(vectors / vectors[0], expected_vectors, rtol=1e-6)


# From rounding of statsmodels' eigenvalues, in some builds.
@pytest.mark.filterwarnings("ignore:Casting complex values")
def test_trace_test_agrees_with_statsmodels(prices, levels):
    """Lags are needed: without any, coint_johansen of statsmodels 0.15 uses the wrong levels."""
    fit = fit_to(hr.VECMHedge(lags=2), prices)
    other = coint_johansen(levels, 0, 2)
    np.testing.assert_allclose(fit.detail.table["statistic"], other.lr1, rtol=1e-8)
    assert (fit.detail.table["critical value"] > other.cvt[:, 1]).all()  # which assume a drift
    assert fit.detail.rank == 1


def test_rank_counts_the_relations():
    """None, one and two relations among three prices; all three stationary."""
    rng = np.random.default_rng(0)
    noise = 0.01 * rng.standard_normal((500, 3))
    walk = noise.cumsum(axis=0)
    samples = [
        walk,
        np.column_stack([walk[:, :2], walk[:, 0] + noise[:, 2]]),
        walk[:, :1] + noise[::-1],
        noise,
    ]
    for rank, levels in enumerate(samples):
        found = hr.hedges.cointegration_test(*split(dated(levels, list("abc"))), test="johansen")
        assert found.rank == rank
    assert found.found
    assert "3 relations found at 5%" in repr(found)


@pytest.mark.long
def test_sizes_of_the_tests_are_near_five_percent():
    """About a twentieth of 60 pairs of random walks is found to be cointegrated."""
    rejections = dict.fromkeys(["engle_granger", "phillips_ouliaris", "johansen"], 0)
    for seed in range(60):
        pair = split(dated(0.01 * random_walks(200, seed), ["a", "b"]))
        for test in rejections:
            rejections[test] += hr.hedges.cointegration_test(*pair, test=test).found
    assert all(0 <= count <= 8 for count in rejections.values()), rejections


@pytest.mark.slow
@pytest.mark.parametrize("n_series", [1, 2, 4])
def test_critical_values_of_the_trace_test_have_size_5_percent(n_series):
    """Five in a hundred walks without drift exceed them; Osterwald-Lenum (1992) is in R's urca."""
    rng = np.random.default_rng(7)
    critical = TRACE_CRITICAL_VALUES[n_series - 1]
    names = list("abcd"[:n_series])
    beyond = 0
    for _ in range(4000):
        walk = rng.standard_normal((500, n_series)).cumsum(axis=0)
        values, _ = canonical_relations(walk, 0, names)
        beyond += -499 * np.log1p(-values).sum() > critical
    assert beyond / 4000 == pytest.approx(0.05, abs=0.011)  # three standard errors
    published = (8.18, 17.95, 31.52, 48.28, 70.6)  # of longer walks
    assert TRACE_CRITICAL_VALUES[:5] == pytest.approx(published, rel=0.04)


def test_johansen_agrees_with_r_package_urca(currency):
    """urca's ca.jo restricts the constant to the relation; the definition above has both cases.

    The hedge is compared with the definition, as its constant is unrestricted.
    """
    rates, reference = currency
    log = np.log(rates.to_numpy())
    expected = reference["johansen"]
    values, vectors = johansen_by_definition(log, 1, restricted=True)
    np.testing.assert_allclose(values, expected["lambda"], rtol=1e-8)
    trace = -(len(log) - 2) * np.log(1 - values)[::-1].cumsum()
    np.testing.assert_allclose(trace, expected["trace"], rtol=1e-8)
    np.testing.assert_allclose(vectors[:, 0], expected["V1"], rtol=1e-6)
    values, vectors = johansen_by_definition(log, 1, restricted=False)
    fit = fit_to(hr.VECMHedge(lags=1), rates)
    unrestricted = -(len(log) - 2) * np.log(1 - values)[::-1].cumsum()[::-1]
    np.testing.assert_allclose(fit.detail.table["statistic"], unrestricted, rtol=1e-7)
    assert -fit.detail.relation["forward"] == pytest.approx(vectors[1, 0], rel=1e-7)
    # The two treatments of the constant differ by little.
    assert -fit.detail.relation["forward"] == pytest.approx(expected["V1"][1], abs=3e-4)


def test_invalid_settings_are_refused(prices):
    with pytest.raises(hr.DataError, match="test must be one of 'engle_granger', .*; got 'adf'"):
        hr.hedges.cointegration_test(*split(prices), test="adf")
    with pytest.raises(hr.DataError, match="kind must be one of 'log', 'difference'; got 'simple'"):
        hr.hedges.cointegration_test(*split(prices), kind="simple")
