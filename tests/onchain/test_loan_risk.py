"""Risk of liquidation against the margin room, closed form and its own remedies."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.margin import barrier_probability
from hedgeresearch.onchain import Collateral, LoanPosition, simulate_loan
from hedgeresearch.onchain.loan_risk import draw_loan

PRICES = {"WETH": 2_000.0, "USDC": 1.0, "STETH": 2_000.0}
LOAN = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 11_000.0})


def returns_of(volatility: float = 0.04, n_dates: int = 2_000, seed: int = 1) -> pd.DataFrame:
    draws = np.random.default_rng(seed).standard_normal(n_dates)
    draws = (draws - draws.mean()) / draws.std()
    days = pd.date_range("2020-01-01", periods=n_dates, name="date")
    return pd.DataFrame({"WETH": np.expm1(volatility * draws)}, index=days)


def test_of_normal_returns_it_is_the_closed_form() -> None:
    # log returns have the mean zero: it is kept
    call: dict[str, Any] = {"horizon": 30, "block_length": 1, "n_paths": 40_000, "keep_mean": True}
    risk = simulate_loan(LOAN, PRICES, returns_of(), **call)
    barrier = LOAN.liquidation_price("WETH", PRICES)
    expected = barrier_probability(barrier, 2_000.0, 0.04, 30, steps=30)
    assert risk.probability == pytest.approx(expected, abs=3.0 * risk.standard_error + 1e-3)
    assert risk.constant == ("USDC",)


@pytest.mark.parametrize("probability", [0.01, 0.03])
def test_the_repayment_leaves_the_probability(probability: float) -> None:
    returns = returns_of()
    risk = simulate_loan(LOAN, PRICES, returns, 30)
    repayment = risk.repayment_for(probability, "USDC")
    for more, at_most in ((1.0, True), (-50.0, False)):
        after = simulate_loan(LOAN.repay("USDC", repayment + more), PRICES, returns, 30)
        assert (after.probability <= probability) == at_most


def test_the_hedge_leaves_the_probability_path_by_path() -> None:
    """A loop over paths of its own: gains of the short position repay the debt at once."""
    returns = returns_of()
    risk = simulate_loan(LOAN, PRICES, returns, 30)
    size = risk.hedge_for(0.02, "WETH")
    generator = np.random.default_rng(0)
    past = np.log1p(returns["WETH"].to_numpy()) - np.log1p(returns["WETH"].mean())
    rows = generator.integers(len(past), size=10_000)
    log_price = past[rows]
    fell = np.zeros(10_000, dtype=bool)
    for date in range(30):
        if date > 0:
            begins = generator.random(10_000) < 1.0 / risk.block_length
            starts = generator.integers(len(past), size=10_000)
            rows = np.where(begins, starts, (rows + 1) % len(past))
            log_price = log_price + past[rows]
        price = 2_000.0 * np.exp(log_price)
        debt = 11_000.0 - size * (2_000.0 - price)
        fell |= 8.25 * price <= debt - 1e-6
    assert fell.mean() <= 0.02
    assert fell.mean() > 0.015


def test_tokens_that_fall_together_share_their_dates() -> None:
    returns = returns_of()
    both = returns.assign(STETH=returns["WETH"])
    loan = LoanPosition([Collateral("STETH", 10.0, 0.8)], {"WETH": 7.0})
    risk = simulate_loan(loan, PRICES, both, 30)
    assert risk.probability == 0.0
    np.testing.assert_allclose(risk.lowest_health, 8.0 / 7.0)


@pytest.mark.filterwarnings("ignore:The price of USDC stays")
def test_what_is_owed_is_hedged_by_a_long_position() -> None:
    """On the same paths, a fall of the price in a mirror, it prevents what it should."""
    loan = LoanPosition([Collateral("USDC", 16_000.0, 0.8)], {"WETH": 5.5})
    risk = simulate_loan(loan, PRICES, returns_of(), 30)
    assert risk.probability > 0.02
    size = risk.hedge_for(0.01, "WETH")
    assert size < 0.0
    # what a long position gains repays debt: less of it is owed, at the price of the start
    highest = 2_000.0 * risk.highest["WETH"]
    left = 12_800.0 + -size * (highest - 2_000.0) - 5.5 * highest
    assert np.mean(left < -1e-6) <= 0.01
    assert np.mean(left < 1.0) > 0.005


@pytest.mark.filterwarnings("ignore:The price of USDC stays")
def test_a_token_that_only_falls_does_not_hedge_its_debt() -> None:
    past = returns_of()
    risk = simulate_loan(LOAN, PRICES, past.assign(USDC=-1e-6 * np.abs(past["WETH"])), 30)
    with pytest.raises(DataError, match=r"No position in USDC lowers"):
        risk.hedge_for(0.01, "USDC")


def test_other_columns_are_drawn_with_the_tokens() -> None:
    returns = returns_of()
    perpetual = (1.0 + returns["WETH"]) ** 2 - 1.0
    alone = simulate_loan(LOAN, PRICES, returns, 30, keep_mean=True)
    both = simulate_loan(LOAN, PRICES, returns.assign(PERP=perpetual), 30, keep_mean=True)
    np.testing.assert_array_equal(alone.lowest_health, both.lowest_health)
    np.testing.assert_allclose(both.highest["PERP"], both.highest["WETH"] ** 2)
    np.testing.assert_allclose(both.lowest["PERP"], both.lowest["WETH"] ** 2)
    expected = 1.5 * np.minimum(both.lowest["WETH"], 1.0)
    np.testing.assert_allclose(both.lowest_health, expected)


@pytest.mark.filterwarnings("ignore:The price of .* stays")
def test_a_repayment_of_more_than_is_owed_is_refused() -> None:
    loan = LoanPosition([Collateral("USDC", 16_000.0, 0.8)], {"WETH": 5.5, "DAI": 10.0})
    risk = simulate_loan(loan, {**PRICES, "DAI": 1.0}, returns_of(), 30)
    with pytest.raises(DataError, match=r"To repay all 10 DAI does not lower the probability"):
        risk.repayment_for(0.01, "DAI")
    assert 0.0 < risk.repayment_for(0.01, "WETH") < 5.5


def test_its_outcomes_cannot_be_exchanged() -> None:
    risk = simulate_loan(LOAN, PRICES, returns_of(), 30, n_paths=100)
    with pytest.raises(TypeError):
        risk.repayments["USDC"] = np.zeros(100)  # type: ignore[index]


def test_by_default_the_mean_of_the_past_does_not_go_on() -> None:
    falling = 0.99 * (1.0 + returns_of()) - 1.0
    still = (1.0 + returns_of()) / (1.0 + returns_of().mean()) - 1.0
    expected = simulate_loan(LOAN, PRICES, still, 30, block_length=5, keep_mean=True)
    for returns in (falling, still):
        found = simulate_loan(LOAN, PRICES, returns, 30, block_length=5)
        np.testing.assert_allclose(found.lowest_health, expected.lowest_health, rtol=1e-12)
    kept = simulate_loan(LOAN, PRICES, falling, 30, block_length=5, keep_mean=True)
    assert kept.probability > 2.0 * expected.probability
    with pytest.raises(DataError, match="keep_mean must be True or False"):
        simulate_loan(LOAN, PRICES, still, 30, keep_mean=0)  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_paths() -> None:
    one, other = (simulate_loan(LOAN, PRICES, returns_of(), 30, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.lowest_health, other.lowest_health)


def test_its_text_names_the_probability() -> None:
    risk = simulate_loan(LOAN, PRICES, returns_of(), "30d", n_paths=100)
    assert repr(risk).startswith("LoanRisk(probability of liquidation ")
    assert "within 30 periods, 100 paths" in repr(risk)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"prices": {**PRICES, "WETH": 1_000.0}}, r"can be liquidated now: its health factor is"),
        ({"returns": returns_of().rename(columns={"WETH": "ETH"})}, r"column for a token"),
        ({"returns": returns_of().head(10)}, r"at least 20 rows"),
        ({"returns": 100.0 * returns_of(0.4)}, r"must exceed -1"),
        ({"n_paths": 1}, r"n_paths must be a whole number of at least 2"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], message: str) -> None:
    call = {"loan": LOAN, "prices": PRICES, "returns": returns_of(), "horizon": 30}
    with pytest.raises(DataError, match=message):
        simulate_loan(**{**call, **changed})


def test_tokens_that_are_not_owed_or_simulated_are_refused() -> None:
    risk = simulate_loan(LOAN, PRICES, returns_of(), 30, n_paths=100)
    with pytest.raises(DataError, match=r"WETH is not owed. Choose one of USDC"):
        risk.repayment_for(0.01, "WETH")
    with pytest.raises(DataError, match=r"USDC is not simulated. Choose one of WETH"):
        risk.hedge_for(0.01, "USDC")


def test_collateral_without_returns_is_warned_of() -> None:
    loan = LoanPosition(
        [Collateral("WETH", 10.0, 0.825), Collateral("WBTC", 1.0, 0.7)], {"USDC": 11_000.0}
    )
    with pytest.warns(DataWarning, match="The price of WBTC stays as it is on all paths"):
        simulate_loan(loan, {**PRICES, "WBTC": 60_000.0}, returns_of(), 30, n_paths=100)


def test_what_is_missing_today_is_repaid_on_every_path() -> None:
    """Below one today, on paths that only rise, no gain of a short position is in time."""
    returns = pd.DataFrame({"WETH": np.full(30, math.log(1.05))})
    held = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 16_800.0})
    risk = draw_loan(held, {"WETH": 2_000.0, "USDC": 1.0}, returns, 5, 10, 0, 1)
    assert risk.probability == 1.0
    assert risk.repayments["USDC"].tolist() == pytest.approx([300.0] * 10)
    assert np.isinf(risk.hedges["WETH"]).all()
