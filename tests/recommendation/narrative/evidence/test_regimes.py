"""Sentences and pages call regimes by their names, and every regime model has a page."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def book():
    """Two years of fuel and heating oil, and an indicator that turns every fifty days."""
    generator = np.random.default_rng(0)
    dates = pd.bdate_range("2018-01-01", periods=600)
    fuel = 100.0 * np.exp(np.cumsum(generator.standard_normal(600) * 0.01))
    oil = fuel * np.exp(np.cumsum(0.003 * generator.standard_normal(600)))
    market = hr.Market(pd.DataFrame({"FUEL": fuel, "HO": oil}, dates))
    level = pd.Series(np.arange(600) // 50 % 2 * 1.0, dates, name="level")
    return market, hr.Position({"FUEL": 2e6}), hr.LinearContract("HO", 42_000, lot=1), level


def recommended(book, model):
    market, position, oil, _ = book
    fit = model.fit(*market.returns(position, [oil]))
    return hr.recommend(fit, position=position, instruments=oil, market=market)


@pytest.mark.parametrize("kind", ["levels", "labels", "quantiles"])
def test_regimes_by_rule_have_a_page(book, kind):
    level = book[3]
    model = {
        "levels": hr.RegimeHedge(
            hr.ThresholdRegimes("level", levels=(0.5,), names=("summer", "winter")), observe=level
        ),
        "labels": hr.RegimeHedge(
            hr.LabelledRegimes(level.map({0.0: "summer", 1.0: "winter"})),
        ),
        "quantiles": hr.RegimeHedge(hr.ThresholdRegimes(names=("summer", "winter"))),
    }[kind]
    advice = recommended(book, model)
    (reason,) = [text for text in advice.reasons if "most likely regime" in text]
    assert reason.startswith(("Summer is the most likely", "Winter is the most likely"))
    assert "in summer" in reason
    assert "in winter" in reason
    assert "egime 0" not in reason
    assert set(advice.to_dict()["regimes"]) == {"summer", "winter"}
    assert "winter" in advice._repr_html_()
    # the bootstrap draws the regimes
    assert any("95% interval" in text and "ratio" in text for text in advice.reasons)


def test_a_notional_names_the_regime(book):
    market, position, oil, level = book
    labels = level.map({0.0: "summer", 1.0: "winter"})
    fit = hr.RegimeHedge(hr.LabelledRegimes(labels)).fit(*market.returns(position, [oil]))
    advice = hr.hedge_notional(fit, 1e6)
    assert "Winter is the most likely regime" in advice.sentence
    assert any(column.startswith("ratio in winter (") for column in advice.summary.columns)


@pytest.mark.filterwarnings("ignore:regime 0 should be visited")
@pytest.mark.parametrize(
    ("overlapping", "ahead"), [(True, "the next business day"), (False, "the next 4 business days")]
)
def test_probabilities_are_of_one_step_of_the_regimes(book, overlapping, ahead):
    """Regimes of overlapping returns move every day, others every horizon."""
    regimes = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1))
    model = hr.HorizonHedge(regimes, 4, overlapping=overlapping)
    market, position, oil, _ = book
    fit = model.fit(*market.returns(position, [oil]))
    advice = hr.recommend(fit, position=position, instruments=oil, market=market)
    (reason,) = [text for text in advice.reasons if "most likely regime" in text]
    for text in (reason, hr.hedge_notional(fit, 1e6).sentence):
        assert f"is the most likely regime for {ahead} (" in text
    assert "over the next 4 business days" in hr.hedge_notional(fit, 1e6).sentence
