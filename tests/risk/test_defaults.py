"""Defaults: what is refused, and their rows of the stress table against sums by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.risk import JumpToDefault, stress_table

DEFAULT = JumpToDefault(loss=0.8, proxies={"TOKEN": 0.1}, probability=0.05)

BAD: list[tuple[dict[str, Any], str]] = [
    ({"loss": 0.0}, "loss must lie above 0"),
    ({"loss": np.nan}, "loss must lie above 0"),
    ({"probability": 1.0}, "probability must"),
    ({"collected": 1.5}, "collected must lie above 0"),
    ({"proxies": {}}, "proxies must map at least one proxy"),
    ({"proxies": {"TOKEN": -0.1}}, "the price of 'TOKEN' after a default must be"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_scenarios_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        replace(DEFAULT, **change)


@pytest.mark.parametrize(("sold", "collected"), [(-500.0, 1.0), (-500.0, 0.4), (300.0, 0.4)])
def test_a_default_is_a_row_of_the_stress_table(sold: float, collected: float) -> None:
    """A gain is collected in part, a loss is owed in full."""
    generator = np.random.default_rng(0)
    dates = pd.date_range("2024-01-01", periods=100)
    names = ["CLAIM", "TOKEN", "INDEX"]
    returns = pd.DataFrame(0.01 * generator.standard_normal((100, 3)), dates, names)
    exposures = pd.Series([1000.0, sold, -200.0], names)
    default = replace(DEFAULT, proxies={"TOKEN": 0.1, "INDEX": 1.2}, collected=collected)
    table = stress_table(exposures, returns, returns.cov(), worst=1, defaults=[default])
    row = table.loc["jump to default"]
    gain = -0.9 * sold
    paid = (collected if gain > 0.0 else 1.0) * gain - 0.2 * 200.0
    assert row["unhedged"] == pytest.approx(-800.0)
    assert row["hedged"] == pytest.approx(-800.0 + paid)
    assert "TOKEN at 10%, INDEX at 120% of the price before" in row["meaning"]
    other = replace(DEFAULT, proxies={"COIN": 0.1})
    with pytest.raises(DataError, match="must be hedges among .*; got 'COIN'"):
        stress_table(exposures, returns, returns.cov(), defaults=[other])
    with pytest.raises(DataError, match="defaults must be JumpToDefault"):
        stress_table(exposures, returns, returns.cov(), defaults=["default"])  # type: ignore[list-item]


@pytest.fixture(scope="module")
def problem() -> tuple[Any, ...]:
    """A claim and a token that it follows a little."""
    generator = np.random.default_rng(0)
    token = 0.04 * generator.standard_normal(300)
    claim = 0.1 * token + 0.01 * generator.standard_normal(300)
    paths = 100.0 * np.cumprod(1.0 + np.column_stack([claim, token]), axis=0)
    dates = pd.date_range("2024-01-01", periods=300)
    market = hr.Market(pd.DataFrame(paths, dates, ["CLAIM", "TOKEN"]))
    position = hr.Position({"CLAIM": 1000.0})
    future = hr.LinearContract("TOKEN", 1)
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    return fit, position, future, market


def test_a_recommendation_says_what_a_default_leaves(problem: tuple[Any, ...]) -> None:
    rescue = JumpToDefault(0.3, {"TOKEN": 0.5}, 0.1, collected=0.5, name="rescue")
    found = hr.recommend(*problem, defaults=[DEFAULT, rescue])
    value = found.valuation.value
    notional = found.summary.loc["TOKEN", "notional"]
    assert notional < 0.0
    for name, loss, paid in (("default", 0.8, -0.9 * notional), ("rescue", 0.3, -0.25 * notional)):
        row = found.stress.loc[f"jump to {name}"]
        assert row["unhedged"] == pytest.approx(-loss * value)
        assert row["hedged"] == pytest.approx(-loss * value + paid)
        (text,) = [one for one in found.reasons if one.startswith(f"Jump to {name}")]
        assert f"the hedges pay {paid:,.0f}, and {loss * value - paid:,.0f} is not covered" in text
    assert len(found.to_dict()["settings"]["defaults"]) == 2
    assert found.to_dict()["stress"]["jump to rescue"]["hedged"] == pytest.approx(
        found.stress.loc["jump to rescue", "hedged"]
    )
    page = hr.report.report_html(found)
    assert "jump to rescue" in page
    assert "is not covered" in page
    assert "Forecast error variance of the hedged position" in page


def test_a_default_of_no_instrument_is_refused(problem: tuple[Any, ...]) -> None:
    cases = [
        (replace(DEFAULT, proxies={"COIN": 0.1}), "must be instruments, TOKEN; got 'COIN'"),
        ([DEFAULT, DEFAULT], "defaults must have different names"),
        (["default"], "defaults must be hr.risk.JumpToDefault"),
    ]
    for defaults, message in cases:
        with pytest.raises(DataError, match=message):
            hr.recommend(*problem, defaults=defaults)
