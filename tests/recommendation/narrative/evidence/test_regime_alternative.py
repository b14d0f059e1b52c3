"""The sentences on what regimes would change."""

import dataclasses

import hedgeresearch as hr
from hedgeresearch.recommendation.narrative.evidence.regime_alternative import (
    regime_alternative_sentence,
)


def test_ratios_that_regimes_do_not_change_are_said_once():
    returns = hr.data.simulate_regimes(n_dates=600, seed=1).returns
    asset, hedges = returns.iloc[:, 0], returns.iloc[:, 1:]
    fit = hr.hedges.stacked_decays_hedge().fit(asset, hedges)
    found = hr.hedge_notional(fit, 1_000_000.0).regime_alternative
    name = hedges.columns[0]
    sentence = regime_alternative_sentence(found, {name: "800 instead of 900 short"})
    assert "instead of" in sentence
    row = found.ratios.loc[name]
    same = found.ratios.copy()
    same.loc[name] = row.iloc[0]
    unchanged = dataclasses.replace(found, ratios=same)
    sentence = regime_alternative_sentence(unchanged, {name: "900 instead of 900 short"})
    assert f"the ratio of {name} would stay" in sentence
    assert "instead of" not in sentence
