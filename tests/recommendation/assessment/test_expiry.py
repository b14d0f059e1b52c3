"""Contracts that expire before the next observation."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.assessment.expiry import _next_gap

LAST = pd.Timestamp("2024-02-06")


def expiring(table: pd.DataFrame, expiry: Any) -> list[str]:
    """Warnings of the expiry of a hedge, and what the assessment says."""
    assert table.index[-1].tz_localize(None) == LAST
    contract = hr.LinearContract("F", 50, expiry=expiry, fee=0.0001)
    market = hr.Market(table)
    position = hr.Position({"A": 400_000.0})
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    found = hr.recommend(fit, position, contract, market)
    warned = [text for text in found.reasons if "before the next observation" in text]
    assert len(warned) == len(found.assessment.expiring)
    nothing = hr.Limits(contracts={"F": 0})
    unheld = hr.recommend(fit, position, contract, market, limits=nothing)
    assert not unheld.assessment.expiring
    return warned


@pytest.mark.parametrize("zone", [None, "UTC"])
@pytest.mark.parametrize(
    ("expiry", "warned"),
    [
        (LAST, True),
        (LAST + pd.Timedelta(hours=8), True),
        ((LAST + pd.Timedelta(hours=8)).tz_localize("UTC"), True),
        (LAST + pd.Timedelta(days=1), False),
        (LAST + pd.Timedelta(hours=24), False),
        (LAST + pd.Timedelta(days=30), False),
        (None, False),
    ],
)
def test_an_expiry_before_the_next_observation_is_a_warning(
    table: pd.DataFrame, zone: str | None, expiry: Any, warned: bool
) -> None:
    found = expiring(table if zone is None else table.tz_localize(zone), expiry)
    assert bool(found) == warned
    if warned:
        assert found[0].startswith("Warning: F expires on 2024-02-06")
        assert found[0].endswith("hedge with the contract that it is rolled into.")


@pytest.mark.parametrize(
    ("last", "expiry", "warned"),
    [
        ("2024-02-02", "2024-02-03", True),  # a Friday, and the Saturday after it
        ("2024-02-02", "2024-02-05", False),
        ("2024-02-01", "2024-02-02", False),
    ],
)
def test_a_weekend_is_before_the_next_business_day(last: str, expiry: str, warned: bool) -> None:
    dates = pd.bdate_range(end=last, periods=300)
    rng = np.random.default_rng(0)
    future = 0.01 * rng.standard_normal(300)
    asset = 0.9 * future + 0.004 * rng.standard_normal(300)
    table = 100.0 * (1.0 + pd.DataFrame({"A": asset, "F": future}, dates)).cumprod()
    market = hr.Market(table)
    contract = hr.LinearContract("F", 50, expiry=pd.Timestamp(expiry))
    position = hr.Position({"A": 400_000.0})
    fit = hr.OLSHedge().fit(*market.returns(position, contract))
    found = hr.recommend(fit, position, contract, market)
    assert bool(found.assessment.expiring) == warned


def test_a_session_ends_before_the_next_bar() -> None:
    days = pd.bdate_range("2024-01-02", "2024-02-02")
    dates = days.repeat(7) + pd.to_timedelta(np.tile(np.arange(10, 17), len(days)), "h")
    assert _next_gap(dates) == pd.Timedelta(hours=66)
    assert _next_gap(dates[:-1]) == pd.Timedelta(hours=1)
    assert _next_gap(dates[:-7]) == pd.Timedelta(hours=18)
