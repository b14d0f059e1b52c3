"""What is said: the order, the numbers those of the fields, and how numbers are written."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._wording import exact, money, percent, quantity, side

Advise = Callable[..., hr.Recommendation]


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
    assert [side(n, exact(n)) for n in (-3.5, 12345.0, 0.0)] == ["3.5 short", "12,345 long", "nothing"]


def test_the_decision_holds_the_numbers(advise: Advise) -> None:
    found = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": -900.0})
    held, order, volatility = found.holdings["PERP"], found.orders.iloc[0], found.volatility
    removed = 1 - (volatility["as recommended"] / volatility["unhedged"]) ** 2
    assert found.decision == (
        f"Sell {order['contracts']:,.0f} PERP, to hold {-held:,.0f} short PERP, against 30.00 COIN: volatility of the "
        f"next date {volatility['as recommended']:,.0f} instead of {volatility['unhedged']:,.0f}, {removed:.1%} of "
        "variance removed, if the model holds."
    )
    again = advise({"COIN": 30.0}, ["PERP"], holdings={"PERP": held})
    assert again.decision.startswith(f"Hold {-held:,.0f} short PERP, without a trade, against")
    none = advise({"COIN": 30.0}, ["PERP"], limits=hr.Limits(contracts={"PERP": 0}))
    assert none.decision.startswith("Hold nothing, without a trade, against")
    worse = advise({"COIN": 30.0}, ["PERP"], limits=hr.Limits(contracts={"PERP": (100, 200)}))
    assert "of variance added, if the model holds" in worse.decision


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
        assert f"best is {quantity(-row['best'])} short, left alone within {quantity(row['band'])} of it" in text
        assert text.endswith(f"to {-row['to hold']:,.10g} short.")
    assert said[2].startswith(f"The ratio of F is {found.summary.loc['F', 'ratio']:.3f} (95% interval")
    loss = money(found.tails.historical_value_at_risk * found.book.value)
    assert f"On one date in 100 the hedged book would have lost {loss} or more." in said


def test_a_past_loss_far_above_what_is_expected_is_a_warning(table: pd.DataFrame, instruments: dict[str, Any]) -> None:
    crash = table.copy()
    crash.loc[crash.index[200] :, "A"] *= 0.7
    market, position = hr.Market(crash), hr.Position({"A": 400_000.0})
    fit = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94)).fit(*market.returns(position, instruments["F"]))
    found = hr.recommend(fit, position=position, instruments=instruments["F"], market=market)
    loss = -found.past.min() * found.book.value
    times = loss / found.volatility["as recommended"]
    assert found.past.idxmin() == crash.index[200]
    assert (
        f"Warning: on {crash.index[200].date()} the book as it is to be held would have lost {loss:,.0f}, "
        f"{times:.0f} times the volatility expected now."
    ) in found.reasons
    calm = hr.recommend(
        hr.OLSHedge().fit(*market.returns(position, instruments["F"])),
        position=position,
        instruments=instruments["F"],
        market=market,
    )
    assert any("times the volatility" in text for text in calm.reasons)
