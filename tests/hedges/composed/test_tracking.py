"""Index tracking: constraints, rebalancing, errors of weights, refusals and a crypto index."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.hedges import TrackingHedge

NAMES = list("ABCDEF")


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    """Return an index of six members with unequal weights, the index first."""
    members = hr.data.simulate_dcc(n_dates=500, n_series=6, correlation=0.4, seed=5).returns
    members = members.set_axis(NAMES, axis=1)
    sizes = np.array([0.35, 0.25, 0.15, 0.12, 0.08, 0.05])
    return members.assign(index=members @ sizes)[["index", *NAMES]]


def fit(model: TrackingHedge, returns: pd.DataFrame) -> hr.hedges.HedgeFit:
    return model.fit(returns["index"], returns[NAMES])


def test_all_members_replicate_the_index(returns: pd.DataFrame) -> None:
    found = fit(TrackingHedge(6), returns)
    np.testing.assert_allclose(found.next_ratio, [0.35, 0.25, 0.15, 0.12, 0.08, 0.05], atol=1e-8)
    assert found.summary.loc["tracking error", "estimate"] < 1e-7


def test_weights_satisfy_the_constraints(returns: pd.DataFrame) -> None:
    model = TrackingHedge(3, lower={"A": 0.0, "B": -0.1}, upper={"A": 0.3}, total=0.9)
    weights = fit(model, returns).next_ratio
    assert np.count_nonzero(weights) <= 3
    assert weights["A"] <= 0.3
    assert weights.sum() == pytest.approx(0.9)
    free = fit(TrackingHedge(3), returns)
    assert free.next_ratio.sum() == pytest.approx(1.0)
    error = (returns["index"] - returns[NAMES] @ free.next_ratio).std()
    assert free.summary.loc["tracking error", "estimate"] == pytest.approx(error)
    assert free.summary.loc["gap", "estimate"] == 0.0


def test_a_limit_of_turnover_holds_from_the_holdings(returns: pd.DataFrame) -> None:
    held = {"C": 0.5, "D": 0.5}
    for turnover in (0.01, 0.2, 1.0):
        model = TrackingHedge(4, turnover=turnover, holdings=held)
        weights = fit(model, returns).next_ratio
        change = (weights - pd.Series(held).reindex(NAMES).fillna(0.0)).abs().sum()
        assert change == pytest.approx(turnover, abs=1e-8)
        assert weights.sum() == pytest.approx(1.0)


def test_extensions_rebalance_on_what_is_known(returns: pd.DataFrame) -> None:
    model = TrackingHedge(3, rebalance=40, window=200, turnover=0.3)
    later = fit(model, returns.iloc[:300]).extend(returns["index"][300:], returns[NAMES][300:])
    path = later.ratio
    changes = path.diff().abs().sum(axis=1)
    dates = path.index[changes > 0.0]
    assert set(dates) <= {returns.index[300 + 40 * step] for step in range(1, 5)}
    assert len(dates) >= 3
    assert changes.max() <= 0.3 + 1e-8
    held = path.iloc[39]
    seen = returns.iloc[140:340]
    again = fit(TrackingHedge(3, turnover=0.3, holdings=held), seen)
    np.testing.assert_allclose(path.iloc[40], again.next_ratio, atol=1e-9)


@pytest.mark.long
def test_the_path_is_causal(returns: pd.DataFrame) -> None:
    model = TrackingHedge(3, rebalance=15, window=200, turnover=0.3)
    assert hr.check_causality(model, returns, n_shocks=4).passed


def test_errors_of_free_weights_are_those_of_least_squares(returns: pd.DataFrame) -> None:
    """Without a limit that binds, the basket of all instruments is a regression."""
    noise = 0.003 * np.random.default_rng(0).standard_normal(len(returns))
    noisy = returns.assign(index=returns["index"] + noise)
    free = fit(TrackingHedge(6, lower=None, total=None), noisy)
    ols = hr.OLSHedge(small_sample=False).fit(noisy["index"], noisy[NAMES])
    np.testing.assert_allclose(free.next_ratio, ols.next_ratio, rtol=1e-7)
    np.testing.assert_allclose(free.standard_errors, ols.standard_errors, rtol=1e-6)


@pytest.mark.long
def test_errors_given_the_basket_are_those_of_the_bootstrap(returns: pd.DataFrame) -> None:
    noise = 0.003 * np.random.default_rng(0).standard_normal(len(returns))
    noisy = returns.assign(index=returns["index"] + noise)
    found = TrackingHedge(3).fit(noisy["index"], noisy[list("ABC")])
    errors = found.standard_errors
    drawn = found.bootstrapped.std(axis=0)
    np.testing.assert_allclose(errors, drawn, rtol=0.2)
    # the sum is given: an error of one weight is made up by the others
    covariance = found.errors.covariance(found) if found.errors is not None else np.ones((3, 3))
    assert abs(covariance.sum()) < 1e-9 * np.trace(covariance)
    fixed = TrackingHedge(1).fit(noisy["index"], noisy[list("ABC")])
    assert fixed.standard_errors.tolist() == [0.0, 0.0, 0.0]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"n_max": 0}, "n_max must"),
    ({"n_max": 7}, "n_max must be at most the number of instruments, 6; got 7"),
    ({"n_max": 2, "upper": 0.4}, "must leave a basket; there is none"),
    ({"n_max": 2, "lower": 0.5, "upper": 0.4}, "'A' has the lower one above"),
    ({"n_max": 2, "upper": {"Z": 0.4}}, "upper must name hedges"),
    ({"n_max": 2, "turnover": 0.1}, "turnover must have something to limit"),
    ({"n_max": 2, "holdings": {"A": 1.0}}, "holdings belong to turnover="),
    ({"n_max": 2, "holdings": {"Z": 1.0}, "turnover": 0.1}, "got 'Z'. Pass its returns as well"),
    ({"n_max": 2, "holdings": [1.0], "turnover": 0.1}, "holdings must map instruments"),
    ({"n_max": 2, "turnover": -0.1, "rebalance": 5}, "turnover must"),
    ({"n_max": 2, "turnover": 0.1, "holdings": {"A": 3.0}}, "must leave a basket"),
    ({"n_max": 2, "window": 8}, "window must be longer than 8 observations"),
    ({"n_max": 2, "window": 501}, "at most the sample, 500; got 501"),
    ({"n_max": 2, "total": np.nan}, "total must"),
]


@pytest.mark.parametrize(("settings", "message"), BAD)
def test_bad_input_is_refused(
    returns: pd.DataFrame, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        fit(TrackingHedge(**settings), returns)


@pytest.mark.long
def test_a_walk_without_refits_keeps_to_the_turnover(returns: pd.DataFrame) -> None:
    models = {"kept": TrackingHedge(3, rebalance=25, window=120, turnover=0.03)}
    walk = hr.walk_forward(models, returns["index"], returns[NAMES], window=250, refit_every=500)
    table = hr.evaluation.tracking_table(walk)
    assert table.loc["kept", "largest change"] == pytest.approx(0.03)
    refitted = hr.walk_forward(models, returns["index"], returns[NAMES], window=250, refit_every=60)
    assert hr.evaluation.tracking_table(refitted).loc["kept", "largest change"] > 0.04


@pytest.mark.usefixtures("data_dir")
@pytest.mark.filterwarnings("ignore:hedges should differ")
@pytest.mark.long
def test_an_index_of_bitcoin_and_ether_is_tracked_by_perpetuals() -> None:
    prices = hr.load("binance_8h").iloc[:900]
    coins = hr.returns(prices[["BTC", "ETH"]])
    perpetuals = hr.returns(prices[[name for name in prices if name.endswith("PERP")]])
    index = (0.6 * coins["BTC"] + 0.4 * coins["ETH"]).rename("index")
    models = {"two": TrackingHedge(2, rebalance=90), "one": TrackingHedge(1, rebalance=90)}
    walk = hr.walk_forward(models, index, perpetuals, window=450, refit_every=900)
    table = hr.evaluation.tracking_table(walk)
    assert table.loc["two", "tracking error"] < 2.0 < 5.0 < table.loc["one", "tracking error"]
    assert table.loc["two", "correlation"] > 0.999
    assert table["instruments"].loc[["two", "one"]].tolist() == [2.0, 1.0]
    assert walk.ratios["two"].sum(axis=1).to_numpy() == pytest.approx(1.0)
