"""Profits of books with options: each against a loop that values one contract at a time."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.options import years_to_expiry
from hedgeresearch.recommendation.assessment.options.option_profits import (
    PRICE_MOVES,
    VOLATILITY_MOVES,
)
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


def advise(account: str, units: float = 0.0, **settings: Any) -> Any:
    """A book of two options, one of them a hedge, with a perpetual at the price of the coin."""
    make = coin_option if account == "BTC" else dollar_option
    perpetual = coin_perpetual(quote="USD") if account == "BTC" else linear_perpetual()
    market = option_market(account, coin_table(basis=0.0), NUMBER)
    held = {"BTC": units} if units else None
    instruments = [make("C70", "call", 70e3), perpetual]
    return advise_options({make(): -20}, instruments, market, held, **settings)


def gain_of_option(
    option: OptionTerms, contracts: float, price: float, volatilities: tuple[float, float]
) -> float:
    """Gain of one option at once for another price and volatility."""
    before, after = volatilities
    entry = option.premium(SPOT, YEARS, before)
    return float(option.payoff(contracts, entry, option.premium(price, YEARS, after)))


@pytest.mark.parametrize(("account", "units"), [("USD", 0.0), ("USD", 4.0), ("BTC", 0.0)])
def test_grid_equals_a_loop_over_the_contracts(account: str, units: float) -> None:
    found = advise(account, units)
    make = coin_option if account == "BTC" else dollar_option
    perpetual = found.problem.instruments[0]
    bought = found.holdings["C70"]
    sold = found.holdings["PERP"]
    assert bought > 0.0 > sold
    rows = []
    for move in PRICE_MOVES:
        for change in VOLATILITY_MOVES:
            price = SPOT * (1.0 + move)
            put = gain_of_option(make(), -20, price, (0.6, 0.6 * (1 + change)))
            call = gain_of_option(
                make("C70", "call", 70e3), bought, price, (0.58, 0.58 * (1 + change))
            )
            unhedged = put + units * (price - SPOT)
            hedge = float(perpetual.payoff(sold, SPOT, price))
            rows.append([move, change, unhedged, unhedged + call + hedge])
    expected = pd.DataFrame(rows, columns=found.options.grid.columns)
    pd.testing.assert_frame_equal(found.options.grid, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("account", ["USD", "BTC"])
def test_stress_is_the_grid_and_not_the_delta(account: str) -> None:
    found = advise(account)
    stress = found.stress
    grid = found.options.grid.set_index(["price move", "volatility move"])
    for move, name in ((-0.3, "price -30%"), (0.2, "price +20%")):
        for change, words in ((0.0, "unchanged"), (0.5, "+50%")):
            row = stress.loc[f"{name}, implied volatility {words}"]
            assert row["hedged"] == pytest.approx(grid["hedged"][move, change])
            assert row["unhedged"] == pytest.approx(grid["unhedged"][move, change])
    # short puts lose far more than their delta says
    fall = stress.loc["price -30%, implied volatility unchanged", "unhedged"]
    by_delta = found.options.exposure.loc["options held", "delta"] * -0.3
    by_delta *= 1.0 if account == "BTC" else SPOT
    assert fall < 1.5 * by_delta < 0.0
    assert "price unchanged, implied volatility unchanged" not in stress.index
    assert not any("beta" in name for name in stress.index)


@pytest.mark.parametrize("account", ["USD", "BTC"])
def test_past_is_revalued_at_past_moves(account: str) -> None:
    in_coin = account == "BTC"
    make = coin_option if in_coin else dollar_option
    perpetual = coin_perpetual(quote="USD") if in_coin else linear_perpetual()
    table = coin_table(basis=5e-4)
    market = option_market(account, table)
    found = advise_options({make(): -20}, perpetual, market)
    now = float(table["IV"].iloc[-1])
    option = make()
    sold = found.holdings["PERP"]
    entry = option.premium(SPOT, YEARS, now)
    profits = []
    for i in range(1, len(table)):
        price = SPOT * table["BTC"].iloc[i] / table["BTC"].iloc[i - 1]
        volatility = now + table["IV"].iloc[i] - table["IV"].iloc[i - 1]
        gain = option.payoff(-20, entry, option.premium(price, YEARS - 1 / 365, volatility))
        quoted = table["PERP"].iloc[-1]
        later = quoted * table["PERP"].iloc[i] / table["PERP"].iloc[i - 1]
        profits.append(gain + float(perpetual.payoff(sold, quoted, later)))
    expected = pd.Series(profits, table.index[1:])
    ours = found.past * found.valuation.value
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9 * abs(expected).max())
    assert found.options.revaluation["hedged"] == pytest.approx(expected.std())
    assert found.stress.loc["volatility of past moves", "hedged"] == pytest.approx(expected.std())
    worst = found.stress.loc[f"past date 1: {hr_day(found)}", "unhedged"]
    unhedged = found.assessment.past_returns.iloc[:, 0] * found.valuation.value
    assert worst == pytest.approx(unhedged.min())


def hr_day(found: Any) -> str:
    """The date of the worst past profit of the position, in the words of the table."""
    unhedged = found.assessment.past_returns.iloc[:, 0] * found.valuation.value
    return f"{unhedged.idxmin():%Y-%m-%d %H:%M} UTC"


def test_differences_of_prices_hedge_options_as_well() -> None:
    simple = advise("USD")
    market = option_market("USD", coin_table(basis=0.0), NUMBER)
    found = advise_options(
        {dollar_option(): -20},
        [dollar_option("C70", "call", 70e3), linear_perpetual()],
        market,
        kind="difference",
    )
    # of a hedge at the price of the underlying, the ratio of units is that of values
    assert found.plan.targets.best == pytest.approx(simple.plan.targets.best)
    pd.testing.assert_frame_equal(found.options.grid, simple.options.grid, rtol=1e-9)
    delta = found.options.exposure.loc["all", "delta"]
    assert delta == pytest.approx(simple.options.exposure.loc["all", "delta"], abs=1e-9)


def test_few_past_moves_are_said() -> None:
    table = coin_table().iloc[-15:]
    found = advise_options({dollar_option(): -20}, linear_perpetual(), option_market(table=table))
    assert found.options.revaluation is None
    assert "Expected volatility of the delta of 20 short P55" in found.decision
    assert any("Revaluation at past moves not available" in text for text in found.reasons)
    with pytest.raises(hr.DataError, match="at least 20 returns"):
        _ = found.stress


@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
def test_moves_that_leave_no_price_are_refused() -> None:
    table = coin_table()
    table.iloc[:100, :2] += 70e3  # a fall of more than the price is now
    market = option_market(table=table, volatilities=NUMBER)
    found = advise_options({dollar_option(): -20}, linear_perpetual(), market, kind="difference")
    with pytest.raises(hr.DataError, match="must leave it positive"):
        _ = found.stress
    assert any(text.startswith("Options not available") for text in found.reasons)
