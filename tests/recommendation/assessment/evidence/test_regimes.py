"""The target of each regime, its probability and duration."""

from collections.abc import Callable
from typing import Any

import pytest

import hedgeresearch as hr
from hedgeresearch.recommendation.narrative.evidence.regimes import regime_sentences

Advise = Callable[..., hr.recommendation.Recommendation]
POSITION = hr.Position({"A": 400_000.0})


@pytest.fixture(scope="module")
def fit(market: hr.Market, instruments: dict[str, Any]) -> hr.hedges.HedgeFit:
    """A hedge with F in two regimes."""
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    return model.fit(*market.returns(POSITION, instruments["F"]))


def test_each_regime_has_its_target_and_duration(
    fit: hr.hedges.HedgeFit, market: hr.Market, instruments: dict[str, Any], advise: Advise
) -> None:
    found = hr.recommend(fit, POSITION, instruments["F"], market)
    regimes = found.regimes
    assert regimes is not None
    assert regimes["probability"].sum() == pytest.approx(1.0)
    scale = -400_000 * market.price("A") / (50 * market.price("F"))
    for regime, row in regimes.iterrows():
        assert row["F"] == pytest.approx(scale * fit.by_regime.loc[regime, "F"], rel=1e-12)
        stays = fit.regimes.transition.to_numpy()[regime, regime]
        assert row["expected duration"] == pytest.approx(1 / (1 - stays), rel=1e-9)
    assert advise({"A": 40_000.0}, ["F"]).regimes is None


def test_the_sentence_names_the_most_probable_regime(
    fit: hr.hedges.HedgeFit, market: hr.Market, instruments: dict[str, Any]
) -> None:
    found = hr.recommend(fit, POSITION, instruments["F"], market)
    likely = found.regimes.loc[found.regimes["probability"].idxmax()]
    other = found.regimes.loc[found.regimes["probability"].idxmin()]
    assert regime_sentences(found.regimes, found.assessment.spacing, 1) == (
        f"Regime {likely.name} is the most likely regime for the next day "
        f"({likely['probability']:.0%}), with an "
        f"expected duration of {likely['expected duration']:,.0f} days. "
        f"Target in regime {likely.name}: {-likely['F']:.2f} short; "
        f"in regime {other.name} ({other['probability']:.0%}): {-other['F']:.2f} short."
    )
    over_a_week = regime_sentences(found.regimes, found.assessment.spacing, 7)
    assert f"regime for the next 7 days ({likely['probability']:.0%}). Target" in over_a_week


def test_regimes_follow_the_objective(
    fit: hr.hedges.HedgeFit, market: hr.Market, instruments: dict[str, Any]
) -> None:
    parts = (fit, POSITION, instruments["F"], market)
    plain = hr.recommend(*parts).regimes
    kept = hr.recommend(*parts, objective=hr.Objective(beta=0.3)).regimes
    assert plain is not None
    assert kept is not None
    scale = 400_000 * market.price("A") / (50 * market.price("F"))
    for number, ratio in fit.by_regime["F"].items():
        assert plain.loc[number, "F"] == pytest.approx(-ratio * scale, rel=1e-12)
        assert kept.loc[number, "F"] == pytest.approx((0.3 - ratio) * scale, rel=1e-9)
