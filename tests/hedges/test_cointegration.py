"""Tests of cointegration and long-run hedges: against arch, statsmodels, R, definitions and simulations."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import rdata
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from arch.unitroot.cointegration import DynamicOLS, FullyModifiedOLS, phillips_ouliaris
from statsmodels.tsa.stattools import coint
from statsmodels.tsa.vector_ar.vecm import VECM, coint_johansen

import hedgeresearch as hr
from hedgeresearch.hedges.cointegration.cointegrating_regressions import johansen_errors
from hedgeresearch.hedges.cointegration.cointegration_tests import (
    TRACE_CRITICAL_VALUES,
    canonical_relations,
)
from hedgeresearch.hedges.cointegration.long_run_bootstrap import static_draws
from hedgeresearch.hedges.cointegration.spurious_regression import random_walk_scatter

METHODS = ["static", "dynamic", "fully_modified", "johansen"]


def dated(levels, names):
    return pd.DataFrame(
        100 * np.exp(levels), columns=names, index=pd.bdate_range("2001-01-01", periods=len(levels))
    )


def tied(n_dates, seed, persistence=0.8, n_hedges=1, common=0.0):
    """Log prices of an asset that is .9 of each hedge and a spread, which may share the hedges' shocks."""
    steps = 0.01 * np.random.default_rng(seed).standard_normal((n_dates, 1 + n_hedges))
    spread, hedges = np.zeros(n_dates), steps[:, 1:].cumsum(axis=0)
    for t in range(1, n_dates):
        spread[t] = persistence * spread[t - 1] + steps[t, 0] + common * steps[t, 1]
    return np.column_stack([0.9 * hedges.sum(axis=1) + spread, hedges])


@pytest.fixture(scope="module")
def levels():
    return tied(500, seed=0, n_hedges=2)


@pytest.fixture(scope="module")
def prices(levels):
    return dated(levels, ["asset", "hedge", "other"])


def walks(n_dates, seed, correlation=0.5):
    """Levels of two random walks of unit variance with correlated steps and no relation."""
    steps = np.random.default_rng(seed).standard_normal((n_dates, 2))
    steps[:, 0] = correlation * steps[:, 1] + np.sqrt(1 - correlation**2) * steps[:, 0]
    return steps.cumsum(axis=0)


def fit_of(model, prices):
    return model.fit(prices.iloc[:, 0], prices.iloc[:, 1:])


# --- the tests ---


def test_engle_granger_is_that_of_statsmodels(prices, levels):
    found = hr.hedges.cointegration_test(prices["asset"], prices[["hedge", "other"]])
    statistic, p, critical = coint(levels[:, 0], levels[:, 1:], autolag="bic")
    row = found.table.loc[0]
    assert row["statistic"] == pytest.approx(statistic, rel=1e-8)
    assert row["p"] == pytest.approx(p, abs=1e-4)  # arch has fitted MacKinnon's surface anew
    assert row["critical value"] == pytest.approx(critical[1], abs=0.02)
    assert (found.rank, found.found) == (1, True)
    static = np.linalg.lstsq(
        np.column_stack([np.ones(500), np.log(prices.iloc[:, 1:])]), np.log(prices["asset"])
    )[0]
    np.testing.assert_allclose([found.constant, *found.relation], static, rtol=1e-8)


def test_phillips_ouliaris_is_that_of_arch(prices, levels):
    found = hr.hedges.cointegration_test(
        prices["asset"], prices[["hedge", "other"]], test="phillips_ouliaris"
    )
    other = phillips_ouliaris(levels[:, 0], levels[:, 1:], trend="c", test_type="Zt")
    assert found.table.loc[0, "statistic"] == pytest.approx(other.stat, rel=1e-8)
    assert found.table.loc[0, "p"] == pytest.approx(other.pvalue, rel=1e-6)
    assert "1 relation found; Phillips-Ouliaris test" in repr(found)


def johansen_by_definition(levels, lags, restricted):
    """Eigenvalues of S11^-1 S10 S00^-1 S01 and their vectors; the constant among the levels, or among the lags."""
    changes = np.diff(levels, axis=0)
    n = len(changes)
    past = [changes[lags - lag : n - lag] for lag in range(1, lags + 1)]
    last, one = levels[lags:-1], np.ones((n - lags, 1))
    z2 = np.column_stack(past if restricted else [one, *past])
    z1 = np.column_stack([last, one]) if restricted else last
    r0, r1 = (z - z2 @ np.linalg.lstsq(z2, z, rcond=None)[0] for z in (changes[lags:], z1))
    s = np.linalg.inv(r1.T @ r1) @ r1.T @ r0 @ np.linalg.inv(r0.T @ r0) @ r0.T @ r1
    values, vectors = np.linalg.eig(s)
    order = np.argsort(-values.real)[: levels.shape[1]]
    return values.real[order], vectors.real[:, order] / vectors.real[0, order]


@pytest.mark.parametrize("lags", [0, 1, 3])
def test_johansen_by_definition(levels, lags):
    values, vectors = canonical_relations(levels, lags, ["a", "b", "c"])
    expected, expected_vectors = johansen_by_definition(levels, lags, restricted=False)
    np.testing.assert_allclose(values, expected, rtol=1e-8)
    np.testing.assert_allclose(
        vectors / vectors[0], expected_vectors, rtol=1e-6
    )  # eig of a matrix that is not symmetric


@pytest.mark.filterwarnings(
    "ignore:Casting complex values"
)  # rounding in statsmodels' eigenvalues, in some builds
def test_the_trace_test_is_that_of_statsmodels(prices, levels):
    """With lags: without any, statsmodels' coint_johansen 0.15 correlates the changes with the levels they lead to."""
    fit = fit_of(hr.VECMHedge(lags=2), prices)
    other = coint_johansen(levels, 0, 2)
    np.testing.assert_allclose(fit.detail.table["statistic"], other.lr1, rtol=1e-8)
    assert (fit.detail.table["critical value"] > other.cvt[:, 1]).all()  # those suppose a drift
    assert fit.detail.rank == 1


def test_ranks_are_counted_from_below():
    """None, one and two relations among three prices; all three stationary."""
    rng = np.random.default_rng(0)
    noise = 0.01 * rng.standard_normal((500, 3))
    walk = noise.cumsum(axis=0)
    for rank, levels in enumerate(
        [
            walk,
            np.column_stack([walk[:, :2], walk[:, 0] + noise[:, 2]]),
            walk[:, :1] + noise[::-1],
            noise,
        ]
    ):
        found = hr.hedges.cointegration_test(*split(dated(levels, list("abc"))), test="johansen")
        assert found.rank == rank
    assert found.found
    assert "3 relations found" in repr(found)


def split(prices):
    return prices.iloc[:, 0], prices.iloc[:, 1:]


def test_sizes_of_the_tests():
    """Of 60 pairs of random walks, about a twentieth is taken for cointegrated."""
    taken = dict.fromkeys(["engle_granger", "phillips_ouliaris", "johansen"], 0)
    for seed in range(60):
        pair = split(dated(0.01 * walks(200, seed), ["a", "b"]))
        for test in taken:
            taken[test] += hr.hedges.cointegration_test(*pair, test=test).found
    assert all(0 <= count <= 8 for count in taken.values()), taken


@pytest.mark.slow
@pytest.mark.parametrize("n_series", [1, 2, 4])
def test_critical_values_of_the_trace_test(n_series):
    """Five in a hundred driftless walks lie beyond them; those of Osterwald-Lenum (1992) are in R's urca."""
    rng, critical = np.random.default_rng(7), TRACE_CRITICAL_VALUES[n_series - 1]
    names, beyond = list("abcd"[:n_series]), 0
    for _ in range(4000):
        values, _ = canonical_relations(
            rng.standard_normal((500, n_series)).cumsum(axis=0), 0, names
        )
        beyond += -499 * np.log1p(-values).sum() > critical
    assert beyond / 4000 == pytest.approx(0.05, abs=0.011)  # three standard errors
    assert TRACE_CRITICAL_VALUES[:5] == pytest.approx(
        (8.18, 17.95, 31.52, 48.28, 70.6), rel=0.04
    )  # of longer walks


# --- the relations ---


def test_static_is_least_squares_on_levels(prices):
    fit = fit_of(hr.CointegrationHedge("static", kind="difference"), prices)
    x = np.column_stack([np.ones(500), prices[["hedge", "other"]]])
    expected = np.linalg.lstsq(x, prices["asset"].to_numpy(), rcond=None)[0]
    np.testing.assert_allclose(fit.summary["estimate"], expected, rtol=1e-8)
    np.testing.assert_array_equal(fit.next_ratio, fit.summary["estimate"].iloc[1:])
    changes = np.diff(prices.to_numpy(), axis=0)
    np.testing.assert_allclose(fit.next_covariance, np.cov(changes, rowvar=False), rtol=1e-10)


def test_dynamic_is_that_of_arch_and_of_the_definition(prices):
    log = np.log(prices.to_numpy())
    fit = fit_of(hr.CointegrationHedge("dynamic"), prices)
    other = DynamicOLS(log[:, 0], log[:, 1:], trend="c", max_lag=8, max_lead=8, method="bic").fit()
    check_relation(fit, other)
    lags, leads, changes = other.lags, other.leads, np.diff(log[:, 1:], axis=0)
    rows = [
        np.concatenate([[1.0], log[t, 1:], changes[t - 1 - lags : t + leads].ravel()])
        for t in range(1 + lags, len(log) - leads)
    ]
    expected = np.linalg.lstsq(np.array(rows), log[1 + lags : len(log) - leads, 0], rcond=None)[0]
    np.testing.assert_allclose(fit.summary["estimate"], expected[:3], rtol=1e-6)


def test_fully_modified_is_that_of_arch(prices):
    """In units of the changes: arch chooses its bandwidth from all series together, by their sizes."""
    log = np.log(prices.to_numpy())
    scale = np.diff(log, axis=0).std(axis=0)
    other = FullyModifiedOLS(log[:, 0] / scale[0], log[:, 1:] / scale[1:], trend="c").fit()
    fit = fit_of(hr.CointegrationHedge("fully_modified"), prices)
    units = scale[0] / scale[1:]
    np.testing.assert_allclose(fit.next_ratio, other.params.iloc[:2] * units, rtol=1e-7)
    np.testing.assert_allclose(fit.standard_errors, other.std_errors.iloc[:2] * units, rtol=1e-6)
    assert fit.summary.loc["constant", "estimate"] == pytest.approx(
        other.params.iloc[2] * scale[0], rel=1e-7
    )
    assert fit.summary.loc["constant", "standard error"] == pytest.approx(
        other.std_errors.iloc[2] * scale[0], rel=1e-6
    )


def check_relation(fit, other):
    """arch puts the constant last; it works on the levels as they are, we on scaled ones."""
    order = [2, 0, 1]
    np.testing.assert_allclose(fit.summary["estimate"], other.params.iloc[order], rtol=1e-7)
    np.testing.assert_allclose(
        fit.summary["standard error"], other.std_errors.iloc[order], rtol=1e-6
    )
    np.testing.assert_allclose(fit.standard_errors, other.std_errors.iloc[:2], rtol=1e-6)


@pytest.mark.parametrize("lags", [0, 2])
def test_errors_of_johansens_vector_are_those_of_statsmodels(levels, lags):
    other = VECM(levels, k_ar_diff=lags, coint_rank=1, deterministic="co").fit()
    found = johansen_errors(levels, other.beta[:, 0], lags)
    np.testing.assert_allclose(np.sqrt(np.diag(found)), other.stderr_beta[1:, 0], rtol=1e-6)


def test_the_johansen_hedge_is_his_first_vector(prices, levels):
    fit = fit_of(hr.CointegrationHedge("johansen"), prices)
    other = VECM(levels, k_ar_diff=1, coint_rank=1, deterministic="co").fit()
    np.testing.assert_allclose(
        fit.next_ratio, -other.beta[1:, 0], rtol=0.01
    )  # BIC takes no lags here
    lags = 0
    _, vectors = johansen_by_definition(levels, lags, restricted=False)
    np.testing.assert_allclose(fit.next_ratio, -vectors[1:, 0], rtol=1e-7)
    expected = np.sqrt(np.diag(johansen_errors(levels, vectors[:, 0], lags)))
    np.testing.assert_allclose(fit.standard_errors, expected, rtol=1e-6)
    assert fit.summary.index.tolist() == ["hedge", "other"]


@pytest.mark.parametrize("name", ["Pound", "DM", "Yen"])
def test_r_johansen(name, data_dir, request):
    """urca's ca.jo keeps the constant in the relation and out of the changes; the definition above does both, and is
    what the hedge is compared with under its unrestricted constant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata speaks of classes of R that it does not know
        table = next(iter(rdata.read_rda(data_dir / f"{name}.rda").values()))
    log = np.log(np.column_stack([table["s"], table["f"]]).astype(float))
    text = (request.config.rootpath / "tests" / "reference" / "ols_ecm.json").read_text()
    expected = json.loads(text)[name]["johansen"]
    values, vectors = johansen_by_definition(log, 1, restricted=True)
    np.testing.assert_allclose(values, expected["lambda"], rtol=1e-8)
    trace = -(len(log) - 2) * np.log(1 - values)[::-1].cumsum()
    np.testing.assert_allclose(trace, expected["trace"], rtol=1e-8)
    np.testing.assert_allclose(vectors[:, 0], expected["V1"], rtol=1e-6)
    values, vectors = johansen_by_definition(log, 1, restricted=False)
    rates = dated(log, ["s", "f"])
    fit = fit_of(hr.VECMHedge(lags=1), rates)
    unrestricted = -(len(log) - 2) * np.log(1 - values)[::-1].cumsum()[::-1]
    np.testing.assert_allclose(fit.detail.table["statistic"], unrestricted, rtol=1e-7)
    assert -fit.detail.relation["f"] == pytest.approx(vectors[1, 0], rel=1e-7)
    assert -fit.detail.relation["f"] == pytest.approx(
        expected["V1"][1], abs=3e-4
    )  # the two constants differ by little


# --- the bootstrap of the static relation ---


def test_draws_are_regressions_of_rebuilt_prices(levels):
    """Blocks of spreads and changes, the hedges' levels cumulated, the asset's rebuilt, the regression run again."""
    x = np.column_stack([np.ones(len(levels)), levels[:, 1:]])
    estimate = np.linalg.lstsq(x, levels[:, 0], rcond=None)[0]
    spread, changes = (levels[:, 0] - x @ estimate)[1:], np.diff(levels[:, 1:], axis=0)
    spread, changes = spread - spread.mean(), changes - changes.mean(axis=0)
    lengths = [optimal_block_length(column)["stationary"].max() for column in (spread, *changes.T)]
    blocks = StationaryBootstrap(
        int(np.ceil(max(lengths))), np.arange(len(spread)), seed=np.random.default_rng(5)
    )
    expected = []
    for drawn, _ in blocks.bootstrap(6):
        hedges = levels[0, 1:] + changes[drawn[0]].cumsum(axis=0)
        rebuilt = np.column_stack([np.ones(len(hedges)), hedges])
        asset = rebuilt @ estimate + spread[drawn[0]]
        expected.append(np.linalg.lstsq(rebuilt, asset, rcond=None)[0] - estimate)
    np.testing.assert_allclose(static_draws(levels, 6, seed=5), expected, rtol=1e-6, atol=1e-12)


def test_spread_and_change_of_a_date_are_drawn_together():
    """A spread of each date's own hedge return pulls the estimate down, in the draws as in the regression itself."""
    away = static_draws(tied(500, seed=3, persistence=0.0, common=-3.0), 200, seed=0)[:, 1]
    assert away.mean() < -0.5 * away.std()
    alone = static_draws(tied(500, seed=3, persistence=0.0), 200, seed=0)[:, 1]
    assert abs(alone.mean()) < 0.2 * alone.std()


def test_static_errors_come_from_the_bootstrap(prices):
    fit = fit_of(hr.CointegrationHedge("static"), prices)
    away = static_draws(np.log(prices.to_numpy()), 400, seed=0)
    np.testing.assert_allclose(
        fit.standard_errors, np.sqrt((away[:, 1:] ** 2).mean(axis=0)), rtol=1e-12
    )
    np.testing.assert_array_equal(away, static_draws(np.log(prices.to_numpy()), 400, seed=0))
    classical = (
        np.sqrt(np.diag(np.linalg.inv(np.cov(np.log(prices.to_numpy())[:, 1:].T)) / 500)) * 0.0166
    )
    assert (fit.standard_errors > 2 * classical).all()  # the spread is autocorrelated


@pytest.mark.slow
@pytest.mark.parametrize("common", [0.0, -0.8])
def test_intervals_of_long_run_ratios_hold_them(common):
    """At 95 %; a persistent spread that shares the hedge's shocks leaves static least squares short, others less so."""
    inside = dict.fromkeys(METHODS, 0)
    for seed in range(100):
        prices = dated(tied(500, seed, persistence=0.8, common=common), ["asset", "hedge"])
        for method in METHODS:
            interval = fit_of(hr.CointegrationHedge(method), prices).conf_int().loc["hedge"]
            inside[method] += interval["lower"] < 0.9 < interval["upper"]
    coverage = {method: count / 100 for method, count in inside.items()}
    assert min(coverage.values()) > 0.75, coverage
    assert coverage["static"] > (0.92 if common == 0.0 else 0.8), coverage


# --- levels without a relation ---


def test_estimates_from_levels_of_random_walks_scatter():
    """1000 steps of unit variance, correlation .5: a spread of .545 from levels, of .027 from returns."""
    estimates = []
    for seed in range(1000):
        levels = walks(1000, seed)
        estimates.append(
            [np.polyfit(x[:, 1], x[:, 0], 1)[0] for x in (levels, np.diff(levels, axis=0))]
        )
    by_hand = np.std(estimates, axis=0)
    found = random_walk_scatter(np.array([[1.0, 0.5], [0.5, 1.0]]), 1000, n_walks=1000)
    # a spread over 1000 draws with heavy tails is known to a few per cent
    np.testing.assert_allclose(by_hand, [0.545, 0.027], rtol=0.06)
    np.testing.assert_allclose([found.levels[0], found.returns[0]], [0.545, 0.027], rtol=0.06)


def test_scatter_has_the_units_of_a_ratio():
    one = random_walk_scatter(np.array([[1.0, 0.3, 0.2], [0.3, 1.0, 0.1], [0.2, 0.1, 1.0]]), 300)
    scale = np.array([1e-4, 1e4, 1.0])
    covariance = np.array([[1.0, 0.3, 0.2], [0.3, 1.0, 0.1], [0.2, 0.1, 1.0]]) * np.outer(
        scale, scale
    )
    np.testing.assert_allclose(
        random_walk_scatter(covariance, 300).levels, one.levels * 1e-4 / scale[1:], rtol=1e-9
    )


@pytest.mark.parametrize("method", METHODS)
def test_levels_without_a_relation_are_warned_of(method):
    """The message holds both spreads, near the known ones."""
    prices = dated(0.01 * walks(1001, seed=0), ["asset", "hedge"])
    with pytest.warns(
        hr.errors.ConvergenceWarning, match="no relation was found .* OLSHedge on returns"
    ) as caught:
        fit = fit_of(hr.CointegrationHedge(method), prices)
    assert not fit.detail.found
    words = str(caught[0].message).split("standard deviation of ")[1]
    levels, returns = words.split(". Use")[0].split(", from returns by ")
    assert float(levels) == pytest.approx(
        0.545, rel=0.15
    )  # 200 walks, with the covariance of this sample
    assert float(returns) == pytest.approx(0.027, rel=0.15)


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore:asset and hedges must be coint:hedgeresearch.errors.ConvergenceWarning"
)
def test_hedges_of_random_walks_scatter_as_known():
    """The known simulation by the hedges themselves: .545 by the static relation, .027 by OLS on returns."""
    ratios = []
    for seed in range(150):
        prices = dated(0.01 * walks(1001, seed), ["asset", "hedge"])
        long_run = fit_of(hr.CointegrationHedge("static"), prices).next_ratio.iloc[0]
        ratios.append(
            [long_run, fit_of(hr.OLSHedge(), hr.returns(prices, kind="log")).next_ratio.iloc[0]]
        )
    np.testing.assert_allclose(np.std(ratios, axis=0), [0.545, 0.027], rtol=0.15)  # of 150


def test_a_relation_is_found_without_a_word(prices):
    for method in METHODS:
        fit = fit_of(hr.CointegrationHedge(method), prices)
        assert fit.detail.found
        np.testing.assert_allclose(fit.next_ratio, 0.9, atol=0.15)


def test_what_cannot_work_is_refused(prices):
    with pytest.raises(hr.DataError, match="method must be one of 'static', .*; got 'ols'"):
        hr.CointegrationHedge("ols")
    with pytest.raises(hr.DataError, match="test must be one of 'engle_granger', .*; got 'adf'"):
        hr.hedges.cointegration_test(*split(prices), test="adf")
    with pytest.raises(hr.DataError, match="kind must be one of 'log', 'difference'; got 'simple'"):
        hr.hedges.cointegration_test(*split(prices), kind="simple")


@pytest.mark.filterwarnings(
    "ignore:asset and hedges must be coint:hedgeresearch.errors.ConvergenceWarning"
)
@pytest.mark.parametrize("method", METHODS)
def test_the_smallest_samples_do_not_crash(method, prices):
    fit = fit_of(hr.CointegrationHedge(method), prices.iloc[:40])
    assert np.isfinite(fit.standard_errors).all()
