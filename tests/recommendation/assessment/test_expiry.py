"""Contracts that expire before the next observation."""

from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr

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
