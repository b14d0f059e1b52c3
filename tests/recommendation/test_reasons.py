"""What is said: the order, the numbers those of the fields, and how numbers are written."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import exact, full_percent, money, percent, quantity, side

Advise = Callable[..., hr.recommendation.Recommendation]


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (exact, 12345.0, "12,345"),
        (exact, -21.048, "-21.048"),
        (exact, 0.0, "0"),
        (exact, -1e-12, "0"),
        (exact, 1e12, "1,000,000,000,000"),
        (quantity, 15601.94, "15,602"),
        (quantity, 24.97531, "24.98"),
        (quantity, 0.00123456, "0.001235"),
        (quantity, 0.0, "0"),
        (quantity, 2.6e-15, "0"),
        (quantity, -2.6e-15, "0"),
        (quantity, 25.0, "25"),
        (quantity, 0.5, "0.5"),
        (quantity, 1200.0, "1,200"),
        (quantity, 9.99999999999, "10"),
        (quantity, 9.9999, "10.00"),
        (quantity, -0.3, "-0.3"),
        (quantity, 1e-9, "0.000000001"),
        (full_percent, 0.975, "97.5%"),
        (full_percent, 0.005, "0.5%"),
        (full_percent, 0.95, "95%"),
        (full_percent, 0.0001, "0.01%"),
        (money, 1234567.8, "1,234,568"),
        (money, 1.2345, "1.23"),
        (money, 0.0000123, "0.0000123"),
        (percent, 0.912, "91.2%"),
        (percent, 0.99977, "99.98%"),
        (percent, 0.9999, "99.99%"),
        (percent, 1.0, "100.0%"),
        (percent, -0.05, "-5.0%"),
    ],
)
def test_numbers_in_words(write: Callable[[float], str], value: float, text: str) -> None:
    assert write(value) == text


def test_sides_in_words() -> None:
    assert [side(n, exact(n)) for n in (-3.5, 12345.0, 0.0, 2.6e-15)] == [
        "3.5 short",
        "12,345 long",
        "nothing",
        "nothing",
    ]


def test_the_decision_holds_the_numbers(advise: Advise) -> None:
    found = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": -900.0})
    held, order, volatility = found.holdings["PERP"], found.orders.iloc[0], found.volatility
    removed = 1 - (volatility["as recommended"] / volatility["unhedged"]) ** 2
    assert found.decision == (
        f"Sell {order['contracts']:,.0f} PERP, to hold {-held:,.0f} short PERP, against 30 COIN: volatility of the "
        f"next date {volatility['as recommended']:,.0f} instead of {volatility['unhedged']:,.0f}, {removed:.1%} of "
        "variance removed, if the model holds."
    )
    again = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": held})
    assert again.decision.startswith(f"Hold {-held:,.0f} short PERP, without a trade, against")
    none = advise({"COIN": 30.0}, ["PERP"], limits=hr.Limits(contracts={"PERP": 0}))
    assert none.decision.startswith("Hold nothing, without a trade, against")
    worse = advise({"COIN": 30.0}, ["PERP"], limits=hr.Limits(contracts={"PERP": (100, 200)}))
    assert "of variance added, if the model holds" in worse.decision
    now, unhedged = worse.volatility["as recommended"], worse.volatility["unhedged"]
    assert worse.reasons[0] == (
        f"Warning: the hedge adds variance: volatility is {now:,.0f} with it, {unhedged:,.0f} without."
    )
    assert worse.tail_dependence is None
    assert not any("on the worst" in text.lower() for text in worse.reasons)
    for fine in (found, none):
        assert not any("adds variance" in text for text in fine.reasons)


def test_short_positions_are_called_short(advise: Advise) -> None:
    assert "against 100,000 short A:" in advise({"A": -100_000.0}, ["F"]).decision
    assert "against 25.5 A, 3,000 short B:" in advise({"A": 25.5, "B": -3_000.0}, ["F"]).decision


def test_large_books_are_counted_not_listed(market: hr.Market, table: pd.DataFrame) -> None:
    units = {name: 10.0 for name in ("A", "B", "F", "H")}
    position, future = hr.Position(units), hr.LinearContract("G", 100)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    found = hr.recommend(fit, position=position, instruments=future, market=market)
    assert f"against a book of 4 assets worth {found.book.value:,.0f} gross" in found.decision


def test_warnings_first_then_what_is_traded_and_how_sure(advise: Advise) -> None:
    found = advise({"A": 400_000.0}, ["F", "H"], margin=hr.Margin({"F": 2e5}, horizon=60))
    reasons = found.reasons
    warned = [text.startswith("Warning") for text in reasons]
    assert warned == sorted(warned, reverse=True)
    assert warned[0]
    said = [text for text in reasons if not text.startswith("Warning")]
    for text, name in zip(said, ["F", "H"], strict=False):
        row = found.summary.loc[name]
        order = found.orders.set_index("instrument").loc[name]
        assert text == f"{name} {order['reason']}."
        assert (
            f"best is {quantity(-row['best'])} short, left alone within {quantity(row['band'])} of it"
            in text
        )
        assert text.endswith(f"to {-row['to hold']:,.10g} short.")
    assert said[2].startswith(
        f"The ratio of F is {found.summary.loc['F', 'ratio']:.3f} (95% interval"
    )
    loss = money(found.tails.historical_value_at_risk * found.book.value)
    assert f"On one date in 100 the hedged book would have lost {loss} or more." in said


def test_a_past_loss_far_above_what_is_expected_is_a_warning(
    table: pd.DataFrame, instruments: dict[str, Any]
) -> None:
    crash = table.copy()
    crash.loc[crash.index[200] :, "A"] *= 0.7
    market, position = hr.Market(crash), hr.Position({"A": 400_000.0})
    fit = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94)).fit(
        *market.returns(position, instruments["F"])
    )
    found = hr.recommend(fit, position=position, instruments=instruments["F"], market=market)
    loss = -found.past.min() * found.book.value
    times = loss / found.volatility["as recommended"]
    assert found.past.idxmin() == crash.index[200]
    assert (
        f"Warning: on {crash.index[200].date()} the book as it is to be held would have lost {loss:,.0f}, "
        f"{times:.0f} times the volatility expected now."
    ) in found.reasons


@pytest.mark.parametrize("units", [400_000.0, -400_000.0])
def test_the_worst_date_of_a_short_position_is_a_rise(
    table: pd.DataFrame, instruments: dict[str, Any], units: float
) -> None:
    rally = table.copy()
    rally.loc[rally.index[200] :, "A"] *= 1.4
    market, position = hr.Market(rally), hr.Position({"A": units})
    fit = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94)).fit(
        *market.returns(position, instruments["F"])
    )
    found = hr.recommend(fit, position=position, instruments=instruments["F"], market=market)
    moved = rally["A"].pct_change() * units * rally["A"].iloc[-1]
    hedge = rally["F"].pct_change() * found.holdings["F"] * 50 * rally["F"].iloc[-1]
    profit = (moved + hedge).iloc[1:]
    said = [text for text in found.reasons if "times the volatility" in text]
    if units < 0.0:
        assert profit.idxmin() == rally.index[200]
        assert (
            f"on {rally.index[200].date()} the book as it is to be held would have lost {-profit.min():,.0f},"
            in said[0]
        )
    else:
        assert said == []


def test_normal_and_historical_losses_that_agree_are_not_said_to_differ_by_nothing() -> None:
    values = {
        "n_dates": 500,
        "tail": 0.01,
        "skewness": 0.0,
        "skewness_interval": (-0.1, 0.1),
        "n_tail": 20,
    }
    kurtosis = {"excess_kurtosis": 0.0, "excess_kurtosis_interval": (-0.1, 0.1)}
    index = {"tail_index": 5.0, "tail_index_interval": (4.0, 6.0)}
    losses = {"normal_expected_shortfall": 0.02, "historical_expected_shortfall": 0.02}
    for normal, words in (
        (0.01001, "agrees with the historical 1 %."),
        (0.0099, "understates the historical 1 % by 1 %."),
        (0.0102, "overstates the historical 1 % by 2 %."),
    ):
        risk = {"normal_value_at_risk": normal, "historical_value_at_risk": 0.01}
        assert hr.risk.TailSummary(
            **values, **kurtosis, **index, **losses, **risk
        ).sentence.endswith(words)


def test_a_hedge_that_fails_in_the_tail_is_a_warning(
    advise: Advise, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    found = advise({"A": 400_000.0}, ["F"])
    joint = found.tail_dependence
    assert joint is not None
    assert not joint.fails
    weak = replace(joint, coefficient=0.05, interval=(0.0, joint.gaussian - 0.1))
    monkeypatch.setitem(found.__dict__, "tail_dependence", weak)
    assert f"Warning: {weak.sentence}" in found.reasons


def test_regimes_follow_the_objective(market: hr.Market, instruments: dict[str, Any]) -> None:
    position, future = hr.Position({"A": 400_000.0}), instruments["F"]
    fit = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1)).fit(*market.returns(position, future))
    asked_of = {"position": position, "instruments": future, "market": market}
    plain = hr.recommend(fit, **asked_of)
    kept = hr.recommend(fit, **asked_of, objective=hr.Objective(beta=0.3))
    assert plain.regimes is not None
    assert kept.regimes is not None
    left = 0.3 * 400_000 * market.price("A") / (50 * market.price("F"))
    for number, ratio in plain.book.fit.by_regime["F"].items():
        asked = -ratio * 400_000 * market.price("A") / (50 * market.price("F"))
        assert plain.regimes.loc[number, "F"] == pytest.approx(asked, rel=1e-12)
        assert kept.regimes.loc[number, "F"] == pytest.approx(asked + left, rel=1e-9)
    assert any("dates on average once entered" in text for text in plain.reasons)
