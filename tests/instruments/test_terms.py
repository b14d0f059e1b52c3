"""Terms of trade: which are refused, and how dates are read."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.terms import as_timestamp, last_moment


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"lot": 0}, "lot must be a number above 0; got 0. Pass the smallest number"),
        (
            {"fee": -0.2},
            "fee must be a share of the traded value, from -0.1 to 0.1; got -0.2. Pass",
        ),
        ({"fee": 5}, "got 5. Pass 0.0005 for 0.05%.* a fee per contract is fee_per_contract=2.25"),
        ({"fee": "low"}, "fee must be a share of the traded value, from -0.1 to 0.1; got 'low'"),
        ({"half_spread": 2}, "half_spread must be a share of the traded value, from 0 to 0.1"),
        ({"half_spread": -1e-4}, "got -0.0001. .* a rebate is a negative fee"),
        ({"fee_per_contract": np.inf}, "fee_per_contract must be an amount in the currency of"),
        ({"fee_per_contract": "2"}, "got '2'. Pass 2.25 for 2.25 dollars a contract"),
        ({"maintenance_margin": -0.1}, "maintenance_margin must be a share"),
        ({"maintenance_margin": 5}, "maintenance_margin must be a share"),
        ({"maintenance_margin": True}, "maintenance_margin must be a share"),
        ({"expiry": "2025-03-28"}, "expiry must be a date or None; got '2025-03-28'"),
        ({"expiry": pd.NaT}, "expiry must be a date or None"),
        (
            {"expiry": datetime.date(2025, 3, 28), "funding": "8-hourly"},
            "expiry and funding must not both be given; got expiry 2025-03-28",
        ),
        ({"funding": "daily"}, "funding must be one of '8-hourly', 'continuous'; got 'daily'"),
        ({"name": ""}, "name must be the column of the instrument's prices; got ''"),
    ],
)
def test_invalid_terms_are_refused(terms: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        LinearContract(**({"name": "FUT", "multiplier": 5} | terms))


@pytest.mark.parametrize("term", ["fee", "half_spread", "fee_per_contract", "maintenance_margin"])
def test_what_a_table_does_not_know_stays_unknown(term: str) -> None:
    for missing in (float("nan"), np.nan, Decimal("NaN"), None):
        contract = LinearContract("FUT", 5, **{term: missing})
        assert getattr(contract, term) is None
        assert not contract.has_costs
    zero = LinearContract("FUT", 5, **{term: 0})
    assert getattr(zero, term) == 0.0
    assert zero.has_costs == (term != "maintenance_margin")


def test_decimals_are_read_as_floats() -> None:
    contract = LinearContract(
        "FUT",
        Decimal("12.5"),
        lot=Decimal("0.1"),
        fee=Decimal("-0.0001"),
        fee_per_contract=Decimal("2.25"),
    )
    assert contract == LinearContract("FUT", 12.5, lot=0.1, fee=-0.0001, fee_per_contract=2.25)
    assert contract.profit(2, 10.0, 11.0) == 25.0


def test_costs_of_a_trade_by_hand() -> None:
    """A dollar contract worth 4,000, for an account in euros at 0.9 euros a dollar."""
    terms = {"fee": -0.0001, "half_spread": 0.0003, "fee_per_contract": 2.5}
    contract = LinearContract("FUT", 50, **terms)
    notional = contract.notional(80.0, rate=0.9)
    expected = (0.0003 - 0.0001) * 50 * 80.0 * 0.9 + 2.5 * 0.9
    assert contract.trading_cost(notional, 0.9) == pytest.approx(expected, rel=1e-12)
    rebate = LinearContract("FUT", 50, fee=-0.0002, half_spread=0.0001)
    assert rebate.trading_cost(4_000.0) == pytest.approx(-0.4, rel=1e-12)
    assert LinearContract("FUT", 50).trading_cost(4_000.0) == 0.0


def test_expiry_is_kept_as_a_timestamp() -> None:
    future = LinearContract("X", 1, expiry=datetime.date(2025, 3, 28))
    assert future.expiry == pd.Timestamp("2025-03-28")


def test_dates_and_their_text_are_timestamps() -> None:
    for value in ("2024-04-01", datetime.date(2024, 4, 1), np.datetime64("2024-04-01")):
        assert as_timestamp(value, "expiry") == pd.Timestamp("2024-04-01")
    for value in ("one day", None, pd.NaT, 20240401, np.int64(5), 5.0, True):
        with pytest.raises(DataError, match="expiry must be a date; got .*Pass for example"):
            as_timestamp(value, "expiry")


def test_last_moment_of_a_date_is_the_end_of_its_day() -> None:
    midnight = pd.Timestamp("2024-03-31", tz="Europe/Berlin")  # a day of 23 hours
    assert last_moment(midnight) == pd.Timestamp("2024-04-01", tz="Europe/Berlin") - pd.Timedelta(1)
    assert last_moment(pd.Timestamp("2024-03-31 08:00")) == pd.Timestamp("2024-03-31 08:00")
