"""How sure: contracts follow from the ratio's interval, and the backtest's words from its numbers."""

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
    found = advise({"A": units}, ["F"], model, level=0.9)
    row, fit = found.certainty.ratios.loc["F"], found.book.fit
    draws = None if fit.inference is not None else 50
    np.testing.assert_allclose(
        row[["lower", "upper"]].to_numpy(),
        fit.conf_int(0.9, n_bootstrap=draws).to_numpy()[0],
        rtol=1e-12,
    )
    for contracts, ratio in (("contracts", "ratio"), ("at lower", "lower"), ("at upper", "upper")):
        expected = (
            -row[ratio] * units * found.book.market.price("A") / (50 * found.book.market.price("F"))
        )
        assert row[contracts] == pytest.approx(expected, rel=1e-12)
    assert row["contracts"] == pytest.approx(found.summary.loc["F", "best"], rel=1e-12)
    few, many = sorted((abs(row["at lower"]), abs(row["at upper"])))
    side = "short" if units > 0 else "long"
    assert f"asks for {few:,.2f} to {many:,.2f} contracts {side}" in found.certainty.sentences[0]


def test_a_beta_that_is_left_is_left_by_the_ends_too(advise: Advise) -> None:
    found = advise(UNITS, ["F"], objective=hr.Objective(beta=0.3))
    assert found.certainty.ratios.loc["F", "contracts"] == pytest.approx(
        found.summary.loc["F", "best"], rel=1e-12
    )


@pytest.mark.parametrize(
    ("names", "expected"), [(["F"], {True, False}), (["H"], {False}), (["PERP"], {True, False})]
)
def test_one_to_one_is_said_exactly_when_the_interval_holds_one(
    advise: Advise, names: list[str], expected: set[bool]
) -> None:
    found = set()
    for level in (0.5, 0.9, 0.999999):
        certainty = advise(
            {"A": 400_000.0} if names != ["PERP"] else {"COIN": 30.0}, names, level=level
        ).certainty
        lower, upper = certainty.ratios.loc[names[0], ["lower", "upper"]]
        said = "not distinguishable from 1:1" in certainty.sentences[0]
        assert said == (lower <= 1.0 <= upper) == (names == certainty.one_to_one)
        found.add(said)
    assert found == expected


def test_one_to_one_is_no_question_of_several_hedges_of_units_or_of_a_ratio_that_is_not_estimated(
    advise: Advise, market: hr.Market
) -> None:
    in_dollars, position = hr.Market(market.table), hr.Position({"COIN": 30.0})
    perpetual = hr.LinearContract("PERP", 1)
    fit = hr.OLSHedge().fit(*in_dollars.returns(position, perpetual, "difference"))
    in_units = hr.recommend(
        fit, position=position, instruments=perpetual, market=in_dollars, level=0.999
    )
    lower, upper = in_units.certainty.ratios.loc["PERP", ["lower", "upper"]]
    assert lower < 1.0 < upper
    for certainty in (
        advise(UNITS, ["F", "H"], level=0.999999999).certainty,
        in_units.certainty,
        advise(UNITS, ["F"], hr.NaiveHedge()).certainty,
    ):
        assert certainty.one_to_one == []
        assert not any("1:1" in text for text in certainty.sentences)
    assert certainty.sentences[0].startswith(
        "The ratio of F is 1.000, without error, which asks for "
    )


def test_small_ratios_keep_their_digits_and_levels_theirs(table: pd.DataFrame) -> None:
    market, position = hr.Market(table.assign(F=table["F"] * 1e4)), hr.Position({"A": 400_000.0})
    future = hr.LinearContract("F", 1)
    fit = hr.OLSHedge().fit(*market.returns(position, future, "difference"))
    found = hr.recommend(fit, position=position, instruments=future, market=market, level=0.975)
    ratio = found.certainty.ratios.loc["F", "ratio"]
    assert 1e-7 < ratio < 1e-5
    text = found.certainty.sentences[0]
    assert float(text.split()[5]) == pytest.approx(ratio, rel=0.01)  # three digits
    assert "(97.5% interval 0.0000" in text


def test_a_spot_is_counted_in_units_and_opposite_ends_both_have_a_side(market: hr.Market) -> None:
    position, spots = hr.Position({"A": 1000.0}), [hr.Spot("F", lot=0.01), hr.Spot("G", lot=0.01)]
    fit = hr.OLSHedge().fit(*market.returns(position, spots))
    found = hr.recommend(
        fit, position=position, instruments=spots, market=market, level=0.999999999999
    )
    row = found.certainty.ratios.loc["G"]
    assert row["at lower"] > 0.0 > row["at upper"]
    many, few = f"{-row['at upper']:.1f} units short", f"{row['at lower']:.1f} units long"
    assert f"which asks for {few} to {many}." in found.certainty.sentences[1]
    assert not any("contracts" in text for text in found.certainty.sentences)


def test_with_limits_the_contracts_are_those_without(advise: Advise) -> None:
    for wish in ({"limits": hr.Limits(gross=1e6)}, {"objective": hr.Objective(net=0.0)}):
        assert (
            advise(UNITS, ["F"], **wish)
            .certainty.sentences[0]
            .endswith("contracts short, without limits.")
        )
    assert "limits" not in " ".join(advise(UNITS, ["F"]).certainty.sentences)


def test_a_model_without_an_interval_says_so(advise: Advise) -> None:
    held = hr.ConstrainedHedge(hr.KalmanHedge(), upper=0.5)
    certainty = advise(UNITS, ["F"], held).certainty
    assert certainty.ratios[["lower", "upper", "at lower", "at upper"]].isna().all(axis=None)
    assert certainty.one_to_one == []
    assert certainty.sentences[0].startswith("The ratio has no interval: the bootstrap knows")


def test_the_backtest(advise: Advise, market: hr.Market, instruments: dict[str, Any]) -> None:
    asset, hedges = market.returns(hr.Position(UNITS), instruments["F"])
    backtest = hr.walk_forward({"mine": hr.OLSHedge()}, asset, hedges, window=200, refit_every=100)
    found = advise(UNITS, ["F"], backtest=backtest).certainty
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
    narrow = advise(UNITS, ["F"], backtest=backtest, level=0.8).certainty
    assert narrow.out_of_sample is not None
    ends = narrow.out_of_sample
    assert found.out_of_sample.lower < ends.lower < ends.upper < found.out_of_sample.upper
    assert "(80% interval" in narrow.sentences[-1]
    other = advise(UNITS, ["F"], hr.RollingOLSHedge(60), backtest=backtest).certainty
    assert other.out_of_sample is None
    assert "a backtest of this model would tell" in other.sentences[-1]
