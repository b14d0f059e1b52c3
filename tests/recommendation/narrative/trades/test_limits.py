"""Binding limits are named exactly where they bind, with the target without them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import money, quantity
from hedgeresearch.recommendation.narrative.trades.limits import binding_sentences
from hedgeresearch.recommendation.sizing.past_targets import past_targets

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}


def binding(found: hr.recommendation.Recommendation) -> list[str]:
    """Sentences on limits and the objective, which are among the reasons."""
    sentences = binding_sentences(found.assessment)
    assert [text for text in found.reasons if text in sentences] == sentences
    return sentences


def unlimited(found: hr.recommendation.Recommendation) -> list[str]:
    """Contracts for the ratios in words, without names."""
    contracts = found.confidence.ratios["contracts"]
    return [f"{quantity(abs(n))} {'short' if n < 0 else 'long'}" for n in contracts]


@pytest.mark.parametrize("units", [400_000.0, -400_000.0])
def test_a_contract_limit_is_named_where_it_binds(advise: Advise, units: float) -> None:
    def with_limit(limit: float | tuple[float, float]) -> hr.recommendation.Recommendation:
        return advise({"A": units}, ["F"], limits=hr.Limits(contracts={"F": limit}))

    target = abs(advise({"A": units}, ["F"]).summary.loc["F", "target"])
    tight = with_limit(target - 3.0)
    assert binding(tight) == [
        f"The F contract limit binds; without it the target would be {unlimited(tight)[0]}."
    ]
    assert binding(with_limit(target + 1e-6)) == []
    wrong_side = (1, 2) if units > 0 else (-2, -1)
    assert len(binding(with_limit(wrong_side))) == 1


def test_gross_and_number_of_instruments_bind_together(advise: Advise) -> None:
    free = advise(UNITS, ["F", "H"])
    f, h = unlimited(free)
    gross = float(np.abs(free.summary["target"] * free.valuation.notionals).sum())
    tight = hr.Limits(gross=0.9 * gross, max_instruments=1)
    assert binding(advise(UNITS, ["F", "H"], limits=tight)) == [
        "The gross limit and the limit on the number of instruments bind; "
        f"without them the targets would be {f} F, {h} H."
    ]
    wide = hr.Limits(gross=1.01 * gross, max_instruments=2)
    assert binding(advise(UNITS, ["F", "H"], limits=wide)) == []


def test_the_exposure_kept_is_named(advise: Advise) -> None:
    free = advise(UNITS, ["F", "H"])
    f, h = unlimited(free)
    without = f"without it the targets would be {f} F, {h} H."
    beta = advise(UNITS, ["F", "H"], objective=hr.Objective(beta={"F": 0.3}))
    assert binding(beta) == [f"The objective keeps a beta of 0.3 to F; {without}"]
    both = advise(UNITS, ["F", "H"], objective=hr.Objective(beta={"H": -0.1}, net=0.125))
    kept = "The objective keeps a beta of -0.1 to H and a net exposure of 12.5%"
    assert binding(both) == [f"{kept}; {without}"]
    assert binding(free) == []


def test_with_a_net_limits_bind_the_target_of_the_net(advise: Advise) -> None:
    objective = hr.Objective(net=0.1)
    target = advise(UNITS, ["F"], objective=objective).plan.targets.best[0]
    limits = hr.Limits(contracts={"F": (2 * target, 0)})
    found = advise(UNITS, ["F"], objective=objective, limits=limits)
    assert [text[:13] for text in binding(found)] == ["The objective"]


def test_many_instruments_are_counted(advise: Advise) -> None:
    found = advise(UNITS, ["F", "G", "H", "PERP"], limits=hr.Limits(gross=1e6))
    contracts = found.confidence.ratios["contracts"]
    gross = float(np.abs(contracts * found.valuation.notionals).sum())
    worth = f"the targets would be worth {money(gross)} in 4 instruments"
    assert binding(found) == [f"The gross limit binds; without it {worth}."]


def test_an_unstable_target_is_named_with_its_cost(advise: Advise, market: hr.Market) -> None:
    model = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
    unstable = advise(UNITS, ["F", "H"], model)
    path = past_targets(unstable.problem, unstable.valuation, unstable.settings.objective)
    changes = np.abs(np.diff(path, axis=0)).mean(axis=0)
    later = unstable.update(market.table.iloc[-1], market.last_date + pd.Timedelta(days=1))
    for i, name in enumerate(["F", "H"]):
        assert unstable.summary.loc[name, "band"] == 0.5
        assert changes[i] > 0.5
        text = (
            f"{name}: the target moves by more in 1 day than the tracking error "
            "allows, so the hedge is rebalanced to the nearest lot every day"
        )
        cost = money(changes[i] * unstable.valuation.costs[i])
        assert f"{text}, at a cost of about {cost} per day." in unstable.reasons
        assert f"{text}." in later.reasons
    stable = advise(UNITS, ["F", "H"])
    averse = advise(UNITS, ["F", "H"], model, rebalancing=hr.CostOptimalBands(1e-9))
    for found in (stable, averse):
        assert not any("moves by more" in text for text in found.reasons)
