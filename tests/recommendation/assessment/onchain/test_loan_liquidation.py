"""Liquidation of loans against the simulation of the loan alone, and jointly with hedges."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.onchain import Collateral, LoanPosition, simulate_loan
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

HORIZON = 20


def test_probability_is_that_of_the_loan_alone() -> None:
    found = advise(loan(), margin=hr.Margin(horizon=HORIZON)).onchain.loans.loc["loan against WETH"]
    returns = coin_table()[["WETH"]].pct_change().iloc[1:]
    prices = {"WETH": PRICE, "USDC": 1.0}
    alone = simulate_loan(loan(), prices, returns, HORIZON)
    assert found["probability"] == alone.probability
    assert found["lower"] < alone.probability < found["upper"]
    assert found["health factor"] == pytest.approx(8.25 * PRICE / 12_000.0)
    assert found["liquidation price"] == pytest.approx(12_000.0 / 8.25)
    assert found["repayment"] == alone.repayment_for(0.01, "USDC")
    assert found["sold short"] == alone.hedge_for(0.01, "WETH")


def test_the_mean_of_the_past_goes_on_where_that_is_said() -> None:
    margin = hr.Margin(horizon=HORIZON, keep_mean=True)
    advice = advise(loan(), margin=margin)
    assert any(", if prices go on in the mean as in the past" in text for text in advice.reasons)
    found = advice.onchain.loans.iloc[0]
    returns = coin_table()[["WETH"]].pct_change().iloc[1:]
    prices = {"WETH": PRICE, "USDC": 1.0}
    alone = simulate_loan(loan(), prices, returns, HORIZON, keep_mean=True)
    assert found["probability"] == alone.probability
    assert found["sold short"] == alone.hedge_for(0.01, "WETH")
    without = advise(loan(), margin=hr.Margin(horizon=HORIZON)).onchain.loans.iloc[0]
    assert found["probability"] != without["probability"]


@pytest.mark.parametrize("probability", [0.005, 0.01])
def test_the_repayment_leaves_the_accepted_probability(probability: float) -> None:
    margin = hr.Margin(horizon=HORIZON, probability=probability)
    row = advise(loan(), margin=margin).onchain.loans.iloc[0]
    assert row["probability"] > probability
    after = advise(loan(12_000.0 - row["repayment"] - 1.0), margin=margin).onchain.loans.iloc[0]
    assert after["probability"] <= probability
    less = advise(loan(12_000.0 - 0.9 * row["repayment"]), margin=margin).onchain.loans.iloc[0]
    assert less["probability"] > probability


def test_a_loan_is_liquidated_by_the_price_of_its_oracle() -> None:
    prices = market(oracles=Oracles({"WETH": oracle(1_900.0)}))
    margin = hr.Margin(horizon=HORIZON)
    low = advise(loan(), prices=prices, margin=margin)
    row = low.onchain.loans.iloc[0]
    assert row["price"] == 1_900.0
    assert row["health factor"] == pytest.approx(8.25 * 1_900.0 / 12_000.0)
    plain = advise(loan(), margin=margin)
    # by its next round the oracle is where the market is
    assert row["probability"] == plain.onchain.loans.iloc[0]["probability"]
    assert row["sold short"] == plain.onchain.loans.iloc[0]["sold short"]
    assert any(
        "the oracle's price of WETH is 5.0% below that of the market, where simulated prices "
        "of loans begin" in text
        for text in low.reasons
    )
    # the hedge is of the price of the market
    assert low.plan.targets.best[0] == plain.plan.targets.best[0]


def test_a_loan_below_one_can_be_liquidated_now() -> None:
    found = advise(loan(17_000.0))
    row = found.onchain.loans.iloc[0]
    assert row["probability"] == 1.0
    assert row["repayment"] == pytest.approx(500.0)
    assert found.reasons[0].startswith("Warning: The loan against WETH has a health factor of 0.97")
    assert "Repay more than 500 USDC at once" in found.reasons[0]


def test_the_next_round_of_a_late_oracle_liquidates() -> None:
    """Healthy by an oracle at 2,100, and below one by the market at 2,000."""
    prices = market(oracles=Oracles({"WETH": oracle(2_100.0)}))
    found = advise(loan(16_800.0), prices=prices, margin=hr.Margin(horizon=HORIZON))
    row = found.onchain.loans.iloc[0]
    assert row["health factor"] == pytest.approx(8.25 * 2_100.0 / 16_800.0)
    assert row["probability"] == 1.0
    # what is repaid is enough at the market's price too, and no later gain is
    assert row["repayment"] > 16_800.0 - 8.25 * PRICE
    assert np.isnan(row["sold short"])
    rest = 16_800.0 - row["repayment"]
    after = advise(loan(rest - 1.0), prices=prices, margin=hr.Margin(horizon=HORIZON))
    assert after.onchain.loans.iloc[0]["probability"] <= 0.01


def test_a_coin_without_returns_stays_at_its_oracle() -> None:
    prices = market(oracles=Oracles({"USDC": oracle(0.9, name="USDC/USD")}))
    margin = hr.Margin(horizon=HORIZON)
    found = advise(loan(14_000.0), prices=prices, margin=margin).onchain.loans.iloc[0]
    same = advise(loan(0.9 * 14_000.0), margin=margin).onchain.loans.iloc[0]
    assert found["probability"] == same["probability"]


def test_a_loan_that_can_be_liquidated_now_is_one_that_is() -> None:
    margin = hr.Margin({"PERP": 6_000.0}, horizon=30)
    contract = perpetual(maintenance_margin=0.005)
    for held in ([loan(17_000.0), loan(1_000.0)], loan(17_000.0)):
        joint = advise(held, contract, margin=margin).onchain.joint
        assert joint["loans"] == joint["any"] == 1.0
        assert joint["both"] == joint["hedges"] > 0.0
    low = market(oracles=Oracles({"WETH": oracle(1_900.0)}))
    joint = advise(loan(16_000.0), contract, low, margin=margin).onchain.joint
    assert joint["loans"] == 1.0


def test_a_loan_of_coins_in_cash_is_not_simulated_to_move() -> None:
    cash = LoanPosition([Collateral("DAI", 1_000.0, 0.8)], {"USDC": 500.0})
    row = advise([pool(), cash], margin=hr.Margin(horizon=HORIZON)).onchain.loans.iloc[0]
    assert row["probability"] == 0.0


def test_both_liquidations_are_on_the_same_paths() -> None:
    """Brute force: extremes of paths of the coin and of a perpetual that is the coin itself."""
    table = coin_table()
    table["PERP"] = table["WETH"]
    contract = perpetual(maintenance_margin=0.01)
    margin = hr.Margin({"PERP": 4_000.0}, horizon=60)
    found = advise(loan(), contract, market(table), margin=margin)
    returns = table[["WETH"]].pct_change().iloc[1:]
    alone = simulate_loan(loan(), {"WETH": PRICE, "USDC": 1.0}, returns, 60)
    lost = alone.lowest["WETH"] * PRICE * 8.25 < 12_000.0
    barrier = float(found.margin.loc["PERP", "liquidation price"])
    called = alone.highest["WETH"] * PRICE >= barrier
    joint = found.onchain.joint
    assert joint["loans"] == np.mean(lost)
    assert joint["hedges"] == np.mean(called)
    assert joint["any"] == np.mean(lost | called)
    assert joint["both"] == np.mean(lost & called)
    assert 0.0 < joint["both"] < joint["loans"]
    assert joint["any"] < joint["loans"] + joint["hedges"]


def test_without_collateral_there_is_no_joint_probability() -> None:
    assert advise([pool(), loan()]).onchain.joint is None
    assert advise(pool()).onchain.loans is None


def test_what_is_owed_is_hedged_long() -> None:
    short = LoanPosition([Collateral("USDC", 30_000.0, 0.8)], {"WETH": 10.0})
    found = advise(short, margin=hr.Margin(horizon=HORIZON))
    row = found.onchain.loans.iloc[0]
    assert row["liquidation price"] == pytest.approx(2_400.0)
    assert row["sold short"] < 0.0
    assert row["repaid in"] == "WETH"
    assert found.plan.holdings[0] > 0.0
    assert any("WETH long whose gains repay debt" in text for text in found.reasons)


def test_collateral_that_moves_is_drawn_together() -> None:
    rng = np.random.default_rng(3)
    table = coin_table().assign(WBTC=60_000.0 * np.exp(0.02 * rng.standard_normal(400).cumsum()))
    both = LoanPosition(
        [Collateral("WETH", 5.0, 0.825), Collateral("WBTC", 0.2, 0.75)], {"USDC": 14_000.0}
    )
    margin = hr.Margin(horizon=HORIZON)
    found = advise(both, prices=market(table), margin=margin).onchain.loans.iloc[0]
    returns = table[["WETH", "WBTC"]].pct_change().iloc[1:]
    prices = {"WETH": PRICE, "WBTC": float(table["WBTC"].iloc[-1]), "USDC": 1.0}
    alone = simulate_loan(both, prices, returns, HORIZON)
    assert found["probability"] == alone.probability
    assert found["health factor"] == pytest.approx(both.health_factor(prices))


def test_two_loans_have_rows_of_their_own() -> None:
    found = advise([loan(), loan(8_000.0)], margin=hr.Margin(horizon=HORIZON)).onchain.loans
    assert list(found.index) == ["loan against WETH 1", "loan against WETH 2"]
    assert found["probability"].iloc[0] > found["probability"].iloc[1]


def test_the_accepted_probability_decides_on_the_warning() -> None:
    calm = advise(loan(4_000.0), margin=hr.Margin(horizon=5))
    (text,) = [one for one in calm.reasons if "health factor" in one]
    assert not text.startswith("Warning")
    assert "repaying" not in text
    risky = advise(loan(), margin=hr.Margin(horizon=HORIZON))
    (text,) = [one for one in risky.reasons if "health factor" in one]
    assert text.startswith("Warning")
    row = risky.onchain.loans.iloc[0]
    assert f"repaying {row['repayment']:.1f} USDC" in text
    assert text.endswith("lower it to 1%; the recommended hedge is at least as large.")
    small = advise(loan(), margin=hr.Margin(horizon=20), limits=hr.Limits({"PERP": (-10, 0)}))
    (text,) = [one for one in small.reasons if "health factor" in one]
    assert text.endswith("lower it to 1%.")


def test_a_longer_horizon_is_more_dangerous() -> None:
    base = advise(loan(), margin=hr.Margin(horizon=5))
    longer = advise(loan(), margin=hr.Margin(horizon=60))
    first, second = (each.onchain.loans["probability"].iloc[0] for each in (base, longer))
    assert second > first


# --- profits after liquidation ---


def test_the_grid_is_after_the_liquidation_of_the_loan() -> None:
    held = loan(15_500.0)
    grid = advise(held).onchain.grid.set_index("price move")
    for move, row in grid.iterrows():
        prices = {"WETH": PRICE * (1.0 + move), "USDC": 1.0}
        (left,) = held.value_after_liquidations(prices)
        assert row["value"] == pytest.approx(left)
        assert row["unhedged"] == pytest.approx(left - held.value({"WETH": PRICE, "USDC": 1.0}))
    # half of the debt is repaid at a health factor of .958, with a bonus of 5%
    assert grid.loc[-0.1, "unhedged"] == pytest.approx(-2_000.0 - 0.05 * 7_750.0)
    assert grid["liquidated"].tolist() == 3 * ["loan against WETH"] + 6 * [""]


def test_stress_and_sentences_say_what_a_liquidation_costs() -> None:
    found = advise([loan(15_500.0), pool()])
    assert "after liquidation of the loan against WETH" in found.stress.loc["WETH -10%", "meaning"]
    assert "liquidation" not in found.stress.loc["WETH -5%", "meaning"]
    barrier = 15_500.0 / 8.25
    (text,) = [each for each in found.reasons if "costs up to" in each]
    assert text.startswith("Liquidation of the loan against WETH at that price costs up to 38")
    assert barrier == pytest.approx(found.onchain.loans["liquidation price"].iloc[0])
    (moves,) = [each for each in found.reasons if each.startswith("A move of WETH at once")]
    assert moves.count("(after liquidation of the loan against WETH)") == 1


def test_liquidations_that_lead_to_others_cost_more_than_one() -> None:
    """A bonus that lowers health is paid until nothing is left, not on half of the debt alone."""
    held = LoanPosition([Collateral("WETH", 10.0, 0.9, bonus=0.15)], {"USDC": 12_000.0})
    (text,) = [each for each in advise(held).reasons if "costs up to" in each]
    assert "costs up to 1,333 USD, the bonus on what is repaid, at most 50% of the debt" in text


def test_a_past_fall_counts_the_liquidation_that_it_brings() -> None:
    held = loan(15_500.0)
    found = advise(held)
    moves = coin_table()["WETH"].pct_change().iloc[1:].to_numpy()
    left = held.value_after_liquidations({"WETH": PRICE * (1.0 + moves), "USDC": 1.0})
    profits = left - held.value({"WETH": PRICE, "USDC": 1.0})
    unhedged = found.assessment.past_returns.iloc[:, 0] * found.valuation.value
    np.testing.assert_allclose(unhedged, profits, rtol=1e-9, atol=1e-6)
    assert profits.min() < 10.0 * PRICE * moves.min() - 300.0


@pytest.mark.parametrize("owed", [15_500.0, 19_900.0, 20_500.0])
def test_value_at_risk_of_a_loan_is_in_money(owed: float) -> None:
    """Also of a loan whose debt is near to, or above, the value of its collateral."""
    found = advise(loan(owed))
    assert found.valuation.value == pytest.approx(10.0 * PRICE)
    tails = found.tails
    (text,) = [each for each in found.reasons if "value at risk" in each]
    assert f"{tails.normal_value_at_risk * found.valuation.value:,.0f}"[:2] in text
    assert "% of the value" not in text
    assert " USD" in text


def test_a_close_factor_is_recorded() -> None:
    held = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 15_500.0}, close_factor=1.0)
    terms = advise(held).to_dict()["onchain"]["terms"]["loan against WETH"]
    assert terms["close_factor"] == 1.0


def test_a_hedge_of_a_loan_that_is_worth_nothing_is_a_warning() -> None:
    """The protocol bears what its collateral loses: the hedge alone is left."""
    found = advise(loan(20_500.0))
    assert found.onchain.positions["value"].tolist() == [0.0]
    (text,) = [each for each in found.reasons if "adds variance" in each]
    assert text.startswith("Warning: the hedge adds variance when revalued at past moves: ")
    assert not any("adds variance" in each for each in advise(loan()).reasons)
