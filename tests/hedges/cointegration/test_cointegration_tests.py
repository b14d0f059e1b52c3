"""Tests of cointegration against arch, statsmodels, R, definitions and simulations."""

import arch.data.crude
import numpy as np
import pytest
from arch.unitroot.cointegration import engle_granger, phillips_ouliaris
from statsmodels.tsa.stattools import coint
from statsmodels.tsa.vector_ar.vecm import coint_johansen

import hedgeresearch as hr
from hedgeresearch.hedges.cointegration.johansen_method import (
    TRACE_CRITICAL_VALUES,
    canonical_relations,
)
from tests.hedges.cointegration.prices import dated, fit_to, random_walks, split

A_COPY_IS_MEANT = pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
"""For tests of a hedge that is a copy of the asset, knowingly."""


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


CRUDE = arch.data.crude.load()
"""Monthly prices of Brent and WTI, which the documentation of arch tests."""


@pytest.mark.parametrize("trend", ["n", "c", "ct", "ctt"])
@pytest.mark.parametrize("lags", ["bic", 4])
def test_engle_granger_of_crude_oil_agrees_with_arch(trend, lags):
    found = hr.hedges.cointegration_test(CRUDE["WTI"], CRUDE[["Brent"]], trend=trend, lags=lags)
    log = np.log(CRUDE)
    number = None if lags == "bic" else lags
    check_test(found, engle_granger(log["WTI"], log[["Brent"]], trend, lags=number, method="bic"))


@pytest.mark.parametrize("trend", ["n", "c", "ct", "ctt"])
@pytest.mark.parametrize("statistic", ["Zt", "Za", "Pu", "Pz"])
@pytest.mark.parametrize("bandwidth", [None, 10.0])
def test_phillips_ouliaris_of_crude_oil_agrees_with_arch(trend, statistic, bandwidth):
    found = hr.hedges.cointegration_test(
        CRUDE["WTI"],
        CRUDE[["Brent"]],
        "phillips_ouliaris",
        trend=trend,
        statistic=statistic,
        bandwidth=bandwidth,
    )
    log = np.log(CRUDE)
    other = phillips_ouliaris(
        log["WTI"], log[["Brent"]], trend, test_type=statistic, bandwidth=bandwidth
    )
    check_test(found, other)
    assert found.test.distribution.family == f"{statistic[0]}_{statistic[1]}"


def check_test(found, other):
    """Compare a test with that of arch: numbers, decision, and the relation with its terms."""
    test = found.test
    assert test.statistic == pytest.approx(other.stat, rel=1e-7)
    assert test.p_value == pytest.approx(other.pvalue, rel=1e-5, abs=1e-12)
    assert test.critical_values[0.05] == pytest.approx(other.critical_values[5], rel=1e-9)
    assert found.found == (other.pvalue < 0.05)
    vector = -other.cointegrating_vector
    assert found.relation["Brent"] == pytest.approx(vector["Brent"], rel=1e-7)
    terms = [found.constant, *found.trends][: len(vector) - 2]
    np.testing.assert_allclose(terms, vector.iloc[2:], rtol=1e-6, atol=1e-12)


def test_numbers_printed_by_arch_for_crude_oil():
    """Digits of the summaries that arch 8.0 prints."""
    asset, hedges = CRUDE["WTI"], CRUDE[["Brent"]]
    without = hr.hedges.cointegration_test(asset, hedges, trend="n").test
    assert without.statistic == pytest.approx(-3.468, abs=5e-4)
    assert without.p_value == pytest.approx(0.007, abs=5e-4)
    constant = hr.hedges.cointegration_test(asset, hedges).test
    assert constant.statistic == pytest.approx(-5.540, abs=5e-4)
    ouliaris = hr.hedges.cointegration_test(asset, hedges, "phillips_ouliaris").test
    assert ouliaris.statistic == pytest.approx(-5.357, abs=5e-4)


COPIES = {
    "itself": (lambda p: p, 1.0, 1.0),
    "in another currency": (lambda p: 3.7 * p, 1.0, 1 / 3.7),
    "with an offset": (lambda p: 2.0 * p + 40.0, None, 0.5),
    "squared": (lambda p: p**2, 0.5, None),
    "turned around": (lambda p: 500.0 - p, None, -1.0),
}


@A_COPY_IS_MEANT
@pytest.mark.parametrize("trend", ["n", "c", "ct"])
@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("kind", ["log", "difference"])
@pytest.mark.parametrize("test", ["engle_granger", "phillips_ouliaris", "johansen"])
def test_a_perfect_relation_is_called_exact(prices, test, kind, copy, trend):
    function, in_logs, in_prices = COPIES[copy]
    ratio = in_logs if kind == "log" else in_prices
    if ratio is None or (test == "johansen" and trend != "c"):
        return  # no line, or a setting that is refused
    asset = prices["asset"]
    copied = function(asset).to_frame("copy")
    found = hr.hedges.cointegration_test(asset, copied, test, kind, trend=trend)
    assert found.exact
    assert (found.found, found.rank) == (True, 1)
    assert found.relation["copy"] == pytest.approx(ratio, rel=1e-8)
    assert np.isinf(found.test.statistic)
    assert found.test.p_value == 0.0
    assert "exact relation, nothing to test" in repr(found.tests)
    assert "inf" not in repr(found.test)
    assert "exact relation: the asset is" in repr(found)
    assert np.isfinite(found.table["critical value"]).all()
    levels = np.log(copied["copy"]) if kind == "log" else copied["copy"]
    expected = (np.log(asset) if kind == "log" else asset) - ratio * levels
    assert found.constant == pytest.approx(expected.iloc[0], abs=1e-6)


@A_COPY_IS_MEANT
@pytest.mark.parametrize("statistic", ["Za", "Pu", "Pz"])
def test_an_exact_relation_rejects_on_the_side_of_its_statistic(prices, statistic):
    found = hr.hedges.cointegration_test(
        prices["asset"], prices[["asset"]].add_suffix("2"), "phillips_ouliaris", statistic=statistic
    )
    assert found.found
    assert (found.test.statistic > 0.0) == (statistic in ("Pu", "Pz"))


def test_a_basket_is_an_exact_relation_of_its_members(prices):
    """Johansen's test also counts the relations that the members have, here none and one."""
    members = prices[["hedge", "other"]]
    basket = (2.0 * members["hedge"] + 3.0 * members["other"]).rename("basket")
    found = hr.hedges.cointegration_test(basket, members, "johansen", "difference")
    assert (found.exact, found.rank) == (True, 1)
    np.testing.assert_allclose(found.relation, [2.0, 3.0], rtol=1e-9)
    assert [test.null[:9] for test in found.tests] == ["at most 0", "at most 1", "at most 2"]
    tied_members = prices[["asset", "hedge", "other"]].set_axis(["a", "b", "c"], axis=1)
    basket = tied_members.sum(axis=1).rename("basket")
    found = hr.hedges.cointegration_test(basket, tied_members, "johansen", "difference")
    assert (found.exact, found.rank) == (True, 2)


@A_COPY_IS_MEANT
def test_a_relation_that_leaves_little_is_tested(prices):
    """A spread of a hundredth of a basis point is seen, not called exact."""
    noise = 1e-6 * np.random.default_rng(0).standard_normal(len(prices))
    copy = (prices["asset"] * np.exp(noise)).to_frame("copy")
    for test in ("engle_granger", "phillips_ouliaris", "johansen"):
        found = hr.hedges.cointegration_test(prices["asset"], copy, test)
        assert (found.exact, found.found) == (False, True)


@A_COPY_IS_MEANT
@pytest.mark.parametrize(
    "model",
    [
        hr.ErrorCorrectionHedge(),
        hr.VECMHedge(),
        hr.CointegrationHedge(),
        hr.CointegrationHedge("canonical", trend="ct"),
        hr.CointegrationHedge("johansen"),
    ],
)
def test_hedges_of_a_copy_have_the_exact_relation(prices, model):
    fit = model.fit(prices["asset"], 2.0 * prices[["asset"]].add_suffix(" copy"))
    assert fit.next_ratio["asset copy"] == pytest.approx(1.0, rel=1e-9)
    assert fit.detail.exact


@pytest.mark.parametrize("trend", ["c", "ct"])
def test_every_statistic_has_values_for_twelve_series(trend):
    walks = 0.01 * np.random.default_rng(0).standard_normal((300, 12)).cumsum(axis=0)
    pair = split(dated(walks, list("abcdefghijkl")))
    assert np.isfinite(hr.hedges.cointegration_test(*pair, trend=trend).test.p_value)
    for statistic in ("Zt", "Za", "Pu", "Pz"):
        found = hr.hedges.cointegration_test(
            *pair, "phillips_ouliaris", trend=trend, statistic=statistic
        )
        assert np.isfinite(found.test.critical_values[0.05])


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
    refusals = {
        "trend must be 'c' for Johansen's test": {"test": "johansen", "trend": "ct"},
        "trend must be one of 'n', 'c', 'ct', 'ctt'; got 'linear'": {"trend": "linear"},
        "lags belong to .* Use bandwidth": {"test": "phillips_ouliaris", "lags": 3},
        "statistic and bandwidth belong to test='phillips_ouliaris'": {"statistic": "Za"},
        "bandwidth must not be negative": {"test": "phillips_ouliaris", "bandwidth": -1.0},
        "statistic must be one of": {"test": "phillips_ouliaris", "statistic": "Zz"},
        "lags must be a whole number of at least 0; got -1": {"lags": -1},
    }
    for message, settings in refusals.items():
        with pytest.raises(hr.DataError, match=message):
            hr.hedges.cointegration_test(*split(prices), **settings)
    with pytest.raises(hr.DataError, match="kind must be one of 'log', 'difference'; got 'simple'"):
        hr.hedges.cointegration_test(*split(prices), kind="simple")
