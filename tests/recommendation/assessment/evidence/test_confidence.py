"""Contracts follow from the ratio's interval, and the backtest's words from its numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.comparison.difference_interval import bootstrap_difference
from hedgeresearch.recommendation.narrative.evidence.confidence import confidence_sentences

Advise = Callable[..., hr.recommendation.Recommendation]
UNITS = {"A": 400_000.0}


def sentences(found: hr.recommendation.Recommendation) -> list[str]:
    """Sentences on the ratio, the models of the backtest, and the effectiveness."""
    return confidence_sentences(found.confidence)


@pytest.mark.long
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
    draws = None if fit.errors is not None else 50
    interval = fit.conf_int(0.9, n_bootstrap=draws).to_numpy()[0]
    np.testing.assert_allclose(row[["lower", "upper"]].to_numpy(), interval, rtol=1e-12)
    market = found.problem.market
    scale = -units * market.price("A") / (50 * market.price("F"))
    for contracts, ratio in (("contracts", "ratio"), ("at lower", "lower"), ("at upper", "upper")):
        assert row[contracts] == pytest.approx(row[ratio] * scale, rel=1e-12)
    assert row["contracts"] == pytest.approx(found.summary.loc["F", "target"], rel=1e-12)
    few, many = sorted((abs(row["at lower"]), abs(row["at upper"])))
    side = "short" if units > 0 else "long"
    span = f"which corresponds to {few:,.2f} to {many:,.2f} contracts {side}"
    assert span in sentences(found)[0]


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
    units = {"COIN": 30.0} if names == ["PERP"] else UNITS
    seen = set()
    for level in (0.5, 0.9, 0.999999):
        found = advise(units, names, confidence=level)
        lower, upper = found.confidence.ratios.loc[names[0], ["lower", "upper"]]
        said = "not distinguishable from 1:1" in sentences(found)[0]
        assert said == (lower <= 1.0 <= upper) == (names[0] == found.confidence.one_to_one_hedge)
        seen.add(said)
    assert seen == expected


def test_one_to_one_applies_to_one_estimated_ratio_only(advise: Advise, market: hr.Market) -> None:
    in_dollars = hr.Market(market.table)
    position = hr.Position({"COIN": 30.0})
    perpetual = hr.LinearContract("PERP", 1)
    fit = hr.OLSHedge().fit(*in_dollars.returns(position, perpetual, "difference"))
    in_units = hr.recommend(fit, position, perpetual, in_dollars, confidence=0.999)
    lower, upper = in_units.confidence.ratios.loc["PERP", ["lower", "upper"]]
    assert lower < 1.0 < upper
    several = advise(UNITS, ["F", "H"], confidence=0.999999)
    fixed = advise(UNITS, ["F"], hr.NaiveHedge())
    for found in (several, in_units, fixed):
        assert found.confidence.one_to_one_hedge is None
        assert not any("1:1" in text for text in sentences(found))
    start = "The hedge ratio for F is fixed at 1.000, which corresponds to "
    assert sentences(fixed)[0].startswith(start)


def test_small_ratios_and_levels_keep_their_digits(table: pd.DataFrame) -> None:
    market = hr.Market(table.assign(F=table["F"] * 1e4))
    position = hr.Position({"A": 400_000.0})
    future = hr.LinearContract("F", 1)
    fit = hr.OLSHedge().fit(*market.returns(position, future, "difference"))
    found = hr.recommend(fit, position, future, market, confidence=0.975)
    ratio = found.confidence.ratios.loc["F", "ratio"]
    assert 1e-7 < ratio < 1e-5
    text = sentences(found)[0]
    assert float(text.split()[6]) == pytest.approx(ratio, rel=0.01)  # three digits
    assert "(97.5% interval 0.0000" in text


def test_a_spot_is_counted_in_units_with_both_sides_named(market: hr.Market) -> None:
    position = hr.Position({"A": 1000.0})
    spots = [hr.Spot("F", lot=0.01), hr.Spot("G", lot=0.01)]
    fit = hr.OLSHedge().fit(*market.returns(position, spots))
    found = hr.recommend(fit, position, spots, market, confidence=0.999999)
    row = found.confidence.ratios.loc["G"]
    assert row["at lower"] > 0.0 > row["at upper"]
    many = f"{-row['at upper']:.1f} units short"
    few = f"{row['at lower']:.2f} units long"
    assert f"which corresponds to {few} to {many}." in sentences(found)[1]
    assert not any("contracts" in text for text in sentences(found))


def test_contracts_are_those_without_limits(advise: Advise) -> None:
    for settings in ({"limits": hr.Limits(gross=1e6)}, {"objective": hr.Objective(net=0.0)}):
        text = sentences(advise(UNITS, ["F"], **settings))[0]
        assert text.endswith("contracts short, without limits.")
    assert "limits" not in " ".join(sentences(advise(UNITS, ["F"])))


def test_a_model_without_an_interval_says_so(advise: Advise) -> None:
    held = hr.ConstrainedHedge(hr.KalmanHedge(), upper=0.5)
    found = advise(UNITS, ["F"], held)
    confidence = found.confidence
    assert confidence.ratios[["lower", "upper", "at lower", "at upper"]].isna().all(axis=None)
    assert confidence.one_to_one_hedge is None
    assert confidence.interval_note.startswith("the bootstrap captures")
    assert sentences(found)[0].startswith("Interval of the ratio not available: the bootstrap")


def test_a_bootstrap_that_fails_is_the_reason_for_no_interval(
    advise: Advise, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise hr.ConvergenceError("it failed on 14 of 50 draws. Use more dates.")

    monkeypatch.setattr(hr.hedges.HedgeFit, "conf_int", refuse)
    found = advise(UNITS, ["F"])
    assert "Interval of the ratio not available: it failed on 14 of 50 draws" in sentences(found)[0]
    assert found.to_dict()["confidence"]["interval_note"].startswith("it failed on 14 of 50")


def test_ends_that_are_not_finite_are_not_shown(
    advise: Advise, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = pd.DataFrame({"lower": [np.nan], "upper": [np.inf]}, ["F"])
    monkeypatch.setattr(hr.hedges.HedgeFit, "conf_int", lambda *_, **__: ends)
    (first, *_) = sentences(advise(UNITS, ["F"]))
    assert first == (
        "Interval of the ratio not available: the errors of the estimates are not finite."
    )


def test_the_backtest_gives_effectiveness_out_of_sample(
    advise: Advise, market: hr.Market, instruments: dict[str, Any]
) -> None:
    asset, hedges = market.returns(hr.Position(UNITS), instruments["F"])
    backtest = hr.walk_forward({"mine": hr.OLSHedge()}, asset, hedges, window=200, refit_every=100)
    advice = advise(UNITS, ["F"], backtest=backtest)
    found = advice.confidence
    assert found.by_model is not None
    assert found.backtest is not None
    assert found.backtest.out_of_sample is not None
    scale = -400_000 * market.price("A") / (50 * market.price("F"))
    for model in backtest.models:
        expected = scale * backtest.ratio(model).iloc[-1, 0]
        assert found.by_model.loc[model, "F"] == pytest.approx(expected, rel=1e-12)
    returns = backtest.hedged_returns
    name = next(name for name, model in backtest.models.items() if model == hr.OLSHedge())
    kept = 1 - returns[name].var() / returns["unhedged"].var()
    ends = found.backtest.out_of_sample.interval
    assert ends is not None
    assert ends.difference == pytest.approx(kept, rel=1e-9)
    unhedged = returns["unhedged"]
    same = bootstrap_difference(hr.effectiveness, returns[name], unhedged, unhedged, seed=0)
    assert (ends.lower, ends.upper) == (same.lower, same.upper)
    assert f"out of sample it was {kept:.1%} (95% interval" in sentences(advice)[2]
    targets = f"Targets of the {len(backtest.models)} models in the backtest, estimated on 200"
    assert sentences(advice)[1].startswith(f"{targets} observations where the recommended target")
    assert (
        f"(recommended {advice.summary.loc['F', 'target']:.2f})".replace("-", "")
        in (sentences(advice)[1])
    )


def test_a_lower_confidence_gives_a_shorter_interval(
    advise: Advise, market: hr.Market, instruments: dict[str, Any]
) -> None:
    asset, hedges = market.returns(hr.Position(UNITS), instruments["F"])
    backtest = hr.walk_forward({}, asset, hedges, window=200, refit_every=100)
    wide = advise(UNITS, ["F"], backtest=backtest)
    assert wide.confidence.backtest is not None
    assert wide.confidence.backtest.out_of_sample is not None
    ends = wide.confidence.backtest.out_of_sample.interval
    assert ends is not None
    narrow = advise(UNITS, ["F"], backtest=backtest, confidence=0.8)
    assert narrow.confidence.backtest is not None
    assert narrow.confidence.backtest.out_of_sample is not None
    inner = narrow.confidence.backtest.out_of_sample.interval
    assert inner is not None
    assert ends.lower < inner.lower < inner.upper < ends.upper
    assert "(80% interval" in sentences(narrow)[2]
    other = advise(UNITS, ["F"], hr.RollingOLSHedge(60), backtest=backtest)
    assert other.confidence.backtest is not None
    assert other.confidence.backtest.out_of_sample is None
    assert any("does not contain RollingOLSHedge(60)" in text for text in sentences(other))
