"""One bar later equals a fresh recommendation on the longer table, with its bands and holdings."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]
RATES = {"PERP": "COIN", "G": "FX"}
MODELS = {
    "ols": hr.OLSHedge(),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.97)),
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "kalman": hr.KalmanHedge(),
    "prices": hr.ErrorCorrectionHedge(),
}


def problem_parts(
    table: pd.DataFrame, instrument: Any, units: float
) -> tuple[hr.Position, Any, hr.Market]:
    """A position in the asset that an instrument hedges, and the market of both."""
    rates = {name: column for name, column in RATES.items() if name == instrument.name}
    asset = "COIN" if instrument.name == "PERP" else "A"
    return hr.Position({asset: units}), instrument, hr.Market(table, rates=rates)


def observed(model: str, parts: tuple[hr.Position, Any, hr.Market]) -> tuple[Any, Any]:
    """Prices or returns that a model is fitted on."""
    position, instrument, market = parts
    if model == "prices":
        return market.table["A"], market.table[["F"]]
    return market.returns(position, instrument)


def band_rule(have: float, target: float, width: float) -> float:
    """The nearest whole number within the band; the holding itself if it is inside."""
    if abs(have - target) <= width:
        return have
    lots = np.arange(np.ceil(target - width - 1e-9), np.floor(target + width + 1e-9) + 1)
    return float(lots[np.argmin(np.abs(lots - have))])


def assert_same_numbers(
    updated: hr.recommendation.Recommendation, fresh: hr.recommendation.Recommendation
) -> None:
    targets = (updated.plan.targets, fresh.plan.targets)
    fits = (updated.problem.fit, fresh.problem.fit)
    assert updated.as_of == fresh.as_of
    np.testing.assert_allclose(fits[0].next_ratio, fits[1].next_ratio, rtol=1e-12)
    np.testing.assert_allclose(targets[0].best, targets[1].best, rtol=1e-12)
    np.testing.assert_array_equal(targets[0].whole_lots, targets[1].whole_lots)
    assert updated.volatility["unhedged"] == pytest.approx(fresh.volatility["unhedged"], rel=1e-12)


@pytest.mark.long
@pytest.mark.filterwarnings(
    "ignore::hedgeresearch.errors.ConvergenceWarning", "ignore::hedgeresearch.errors.DataWarning"
)
@pytest.mark.parametrize(
    ("model", "name"),
    [*((model, "F") for model in MODELS), ("ols", "PERP"), ("kalman", "PERP"), ("ols", "G")],
)
def test_updates_equal_fresh_recommendations(
    table: pd.DataFrame, instruments: dict[str, Any], model: str, name: str
) -> None:
    start = 380
    units = 30.0 if name == "PERP" else 400_000.0
    lot = instruments[name].lot
    parts = problem_parts(table.iloc[:start], instruments[name], units)
    fit = MODELS[model].fit(*observed(model, parts))
    updated = hr.recommend(fit, *parts)
    width = updated.summary["band"].iloc[0]
    for end in range(start + 1, start + 9):
        held = updated.holdings.iloc[0]
        updated = updated.update(table.iloc[end - 1])
        if name == "PERP":
            before, after = table["PERP"].iloc[end - 2 : end]
            units += held * 100 * (1 / before - 1 / after)
        parts = problem_parts(table.iloc[:end], instruments[name], units)
        asset, hedges = observed(model, parts)
        fit = fit.extend(asset.iloc[-1:], hedges.iloc[-1:])
        assert_same_numbers(updated, hr.recommend(fit, *parts, holdings={name: held}))
        np.testing.assert_allclose(list(updated.problem.position.units.values()), units, rtol=1e-12)
        assert updated.summary["band"].iloc[0] == width
        target = updated.plan.targets.best[0]
        expected = lot * band_rule(held / lot, target / lot, width / lot)
        assert updated.holdings.iloc[0] == expected
        assert (updated.action == "hold") == (expected == held)


def test_two_updates_of_one_recommendation_are_independent(
    advise: Advise, table: pd.DataFrame
) -> None:
    record = advise({"COIN": 30.0}, ["PERP"])
    day = pd.Timedelta(days=1)
    before = record.to_json()
    bar = table.iloc[-1]
    up = record.update(bar * 1.1, bar.name + day)
    down = record.update(bar * 0.9, bar.name + day)
    wanted = up.to_dict()["data"], down.to_dict()["data"]
    up.update(bar * 1.2, bar.name + 2 * day)
    assert (up.to_dict()["data"], down.to_dict()["data"]) == wanted
    assert up.problem.market.price("COIN") == pytest.approx(bar["COIN"] * 1.1, rel=1e-12)
    assert down.problem.market.price("COIN") == pytest.approx(bar["COIN"] * 0.9, rel=1e-12)
    assert up.problem.position.units["COIN"] < 30.0 < down.problem.position.units["COIN"]
    assert record.to_json() == before
    again = record.update(bar * 1.1, bar.name + day)
    assert again.to_dict()["data"] == wanted[0]
    pd.testing.assert_frame_equal(again.summary, up.summary)


def test_updates_on_different_dates_keep_their_own(advise: Advise, table: pd.DataFrame) -> None:
    record = advise({"A": 400_000.0}, ["F"])
    bar = table.iloc[-1]
    dates = [bar.name + pd.Timedelta(days=n) for n in (1, 2, 3, 4)]
    first = record.update(bar, dates[0])
    second = record.update(bar, dates[1])
    third = first.update(bar, dates[2])
    assert (first.as_of, second.as_of, third.as_of) == (dates[0], dates[1], dates[2])
    assert second.update(bar, dates[3]).problem.market.table.index[-3:].tolist() == [
        bar.name,
        dates[1],
        dates[3],
    ]
    assert third.problem.market.table.index[-3:].tolist() == [bar.name, dates[0], dates[2]]


@pytest.mark.parametrize(
    "kind", [str, pd.Timestamp.to_pydatetime, pd.Timestamp.to_datetime64, pd.Timestamp.date]
)
def test_dates_of_any_library_become_those_of_the_table(table: pd.DataFrame, kind: Any) -> None:
    """So that an expiry is seen."""
    market = hr.Market(table.iloc[:380])
    position = hr.Position({"A": 400_000.0})
    future = hr.LinearContract("F", 50, expiry=pd.Timestamp("2024-01-18"))
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    record = hr.recommend(fit, position, future, market)
    bar = table.iloc[380].to_dict()
    on_time = record.update(bar, kind(pd.Timestamp("2024-01-18")))
    assert on_time.as_of == pd.Timestamp("2024-01-18")
    assert isinstance(on_time.problem.market.table.index, pd.DatetimeIndex)
    with pytest.raises(
        hr.DataError,
        match="'F' must not have expired; it did on 2024-01-18, and the market ends on",
    ):
        record.update(bar, kind(pd.Timestamp("2024-01-19")))


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_a_portfolio_with_coins_can_be_advised_again(
    table: pd.DataFrame, instruments: dict[str, Any]
) -> None:
    """Coins that were paid have changed its units, and so its past returns, a little."""
    market = hr.Market(table.iloc[:380], rates=RATES)
    position = hr.Position({"COIN": 25.0, "A": 3000.0})
    hedges = [instruments["PERP"], instruments["F"]]
    fit = hr.OLSHedge().fit(*market.returns(position, hedges))
    record = hr.recommend(fit, position, hedges, market)
    for bar in range(380, 401):
        record = record.update(table.iloc[bar])
    position = record.problem.position
    market = hr.Market(table, rates=RATES)
    assert abs(position.units["COIN"] / 25.0 - 1.0) > 0.01
    fresh = hr.recommend(record.problem.fit, position, hedges, market, holdings=record.holdings)
    np.testing.assert_allclose(fresh.plan.targets.best, record.plan.targets.best, rtol=1e-12)
    percent = hr.OLSHedge().fit(*(100 * part for part in market.returns(position, hedges)))
    with pytest.raises(hr.DataError, match="the fit must be made on market.returns"):
        hr.recommend(percent, position, hedges, market)


@pytest.mark.filterwarnings("ignore:the new bar should be right")
def test_constant_prices_hold_and_large_moves_trade(advise: Advise, table: pd.DataFrame) -> None:
    record = advise({"A": 400_000.0}, ["F"])
    bar = table.iloc[-1]
    later = table.index[-1] + pd.Timedelta(days=1)
    still = record.update(bar, later)
    assert (still.action, len(still.orders)) == ("hold", 0)
    assert still.holdings.to_dict() == record.holdings.to_dict()
    moved = record.update(bar.to_dict() | {"A": bar["A"] * 1.5}, later)
    assert moved.action == "trade"
    assert moved.orders.iloc[0]["side"] == "sell"


def test_a_mapping_and_a_series_are_the_same_bar(advise: Advise, table: pd.DataFrame) -> None:
    record = advise({"A": 400_000.0}, ["F"])
    bar = (table.iloc[-1] * 1.01).rename(table.index[-1] + pd.Timedelta(days=1))
    pd.testing.assert_frame_equal(
        record.update(bar).summary, record.update(bar.to_dict(), bar.name).summary
    )
    with pytest.raises(hr.DataError, match="the new bar must have a date"):
        record.update(bar.to_dict())


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
def test_a_one_to_one_hedge_at_spot_keeps_its_contracts(table: pd.DataFrame) -> None:
    flat = table.assign(PERP=table["COIN"])
    market = hr.Market(flat, rates={"PERP": "COIN"})
    position = hr.Position({"COIN": 30.0})
    contract = hr.InverseContract("PERP", 100, fee=0.0005)
    fit = hr.NaiveHedge().fit(*market.returns(position, contract))
    record = hr.recommend(fit, position, contract, market, holdings={"PERP": -12_000.0})
    first = record.summary.loc["PERP", "target"]
    for step in range(1, 20):
        bar = flat.iloc[-1] * (1 + 0.1 * np.sin(step))
        record = record.update(bar, flat.index[-1] + pd.Timedelta(days=step))
        if step == 1:
            first = record.summary.loc["PERP", "target"]
        value = record.problem.position.units["COIN"] * bar["COIN"]
        assert record.summary.loc["PERP", "target"] == pytest.approx(-value / 100, rel=1e-12)
    # at most half a lot is not hedged, so that the holding stays
    assert abs(record.summary.loc["PERP", "target"] - first) < 1.0


@pytest.mark.parametrize(
    ("change", "date", "message"),
    [
        ({"A": float("nan")}, 1, "a number in every column; 'A' has none. Wait for it, or leave"),
        ({"A": "50"}, 1, "'A' of the new bar must lie strictly between .*; got '50'"),
        ({"A": 0.0}, 1, "the last price of 'A' must be positive; got 0. Fix the data"),
        ({"F": -1.0}, 1, "the last price of 'F' must be positive; got -1"),
        ({"FX": 0.0}, 1, "rate of 'G', 'FX', must be positive; got 0"),
        ({}, 0, "the new bar must be later than 2024-02-06; got 2024-02-06. Pass the next bar"),
        ({}, -3, "the new bar must be later than 2024-02-06; got 2024-02-03"),
    ],
)
def test_bad_bars_are_refused(
    advise: Advise, table: pd.DataFrame, change: dict[str, Any], date: int, message: str
) -> None:
    record = advise({"A": 400_000.0}, ["F"])
    with pytest.raises(hr.DataError, match=message):
        record.update(table.iloc[-1].to_dict() | change, table.index[-1] + pd.Timedelta(days=date))


def test_bars_of_other_dates_or_columns_are_refused(advise: Advise, table: pd.DataFrame) -> None:
    record = advise({"A": 400_000.0}, ["F"])
    bar = table.iloc[-1].to_dict()
    message = "the new bar must be dated like the table, whose last date is Timestamp"
    for date in (pd.Timestamp("2024-03-01", tz="UTC"), "soon", 5):
        with pytest.raises(hr.DataError, match=message):
            record.update(bar, date)
    without = {name: value for name, value in bar.items() if name != "B"}
    with pytest.raises(hr.DataError, match="every column of the table; 'B' is missing. Add it"):
        record.update(without, pd.Timestamp("2024-03-01"))
    with pytest.raises(hr.DataError, match=r"must map each column.*; got \[1.0\]"):
        record.update([1.0], pd.Timestamp("2024-03-01"))


@pytest.mark.filterwarnings("ignore:the new bar should be right")
def test_a_bar_whose_returns_overflow_is_refused(advise: Advise, table: pd.DataFrame) -> None:
    record = advise({"A": 400_000.0}, ["F"])
    day = pd.Timedelta(days=1)
    tiny = record.update(table.iloc[-1].to_dict() | {"F": 1e-6}, table.index[-1] + day)
    with pytest.raises(hr.DataError, match="the new bar must give finite returns; got .* of 'F'"):
        tiny.update(table.iloc[-1].to_dict() | {"F": 1e99}, table.index[-1] + 2 * day)


def test_volatility_equals_the_quadratic_form(advise: Advise) -> None:
    found = advise({"A": -40_000.0}, ["F", "H"], holdings={"F": 2.0})
    covariance = found.problem.fit.next_covariance.to_numpy()
    value = found.valuation.value
    holdings = {"unhedged": [0, 0], "as held": [2, 0], "as recommended": found.holdings}
    for name, held in holdings.items():
        weights = np.array([value, *(np.array(held) * found.valuation.notionals)])
        volatility = np.sqrt(weights @ covariance @ weights)
        assert found.volatility[name] == pytest.approx(volatility, rel=1e-12)
    assert found.stress.loc["volatility", "hedged"] == pytest.approx(
        found.volatility["as recommended"], rel=1e-9
    )
