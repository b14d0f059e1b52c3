"""Losses and margin calls of a basis trade against its books, leg by leg."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.basis import TradeTerms, unwind_stress
from hedgeresearch.errors import DataError


def prices(n: int = 300, premium: float = 0.0) -> pd.DataFrame:
    """Return spot and a contract with a noisy premium, the last of which is given."""
    generator = np.random.default_rng(0)
    spot = 100.0 * np.exp(0.02 * generator.standard_normal(n).cumsum())
    basis = 0.01 * generator.standard_normal(n)
    basis[-1] = premium
    dates = pd.date_range("2026-01-01", periods=n, freq="8h", tz="UTC")
    return pd.DataFrame({"BTC": spot, "PERP": spot * (1.0 + basis)}, dates)


LINEAR = hr.LinearContract("PERP", 0.01, maintenance_margin=0.01)
INVERSE = hr.InverseContract("PERP", 100.0, maintenance_margin=0.01)


def test_a_linear_trade_is_booked_leg_by_leg() -> None:
    table = prices(premium=0.002)
    trade = TradeTerms(units=5.0, collateral=10.0, loan=0.6, spot_margin=0.39)
    stress = unwind_stress(table, "BTC", LINEAR, trade, quantile=0.9, periods=3)
    now, entry = table.iloc[-1]
    basis = table["PERP"] / table["BTC"] - 1.0
    assert stress.widened == pytest.approx(basis.quantile(0.9))
    moves = table["BTC"].pct_change(3).abs().dropna()
    assert stress.move == pytest.approx(moves.quantile(0.9))
    for row, sign in zip(stress.table.itertuples(), (0.0, 1.0, -1.0), strict=True):
        spot = now * (1.0 + sign * stress.move)
        price = spot * (1.0 + stress.widened)
        short = -5.0 * (price - entry)
        assert row.gain == pytest.approx(5.0 * (spot - now) + short)
        needed = 0.01 * 5.0 * price - (10.0 + short)
        assert row[4] == pytest.approx(max(needed, 0.0))
        equity = 5.0 * spot - 0.6 * 5.0 * now
        assert row[5] == pytest.approx(max(0.39 * 5.0 * spot - equity, 0.0))
    assert stress.table.loc["price rises", "contract call"] > 0.0
    assert stress.table.loc["price rises", "spot call"] == 0.0
    assert stress.table.loc["price falls", "spot call"] > 0.0


def test_an_inverse_trade_is_booked_in_coins() -> None:
    """The face is that of the contract's price, so that the gain depends on the basis alone."""
    table = prices(premium=0.004)
    stress = unwind_stress(table, "BTC", INVERSE, TradeTerms(units=5.0, loan=0.5), periods=3)
    now, entry = table.iloc[-1]
    for spot, price, gain, call, _ in stress.table.itertuples(index=False):
        coins = 5.0 * entry * (1.0 / price - 1.0 / entry)
        assert gain == pytest.approx(5.0 * (spot - now) + coins * spot)
        # the loan is in the currency of the price: 0.5 of the coins at the price of the entry
        equity = 5.0 - 0.5 * 5.0 * now / spot + coins
        assert call == pytest.approx(max(0.01 * 5.0 * entry / price - equity, 0.0) * spot)
    # q (S1 - S0) + q F0 (1/F1 - 1/F0) S1 = q (F0 / (1 + b1) - S0), whatever S1 is
    assert np.ptp(stress.table["gain"]) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("loan", "margin"), [(0.5, 0.49), (0.8, 0.19), (0.9, 0.09)])
def test_coins_back_the_loan_or_the_contract(loan: float, margin: float) -> None:
    """All coins in one account, paid down by the contract, against both margins."""
    perpetual = hr.InverseContract("PERP", 1.0, maintenance_margin=0.02)
    trade = TradeTerms(units=10.0, loan=loan, spot_margin=margin)
    called = 0
    for premium in (0.0, 0.05):
        table = prices(premium=premium)
        stress = unwind_stress(table, "BTC", perpetual, trade, periods=2)
        now, entry = table.iloc[-1]
        for spot, price, _, contract_call, spot_call in stress.table.itertuples(index=False):
            coins = 10.0 * entry / price - 10.0
            equity = (10.0 + coins) * spot - loan * 10.0 * now
            needed = margin * 10.0 * spot + 0.02 * 10.0 * entry / price * spot
            assert contract_call + spot_call >= needed - equity - 1e-9
            if contract_call > 0.0:
                assert contract_call + spot_call == pytest.approx(needed - equity)
            called += contract_call > 0.0
    assert called > 0


def test_unpledged_coins_keep_an_inverse_trade_alive() -> None:
    table = prices()
    free = unwind_stress(table, "BTC", INVERSE, TradeTerms(), periods=90)
    assert free.largest_call == 0.0
    assert "neither leg calls" in free.sentence
    pledged = unwind_stress(table, "BTC", INVERSE, TradeTerms(loan=0.9), periods=90)
    assert pledged.largest_call > 0.0


def test_a_trade_can_be_solvent_and_called() -> None:
    """A rise of the price: what the coins gain is no collateral of the contract."""
    stress = unwind_stress(prices(), "BTC", LINEAR, TradeTerms(collateral=2.0), periods=30)
    rises = stress.table.loc["price rises"]
    assert abs(rises["gain"]) < 5.0
    assert rises["contract call"] > 10.0


def test_carry_says_in_how_many_days_the_loss_is_earned() -> None:
    stress = unwind_stress(prices(), "BTC", LINEAR, TradeTerms(collateral=9.0), per_year=0.1)
    now = prices()["BTC"].iloc[-1]
    assert stress.days_to_earn_back == pytest.approx(365.0 * stress.loss / (0.1 * now))
    assert f"{stress.days_to_earn_back:.0f} days of carry" in stress.sentence
    without = unwind_stress(prices(), "BTC", LINEAR, TradeTerms(collateral=9.0))
    assert without.days_to_earn_back is None
    paid = unwind_stress(prices(), "BTC", LINEAR, TradeTerms(collateral=9.0), per_year=-0.1)
    assert paid.days_to_earn_back is None


def test_a_basis_wider_than_its_quantile_loses_nothing() -> None:
    stress = unwind_stress(prices(premium=0.2), "BTC", LINEAR, TradeTerms(collateral=9.0))
    assert stress.loss == 0.0
    gain = stress.table.loc["price unchanged", "gain"]
    assert gain > 10.0
    narrows = f"narrows from 20.0% to {100 * stress.widened:.1f}%, its 95% quantile"
    assert f"If the basis {narrows}, the trade gains {gain:.1f};" in stress.sentence
    assert len(stress.plot().get_yticklabels()) == 3
    assert len(stress.plot(interactive=True).data) > 0
    assert "<table" in stress._repr_html_()


@pytest.mark.long
def test_the_trade_of_bitcoin_in_coin(data_dir: Path) -> None:
    table = hr.load("binance_8h")
    perpetual = hr.InverseContract("BTC_COIN_PERP", 100, maintenance_margin=0.004)
    stress = unwind_stress(table, "BTC", perpetual, TradeTerms(units=10.0), per_year=0.1)
    assert stress.largest_call == 0.0
    assert stress.move == pytest.approx(0.155, abs=5e-4)
    linear = hr.LinearContract("BTC_USDT_PERP", 0.001, maintenance_margin=0.004)
    posted = TradeTerms(units=10.0, collateral=60_000.0)
    assert unwind_stress(table, "BTC", linear, posted).largest_call == pytest.approx(40_711, abs=1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"contract": hr.LinearContract("PERP", 1)}, r"has no maintenance margin"),
        ({"contract": hr.Spot("PERP")}, r"must be a linear or inverse contract"),
        ({"trade": 5.0}, r"trade must be TradeTerms"),
        ({"spot": "ETH"}, r"with the columns \['ETH', 'PERP'\]"),
        ({"quantile": 0.4}, r"quantile must lie strictly between 0.5 and 1"),
        ({"periods": 300}, r"periods must be a whole number up to 299"),
        ({"prices": prices(20)}, r"at least 30|30"),
    ],
)
def test_what_cannot_be_stressed_is_refused(changed: dict, message: str) -> None:
    given = {"prices": prices(), "spot": "BTC", "contract": LINEAR, "trade": TradeTerms()}
    with pytest.raises(DataError, match=message):
        unwind_stress(**(given | changed))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"units": 0.0}, r"units must lie strictly between"),
        ({"collateral": -1.0}, r"collateral must not be negative"),
        ({"loan": 1.0}, r"loan must be a share below 1"),
    ],
)
def test_trades_out_of_range_are_refused(terms: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        TradeTerms(**terms)
