"""Entrants of the study use the past only."""

import pytest

import hedgeresearch as hr
from hedgeresearch.errors import recorded_warnings
from hedgeresearch.hedges.regression.rolling_ols import RollingOLSHedge
from hedgeresearch.reproductions.regime_study.development_pairs import with_regimes
from hedgeresearch.reproductions.regime_study.entrants import SAME_WITHOUT, entrants

MODELS = entrants(500)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_no_entrant_looks_ahead(name):
    returns = with_regimes(0.4, 0.93, 0).returns.iloc[:700]
    with recorded_warnings():
        assert hr.check_causality(MODELS[name], returns, n_shocks=2).passed


def test_every_model_of_regimes_is_compared_with_one_without():
    assert set(SAME_WITHOUT) < set(MODELS)
    assert set(SAME_WITHOUT.values()) - {"ols"} < set(MODELS)
    assert not set(SAME_WITHOUT) & set(SAME_WITHOUT.values())


def test_rolling_ols_uses_the_last_quarter_of_a_window():
    assert entrants(120)["rolling OLS"] == RollingOLSHedge(30)
    assert MODELS["rolling OLS"] == RollingOLSHedge(125)
