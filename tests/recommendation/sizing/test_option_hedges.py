"""Options that hedge: vega and gamma that are left, lots, limits, and what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.options import black_price, years_to_expiry
from hedgeresearch.recommendation.inputs.options.option_book import option_book
from hedgeresearch.recommendation.inputs.options.option_values import OptionValues
from hedgeresearch.recommendation.sizing.option_hedges import neutral_contracts, option_costs
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

PUT = dollar_option()
CALL = dollar_option("C70", "call", 70e3)
OTHER = dollar_option("P50", "put", 50e3, expiry="2026-05-29 08:00+00:00")


def test_gamma_and_vega_neutral_contracts_are_those_of_hull(
    option_reference: dict[str, Any],
) -> None:
    entry = option_reference["hull_gamma_vega_neutral"]
    parts = [entry["inputs"][name] for name in ("portfolio", "option_1", "option_2")]
    position = hr.Position(options={PUT: 1.0})
    book = option_book(position, [CALL, OTHER], np.zeros(2), option_market())
    assert book is not None
    columns = {
        name: np.array([float(one[name]) for one in parts]) for name in ("delta", "gamma", "vega")
    }
    # what the book is worth takes no part
    values = OptionValues(value=np.zeros(3), theta=np.zeros(3), **columns)
    book.__dict__["values"] = values
    found = neutral_contracts(book)
    expected = entry["values"]
    assert found == pytest.approx([expected["w1"], expected["w2"]], rel=entry["tolerance"])
    assert -(values.delta[1:] @ found) == pytest.approx(expected["underlying"])


def test_two_options_leave_neither_vega_nor_gamma() -> None:
    found = advise_options({PUT: -20}, [CALL, OTHER, linear_perpetual()], option_market())
    book = found.problem.options
    assert book is not None
    left = neutral_contracts(book) - book.contracts[1:]
    assert np.abs(left).max() <= 0.5
    exact = np.concatenate([book.contracts[:1], neutral_contracts(book)])
    assert exact @ book.values.vega == pytest.approx(0.0, abs=1e-6)
    assert exact @ book.values.gamma == pytest.approx(0.0, abs=1e-6)
    assert "vega and gamma of the options held" in found.orders["reason"][0]


@pytest.mark.parametrize("in_coin", [False, True])
def test_two_options_leave_no_curvature_of_the_hedged_book(in_coin: bool) -> None:
    """Brute force: the second difference of the profit of options and perpetual together."""
    make = coin_option if in_coin else dollar_option
    call = make("C70", "call", 70e3)
    other = make("P50", "put", 50e3, expiry="2026-05-29 08:00+00:00")
    perpetual = coin_perpetual(quote="USD") if in_coin else linear_perpetual()
    table = coin_table(basis=0.0)
    market = option_market("BTC" if in_coin else "USD", table)
    found = advise_options({make(): -20}, [call, other, perpetual], market)
    book = found.problem.options
    assert book is not None
    contracts = np.concatenate([book.contracts[:1], neutral_contracts(book)])
    price = market.price("BTC")

    def curvature(contracts: np.ndarray) -> float:
        """Curvature in coins or dollars with a perpetual that leaves no slope."""
        after = price * np.array([0.999, 1.0, 1.001])
        state = book.state
        values = sum(
            number * one.worth(one.premium(after, years, volatility))
            for number, one, years, volatility in zip(
                contracts, book.options, state.years, state.volatility, strict=True
            )
        )
        hedge = perpetual.payoff(1.0, price, after)
        slope = (values[2] - values[0]) / (hedge[2] - hedge[0])
        profit = values - slope * hedge
        return float(profit[0] - 2.0 * profit[1] + profit[2])

    alone = np.concatenate([book.contracts[:1], [0.0, 0.0]])
    assert abs(curvature(contracts)) < 1e-3 * abs(curvature(alone))


@pytest.mark.parametrize(
    ("limit", "expected"), [((-5, 5), 5.0), ((-5, 5.7), 5.0), ((25.2, 30), 26.0)]
)
def test_options_stay_within_their_limits(limit: tuple[float, float], expected: float) -> None:
    limits = hr.Limits(contracts={"C70": limit})
    found = advise_options({PUT: -20}, [CALL, linear_perpetual()], option_market(), limits=limits)
    assert found.holdings["C70"] == expected


def test_limits_without_a_lot_are_refused() -> None:
    limits = hr.Limits(contracts={"C70": (25.2, 25.7)})
    with pytest.raises(hr.DataError, match="none of 'C70' lies between"):
        advise_options({PUT: -20}, [CALL, linear_perpetual()], option_market(), limits=limits)


def test_a_holding_within_half_a_lot_is_left_alone() -> None:
    instruments = [CALL, linear_perpetual()]
    market = option_market()
    book = advise_options({PUT: -20}, instruments, market).problem.options
    assert book is not None
    target = float(neutral_contracts(book)[0])
    for held, trade in ((target + 0.4, 0.0), (target + 0.9, -1.0), (target - 2.2, 2.0)):
        found = advise_options({PUT: -20}, instruments, market, holdings={"C70": held})
        assert found.holdings["C70"] == pytest.approx(held + trade)
    stays = advise_options({PUT: -20}, instruments, market, holdings={"C70": round(target)})
    assert any(text.startswith("C70: no trade, hold 20 long") for text in stays.reasons)


def test_costs_of_options_are_in_the_account() -> None:
    market = option_market("USD_COIN")
    options = {coin_option(premium_currency="USD"): -20}
    call = coin_option("C70", "call", 70e3, premium_currency="USD", fee_per_contract=0.0003)
    found = advise_options(options, [call, coin_perpetual()], market)
    bought = found.holdings["C70"]
    assert option_costs(found.problem)[1] == pytest.approx(bought * 0.0003 * 60e3)
    unknown = advise_options({PUT: -20}, [CALL, linear_perpetual()], option_market())
    assert np.isnan(unknown.orders["cost"][0])
    said = " ".join(unknown.reasons)
    assert "C70: buy" in said
    assert "fees and spread" not in said


def test_premium_is_said_apart_from_fees_and_spread() -> None:
    market = option_market()
    call = dollar_option("C70", "call", 70e3, fee_per_contract=18.0)
    found = advise_options({PUT: -20}, [call, linear_perpetual()], market)
    bought = found.holdings["C70"]
    years = years_to_expiry(LAST, pd.Timestamp(EXPIRY))
    premium = bought * black_price(SPOT, 70e3, years, 0.58)
    said = " ".join(found.reasons)
    assert (
        f"the premium paid is {premium:,.0f} USD, fees and spread cost {18 * bought:,.0f}" in said
    )
    assert "of PERP costs" in said
    assert "(other than options by their beta to BTC)" in said
    sold = advise_options({PUT: 20}, [call, linear_perpetual()], market)
    assert "the premium received is" in " ".join(sold.reasons)


def test_options_without_vega_cannot_hedge() -> None:
    far = dollar_option("C70", "call", 7e6)
    market = option_market(volatilities={"P55": 0.6, "C70": 0.01})
    with pytest.raises(hr.DataError, match="must have a vega; C70 have none"):
        advise_options({PUT: -20}, [far, linear_perpetual()], market)


@pytest.mark.parametrize(
    ("hedges", "message"),
    [
        ([CALL, OTHER, dollar_option("C80", "call", 80e3)], "at most 2 options can hedge"),
        ([CALL, dollar_option("C71", "call", 70e3)], "have the same vega and gamma"),
    ],
)
def test_options_that_cannot_hedge_are_refused(hedges: list[Any], message: str) -> None:
    volatilities = {"P55": 0.6, "C70": 0.58, "P50": 0.62, "C80": 0.6, "C71": 0.58}
    market = option_market(volatilities=volatilities)
    with pytest.raises(hr.DataError, match=message):
        advise_options({PUT: -20}, [*hedges, linear_perpetual()], market)
