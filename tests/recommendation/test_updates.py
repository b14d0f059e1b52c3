"""One bar later equals a new recommendation with everything that has changed since, by hand."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import hedgeresearch as hr
from hedgeresearch.recommendation.sizing.plan import plan_trades_within

START = 120
BARS = 3
DATES = pd.date_range("2024-01-01", periods=START + BARS, freq="8h", tz="UTC")
MARGIN = {"maintenance_margin": 0.02, "fee": 0.0002}
INSTRUMENTS: dict[str, Any] = {
    "LINEAR": hr.LinearContract("LINEAR", 0.01, funding="8-hourly", currency="USD", **MARGIN),
    "INVERSE": hr.InverseContract("INVERSE", 100, funding="8-hourly", currency="COIN", **MARGIN),
    "QUANTO": hr.QuantoContract("QUANTO", 0.001, fixed_rate=3.0, funding="continuous", **MARGIN),
    "QUANTO_COIN": hr.QuantoContract("QUANTO_COIN", 1.0, fixed_rate=1e-6, **MARGIN),
    "FOREIGN": hr.LinearContract("FOREIGN", 0.02, lot=5, currency="EUR", **MARGIN),
    "DATED": hr.LinearContract("DATED", 0.01, expiry=pd.Timestamp("2024-03-29 08:00"), **MARGIN),
    "DATED_INVERSE": hr.InverseContract(
        "DATED_INVERSE", 10, expiry=pd.Timestamp("2024-06-28 08:00", tz="UTC"), **MARGIN
    ),
    "SHARE": hr.Spot("SHARE", lot=0.5),
}
FUNDING = {name: f"{name}_F" for name in ("LINEAR", "INVERSE", "QUANTO")}
RATES = {
    "INVERSE": "COIN",
    "DATED_INVERSE": "COIN",
    "QUANTO_COIN": "COIN",
    "FOREIGN": "EUR",
}
UNDERLYING = {"DATED": "COIN", "DATED_INVERSE": "COIN"}
POSITIONS = ({"COIN": 2.0}, {"COIN": -1.5}, {"COIN": 1.0, "SHARES": -400.0, "EUR": 30_000.0})


def random_prices(rng: np.random.Generator) -> pd.DataFrame:
    """Prices of coins, contracts on them, a share and a currency, and funding of either sign."""
    n = len(DATES)
    factor = 0.01 * rng.standard_normal(n).cumsum()
    prices = {
        name: 50_000.0 * np.exp(factor + 0.002 * rng.standard_normal(n))
        for name in ("COIN", "SHARES", *INSTRUMENTS)
    }
    prices["SHARES"] /= 1000.0
    prices["EUR"] = 1.1 * np.exp(0.003 * rng.standard_normal(n).cumsum())
    funding = {f"{name}_F": 3e-4 * rng.standard_normal(n) for name in FUNDING}
    return pd.DataFrame(prices | funding, DATES)


@dataclasses.dataclass
class Book:
    """Positions, holdings and wallets of a desk at one date."""

    table: pd.DataFrame
    units: dict[str, float]
    names: list[str]
    wallets: dict[str, float]
    end: int = START

    @property
    def instruments(self) -> list[Any]:
        return [INSTRUMENTS[name] for name in self.names]

    @property
    def position(self) -> hr.Position:
        return hr.Position(self.units)

    @property
    def market(self) -> hr.Market:
        links = [
            {name: link for name, link in links.items() if name in self.names}
            for links in (RATES, FUNDING, UNDERLYING)
        ]
        return hr.Market(self.table.iloc[: self.end], *links)

    def pass_one_bar(self, held: dict[str, float]) -> None:
        """Book profits, losses, coins and funding of the next bar, contract by contract."""
        before = self.table.iloc[self.end - 1]
        now = self.table.iloc[self.end]
        self.end += 1
        for name, contracts in held.items():
            gain = hand_gain(INSTRUMENTS[name], contracts, before[name], now[name])
            if name in FUNDING:
                gain -= hand_funding(INSTRUMENTS[name], contracts, now[name], now[f"{name}_F"])
            if name in self.wallets:
                self.wallets[name] += gain
            if RATES.get(name) in self.units:
                self.units[RATES[name]] += gain


def hand_gain(contract: Any, contracts: float, before: float, now: float) -> float:
    """The gain in the currency of the payoff, from the size of the contract."""
    if isinstance(contract, hr.InverseContract):
        return contracts * contract.value * (1.0 / before - 1.0 / now)
    return contracts * units_of(contract) * (now - before)


def hand_funding(contract: Any, contracts: float, price: float, rate: float) -> float:
    """Return the payment of a holding at a rate, in the currency of the payoff."""
    if isinstance(contract, hr.InverseContract):
        return contracts * contract.value / price * rate
    return contracts * units_of(contract) * price * rate


def units_of(contract: Any) -> float:
    if isinstance(contract, hr.Spot):
        return 1.0
    return contract.multiplier * (
        contract.fixed_rate if isinstance(contract, hr.QuantoContract) else 1.0
    )


def random_book(seed: int, names: list[str], units: dict[str, float]) -> Book:
    rng = np.random.default_rng(seed)
    table = random_prices(rng)
    wallets = {}
    for name in names:
        if name != "SHARE" and rng.random() < 0.8:
            # far above what three bars of the largest holding can lose
            coins = RATES.get(name) == "COIN"
            wallets[name] = rng.uniform(2.0, 8.0) * (1.0 if coins else 50_000.0)
    return Book(table, dict(units), names, wallets)


def assert_equal(updated: Any, fresh: Any) -> None:
    """All numbers of two recommendations, apart from bands that are kept from bar to bar."""
    pd.testing.assert_series_equal(
        pd.Series(dict(updated.problem.position.units)),
        pd.Series(dict(fresh.problem.position.units)),
        rtol=1e-12,
    )
    targets = (updated.plan.targets, fresh.plan.targets)
    np.testing.assert_allclose(targets[0].best, targets[1].best, rtol=1e-9)
    np.testing.assert_allclose(targets[0].whole_lots, targets[1].whole_lots, rtol=1e-12)
    plan = plan_trades_within(updated.plan.bands, fresh.problem, fresh.valuation, fresh.settings)
    np.testing.assert_array_equal(updated.plan.holdings, plan.holdings)
    np.testing.assert_allclose(updated.plan.costs, plan.costs, rtol=1e-9)
    same_plan = dataclasses.replace(fresh.assessment, plan=plan)
    for part in ("margin", "volatility", "stress"):
        found = getattr(updated.assessment, part)
        expected = getattr(same_plan, part)
        if expected is None:
            assert found is None
        elif part == "volatility":
            pd.testing.assert_series_equal(found, expected, rtol=1e-9)
        else:
            pd.testing.assert_frame_equal(found, expected, rtol=1e-9)
    assert updated.assessment.without_maintenance_margin == same_plan.without_maintenance_margin
    carries = (updated.assessment.carry, same_plan.carry)
    assert [one.instrument for one in carries[0]] == [one.instrument for one in carries[1]]
    for found, expected in zip(*carries, strict=True):
        assert found.per_year == pytest.approx(expected.per_year, rel=1e-9)
    assert updated.assessment.carry_gaps == same_plan.carry_gaps


def check_updates(seed: int, names: list[str], units: dict[str, float], model: Any) -> None:
    book = random_book(seed, names, units)
    rng = np.random.default_rng(seed + 1)
    held = {name: float(rng.integers(-40, 40)) for name in names}
    fit = model.fit(*book.market.returns(book.position, book.instruments))
    margin = hr.Margin(book.wallets, horizon=3, probability=0.05)
    parts = (book.position, book.instruments, book.market)
    updated = hr.recommend(fit, *parts, holdings=held, margin=margin)
    for _ in range(BARS):
        held = updated.holdings.to_dict()
        bar = book.table.iloc[book.end]
        over_the_bar = book.position
        book.pass_one_bar(held)
        updated = updated.update(bar)
        # the return of a date is that of the units held over it
        asset, hedges = book.market.returns(over_the_bar, book.instruments)
        fit = fit.extend(asset.iloc[-1:], hedges.iloc[-1:])
        margin = hr.Margin(book.wallets, horizon=3, probability=0.05)
        parts = (book.position, book.instruments, book.market)
        fresh = hr.recommend(fit, *parts, holdings=held, margin=margin)
        assert_equal(updated, fresh)


GENERATE = (Phase.generate,)  # a failing book is not made smaller, which takes minutes
BOOKS = {
    "seed": st.integers(0, 2**31),
    "names": st.lists(st.sampled_from(list(INSTRUMENTS)), min_size=1, max_size=4, unique=True),
    "units": st.sampled_from(POSITIONS),
    "model": st.sampled_from([hr.OLSHedge(), hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))]),
}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=GENERATE,
)
@given(**BOOKS)
def test_updates_equal_fresh_recommendations(
    seed: int, names: list[str], units: dict[str, float], model: Any
) -> None:
    check_updates(seed, names, units, model)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), phases=GENERATE)
@given(**BOOKS)
def test_updates_equal_fresh_recommendations_of_many_books(
    seed: int, names: list[str], units: dict[str, float], model: Any
) -> None:
    check_updates(seed, names, units, model)


# --- the wallet behind a margin ---

STEPS = (1.02, 1.04, 1.06, 1.08)


def flat_market(contract: Any, price: float = 50_000.0) -> hr.Market:
    """A coin and a contract on it that end at one price."""
    rng = np.random.default_rng(0)
    levels = np.exp(np.cumsum(0.01 * rng.standard_normal(START)))
    spot = price * levels / levels[-1]
    prices = {"COIN": spot, contract.name: spot * np.exp(1e-4 * rng.standard_normal(START))}
    table = pd.DataFrame(prices, DATES[:START])
    table.iloc[-1] = price
    rates = {contract.name: "COIN"} if isinstance(contract, hr.InverseContract) else None
    return hr.Market(table, rates=rates)


def advise_on_margin(contract: Any, held: float, wallet: float) -> hr.recommendation.Recommendation:
    market = flat_market(contract)
    position = hr.Position({"COIN": -np.sign(held) * 2.0})
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    margin = hr.Margin({contract.name: wallet}, horizon=9)
    return hold(hr.recommend(fit, position, contract, market, margin=margin), held)


CASES = [
    (hr.InverseContract("PERP", 100, currency="COIN", maintenance_margin=0.005), -1000.0, 0.2),
    (hr.InverseContract("PERP", 100, currency="COIN", maintenance_margin=0.005), 1000.0, 0.22),
    (hr.LinearContract("PERP", 0.001, maintenance_margin=0.005), -2000.0, 10_000.0),
    (hr.LinearContract("PERP", 0.001, maintenance_margin=0.005), 2000.0, 10_000.0),
    (hr.QuantoContract("PERP", 0.001, fixed_rate=3.0, maintenance_margin=0.005), -2000.0, 30_000.0),
]


@pytest.mark.parametrize(("contract", "held", "wallet"), CASES)
def test_every_bar_sees_the_same_liquidation_price(
    contract: Any, held: float, wallet: float
) -> None:
    """Equity falls to maintenance margin at one price, in closed form, from whichever bar."""
    found = advise_on_margin(contract, held, wallet)
    first = hr.margin.liquidation_price(contract, wallet, held, 50_000.0)
    probabilities = []
    for step, factor in enumerate(STEPS):
        row = found.margin.loc["PERP"]
        assert row["liquidation price"] == pytest.approx(first, rel=1e-9)
        probabilities.append(row["probability"])
        price = 50_000.0 * (factor if held < 0 else 2.0 - factor)
        bar = {"COIN": price, "PERP": price}
        later = DATES[START - 1] + pd.Timedelta(hours=8 * (step + 1))
        found = hold(found.update(bar, later), held)
        gain = hand_gain(contract, held, 50_000.0, price)
        assert found.settings.margin.wallet("PERP") == pytest.approx(wallet + gain, rel=1e-9)
    assert probabilities == sorted(probabilities)
    assert probabilities[-1] > probabilities[0]


def hold(found: hr.recommendation.Recommendation, held: float) -> hr.recommendation.Recommendation:
    """Return the same recommendation with the holding left alone."""
    plan = dataclasses.replace(found.plan, holdings=np.array([held]))
    return hr.recommendation.Recommendation(dataclasses.replace(found.assessment, plan=plan))


def test_a_wallet_that_is_used_up_is_liquidated_now() -> None:
    contract = CASES[2][0]
    found = advise_on_margin(contract, -2000.0, 5_000.0)
    low = hold(found.update({"COIN": 52_000.0, "PERP": 52_000.0}, DATES[START]), -2000.0)
    row = low.margin.loc["PERP"]
    # 2 coins short: 4,000 of 5,000 are lost, and 0.5 % of 104,000 are required
    assert row["collateral"] == pytest.approx(1_000.0, rel=1e-9)
    assert row["maintenance"] == pytest.approx(520.0, rel=1e-9)
    beyond = low.update({"COIN": 54_000.0, "PERP": 54_000.0}, DATES[START + 1])
    row = beyond.margin.loc["PERP"]
    assert row["collateral"] < 0.0
    assert (row["liquidation price"], row["probability"]) == (54_000.0, 1.0)
    text = "PERP is liquidated at today's price: the 2,000 short held have collateral of -"
    assert beyond.reasons[0].startswith(f"Warning: {text}")
    assert beyond.decision.startswith(text)
    # a wallet that was never given stays unknown
    unknown = advise_on_margin(contract, -2000.0, 5_000.0)
    settings = dataclasses.replace(unknown.settings, margin=hr.Margin())
    plain = dataclasses.replace(unknown.assessment, settings=settings)
    later = hr.recommendation.Recommendation(plain).update(
        {"COIN": 52_000.0, "PERP": 52_000.0}, DATES[START]
    )
    assert np.isnan(later.margin.loc["PERP", "collateral"])


def test_an_update_can_be_of_other_holdings_than_recommended() -> None:
    found = advise_on_margin(CASES[2][0], -2000.0, 10_000.0)
    bar = {"COIN": 51_000.0, "PERP": 51_000.0}
    partly = found.update(bar, DATES[START], holdings={"PERP": -500.0})
    assert partly.summary.loc["PERP", "held"] == -500.0
    assert partly.settings.margin.wallet("PERP") == pytest.approx(10_000.0 - 500.0, rel=1e-12)
    with pytest.raises(hr.DataError, match="holdings must be of instruments; 'F' is not among"):
        found.update(bar, DATES[START], holdings={"F": 1.0})


@pytest.mark.parametrize(
    ("expiry", "last"),
    [
        ("2024-02-10 08:00", "2024-02-10 08:00"),
        ("2024-02-10 08:00+00:00", "2024-02-10 08:00"),
        ("2024-02-10 17:00+09:00", "2024-02-10 08:00"),
        ("2024-02-10", "2024-02-10 23:59"),
        ("2024-02-10 00:00+09:00", "2024-02-10 14:59"),
    ],
)
def test_a_contract_expires_to_the_minute(expiry: str, last: str) -> None:
    contract = hr.LinearContract("PERP", 0.001, expiry=pd.Timestamp(expiry))
    market = flat_market(contract)
    assert market.last_date == pd.Timestamp("2024-02-09 16:00", tz="UTC")
    position = hr.Position({"COIN": 2.0})
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    found = hr.recommend(fit, position, contract, market)
    bar = {"COIN": 51_000.0, "PERP": 51_000.0}
    moment = pd.Timestamp(last, tz="UTC")
    assert found.update(bar, moment).as_of == moment
    with pytest.raises(hr.DataError, match="'PERP' must not have expired; it did on 2024-02-10"):
        found.update(bar, moment + pd.Timedelta(minutes=1))


def test_an_update_that_skips_periods_says_so() -> None:
    table = hr.load("nasdaq_sp500").tail(300)
    market = hr.Market(table)
    position = hr.Position({"NASDAQ": 1000})
    future = hr.LinearContract("SP500", 50, lot=1)
    advice = hr.recommend(
        hr.OLSHedge().fit(*market.returns(position, future)), position, future, market
    )
    bar = table.iloc[-1] * 1.01
    day_after = advice.update(bar, "2019-01-02")
    assert not any("the model counts that as" in one for one in day_after.reasons)
    weeks_after = advice.update(bar, "2019-01-21")
    (warning,) = [one for one in weeks_after.reasons if "the model counts that as" in one]
    assert warning.startswith(
        "Warning: the last observation, 2019-01-21, comes 21 days after the one before, "
        "2018-12-31: the model counts that as 1 business day."
    )


def test_a_bar_in_another_time_zone_has_the_zone_of_the_table() -> None:
    table = random_prices(np.random.default_rng(4))[["COIN", "LINEAR"]]
    position = hr.Position({"COIN": 2.0})
    instrument = hr.LinearContract("LINEAR", 0.01)
    market = hr.Market(table.iloc[:START])
    fit = hr.OLSHedge().fit(*market.returns(position, instrument))
    first = hr.recommend(fit, position, instrument, market)
    bar = table.iloc[START]
    expected = first.update(bar)
    abroad = first.update(bar.rename(bar.name.tz_convert("America/New_York")))
    assert abroad.decision == expected.decision
    assert abroad.reasons == expected.reasons
    pd.testing.assert_index_equal(
        abroad.problem.market.table.index, expected.problem.market.table.index
    )
