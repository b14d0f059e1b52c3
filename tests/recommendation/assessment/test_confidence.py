"""Contracts follow from the ratio's interval, and the backtest's words from its numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison.difference_interval import bootstrap_difference

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}


@pytest.mark.parametrize(
    ("model", "units"),
    [(hr.OLSHedge(), 400_000.0), (hr.OLSHedge(), -400_000.0), (hr.MinimumCVaRHedge(), 400_000.0)],
)
def test_contracts_follow_from_the_interval_of_the_ratio(
    advise: Advise, units: float, model: Any
) -> None:
    found = advise({"A": units}, ["F"], model, confidence=0.9)
    row = found.confidence.ratios.loc["F"]
    fit = found.problem.fit
    draws = None if fit.inference is not None else 50
    np.testing.assert_allclose(
        row[["lower", "upper"]].to_numpy(),
        fit.conf_int(0.9, n_bootstrap=draws).to_numpy()[0],
        rtol=1e-12,
    )
    for contracts, ratio in (("contracts", "ratio"), ("at lower", "lower"), ("at upper", "upper")):
        expected = (
            -row[ratio]
            * units
            * found.problem.market.price("A")
            / (50 * found.problem.market.price("F"))
        )
        assert row[contracts] == pytest.approx(expected, rel=1e-12)
    assert row["contracts"] == pytest.approx(found.summary.loc["F", "target"], rel=1e-12)
    few, many = sorted((abs(row["at lower"]), abs(row["at upper"])))
    side = "short" if units > 0 else "long"
    assert f"asks for {few:,.2f} to {many:,.2f} contracts {side}" in found.confidence.sentences[0]


def test_a_beta_is_kept_at_the_ends_of_the_interval(advise: Advise) -> None:
    found = advise(UNITS, ["F"], objective=hr.Objective(beta=0.3))
    assert found.confidence.ratios.loc["F", "contracts"] == pytest.approx(
        found.summary.loc["F", "target"], rel=1e-12
    )


@pytest.mark.parametrize(
    ("names", "expected"), [(["F"], {True, False}), (["H"], {False}), (["PERP"], {True, False})]
)
def test_one_to_one_is_said_when_the_interval_contains_one(
    advise: Advise, names: list[str], expected: set[bool]
) -> None:
    found = set()
    for level in (0.5, 0.9, 0.999999):
        confidence = advise(
            {"A": 400_000.0} if names != ["PERP"] else {"COIN": 30.0}, names, confidence=level
        ).confidence
        lower, upper = confidence.ratios.loc[names[0], ["lower", "upper"]]
        said = "not distinguishable from 1:1" in confidence.sentences[0]
        assert said == (lower <= 1.0 <= upper) == (names == confidence.one_to_one)
        found.add(said)
    assert found == expected


def test_one_to_one_applies_to_one_estimated_ratio_only(advise: Advise, market: hr.Market) -> None:
    in_dollars = hr.Market(market.table)
    position = hr.Position({"COIN": 30.0})
    perpetual = hr.LinearContract("PERP", 1)
    fit = hr.OLSHedge().fit(*in_dollars.returns(position, perpetual, "difference"))
    in_units = hr.recommend(
        fit, position=position, instruments=perpetual, market=in_dollars, confidence=0.999
    )
    lower, upper = in_units.confidence.ratios.loc["PERP", ["lower", "upper"]]
    assert lower < 1.0 < upper
    for confidence in (
        advise(UNITS, ["F", "H"], confidence=0.999999999).confidence,
        in_units.confidence,
        advise(UNITS, ["F"], hr.NaiveHedge()).confidence,
    ):
        assert confidence.one_to_one == []
        assert not any("1:1" in text for text in confidence.sentences)
    assert confidence.sentences[0].startswith(
        "The ratio of F is 1.000, without error, which asks for "
    )


def test_small_ratios_and_levels_keep_their_digits(table: pd.DataFrame) -> None:
    market = hr.Market(table.assign(F=table["F"] * 1e4))
    position = hr.Position({"A": 400_000.0})
    future = hr.LinearContract("F", 1)
    fit = hr.OLSHedge().fit(*market.returns(position, future, "difference"))
    found = hr.recommend(
        fit, position=position, instruments=future, market=market, confidence=0.975
    )
    ratio = found.confidence.ratios.loc["F", "ratio"]
    assert 1e-7 < ratio < 1e-5
    text = found.confidence.sentences[0]
    assert float(text.split()[5]) == pytest.approx(ratio, rel=0.01)  # three digits
    assert "(97.5% interval 0.0000" in text


def test_a_spot_is_counted_in_units_with_both_sides_named(market: hr.Market) -> None:
    position = hr.Position({"A": 1000.0})
    spots = [hr.Spot("F", lot=0.01), hr.Spot("G", lot=0.01)]
    fit = hr.OLSHedge().fit(*market.returns(position, spots))
    found = hr.recommend(
        fit, position=position, instruments=spots, market=market, confidence=0.999999999999
    )
    row = found.confidence.ratios.loc["G"]
    assert row["at lower"] > 0.0 > row["at upper"]
    many = f"{-row['at upper']:.1f} units short"
    few = f"{row['at lower']:.1f} units long"
    assert f"which asks for {few} to {many}." in found.confidence.sentences[1]
    assert not any("contracts" in text for text in found.confidence.sentences)


def test_contracts_are_those_without_limits(advise: Advise) -> None:
    for wish in ({"limits": hr.Limits(gross=1e6)}, {"objective": hr.Objective(net=0.0)}):
        assert (
            advise(UNITS, ["F"], **wish)
            .confidence.sentences[0]
            .endswith("contracts short, without limits.")
        )
    assert "limits" not in " ".join(advise(UNITS, ["F"]).confidence.sentences)


def test_a_model_without_an_interval_says_so(advise: Advise) -> None:
    held = hr.ConstrainedHedge(hr.KalmanHedge(), upper=0.5)
    confidence = advise(UNITS, ["F"], held).confidence
    assert confidence.ratios[["lower", "upper", "at lower", "at upper"]].isna().all(axis=None)
    assert confidence.one_to_one == []
    assert confidence.sentences[0].startswith("The ratio has no interval: the bootstrap knows")


def test_the_backtest_gives_effectiveness_out_of_sample(
    advise: Advise, market: hr.Market, instruments: dict[str, Any]
) -> None:
    asset, hedges = market.returns(hr.Position(UNITS), instruments["F"])
    backtest = hr.walk_forward({"mine": hr.OLSHedge()}, asset, hedges, window=200, refit_every=100)
    found = advise(UNITS, ["F"], backtest=backtest).confidence
    assert found.by_model is not None
    assert found.out_of_sample is not None
    scale = -400_000 * market.price("A") / (50 * market.price("F"))
    for model in backtest.models:
        assert found.by_model.loc[model, "F"] == pytest.approx(
            scale * backtest.ratio(model).iloc[-1, 0], rel=1e-12
        )
    unhedged = backtest.hedged_returns["unhedged"]
    name = next(name for name, model in backtest.models.items() if model == hr.OLSHedge())
    kept = 1 - backtest.hedged_returns[name].var() / unhedged.var()
    assert found.out_of_sample.difference == pytest.approx(kept, rel=1e-9)
    same = bootstrap_difference(
        hr.effectiveness, backtest.hedged_returns[name], unhedged, unhedged, seed=0
    )
    assert (found.out_of_sample.lower, found.out_of_sample.upper) == (same.lower, same.upper)
    assert f"out of sample it removed {kept:.1%} (95% interval" in found.sentences[-1]
    assert f"{len(backtest.models)} models of the backtest ask for F" in found.sentences[1]
    narrow = advise(UNITS, ["F"], backtest=backtest, confidence=0.8).confidence
    assert narrow.out_of_sample is not None
    ends = narrow.out_of_sample
    assert found.out_of_sample.lower < ends.lower < ends.upper < found.out_of_sample.upper
    assert "(80% interval" in narrow.sentences[-1]
    other = advise(UNITS, ["F"], hr.RollingOLSHedge(60), backtest=backtest).confidence
    assert other.out_of_sample is None
    assert "a backtest of this model would tell" in other.sentences[-1]
