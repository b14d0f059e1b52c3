"""Answers that cannot be meant are warned of, with their cause, wherever they come from."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.plausibility import absurd_rows, absurdities

DATES = pd.bdate_range("2015-01-05", periods=1000)


def returns(hedge_volatility=0.01, seed=0):
    rng = np.random.default_rng(seed)
    hedge = rng.standard_normal(1000)
    asset = 0.008 * hedge + 0.006 * rng.standard_normal(1000)
    return pd.DataFrame({"asset": asset, "hedge": hedge_volatility * hedge}, DATES)


def warned(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    return result, [str(w.message) for w in caught if w.category is hr.errors.DataWarning]


def halted():
    table = returns()
    table.iloc[-66:, 1] = 0.0
    return table


def quiet():
    """A hedge that hardly moves at the end, without having stopped."""
    table = returns()
    table.iloc[-66:, 1] *= 1e-5
    return table


@pytest.mark.parametrize(
    "model",
    [
        hr.MinimumVarianceHedge(hr.DCC()),
        hr.MinimumVarianceHedge(hr.CCC()),
        hr.ConstrainedHedge(hr.MinimumVarianceHedge(hr.CCC())),
        hr.CombinedHedge({"ccc": hr.MinimumVarianceHedge(hr.CCC())}, "equal"),
    ],
    ids=["dcc", "ccc", "constrained", "combined"],
)
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
def test_no_ratio_of_thousands_of_a_hedge_that_stopped(model):
    table = halted()
    with pytest.raises(hr.DataError, match="should move about as much as the asset") as refused:
        model.fit(table["asset"], table[["hedge"]])
    assert "The data explain it: prices should be of their dates; 'hedge' did" in str(refused.value)
    assert "a hedge that has stopped trading needs a substitute" in str(refused.value)


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.HedgeResearchWarning")
@pytest.mark.parametrize("model", [hr.OLSHedge(), hr.MinimumVarianceHedge(hr.EWMACovariance())])
def test_a_sound_ratio_of_a_stopped_hedge_is_warned_of_only(model):
    table = halted()
    assert abs(model.fit(table["asset"], table[["hedge"]]).next_ratio["hedge"]) < 3.0


def test_a_hedge_that_stops_after_the_fit_is_named_in_the_advice():
    market = hr.Market(100.0 * (1.0 + halted()).cumprod())
    position = hr.Position({"asset": 1000})
    future = hr.LinearContract("hedge", 1.0)
    asset, hedges = market.returns(position, future)
    dcc = hr.MinimumVarianceHedge(hr.DCC())
    fit, _ = warned(lambda: dcc.fit(asset.iloc[:-66], hedges.iloc[:-66]))
    later = fit.extend(asset.iloc[-66:], hedges.iloc[-66:])
    assert 0.3 < later.next_ratio["hedge"] < 3.0
    advice, _ = warned(lambda: hr.recommend(later, position, future, market))
    assert advice.reasons[0].startswith("Warning: prices should be of their dates; 'hedge' did not")


def test_an_absurd_ratio_is_warned_of_once():
    table = quiet()
    dcc = hr.MinimumVarianceHedge(hr.DCC())
    fit, messages = warned(lambda: dcc.fit(table["asset"], table[["hedge"]]))
    result, again = warned(lambda: hr.hedge_notional(fit, 1e6))
    assert sum("should move about as much" in one for one in messages) == 1
    assert again == []
    assert result.decision.startswith("Warning: a hedge should move about as much as the asset")


def test_twins_with_opposite_ratios_are_named():
    table = returns()
    twin = table["hedge"] + 1e-5 * np.random.default_rng(1).standard_normal(1000)
    hedges = table[["hedge"]].assign(twin=twin)
    model = hr.TotalLeastSquaresHedge()
    fit, messages = warned(lambda: model.fit(table["asset"], hedges))
    assert np.abs(fit.next_ratio).max() > 5.0
    assert "nearly one instrument" in messages[0]
    assert "a hedge should move about as much as the asset" in messages[1]
    assert len(messages) == 2


def test_limits_make_the_answer_sound():
    table = returns()
    twin = table["hedge"] + 1e-5 * np.random.default_rng(1).standard_normal(1000)
    hedges = table[["hedge"]].assign(twin=twin)
    model = hr.ConstrainedHedge(hr.TotalLeastSquaresHedge(), gross=2.0)
    _, messages = warned(lambda: model.fit(table["asset"], hedges))
    assert len(messages) == 1
    assert "nearly one instrument" in messages[0]


def test_a_quiet_hedge_may_have_a_large_ratio():
    """Against a hedge of a fiftieth of the volatility, 40 is right."""
    table = returns(hedge_volatility=2e-4)
    fit, messages = warned(lambda: hr.OLSHedge().fit(table["asset"], table[["hedge"]]))
    assert fit.next_ratio["hedge"] == pytest.approx(40.0, rel=0.1)
    assert messages == []


def test_a_ratio_above_500_is_absurd_at_any_volatility():
    table = returns(hedge_volatility=1e-5)
    fit, messages = warned(lambda: hr.OLSHedge().fit(table["asset"], table[["hedge"]]))
    assert fit.next_ratio["hedge"] == pytest.approx(800.0, rel=0.1)
    assert len(messages) == 1
    assert "a ratio of at most 500; that of 'hedge', which moves little, is 836.9" in messages[0]


def test_a_large_ratio_of_price_differences_counts_units():
    table = returns(hedge_volatility=1e-4)
    table.attrs["returns"] = "difference"
    asset = table["asset"]
    asset.attrs["returns"] = "difference"
    _, messages = warned(lambda: hr.OLSHedge().fit(asset, table[["hedge"]]))
    assert messages == []


def test_size_is_the_volatility_of_the_hedge_over_the_asset():
    table = returns()
    fit = hr.OLSHedge().fit(table["asset"], table[["hedge"]])
    ratio = pd.Series([7.0], ["hedge"])
    _, messages = warned(lambda: replace(fit, next_ratio=ratio))
    assert len(messages) == 1
    sound = replace(fit, next_ratio=pd.Series([1.0], ["hedge"]))
    object.__setattr__(sound, "next_ratio", ratio)
    (problem,) = absurdities(sound)
    expected = 7.0 * table["hedge"].std() / table["asset"].std()
    assert problem.size == pytest.approx(expected, rel=1e-12)
    assert (problem.kind, problem.columns) == ("absurd ratio", ("hedge",))


def test_a_wild_path_is_warned_of():
    table = returns()
    fit = hr.OLSHedge().fit(table["asset"], table[["hedge"]])
    path = fit.ratio.copy()
    path.iloc[500:503] = 22.0
    _, messages = warned(lambda: replace(fit, ratio=path))
    assert "a ratio of 22 of 'hedge'" in messages[0]
    path.iloc[500:503] = 6.0  # now and then, and not much above the limit
    assert warned(lambda: replace(fit, ratio=path))[1] == []


def test_an_extension_is_looked_at():
    table = returns()
    ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
    fit = ewma.fit(table["asset"].iloc[:600], table[["hedge"]].iloc[:600])
    later = table.iloc[600:].copy()
    assert warned(lambda: fit.extend(later["asset"], later[["hedge"]]))[1] == []
    later["hedge"] *= 1e-3
    extended, messages = warned(lambda: fit.extend(later["asset"], later[["hedge"]]))
    assert extended.next_ratio["hedge"] > 5.0
    assert len([one for one in messages if "should move about as much" in one]) == 1


def test_amounts_lost_beyond_the_notional_are_warned_of():
    table = 100.0 * returns() * 1.5
    fit, messages = warned(lambda: hr.OLSHedge().fit(table["asset"], table[["hedge"]]))
    assert len(messages) == 1
    _, messages = warned(lambda: hr.hedge_notional(fit, 500_000))
    assert "expected to lose more than its value" in messages[0]
    assert "returns should be fractions" in messages[0]


def test_a_decision_opens_with_every_warning_issued():
    table = returns() * [120.0, 1.0]
    fit, _ = warned(lambda: hr.OLSHedge().fit(table["asset"], table[["hedge"]]))
    result, messages = warned(lambda: hr.hedge_notional(fit, 1e6))
    assert len(messages) == 1
    assert "expected to lose more than its value" in messages[0]
    assert "expected to lose more than its value" in result.decision.partition("Sell")[0]
    assert any("expected to lose more than its value" in one for one in result.reasons)


def test_a_jump_at_the_end_makes_the_next_volatility_absurd():
    table = returns()
    table.iloc[-1, 0] = 9.0
    ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
    _, messages = warned(lambda: ewma.fit(table["asset"], table[["hedge"]]))
    assert any("expected to lose more than its value" in message for message in messages)


def test_recommendations_open_with_an_absurd_fit():
    prices = 100.0 * (1.0 + quiet()).cumprod()
    market = hr.Market(prices)
    position = hr.Position({"asset": 1000})
    future = hr.LinearContract("hedge", 1.0)
    fit, _ = warned(
        lambda: hr.MinimumVarianceHedge(hr.DCC()).fit(*market.returns(position, future))
    )
    advice, messages = warned(lambda: hr.recommend(fit, position, future, market))
    assert not any("should move about as much as the asset" in one for one in messages)
    assert advice.decision.startswith("Warning: a hedge should move about as much as the asset")


def test_absurd_rows_follow_their_definition():
    ratios = np.array([[1.0, 0.0], [6.0, 0.0], [0.0, -30.0], [np.nan, np.nan]])
    found = absurd_rows(ratios, np.array([0.01, 0.01, 0.002]))
    assert found.tolist() == [False, True, True, False]
