"""A model that is fitted again: used at a fixed bar, live, in replay and in the audit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.live import Refit, Session, check_audit
from tests.live.conftest import LEGS, Sourced, plain


@pytest.fixture(scope="module")
def first(start: Any) -> hr.recommendation.Recommendation:
    """A recommendation by OLS, whose ratio changes only where it is fitted again."""
    problem = start.problem
    fit = hr.OLSHedge().fit(*problem.market.returns(problem.position, problem.instruments))
    return hr.recommend(fit, problem.position, problem.instruments, problem.market)


def run(first: Any, events: list[Sourced], **settings: Any) -> list[Any]:
    refit = Refit(4, 2, background=False)
    with Session(first, LEGS, **{"max_age": 0.5, "refit": refit} | settings) as session:
        return list(session.run(events))


def test_the_new_fit_is_that_of_the_market_then(first: Any, events: list[Sourced]) -> None:
    decisions = run(first, events)
    logs = [dict(decision.refit) for decision in decisions]
    assert [set(log) for log in logs[3:7]] == [{"begun"}, set(), {"fitted_to", "ratio"}, set()]
    assert logs[3]["begun"] == logs[5]["fitted_to"] == decisions[3].time
    problem = decisions[3].advice.problem
    fit = hr.OLSHedge().fit(*problem.market.returns(problem.position, problem.instruments))
    ratios = [decision.advice.problem.fit.next_ratio.iloc[0] for decision in decisions]
    assert ratios[4] == first.problem.fit.next_ratio.iloc[0]
    assert ratios[5] == ratios[6] == pytest.approx(fit.next_ratio.iloc[0], rel=1e-12)
    assert ratios[5] != ratios[4]
    assert decisions[5].reasons[-1].startswith("The model was fitted again; the ratio changed from")


def test_the_new_fit_is_extended_over_the_bars_since(start: Any, events: list[Sourced]) -> None:
    decisions = run(start, events, refit=Refit(5, 4, background=False))
    began = decisions[4].advice.problem
    fit = began.fit.model.fit(*began.market.returns(began.position, began.instruments))
    now = decisions[8].advice.problem
    asset, hedges = now.market.returns(now.position, now.instruments)
    later = fit.extend(asset.iloc[-4:], hedges.iloc[-4:])
    found = decisions[8].advice.problem.fit
    assert found.sample_end == began.market.last_date
    assert found.next_ratio.iloc[0] == pytest.approx(later.next_ratio.iloc[0], rel=1e-12)
    assert found.last_date == now.market.last_date


def test_what_was_advised_counts_as_held(first: Any, events: list[Sourced]) -> None:
    problem = first.problem
    parts = (problem.fit, problem.position, problem.instruments, problem.market)
    # each change of the ratio is traded
    narrow = hr.recommend(*parts, rebalancing=hr.NoTradeBands(1e-6))
    before, after = run(narrow, events)[4:6]
    assert after.advice.plan.trades[0] != 0.0
    np.testing.assert_array_equal(after.advice.problem.holdings, before.advice.plan.holdings)


def test_bands_are_those_of_the_new_fit(first: Any, events: list[Sourced]) -> None:
    decisions = run(first, events)
    widths = [decision.advice.plan.bands.half_widths[0] for decision in decisions]
    assert widths[3] == widths[4] != widths[5] == widths[6]


def test_an_audit_with_refits_is_computed_again(
    first: Any, events: list[Sourced], tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    assert check_audit_of(path, first, events) == 11
    text = path.read_text()
    assert text.count('"fitted_to"') == 2
    path.write_text(text.replace('"begun"', '"never"'))
    with pytest.raises(DataError, match="is not what its bar leads to"):
        check_audit(path, first)


def check_audit_of(path: Path, first: Any, events: list[Sourced]) -> int:
    run(first, events, audit=path)
    return check_audit(path, first)


def test_a_model_that_cannot_be_fitted_goes_on(
    first: Any, events: list[Sourced], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*parts: Any) -> None:
        raise DataError("the returns are all zero.")

    monkeypatch.setattr("hedgeresearch.live.refit.fit_on_market", refuse)
    decisions = run(first, events)
    assert decisions[5].refit["failed"] == "the returns are all zero."
    assert decisions[5].reasons[-1] == (
        "The model could not be fitted again: the returns are all zero. The fit before goes on."
    )
    ratios = {decision.advice.problem.fit.next_ratio.iloc[0] for decision in decisions}
    assert len(ratios) == 1


@pytest.mark.long
def test_another_process_gives_the_same_advice(first: Any, events: list[Sourced]) -> None:
    found = run(first, events, refit=Refit(4, 2))
    assert plain(found) == plain(run(first, events))


@pytest.mark.parametrize(("every", "lag"), [(1, 1), (4, 4), (4, 0)])
def test_a_lag_that_does_not_fit_is_refused(every: int, lag: int) -> None:
    with pytest.raises(DataError, match="every must|lag must"):
        Refit(every, lag)
