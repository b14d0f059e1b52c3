"""The order of the reasons, and their numbers."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import money, quantity

Advise = Callable[..., hr.recommendation.Recommendation]


def test_warnings_come_first_then_trades_and_confidence(advise: Advise) -> None:
    found = advise({"A": 400_000.0}, ["F", "H"], margin=hr.Margin({"F": 2e5}, horizon=60))
    reasons = found.reasons
    warned = [text.startswith("Warning") for text in reasons]
    assert warned == sorted(warned, reverse=True)
    assert warned[0]
    said = [text for text in reasons if not text.startswith("Warning")]
    for text, name in zip(said, ["F", "H"], strict=False):
        row = found.summary.loc[name]
        order = found.orders.set_index("instrument").loc[name]
        assert text == f"{name} {order['reason']}."
        assert (
            f"best is {quantity(-row['best'])} short, left alone within {quantity(row['band'])} of it"
            in text
        )
        assert text.endswith(f"to {-row['to hold']:,.10g} short.")
    assert said[2].startswith(
        f"The ratio of F is {found.summary.loc['F', 'ratio']:.3f} (95% interval"
    )
    loss = money(found.tails.historical_value_at_risk * found.valuation.value)
    assert f"On one date in 100 the hedged book would have lost {loss} or more." in said


def test_a_large_past_loss_is_a_warning(table: pd.DataFrame, instruments: dict[str, Any]) -> None:
    crash = table.copy()
    crash.loc[crash.index[200] :, "A"] *= 0.7
    market = hr.Market(crash)
    position = hr.Position({"A": 400_000.0})
    fit = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94)).fit(
        *market.returns(position, instruments["F"])
    )
    found = hr.recommend(fit, position=position, instruments=instruments["F"], market=market)
    loss = -found.past.min() * found.valuation.value
    times = loss / found.volatility["as recommended"]
    assert found.past.idxmin() == crash.index[200]
    assert (
        f"Warning: on {crash.index[200].date()} the book as it is to be held would have lost {loss:,.0f}, "
        f"{times:.0f} times the volatility expected now."
    ) in found.reasons


@pytest.mark.parametrize("units", [400_000.0, -400_000.0])
def test_the_worst_date_of_a_short_position_is_a_rise(
    table: pd.DataFrame, instruments: dict[str, Any], units: float
) -> None:
    rally = table.copy()
    rally.loc[rally.index[200] :, "A"] *= 1.4
    market = hr.Market(rally)
    position = hr.Position({"A": units})
    fit = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94)).fit(
        *market.returns(position, instruments["F"])
    )
    found = hr.recommend(fit, position=position, instruments=instruments["F"], market=market)
    moved = rally["A"].pct_change() * units * rally["A"].iloc[-1]
    hedge = rally["F"].pct_change() * found.holdings["F"] * 50 * rally["F"].iloc[-1]
    profit = (moved + hedge).iloc[1:]
    said = [text for text in found.reasons if "times the volatility" in text]
    if units < 0.0:
        assert profit.idxmin() == rally.index[200]
        assert (
            f"on {rally.index[200].date()} the book as it is to be held would have lost {-profit.min():,.0f},"
            in said[0]
        )
    else:
        assert said == []


def test_losses_that_agree_are_said_to_agree() -> None:
    values = {
        "n_dates": 500,
        "level": 0.99,
        "skewness": 0.0,
        "skewness_interval": (-0.1, 0.1),
        "n_tail": 20,
    }
    kurtosis = {"excess_kurtosis": 0.0, "excess_kurtosis_interval": (-0.1, 0.1)}
    index = {"tail_index": 5.0, "tail_index_interval": (4.0, 6.0)}
    losses = {"normal_expected_shortfall": 0.02, "historical_expected_shortfall": 0.02}
    for normal, words in (
        (0.01001, "agrees with the historical 1 %."),
        (0.0099, "understates the historical 1 % by 1 %."),
        (0.0102, "overstates the historical 1 % by 2 %."),
    ):
        risk = {"normal_value_at_risk": normal, "historical_value_at_risk": 0.01}
        assert hr.risk.TailSummary(
            **values, **kurtosis, **index, **losses, **risk
        ).sentence.endswith(words)


def test_a_hedge_that_fails_in_the_tail_is_a_warning(
    advise: Advise, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    found = advise({"A": 400_000.0}, ["F"])
    joint = found.tail_dependence
    assert joint is not None
    assert not joint.fails
    weak = replace(joint, coefficient=0.05, interval=(0.0, joint.gaussian - 0.1))
    monkeypatch.setitem(found.__dict__, "tail_dependence", weak)
    assert f"Warning: {weak.sentence}" in found.reasons
