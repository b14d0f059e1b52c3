"""The target of each regime, its probability and duration."""

from collections.abc import Callable
from typing import Any

import pytest

import hedgeresearch as hr

Advise = Callable[..., hr.recommendation.Recommendation]


def test_each_regime_has_its_target_and_duration(advise: Advise, market: hr.Market) -> None:
    found = advise({"A": 40_000.0}, ["F"], hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)))
    outlook = found.regimes
    fit = found.problem.fit
    assert outlook["probability"].sum() == pytest.approx(1.0)
    for regime, row in outlook.iterrows():
        expected = (
            -fit.by_regime.loc[regime, "F"] * 40_000 * market.price("A") / (50 * market.price("F"))
        )
        assert row["F"] == pytest.approx(expected, rel=1e-12)
        stays = fit.regimes.transition.to_numpy()[regime, regime]
        assert row["expected duration"] == pytest.approx(1 / (1 - stays), rel=1e-9)
    likeliest = outlook["probability"].idxmax()
    text = next(text for text in found.reasons if text.startswith("Regime"))
    assert text.startswith(
        f"Regime {likeliest} is the likeliest next, at {outlook['probability'].max():.0%}"
    )
    assert advise({"A": 40_000.0}, ["F"]).regimes is None


def test_regimes_follow_the_objective(market: hr.Market, instruments: dict[str, Any]) -> None:
    position = hr.Position({"A": 400_000.0})
    future = instruments["F"]
    fit = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1)).fit(*market.returns(position, future))
    asked_of = {"position": position, "instruments": future, "market": market}
    plain = hr.recommend(fit, **asked_of)
    kept = hr.recommend(fit, **asked_of, objective=hr.Objective(beta=0.3))
    assert plain.regimes is not None
    assert kept.regimes is not None
    left = 0.3 * 400_000 * market.price("A") / (50 * market.price("F"))
    for number, ratio in plain.problem.fit.by_regime["F"].items():
        asked = -ratio * 400_000 * market.price("A") / (50 * market.price("F"))
        assert plain.regimes.loc[number, "F"] == pytest.approx(asked, rel=1e-12)
        assert kept.regimes.loc[number, "F"] == pytest.approx(asked + left, rel=1e-9)
    assert any("dates on average once entered" in text for text in plain.reasons)
