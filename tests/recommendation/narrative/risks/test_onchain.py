"""Sentences on pools and loans against what their numbers say."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.onchain import Collateral, LiquidityRange, LoanPosition, PoolPosition
from tests.recommendation.pool_positions import advise, coin_table, loan, market, pool

TOKENS = ("A", "B", "C", "D", "E")


def sentences_with(words: str, found: hr.recommendation.Recommendation) -> list[str]:
    return [text for text in found.reasons if words in text]


def five_tokens() -> pd.DataFrame:
    """Tokens that fall together, each with some noise of its own, and a perpetual on the first."""
    table = coin_table()
    rng = np.random.default_rng(5)
    for name in TOKENS:
        path = np.log(table["WETH"]) + 0.003 * rng.standard_normal(len(table)).cumsum()
        table[name] = 100.0 * np.exp(path - path.iloc[-1])
    table["PERP"] = 20.02 * table["A"]
    return table.drop(columns="WETH")


# --- liquidation ---


@pytest.mark.parametrize("owed", [31_000.0, 32_000.0])
def test_tokens_that_fall_together_liquidate_a_loan(owed: float) -> None:
    held = LoanPosition([Collateral(name, 100.0, 0.8) for name in TOKENS], {"USDC": owed})
    found = advise(held, prices=market(five_tokens()), margin=hr.Margin(horizon=30))
    row = found.onchain.loans.iloc[0]
    assert row["probability"] > 0.1
    assert str(row["liquidation price"]) == "0.0"
    (text,) = sentences_with("health factor", found)
    assert text.startswith("Warning: ")
    assert f"no move of {row['token']} alone liquidates it" in text
    assert f"with probability {100 * row['probability']:.1f}%" in text
    assert f"repaying {row['repayment']:,.0f} USDC" in text


def test_a_loan_that_nothing_liquidates_is_said_to_be_safe() -> None:
    rich = LoanPosition(
        [Collateral("WETH", 10.0, 0.825), Collateral("USDC", 20_000.0, 0.8)], {"USDC": 10_000.0}
    )
    (text,) = sentences_with("health factor", advise(rich, margin=hr.Margin(horizon=30)))
    assert not text.startswith("Warning")
    assert "no move of WETH alone liquidates it" in text
    assert text.endswith("it is liquidated with probability 0.0% within 30 days.")


def test_a_loan_that_can_be_liquidated_opens_the_decision() -> None:
    opening = "The loan against WETH can be liquidated now, and is counted as it is: repay debt"
    assert advise(loan(16_600.0)).decision.startswith(opening)
    assert "liquidated" not in advise(loan(16_400.0)).decision


# --- ranges ---


def test_between_its_ranges_a_pool_holds_both_tokens() -> None:
    ranges = [LiquidityRange(1_000.0, 1_000.0, 1_500.0), LiquidityRange(1_000.0, 2_500.0, 3_000.0)]
    (text,) = sentences_with("is out of range", advise(PoolPosition(ranges, "WETH", "USDC")))
    assert "it holds WETH and USDC, earns no fees" in text
    assert text.endswith("where it buys WETH below this price and sells it above.")


@pytest.mark.parametrize(
    ("bounds", "holds", "buys"),
    [((1_000.0, 1_500.0), "USDC", "WETH"), ((2_500.0, 3_000.0), "WETH", "USDC")],
)
def test_a_pool_on_one_side_holds_one_token(
    bounds: tuple[float, float], holds: str, buys: str
) -> None:
    (text,) = sentences_with("is out of range", advise(pool(*bounds)))
    assert f"it holds {holds} only" in text
    assert text.endswith(f"where it buys {buys}.")


# --- carry ---


def test_fees_that_are_not_given_are_not_counted_as_zero() -> None:
    found = advise([pool(), loan()])
    assert np.isnan(found.onchain.carry["fees"])
    assert not sentences_with("Fees of 0", found)
    assert sentences_with("Fees of the pools were not given", found)


def test_a_loss_is_not_said_where_one_fee_is_unknown() -> None:
    found = advise([pool(fee_rate=0.2), pool(1_000.0, 3_000.0)])
    assert np.isnan(found.onchain.carry["fees"])
    (text,) = sentences_with("gamma costs", found)
    assert text.startswith("Fees of the pool of WETH and USDC 2 were not given")
    known = 0.2 * pool().value(2_000.0)
    assert f"those of the other pools are {known:,.0f} USD a year" in text
    assert "is lost" not in text


def test_a_share_of_pool_and_loan_names_what_loans_count_by() -> None:
    counted = "of the position (loans by their collateral), before"
    (text,) = sentences_with("gamma costs", advise([pool(fee_rate=0.2), loan()]))
    assert counted in text
    (text,) = sentences_with("gamma costs", advise(pool(fee_rate=0.2)))
    assert "of the position, before" in text


def test_a_pool_out_of_range_needs_no_fees() -> None:
    found = advise([pool(fee_rate=0.2), pool(2_500.0, 3_000.0)])
    assert found.onchain.carry["fees"] == pytest.approx(0.2 * pool().value(2_000.0))


def test_the_volatility_of_gamma_is_named_by_its_source() -> None:
    (one,) = sentences_with("gamma costs", advise(pool(fee_rate=0.2)))
    assert "at the volatility of the model" in one
    table = coin_table()
    noise = 0.01 * np.random.default_rng(7).standard_normal(len(table))
    table["WBTC"] = 30.0 * table["WETH"] * np.exp(noise.cumsum())
    price = float(table["WBTC"].iloc[-1] / table["WETH"].iloc[-1])
    held = PoolPosition([LiquidityRange(3.0, 0.7 * price, 1.4 * price)], "WBTC", "WETH", 0.2)
    (two,) = sentences_with("gamma costs", advise(held, prices=market(table)))
    assert "at the past volatility of the ratio of its tokens" in two
