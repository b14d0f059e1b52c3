"""Binding limits are named exactly where they bind, with the target without them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import money, quantity

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}


def shaped(found: hr.recommendation.Recommendation) -> list[str]:
    return [text for text in found.reasons if text.startswith(("The limit", "The objective"))]


def asked(found: hr.recommendation.Recommendation) -> list[str]:
    """What the ratios ask for, in words."""
    contracts = found.confidence.ratios["contracts"]
    return [
        f"{quantity(abs(n))} {'short' if n < 0 else 'long'} {name}" for name, n in contracts.items()
    ]


@pytest.mark.parametrize("units", [400_000.0, -400_000.0])
def test_a_contract_limit_is_named_where_it_binds(advise: Advise, units: float) -> None:
    best = abs(advise({"A": units}, ["F"]).summary.loc["F", "target"])
    tight = advise({"A": units}, ["F"], limits=hr.Limits(contracts={"F": best - 3.0}))
    assert shaped(tight) == [
        f"The limit of contracts of F binds: without limits {asked(tight)[0]}."
    ]
    assert shaped(advise({"A": units}, ["F"], limits=hr.Limits(contracts={"F": best + 1e-6}))) == []
    wrong_side = (1, 2) if units > 0 else (-2, -1)
    assert (
        len(shaped(advise({"A": units}, ["F"], limits=hr.Limits(contracts={"F": wrong_side})))) == 1
    )


def test_gross_and_number_of_instruments_bind_together(advise: Advise) -> None:
    free = advise(UNITS, ["F", "H"])
    gross = float(np.abs(free.summary["target"] * free.valuation.notionals).sum())
    found = advise(UNITS, ["F", "H"], limits=hr.Limits(gross=0.9 * gross, max_instruments=1))
    assert shaped(found) == [
        f"The limit of gross and of the number of instruments bind: without limits {', '.join(asked(free))}."
    ]
    assert (
        shaped(advise(UNITS, ["F", "H"], limits=hr.Limits(gross=1.01 * gross, max_instruments=2)))
        == []
    )


def test_the_exposure_kept_is_named(advise: Advise) -> None:
    free = advise(UNITS, ["F", "H"])
    least = f"without it the best is {', '.join(asked(free))}."
    beta = advise(UNITS, ["F", "H"], objective=hr.Objective(beta={"F": 0.3}))
    assert shaped(beta) == [f"The objective leaves a beta of 0.3 to F; {least}"]
    both = advise(UNITS, ["F", "H"], objective=hr.Objective(beta={"H": -0.1}, net=0.125))
    assert shaped(both) == [f"The objective leaves a beta of -0.1 to H and a net of 12.5%; {least}"]
    assert shaped(free) == []


def test_with_a_net_limits_bind_the_target_of_the_net(advise: Advise) -> None:
    aim = hr.Objective(net=0.1)
    best = advise(UNITS, ["F"], objective=aim).plan.targets.best[0]
    found = advise(UNITS, ["F"], objective=aim, limits=hr.Limits(contracts={"F": (2 * best, 0)}))
    assert [text[:13] for text in shaped(found)] == ["The objective"]


def test_many_instruments_are_counted(advise: Advise) -> None:
    names = ["F", "G", "H", "PERP"]
    found = advise(UNITS, names, limits=hr.Limits(gross=1e6))
    worth = float(np.abs(found.confidence.ratios["contracts"] * found.valuation.notionals).sum())
    assert shaped(found) == [
        f"The limit of gross binds: without limits {money(worth)} in 4 instruments."
    ]


def test_an_unstable_target_is_named_with_its_cost(advise: Advise, market: hr.Market) -> None:
    ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))
    restless = advise(UNITS, ["F", "H"], ewma)
    changes = np.abs(
        np.diff(target_path(restless.problem, restless.settings.objective, 250), axis=0)
    )
    for i, name in enumerate(["F", "H"]):
        assert restless.summary.loc[name, "band"] == 0.5
        assert changes[:, i].mean() > 0.5
        text = (
            f"{name}: the best holding moves more from one date to the next than the tracking error allows; it is "
            "traded to the nearest lot at each date"
        )
        assert (
            f"{text}, which costs about {money(changes[:, i].mean() * restless.valuation.costs[i])} a date."
            in restless.reasons
        )
        later = restless.update(market.table.iloc[-1], market.last_date + pd.Timedelta(days=1))
        assert f"{text}." in later.reasons
    still = advise(UNITS, ["F", "H"])
    averse = advise(UNITS, ["F", "H"], ewma, rebalancing=hr.CostOptimalBands(risk_aversion=1e-9))
    for found in (still, averse):
        assert not any("moves more" in text for text in found.reasons)
