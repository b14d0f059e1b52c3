"""How sure: contracts follow from the ratio's interval, and the tournament's words from its numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.difference_interval import interval_of_difference

Advise = Callable[..., hr.Recommendation]
UNITS = {"A": 400_000.0}


@pytest.mark.parametrize("units", [400_000.0, -400_000.0])
@pytest.mark.parametrize("model", [hr.OLSHedge(), hr.MinimumCVaRHedge()])
def test_contracts_follow_from_the_interval_of_the_ratio(advise: Advise, units: float, model: Any) -> None:
    found = advise({"A": units}, ["F"], model, level=0.9)
    row, fit = found.certainty.ratios.loc["F"], found.book.fit
    draws = None if fit.inference is not None else 50
    np.testing.assert_allclose(
        row[["lower", "upper"]].to_numpy(), fit.conf_int(0.9, n_bootstrap=draws).to_numpy()[0], rtol=1e-12
    )
    for contracts, ratio in (("contracts", "ratio"), ("at lower", "lower"), ("at upper", "upper")):
        expected = -row[ratio] * units * found.book.market.price("A") / (50 * found.book.market.price("F"))
        assert row[contracts] == pytest.approx(expected, rel=1e-12)
    assert row["contracts"] == pytest.approx(found.summary.loc["F", "best"], rel=1e-12)
    few, many = sorted((abs(row["at lower"]), abs(row["at upper"])))
    side = "short" if units > 0 else "long"
    assert f"asks for {few:,.2f} to {many:,.2f} contracts {side}" in found.certainty.sentences[0]


def test_a_beta_that_is_left_is_left_by_the_ends_too(advise: Advise) -> None:
    found = advise(UNITS, ["F"], objective=hr.Objective(beta=0.3))
    assert found.certainty.ratios.loc["F", "contracts"] == pytest.approx(found.summary.loc["F", "best"], rel=1e-12)


@pytest.mark.parametrize("names", [["F"], ["H"], ["F", "H"]])
def test_one_to_one_is_said_exactly_when_the_interval_holds_one(advise: Advise, names: list[str]) -> None:
    for level in (0.5, 0.9, 0.999999):
        certainty = advise(UNITS, names, level=level).certainty
        for name, text in zip(names, certainty.sentences, strict=False):
            lower, upper = certainty.ratios.loc[name, ["lower", "upper"]]
            assert ("not distinguishable from 1:1" in text) == (lower <= 1.0 <= upper) == (name in certainty.one_to_one)


def test_a_model_without_an_interval_says_so(advise: Advise) -> None:
    held = hr.ConstrainedHedge(hr.KalmanHedge(), upper=0.5)
    certainty = advise(UNITS, ["F"], held).certainty
    assert certainty.ratios[["lower", "upper", "at lower", "at upper"]].isna().all(axis=None)
    assert certainty.one_to_one == []
    assert certainty.sentences[0].startswith("The ratio has no interval: the bootstrap knows")


def test_the_tournament(advise: Advise, market: hr.Market, instruments: dict[str, Any]) -> None:
    asset, hedges = market.returns(hr.Position(UNITS), instruments["F"])
    entrants = {"mine": hr.OLSHedge(), "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.94))}
    tournament = hr.walk_forward(entrants, asset, hedges, window=200, refit_every=50)
    found = advise(UNITS, ["F"], tournament=tournament).certainty
    assert found.by_model is not None
    assert found.out_of_sample is not None
    scale = -400_000 * market.price("A") / (50 * market.price("F"))
    for model in tournament.models:
        assert found.by_model.loc[model, "F"] == pytest.approx(scale * tournament.ratio(model).iloc[-1, 0], rel=1e-12)
    unhedged = tournament.hedged_returns["unhedged"]
    name = next(name for name, model in tournament.models.items() if model == hr.OLSHedge())
    kept = 1 - tournament.hedged_returns[name].var() / unhedged.var()
    assert found.out_of_sample.difference == pytest.approx(kept, rel=1e-9)
    same = interval_of_difference(hr.effectiveness, tournament.hedged_returns[name], unhedged, unhedged, seed=0)
    assert (found.out_of_sample.lower, found.out_of_sample.upper) == (same.lower, same.upper)
    assert f"out of sample it removed {kept:.1%} (95% interval" in found.sentences[-1]
    assert f"{len(tournament.models)} models of the tournament ask for F" in found.sentences[1]
    other = advise(UNITS, ["F"], hr.RollingOLSHedge(60), tournament=tournament).certainty
    assert other.out_of_sample is None
    assert "a tournament of this model would tell" in other.sentences[-1]
