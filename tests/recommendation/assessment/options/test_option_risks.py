"""Greeks, exposure and margin of books with options."""

from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.options import years_to_expiry
from tests.recommendation.option_books import (
    EXPIRY,
    LAST,
    SPOT,
    advise_options,
    coin_option,
    coin_perpetual,
    coin_table,
    dollar_option,
    linear_perpetual,
    option_market,
)

YEARS = years_to_expiry(LAST, EXPIRY)
NUMBER = {"P55": 0.6, "C70": 0.58}


def book_value(option: Any, price: float, years: float, volatility: float) -> float:
    """Value of twenty short contracts, in the currency of the account."""
    return float(-20 * option.worth(option.premium(price, years, volatility)))


@pytest.mark.parametrize("in_coin", [False, True])
def test_greeks_are_differences_of_the_value_of_the_book(in_coin: bool) -> None:
    option = (coin_option if in_coin else dollar_option)(multiplier=0.1)
    perpetual = coin_perpetual(quote="USD") if in_coin else linear_perpetual()
    market = option_market("BTC" if in_coin else "USD", coin_table(0.0), NUMBER)
    row = advise_options({option: -20}, perpetual, market).options.options.loc["P55"]

    def at(price: float = SPOT, years: float = YEARS, volatility: float = 0.6) -> float:
        return book_value(option, price, years, volatility)

    step = 1e-4
    # a unit of the underlying gains its price in dollars, and one coin in coin
    unit = 1.0 if in_coin else SPOT

    def delta_at(price: float) -> float:
        return (at(price * (1 + step)) - at(price * (1 - step))) / (2 * step) / unit

    assert row["value"] == pytest.approx(at(), rel=1e-12)
    assert row["delta"] == pytest.approx(delta_at(SPOT), rel=1e-6)
    # units of the delta, of which each is worth more where the price is higher; in coin dollars of
    # face, which are worth fewer coins
    above = delta_at(SPOT * 1.001) * (1.001 if in_coin else 1 / 1.001)
    below = delta_at(SPOT * 0.999) * (0.999 if in_coin else 1 / 0.999)
    assert row["gamma"] == pytest.approx((above - below) / 0.2, rel=1e-4)
    vega = (at(volatility=0.6 + step) - at(volatility=0.6 - step)) / (2 * step)
    assert row["vega"] == pytest.approx(vega / 100, rel=1e-6)
    theta = (at(years=YEARS - step) - at(years=YEARS + step)) / (2 * step)
    assert row["theta"] == pytest.approx(theta / 365, rel=1e-5)
    assert row["years"] == YEARS


def test_exposure_adds_up_and_is_hedged() -> None:
    call = dollar_option("C70", "call", 70e3, lot=0.01)
    market = option_market("USD", coin_table(0.0), NUMBER)
    instruments = [call, linear_perpetual(lot=0.001)]
    found = advise_options({dollar_option(): -20}, instruments, market, {"BTC": 2.0})
    parts = found.options.exposure
    assert list(parts.index) == [
        "options held",
        "units held",
        "options that hedge",
        "other hedges",
        "all",
    ]
    assert parts.iloc[:-1].sum().to_numpy() == pytest.approx(parts.loc["all"].to_numpy())
    assert parts.loc["units held"].tolist() == [2 * SPOT, 2.0, 0.0, 0.0, 0.0]
    assert parts.loc["all", "delta"] == pytest.approx(0.0, abs=1e-5)
    assert parts.loc["all", "vega"] == pytest.approx(0.0, abs=1.0)
    assert abs(parts.loc["all", "vega"]) < 1e-3 * abs(parts.loc["options held", "vega"])


@pytest.mark.parametrize("in_coin", [False, True])
def test_margin_of_short_options_is_the_worst_of_the_grid(in_coin: bool) -> None:
    make = coin_option if in_coin else dollar_option
    option = make(maintenance_margin=0.1)
    perpetual = coin_perpetual(quote="USD") if in_coin else linear_perpetual()
    market = option_market("BTC" if in_coin else "USD", coin_table(0.0), NUMBER)
    long = make("C70", "call", 70e3)
    found = advise_options({option: -20, long: 5}, perpetual, market)
    margin = found.options.margin

    def required(price: float, volatility: float) -> float:
        share = 0.1 * (1.0 if in_coin else price)
        return 20.0 * (float(option.premium(price, YEARS, volatility)) + share)

    assert margin["now"] == pytest.approx(required(SPOT, 0.6))
    needed = {}
    for move in (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3):
        for change in (-0.25, 0.0, 0.5):
            price = SPOT * (1 + move)
            gain = float(perpetual.payoff(found.holdings["PERP"], SPOT, price))
            needed[move, change] = required(price, 0.6 * (1 + change)) - gain
    worst = max(needed, key=lambda key: needed[key])
    assert margin["worst"] == pytest.approx(needed[worst])
    assert (margin["price move"], margin["volatility move"]) == worst
    assert any(text.startswith("Short options require") for text in found.reasons)


def test_margin_that_is_not_known_is_said() -> None:
    found = advise_options({dollar_option(): -20}, linear_perpetual(), option_market())
    assert np.isnan(found.options.margin["now"])
    assert any("maintenance margin was not given" in text for text in found.reasons)
    long = advise_options({dollar_option(): 20}, linear_perpetual(), option_market())
    assert long.options.margin is None
    assert not any("Short options" in text for text in long.reasons)


def test_theta_and_what_delta_leaves_are_said() -> None:
    found = advise_options({dollar_option(): 20}, linear_perpetual(), option_market())
    text = " ".join(found.reasons)
    theta = found.options.exposure.loc["all", "theta"]
    assert theta < 0.0
    assert f"Time costs {-theta:,.0f} USD a day" in text
    assert "Black's delta" in text
    assert "when revalued at past moves of price and volatility" in found.decision
    hedged = found.options.revaluation["hedged"]
    # gamma and vega are what the model of the delta does not see
    assert hedged > 3 * found.volatility["as recommended"]
    numbers = option_market(volatilities={"P55": 0.6})
    constant = advise_options({dollar_option(): 20}, linear_perpetual(), numbers)
    assert constant.decision.endswith("when revalued at past moves of price.")
    said = " ".join(constant.stress["meaning"])
    assert "if past moves of price were repeated" in said


def test_findings_are_readable() -> None:
    found = advise_options({dollar_option(): -20}, linear_perpetual(), option_market())
    assert repr(found.options).startswith("OptionRisk(1 options on BTC, delta='forward': delta")
    assert repr(found).startswith("Recommendation(2026-04-01 08:00 UTC: sell")
    assert isinstance(found.options, hr.recommendation.OptionRisk)
    page = found._repr_html_()
    assert "20 short P55" in page
