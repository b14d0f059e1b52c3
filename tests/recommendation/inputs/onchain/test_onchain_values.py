"""Values of tokens in accounts in another currency, against the same position in dollars."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.onchain import Collateral, LoanPosition
from hedgeresearch.recommendation import Oracles
from tests.recommendation.pool_positions import (
    PRICE,
    advise,
    coin_table,
    loan,
    market,
    oracle,
    perpetual,
    pool,
)

HORIZON = hr.Margin(horizon=10)


def euros(rate: object = 0.9, **settings: object) -> hr.Market:
    """The market of an account in euros: prices are in dollars, and a rate converts them."""
    table = coin_table().assign(USDEUR=rate)
    right = {"rates": {"WETH": "USDEUR", "PERP": "USDEUR"}} | settings
    return hr.Market(table, currency="EUR", **right)  # type: ignore[arg-type]


def moving_rate() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Euros for a dollar that end at .9."""
    path = 0.01 * np.random.default_rng(9).standard_normal(len(coin_table())).cumsum()
    return np.asarray(0.9 * np.exp(path - path[-1]))


def with_dollars(rate: object) -> hr.Market:
    """The same with the dollar coin as a column of ones that its rate converts."""
    table = coin_table().assign(USDEUR=rate, USDC=1.0)
    rates = {"WETH": "USDEUR", "PERP": "USDEUR", "USDC": "USDEUR"}
    return hr.Market(table, currency="EUR", rates=rates)


def contract() -> hr.LinearContract:
    return perpetual(currency="USD", funding=None)


def test_a_rate_multiplies_prices_in_its_currency() -> None:
    """10,713 dollars are 9,739 euros where a euro costs 1.10 dollars."""
    found = advise(pool(), contract(), euros(1.0 / 1.1))
    assert found.valuation.value == pytest.approx(pool().value(PRICE) / 1.1)


def test_the_remedy_names_euros_for_a_dollar() -> None:
    with pytest.raises(hr.DataError, match=r"'RATE' the EUR for one USDC, which multiplies prices"):
        market(currency="EUR").returns(pool(), perpetual())


def test_an_oracle_is_converted_as_its_token_is() -> None:
    oracles = Oracles({"WETH": oracle(PRICE), "USDC": oracle(1.0, name="USDC/USD")})
    there = advise(loan(14_000.0), contract(), euros(oracles=oracles), margin=HORIZON)
    here = advise(loan(14_000.0), prices=market(oracles=oracles), margin=HORIZON)
    row, same = (each.onchain.loans.iloc[0] for each in (there, here))
    assert row["health factor"] == pytest.approx(8.25 * PRICE / 14_000.0)
    assert row["probability"] == same["probability"]
    assert not [text for text in there.reasons if "the oracle's price" in text]


def test_a_cheap_coin_lowers_the_debt_in_any_account() -> None:
    oracles = Oracles({"WETH": oracle(PRICE), "USDC": oracle(0.9, name="USDC/USD")})
    found = advise(loan(14_000.0), contract(), euros(oracles=oracles), margin=HORIZON)
    health = found.onchain.loans.iloc[0]["health factor"]
    assert health == pytest.approx(8.25 * PRICE / (0.9 * 14_000.0))
    assert [text for text in found.reasons if "price of USDC is 10.0% below" in text]


@pytest.mark.parametrize("held", [pool(), loan()])
def test_a_coin_without_a_column_is_converted_by_the_rate(held: object) -> None:
    """The same as with a column of ones and that rate, which are not needed."""
    rate = moving_rate()
    asset, hedges = euros(rate).returns(held, contract())  # type: ignore[arg-type]
    by_hand, same_hedges = with_dollars(rate).returns(held, contract())  # type: ignore[arg-type]
    pd.testing.assert_series_equal(asset, by_hand)
    pd.testing.assert_frame_equal(hedges, same_hedges)
    found = advise(held, contract(), euros(rate), margin=HORIZON)
    expected = advise(held, contract(), with_dollars(rate), margin=HORIZON)
    assert found.valuation.value == expected.valuation.value
    assert found.reasons == expected.reasons
    assert found.orders.equals(expected.orders)
    # a bar need not hold what is one at all times
    bar = euros(rate).table.iloc[-1] * 1.01
    date = pd.Timestamp(euros(rate).last_date) + pd.Timedelta("1D")
    later = found.update(bar, date)
    same = expected.update({**bar, "USDC": 1.0}, date)
    assert later.valuation.value == same.valuation.value
    assert later.reasons == same.reasons


def test_a_coin_is_converted_also_without_the_name_of_the_account() -> None:
    rate = moving_rate()
    table = coin_table().assign(USDEUR=rate)
    plain = hr.Market(table, rates={"WETH": "USDEUR", "PERP": "USDEUR"})
    asset, _ = plain.returns(pool(), contract())
    expected, _ = with_dollars(rate).returns(pool(), contract())
    pd.testing.assert_series_equal(asset, expected)


def test_without_a_rate_a_coin_is_not_converted() -> None:
    table = coin_table().assign(USDEUR=moving_rate())
    with pytest.raises(hr.DataError, match=r"the value of 'USDC' in the account in EUR must be kn"):
        hr.Market(table, currency="EUR", rates={"PERP": "USDEUR"}).returns(pool(), contract())
    # a rate that stands still needs no column
    assert euros(0.9).holding(hr.Position(onchain=pool())).converted == ()


def test_both_tokens_of_a_pool_move_in_another_currency() -> None:
    """Brute force: the pool revalued at past prices of its tokens in euros."""
    rate = moving_rate()
    found = advise(pool(), contract(), with_dollars(rate))
    coin = pd.Series(coin_table()["WETH"].to_numpy() * rate).pct_change().iloc[1:].to_numpy()
    dollar = pd.Series(rate).pct_change().iloc[1:].to_numpy()
    price = PRICE * (1.0 + coin) / (1.0 + dollar)
    profits = pool().value(price) * 0.9 * (1.0 + dollar) - pool().value(PRICE) * 0.9
    assert found.onchain.revaluation["unhedged"] == pytest.approx(profits.std(ddof=1))
    # the ratio of the prices is that in dollars, and so is what gamma loses
    move = price / PRICE - 1.0
    first_order = np.mean((coin - dollar) ** 2)
    assert first_order == pytest.approx(np.mean(move**2), rel=0.05)
    gamma = 0.5 * pool().gamma(PRICE) * PRICE**2 * 0.9 * first_order * 365.0
    assert found.onchain.carry["gamma"] == pytest.approx(gamma)


def test_a_loan_has_one_probability_in_all_currencies() -> None:
    """Health is a ratio of values: the currency of the account cancels."""
    margin = hr.Margin(horizon=30)
    there = advise(loan(), contract(), with_dollars(moving_rate()), margin=margin)
    here = advise(loan(), margin=margin)
    row, same = (each.onchain.loans.iloc[0] for each in (there, here))
    assert row["health factor"] == pytest.approx(same["health factor"])
    assert row["lower"] < same["probability"] < row["upper"]


def test_two_coins_are_not_priced_by_one_rate() -> None:
    """Wrapped bitcoin without a column is not worth a dollar."""
    held = LoanPosition(
        [Collateral("WETH", 1.0, 0.8), Collateral("WBTC", 1.0, 0.7)], {"USDC": 1_000.0}
    )
    with pytest.raises(hr.DataError, match=r"WBTC and USDC are both without a column"):
        euros().returns(held, contract())
