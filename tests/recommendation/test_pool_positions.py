"""Recommendations for pools and loans: contracts by delta, orders of tokens, updates, records."""

import json
import math
import pickle
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import hedgeresearch as hr
from hedgeresearch.onchain import (
    Collateral,
    ConstantProductPool,
    LiquidityRange,
    LoanPosition,
    PoolPosition,
    SequencerStatus,
    Token,
)
from hedgeresearch.recommendation import Oracles
from tests.recommendation.pool_positions import (
    DAY,
    LAST,
    PRICE,
    advise,
    coin_table,
    loan,
    market,
    oracle,
    perpetual,
    pool,
    reversed_pool,
)

RANGES = st.lists(
    st.tuples(st.floats(1.0, 1e4), st.floats(0.3, 1.5), st.floats(1.05, 3.0)),
    min_size=1,
    max_size=3,
)

RANDOM: dict[str, Any] = {
    "derandomize": True,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.generate,),  # a failing position is not made smaller, which takes minutes
}


def ratio_of(table: pd.DataFrame) -> float:
    """The hedge ratio by least squares, of returns of token and contract."""
    returns = table[["WETH", "PERP"]].pct_change().iloc[1:]
    return float(np.polyfit(returns["PERP"], returns["WETH"], 1)[0])


# --- contracts ---


@pytest.mark.parametrize("held", [pool(), reversed_pool()])
def test_contracts_are_the_delta_times_the_estimated_ratio(held: PoolPosition) -> None:
    table = coin_table()
    found = advise(held)
    # tokens held at a price of 2,000: L (1 / sqrt P - 1 / sqrt b)
    delta = 1_000.0 * (1.0 / np.sqrt(PRICE) - 1.0 / np.sqrt(2_500.0))
    worth = 0.01 * table["PERP"].iloc[-1]
    expected = -ratio_of(table) * delta * PRICE / worth
    assert found.plan.targets.best[0] == pytest.approx(expected, rel=1e-9)
    assert found.plan.holdings[0] == round(expected)
    value = delta * PRICE + 1_000.0 * (np.sqrt(PRICE) - np.sqrt(1_500.0))
    assert found.valuation.value == pytest.approx(value, rel=1e-12)
    assert found.valuation.net_value == pytest.approx(delta * PRICE, rel=1e-12)


@pytest.mark.long
@settings(max_examples=8, **RANDOM)
@given(RANGES)
def test_the_order_of_the_tokens_does_not_matter(ranges: list[tuple[float, float, float]]) -> None:
    one = [LiquidityRange(size, PRICE * at, PRICE * at * width) for size, at, width in ranges]
    other = [LiquidityRange(each.liquidity, 1 / each.upper, 1 / each.lower) for each in one]
    found = [
        advise(PoolPosition(each, *names), rebalancing=hr.CostOptimalBands(1e-5))
        for each, names in ((one, ("WETH", "USDC")), (other, ("USDC", "WETH")))
    ]
    for part in ("targets", "bands"):
        first, second = (getattr(each.plan, part) for each in found)
        name = "best" if part == "targets" else "half_widths"
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-9)
    for each in ("hedged", "unhedged", "value"):
        np.testing.assert_allclose(
            found[0].onchain.grid[each], found[1].onchain.grid[each], rtol=1e-9, atol=1e-7
        )


def test_ranges_that_overlap_add_up() -> None:
    parts = [LiquidityRange(1_000.0, 1_500.0, 2_500.0), LiquidityRange(400.0, 1_900.0, 2_100.0)]
    both = advise(PoolPosition(parts, "WETH", "USDC"))
    alone = [advise(PoolPosition([each], "WETH", "USDC")) for each in parts]
    total = sum(each.plan.targets.best[0] for each in alone)
    assert both.plan.targets.best[0] == pytest.approx(total)
    curved = sum(each.onchain.positions["gamma"].iloc[0] for each in alone)
    assert both.onchain.positions["gamma"].iloc[0] == pytest.approx(curved)


def test_a_loan_and_units_add_to_a_pool() -> None:
    position = hr.Position({"WETH": -3.0}, onchain=[pool(), loan()])
    found = advise(position)
    delta = pool().delta(PRICE) + 10.0 - 3.0
    assert found.valuation.net_value == pytest.approx(delta * PRICE)
    assert found.onchain.exposure.loc["units held", "WETH"] == -3.0
    assert found.onchain.exposure["WETH"].iloc[:3].sum() == pytest.approx(delta)
    # a pool, the collateral of the loan, and the units, without sign
    worth = pool().value(PRICE) + 20_000.0 + 6_000.0
    assert found.valuation.value == pytest.approx(worth)


@pytest.mark.parametrize(
    ("bounds", "units"), [((1_000.0, 1_500.0), 0.0), ((2_500.0, 3_000.0), 1.7425814)]
)
def test_out_of_range_the_hedge_is_closed_or_is_of_all(
    bounds: tuple[float, float], units: float
) -> None:
    found = advise(pool(*bounds), holdings={"PERP": -50})
    table = coin_table()
    worth = 0.01 * table["PERP"].iloc[-1]
    expected = -ratio_of(table) * units * PRICE / worth
    assert found.plan.targets.best[0] == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert found.action == "trade"
    assert found.onchain.positions["in range"].tolist() == ["no"]
    assert any("is out of range at a price of 2,000 USDC" in text for text in found.reasons)
    if not units:
        assert found.holdings["PERP"] == 0.0
        assert np.isfinite(found.plan.bands.half_widths).all()
        assert not found.plan.bands.unstable.any()


def test_inverse_contracts_count_by_their_face() -> None:
    contract = hr.InverseContract("PERP", 10, lot=1, fee=0.0005, currency="ETH")
    prices = market(rates={"PERP": "WETH"})
    found = advise(pool(), contract, prices)
    _, hedges = prices.returns(pool(), contract)
    asset = coin_table()["WETH"].pct_change().iloc[1:]
    ratio = np.polyfit(hedges["PERP"], asset, 1)[0]
    expected = -ratio * pool().delta(PRICE) * PRICE / 10.0
    assert found.plan.targets.best[0] == pytest.approx(expected, rel=1e-9)


def test_a_contract_in_another_currency_is_converted() -> None:
    rate = 1.1 * np.exp(0.003 * np.random.default_rng(5).standard_normal(400).cumsum())
    table = coin_table().assign(EURUSD=rate)
    table["PERP"] /= 1.1
    contract = perpetual(currency="EUR", funding=None)
    found = advise(pool(), contract, hr.Market(table, rates={"PERP": "EURUSD"}, currency="USD"))
    worth = 0.01 * table["PERP"].iloc[-1] * table["EURUSD"].iloc[-1]
    held = found.problem.fit.next_ratio.iloc[0] * pool().delta(PRICE) * PRICE
    assert found.plan.targets.best[0] == pytest.approx(-held / worth)
    with pytest.raises(hr.DataError, match="'PERP' pays in EUR and the account is in USD"):
        advise(pool(), contract, hr.Market(table, currency="USD"))


def test_two_tokens_that_move_are_hedged_as_a_portfolio() -> None:
    rng = np.random.default_rng(7)
    table = coin_table()
    table["WBTC"] = 30.0 * table["WETH"] * np.exp(0.01 * rng.standard_normal(400).cumsum())
    table["PERP"] = table["WETH"] * np.exp(2e-4 * rng.standard_normal(400))
    table["BPERP"] = table["WBTC"] * np.exp(2e-4 * rng.standard_normal(400))
    price = float(table["WBTC"].iloc[-1] / PRICE)
    held = PoolPosition([LiquidityRange(3.0, 0.7 * price, 1.4 * price)], "WBTC", "WETH")
    hedges = [perpetual(), hr.LinearContract("BPERP", 1e-4, fee=0.0005, half_spread=0.0001)]
    rules = {"rebalancing": hr.CostOptimalBands(1e-4)}
    base, quote = held.amounts(price)
    values = {"WBTC": base * price * PRICE, "WETH": quote * PRICE}
    # each token has about one hedge: in units one for one, in shares of value that of the past
    in_units = advise(held, hedges, market(table), kind="difference", **rules)
    np.testing.assert_allclose(in_units.plan.targets.best, [-quote / 0.01, -base / 1e-4], rtol=0.01)
    found = advise(held, hedges, market(table), **rules)
    np.testing.assert_allclose(found.plan.targets.best, in_units.plan.targets.best, rtol=0.1)
    np.testing.assert_allclose(
        found.plan.bands.half_widths, in_units.plan.bands.half_widths, rtol=0.2
    )
    assert set(found.onchain.grid["token"]) == {"WBTC", "WETH", "all"}
    both = found.onchain.grid[found.onchain.grid["token"] == "all"]
    # tokens that move together leave their ratio: there is no gamma
    total = sum(values.values())
    np.testing.assert_allclose(both["unhedged"], total * both["price move"], rtol=1e-9, atol=1e-9)
    calm = advise(
        PoolPosition([LiquidityRange(3.0, 2.0 * price, 3.0 * price)], "WBTC", "WETH"),
        hedges,
        market(table),
        **rules,
    )
    assert (found.plan.bands.half_widths > calm.plan.bands.half_widths).all()


# --- one bar later ---


@pytest.mark.long
@settings(max_examples=5, **RANDOM)
@given(
    st.sampled_from([pool(), reversed_pool(fee_rate=0.2), pool(1_900.0, 2_050.0)]),
    st.booleans(),
    st.floats(0.7, 1.4),
    st.integers(-400, 50),
)
def test_update_equals_a_new_recommendation(
    of: PoolPosition, with_loan: bool, move: float, held: int
) -> None:
    position = hr.Position({"WETH": 0.5}, onchain=[of, loan()] if with_loan else of)
    prices = market(oracles=Oracles({"WETH": oracle()}))
    margin = hr.Margin({"PERP": 4_000.0}, horizon=5)
    first = advise(position, prices=prices, margin=margin, holdings={"PERP": held})
    bar = {"WETH": PRICE * move, "PERP": 1.002 * PRICE * move, "FUND": 2e-4}
    later = {"WETH": oracle(PRICE * move, LAST + DAY, round_id=8, answered_in_round=8)}
    found = first.update(bar, LAST + DAY, oracles=later)
    longer = prices.append(bar, LAST + DAY).with_oracles(later)
    asset, hedges = longer.returns(position, perpetual())
    fit = first.problem.fit.extend(asset.iloc[-1:], hedges.iloc[-1:])
    expected = hr.recommend(
        fit,
        position,
        perpetual(),
        longer,
        holdings=first.holdings,
        margin=found.settings.margin,
    )
    assert found.to_dict() == expected.to_dict()
    # the delta has moved with the price
    price = PRICE * move if of.base == "WETH" else 1.0 / (PRICE * move)
    tokens = dict(zip((of.base, of.quote), of.amounts(price), strict=True))
    assert found.onchain.exposure["WETH"].iloc[0] == pytest.approx(tokens["WETH"])


def test_an_oracle_that_is_old_gives_no_advice() -> None:
    prices = market(oracles=Oracles({"WETH": oracle()}))
    first = advise([pool(), loan()], prices=prices)
    bar = {"WETH": PRICE, "PERP": PRICE, "FUND": 1e-4}
    with pytest.raises(hr.DataError, match=r"updated 87000 s ago, its heartbeat is 3600 s"):
        first.update(bar, LAST + DAY)
    stale = oracle(at=LAST - DAY)
    with pytest.raises(hr.DataError, match=r"oracle of 'WETH' must have a price that may be used"):
        advise(loan(), prices=market(oracles=Oracles({"WETH": stale})))


def test_a_sequencer_that_goes_down_gives_no_advice() -> None:
    up = SequencerStatus(up=True, since=LAST - 2 * DAY)
    prices = market(oracles=Oracles({"WETH": oracle()}, sequencer=up))
    first = advise(loan(), prices=prices)
    bar = {"WETH": PRICE, "PERP": PRICE, "FUND": 1e-4}
    latest = {"WETH": oracle(at=LAST + DAY)}
    first.update(bar, LAST + DAY, oracles=latest)
    first.update(bar, LAST + DAY, oracles=Oracles(latest))
    down = SequencerStatus(up=False, since=LAST + 0.5 * DAY)
    with pytest.raises(hr.DataError, match="sequencer has been down for 43200 s"):
        first.update(bar, LAST + DAY, oracles=Oracles(latest, sequencer=down))


def test_several_tokens_keep_their_returns_over_a_bar() -> None:
    """Units of a pool of two tokens move with the price; the fit goes on with those of the bar."""
    table = coin_table()
    rng = np.random.default_rng(2)
    table["WBTC"] = 30.0 * table["WETH"] * np.exp(0.01 * rng.standard_normal(400).cumsum())
    price = float(table["WBTC"].iloc[-1] / PRICE)
    held = PoolPosition([LiquidityRange(3.0, 0.7 * price, 1.4 * price)], "WBTC", "WETH")
    first = advise(held, prices=market(table))
    bar = {name: 1.01 * float(table[name].iloc[-1]) for name in table}
    bar["WBTC"] *= 1.05
    found = first.update(bar, LAST + DAY)
    units = first.problem.position
    changes = {name: bar[name] - float(table[name].iloc[-1]) for name in ("WBTC", "WETH")}
    base, quote = held.amounts(price)
    gain = base * changes["WBTC"] + quote * changes["WETH"]
    gross = base * price * PRICE + quote * PRICE
    assert units.assets == ["WBTC", "WETH"]
    assert found.problem.fit.sample.rows.values[-1, 0] == pytest.approx(gain / gross)


# --- on paper ---


def full_position() -> tuple[hr.Position, hr.Market]:
    table = coin_table()
    oracles = Oracles({"WETH": oracle(1_990.0)})
    position = hr.Position({"WETH": 1.0}, onchain=[pool(fee_rate=0.2), loan()])
    return position, market(table, oracles=oracles)


def test_record_is_valid_by_its_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(
        files("hedgeresearch.recommendation").joinpath("schema.json").read_text(encoding="utf-8")
    )
    position, prices = full_position()
    margin = hr.Margin({"PERP": 4_000.0}, horizon=10)
    contract = perpetual(maintenance_margin=0.01)
    found = advise(position, contract, prices, margin=margin)
    record = json.loads(found.to_json())
    jsonschema.Draft202012Validator(schema).validate(record)
    part = record["onchain"]
    assert part["terms"]["loan against WETH"]["debt"] == {"USDC": 12_000.0}
    assert part["terms"]["pool of WETH and USDC"]["ranges"][0]["upper"] == 2_500.0
    assert part["oracles"]["rounds"]["WETH"]["answer"] == "199000000000"
    assert part["joint_liquidation"]["any"] >= part["joint_liquidation"]["both"]
    assert part["loans"]["loan against WETH"]["price"] == 1_990.0
    endless = advise(PoolPosition([LiquidityRange(10.0)], "WETH", "USDC"))
    record = json.loads(endless.to_json())
    jsonschema.Draft202012Validator(schema).validate(record)
    terms = record["onchain"]["terms"]["pool of WETH and USDC"]
    assert terms["ranges"] == [{"liquidity": 10.0, "lower": 0.0, "upper": None}]


def test_other_oracles_give_another_hash() -> None:
    records = [
        advise(pool(), prices=market(oracles=Oracles({"WETH": oracle(price)}))).to_dict()
        for price in (2_000.0, 2_001.0)
    ]
    first, second = [record["data"]["sha256"] for record in records]
    assert first != second


def test_recommendations_for_pools_pickle() -> None:
    position, prices = full_position()
    found = advise(position, prices=prices)
    again = pickle.loads(pickle.dumps(found))
    assert again.to_json() == found.to_json()


def test_positions_without_contracts_have_no_part_on_them() -> None:
    found = advise(hr.Position({"WETH": 2.0}))
    assert found.onchain is None
    assert "onchain" not in found.to_dict()


# --- other models ---


@pytest.mark.long
def test_every_model_hedges_the_delta_and_one_can_win() -> None:
    regime = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    for model in (regime, hr.NaiveHedge(), hr.KalmanHedge()):
        found = advise(pool(), model=model)
        ratio = found.problem.fit.next_ratio.iloc[0]
        held = found.plan.targets.best[0] * 0.01 * coin_table()["PERP"].iloc[-1]
        assert held == pytest.approx(-ratio * pool().delta(PRICE) * PRICE)
    models = {"ols": hr.OLSHedge(), "naive": hr.NaiveHedge()}
    prices = market()
    returns = prices.returns(pool(), perpetual())
    backtest = hr.walk_forward(models, *returns, window=200, refit_every=50, progress=False)
    best = hr.recommend(None, pool(), perpetual(), prices, model="best", backtest=backtest)
    assert best.confidence.backtest is not None


def test_differences_give_the_same_contracts_at_a_ratio_of_one() -> None:
    simple, difference = (
        advise(pool(), model=hr.NaiveHedge(), kind=kind, rebalancing=hr.CostOptimalBands(1e-5))
        for kind in ("simple", "difference")
    )
    delta = pool().delta(PRICE)
    assert difference.plan.targets.best[0] == pytest.approx(-delta / 0.01)
    worth = 0.01 * coin_table()["PERP"].iloc[-1]
    assert simple.plan.targets.best[0] == pytest.approx(-delta * PRICE / worth)
    np.testing.assert_allclose(
        difference.onchain.grid["unhedged"], simple.onchain.grid["unhedged"], atol=1e-9
    )


# --- what is refused ---


@pytest.mark.parametrize(
    ("held", "settings", "message"),
    [
        (pool(), {"currency": "EUR"}, r"value of 'USDC' in the account in EUR must be known"),
        (
            PoolPosition([LiquidityRange(1e6, 0.99, 1.01)], "DAI", "USDC"),
            {},
            r"must have a column for a token whose price moves, of DAI, USDC",
        ),
        (
            PoolPosition([LiquidityRange(10.0)], "ETH", "USDC"),
            {},
            r"column for a token whose price moves, of ETH, USDC; it holds WETH, PERP",
        ),
        (
            LoanPosition([Collateral("WETH", 1.0, 0.8), Collateral("WBTC", 1.0, 0.7)], {"DAI": 1}),
            {},
            r"the value of 'WBTC' in the account in USD must be known",
        ),
    ],
)
def test_tokens_without_a_value_are_refused(
    held: Any, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        market(**settings).returns(held, perpetual())


def test_a_stable_pool_has_nothing_to_hedge() -> None:
    table = coin_table().assign(DAI=1.0001, USDC=1.0)
    held = PoolPosition([LiquidityRange(1e6, 0.99, 1.01)], "DAI", "USDC")
    with pytest.raises(hr.DataError, match=r"DAI and USDC are the currency of the account in USD"):
        market(table).returns(held, perpetual())


def test_a_currency_of_the_account_has_no_other_price() -> None:
    table = coin_table().assign(USDC=1.0)
    with pytest.raises(hr.DataError, match=r"column of 'WETH' must be 1 in an account in WETH"):
        market(table, currency="WETH").returns(pool(), perpetual())


def test_an_account_in_the_coin_hedges_the_dollars() -> None:
    """The same pool counted in ether: what moves is the dollar."""
    table = coin_table()
    coins = pd.DataFrame({"USDC": 1.0 / table["WETH"], "PERP": 1.0 / table["PERP"]})
    contract = hr.LinearContract("PERP", 100.0, lot=0.01, fee=0.0005, currency="WETH")
    found = advise(pool(), contract, hr.Market(coins, currency="WETH"), model=hr.NaiveHedge())
    dollars = pool().amounts(PRICE)[1]
    worth = 100.0 * coins["PERP"].iloc[-1]
    assert found.plan.targets.best[0] == pytest.approx(-dollars / PRICE / worth)
    assert found.valuation.value == pytest.approx(pool().value(PRICE) / PRICE)
    grid = found.onchain.grid.set_index("price move")
    price = PRICE / 1.1
    moved = pool().value(price) / price - pool().value(PRICE) / PRICE
    assert grid.loc[0.1, "unhedged"] == pytest.approx(moved)


def test_options_do_not_hedge_pools_and_are_not_held_with_them() -> None:
    put = hr.OptionContract("P", "WETH", "put", 2_000.0, expiry="2027-01-01 08:00+00:00")
    with pytest.raises(hr.DataError, match=r"'P' must hedge a position with options"):
        hr.recommend(
            hr.OLSHedge().fit(*market().returns(pool(), perpetual())),
            pool(),
            [put, perpetual()],
            market(),
        )
    with pytest.raises(hr.DataError, match=r"options and pools or loans must not be in one"):
        hr.Position(options={put: -1}, onchain=pool())
    with pytest.raises(hr.DataError, match=r"with pools or loans must have units or none"):
        hr.Position(value=1_000.0, of="WETH", onchain=pool())
    with pytest.raises(hr.DataError, match=r"onchain must be positions made by"):
        hr.Position(onchain="pool")  # type: ignore[arg-type]


def test_the_tokens_of_a_pool_are_known_in_a_market_only() -> None:
    position = hr.Position(onchain=pool())
    with pytest.raises(hr.DataError, match=r"tokens of pools and loans must be known"):
        position.assets  # noqa: B018
    assert market().counted(position).assets == ["WETH"]
    assert position.name == "pool of WETH and USDC"
    assert hr.Position(onchain=[pool(), loan()]).name == "pools and loans"


# --- what hedging by recommendations is worth ---


@pytest.mark.long
def test_swaps_of_a_pool_are_hedged_by_updates() -> None:
    """150 swaps move a pool of constant product: what is left is fees less the loss by gamma."""
    rng = np.random.default_rng(1)
    state = ConstantProductPool(
        Token("WETH", 18), Token("USDC", 6), 1_000 * 10**18, 2_000_000 * 10**6
    )
    share = 0.1
    contract = hr.LinearContract("PERP", 1e-3, fee=0.0, half_spread=0.0, currency="USDC")
    path = PRICE * np.exp(np.cumsum(rng.normal(0.0, 2e-3, 60)))
    path *= state.price / path[-1]
    dates = pd.date_range("2026-03-01", periods=60, freq="1min", tz="UTC")
    prices = hr.Market(pd.DataFrame({"WETH": path, "PERP": path * 1.0}, dates), currency="USDC")

    def provided() -> PoolPosition:
        whole = math.isqrt(state.reserve0 * state.reserve1)
        return PoolPosition.in_pool(state, int(share * whole), base="WETH")

    found = advise(provided(), contract, prices, model=hr.NaiveHedge())
    steps = []
    for number in range(150):
        before = provided()
        start = state.price
        name = ("WETH", "USDC")[int(rng.integers(2))]
        size = float(rng.uniform(0.5, 8.0))
        token = state.token0 if name == "WETH" else state.token1
        worth = 1.0 if name == "WETH" else start
        swap = state.swap(name, token.base_units(size * worth))
        state = swap.pool
        held = found.plan.holdings[0] * 1e-3
        fee = token.amount(swap.fee) * (state.price if name == "WETH" else 1.0)
        change = provided().value(state.price) - before.value(start)
        loss = before.value(state.price) - before.value(start)
        loss -= before.delta(start) * (state.price - start)
        hedged = change + held * (state.price - start)
        steps.append((change, hedged, loss, share * fee, size * start))
        bar = {"WETH": state.price, "PERP": state.price}
        at = dates[-1] + pd.Timedelta(minutes=number + 1)
        found = found.update(bar, at, onchain=provided())
        delta = provided().delta(state.price)
        assert found.problem.position.net_units == pytest.approx(delta)
    changes, hedged, losses, fees, volumes = np.array(steps).T
    assert 1.0 - hedged.var() / changes.var() > 0.999
    assert hedged.sum() == pytest.approx(fees.sum() + losses.sum(), abs=1e-6 * volumes.sum())
    assert losses.sum() < 0.0 < fees.sum()
