"""One bar later equals a fresh recommendation on the longer table, with the bands and holdings there were."""

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


def advise_on(
    table: pd.DataFrame, instrument: Any, fit: Any, units: float, held: float
) -> hr.recommendation.Recommendation:
    market = hr.Market(
        table, rates={name: column for name, column in RATES.items() if name == instrument.name}
    )
    position = hr.Position({"COIN" if instrument.name == "PERP" else "A": units})
    return hr.recommend(
        fit(market, position),
        position=position,
        instruments=instrument,
        market=market,
        holdings={instrument.name: held},
    )


def band_rule(have: float, best: float, width: float) -> float:
    """The nearest whole number within the band; the holding itself if it is inside."""
    if abs(have - best) <= width:
        return have
    lots = np.arange(np.ceil(best - width - 1e-9), np.floor(best + width + 1e-9) + 1)
    return float(lots[np.argmin(np.abs(lots - have))])


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
    instrument, start = instruments[name], 380
    units = 30.0 if name == "PERP" else 400_000.0

    def first_fit(market: hr.Market, position: hr.Position) -> hr.hedges.HedgeFit:
        if model == "prices":
            prices = market.table
            return MODELS[model].fit(prices["A"], prices[["F"]])
        return MODELS[model].fit(*market.returns(position, instrument))

    record = advise_on(table.iloc[:start], instrument, first_fit, units, 0.0)
    fit, width = record.book.fit, record.summary["band"].iloc[0]
    for end in range(start + 1, start + 9):
        held, bar = record.holdings.iloc[0], table.iloc[end - 1]
        record = record.update(bar)
        if name == "PERP":
            before, after = table["PERP"].iloc[end - 2 : end]
            units += held * 100 * (1 / before - 1 / after)

        def extended(
            market: hr.Market, position: hr.Position, fit: hr.hedges.HedgeFit = fit
        ) -> hr.hedges.HedgeFit:
            if model == "prices":
                return fit.extend(market.table["A"].iloc[-1:], market.table[["F"]].iloc[-1:])
            asset, hedges = market.returns(position, instrument)
            return fit.extend(asset.iloc[-1:], hedges.iloc[-1:])

        fresh = advise_on(table.iloc[:end], instrument, extended, units, held)
        fit = fresh.book.fit
        assert record.as_of == fresh.as_of == table.index[end - 1]
        np.testing.assert_allclose(list(record.book.position.units.values()), units, rtol=1e-12)
        np.testing.assert_allclose(
            record.book.fit.next_ratio, fresh.book.fit.next_ratio, rtol=1e-12
        )
        np.testing.assert_allclose(record.plan.targets.ideal, fresh.plan.targets.ideal, rtol=1e-12)
        np.testing.assert_array_equal(record.plan.targets.lots, fresh.plan.targets.lots)
        assert record.volatility["unhedged"] == pytest.approx(
            fresh.volatility["unhedged"], rel=1e-12
        )
        assert record.summary["band"].iloc[0] == width
        lot = instrument.lot
        expected = lot * band_rule(held / lot, record.plan.targets.ideal[0] / lot, width / lot)
        assert record.holdings.iloc[0] == expected
        assert (record.action == "hold") == (expected == held)


def test_two_updates_of_one_record_do_not_disturb_each_other(
    advise: Advise, table: pd.DataFrame
) -> None:
    record, day = advise({"COIN": 30.0}, ["PERP"]), pd.Timedelta(days=1)
    before = record.to_json()
    bar = table.iloc[-1]
    up, down = record.update(bar * 1.1, bar.name + day), record.update(bar * 0.9, bar.name + day)
    wanted = up.to_dict()["data"], down.to_dict()["data"]
    up.update(bar * 1.2, bar.name + 2 * day)
    assert (up.to_dict()["data"], down.to_dict()["data"]) == wanted
    assert up.book.market.price("COIN") == pytest.approx(bar["COIN"] * 1.1, rel=1e-12)
    assert down.book.market.price("COIN") == pytest.approx(bar["COIN"] * 0.9, rel=1e-12)
    assert up.book.position.units["COIN"] < 30.0 < down.book.position.units["COIN"]
    assert record.to_json() == before
    again = record.update(bar * 1.1, bar.name + day)
    assert again.to_dict()["data"] == wanted[0]
    pd.testing.assert_frame_equal(again.summary, up.summary)


def test_two_updates_on_different_dates_keep_their_own(advise: Advise, table: pd.DataFrame) -> None:
    record, bar = advise({"A": 400_000.0}, ["F"]), table.iloc[-1]
    dates = [bar.name + pd.Timedelta(days=n) for n in (1, 2, 3, 4)]
    first, second = record.update(bar, dates[0]), record.update(bar, dates[1])
    third = first.update(bar, dates[2])
    assert (first.as_of, second.as_of, third.as_of) == (dates[0], dates[1], dates[2])
    assert second.update(bar, dates[3]).book.market.table.index[-3:].tolist() == [
        bar.name,
        dates[1],
        dates[3],
    ]
    assert third.book.market.table.index[-3:].tolist() == [bar.name, dates[0], dates[2]]


@pytest.mark.parametrize(
    "kind", [str, pd.Timestamp.to_pydatetime, pd.Timestamp.to_datetime64, pd.Timestamp.date]
)
def test_dates_of_any_library(table: pd.DataFrame, kind: Any) -> None:
    """They become those of the table, so that an expiry is seen."""
    market, position = hr.Market(table.iloc[:380]), hr.Position({"A": 400_000.0})
    future = hr.LinearContract("F", 50, expiry=pd.Timestamp("2024-01-18"))
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    record = hr.recommend(fit, position=position, instruments=future, market=market)
    bar = table.iloc[380].to_dict()
    on_time = record.update(bar, kind(pd.Timestamp("2024-01-18")))
    assert on_time.as_of == pd.Timestamp("2024-01-18")
    assert isinstance(on_time.book.market.table.index, pd.DatetimeIndex)
    with pytest.raises(
        hr.DataError,
        match="'F' must not have expired; it did on 2024-01-18, and the market ends on",
    ):
        record.update(bar, kind(pd.Timestamp("2024-01-19")))


def test_a_book_that_is_partly_coins_can_be_advised_afresh(
    table: pd.DataFrame, instruments: dict[str, Any]
) -> None:
    """Coins that were paid have changed its units, and so its past returns, a little."""
    market, position = (
        hr.Market(table.iloc[:380], rates=RATES),
        hr.Position({"COIN": 25.0, "A": 3000.0}),
    )
    hedges = [instruments["PERP"], instruments["F"]]
    fit = hr.OLSHedge().fit(*market.returns(position, hedges))
    record = hr.recommend(fit, position=position, instruments=hedges, market=market)
    for bar in range(380, 401):
        record = record.update(table.iloc[bar])
    book = record.book
    assert abs(book.position.units["COIN"] / 25.0 - 1.0) > 0.01
    on = {"position": book.position, "instruments": hedges, "market": hr.Market(table, rates=RATES)}
    fresh = hr.recommend(book.fit, holdings=record.holdings, **on)
    np.testing.assert_allclose(fresh.plan.targets.ideal, record.plan.targets.ideal, rtol=1e-12)
    percent = hr.OLSHedge().fit(
        *(100 * part for part in on["market"].returns(book.position, hedges))
    )
    with pytest.raises(hr.DataError, match="the fit must be made on market.returns"):
        hr.recommend(percent, **on)


def test_it_holds_where_nothing_moves_and_trades_where_much_does(
    advise: Advise, table: pd.DataFrame
) -> None:
    record, bar, later = (
        advise({"A": 400_000.0}, ["F"]),
        table.iloc[-1],
        table.index[-1] + pd.Timedelta(days=1),
    )
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


def test_a_one_to_one_hedge_at_spot_asks_for_the_same_contracts_whatever_the_price(
    table: pd.DataFrame,
) -> None:
    flat = table.assign(PERP=table["COIN"])
    market, position = hr.Market(flat, rates={"PERP": "COIN"}), hr.Position({"COIN": 30.0})
    contract = hr.InverseContract("PERP", 100, fee=0.0005)
    fit = hr.NaiveHedge().fit(*market.returns(position, contract))
    record = hr.recommend(
        fit, position=position, instruments=contract, market=market, holdings={"PERP": -12_000.0}
    )
    best = record.summary.loc["PERP", "best"]
    for step in range(1, 20):
        bar = flat.iloc[-1] * (1 + 0.1 * np.sin(step))
        record = record.update(bar, flat.index[-1] + pd.Timedelta(days=step))
        if step == 1:
            best = record.summary.loc["PERP", "best"] * 1.0
        value = record.book.position.units["COIN"] * bar["COIN"]
        assert record.summary.loc["PERP", "best"] == pytest.approx(-value / 100, rel=1e-12)
    # what is left open is half a lot at most, so that the holding stays
    assert abs(record.summary.loc["PERP", "best"] - best) < 1.0


@pytest.mark.parametrize(
    ("change", "date", "message"),
    [
        ({"A": float("nan")}, 1, "'A' of the new bar must lie strictly between .*; got nan"),
        ({"A": "50"}, 1, "'A' of the new bar must lie strictly between .*; got '50'"),
        ({"A": 0.0}, 1, "the last price of 'A' must be positive; got 0. Mend the table"),
        ({"F": -1.0}, 1, "the last price of 'F' must be positive; got -1"),
        ({"FX": 0.0}, 1, "rate of 'G', 'FX', must be positive; got 0"),
        ({}, 0, "the new bar must be later than 2024-02-06; got 2024-02-06. Give the next one"),
        ({}, -3, "the new bar must be later than 2024-02-06; got 2024-02-03"),
    ],
)
def test_bad_bars(
    advise: Advise, table: pd.DataFrame, change: dict[str, Any], date: int, message: str
) -> None:
    record = advise({"A": 400_000.0}, ["F"])
    with pytest.raises(hr.DataError, match=message):
        record.update(table.iloc[-1].to_dict() | change, table.index[-1] + pd.Timedelta(days=date))


def test_bars_of_another_time_zone_or_without_a_column(advise: Advise, table: pd.DataFrame) -> None:
    record, bar = advise({"A": 400_000.0}, ["F"]), table.iloc[-1].to_dict()
    for date in (pd.Timestamp("2024-03-01", tz="UTC"), "soon", 5):
        with pytest.raises(
            hr.DataError,
            match="the new bar must be dated like the table, whose last date is Timestamp",
        ):
            record.update(bar, date)
    with pytest.raises(hr.DataError, match="every column of the table; 'B' is missing. Add it"):
        record.update(
            {name: value for name, value in bar.items() if name != "B"}, pd.Timestamp("2024-03-01")
        )
