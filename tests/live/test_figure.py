"""A figure in a notebook follows a session."""

import sys
from typing import Any

import pytest

from hedgeresearch.errors import DataError, MissingDataError
from hedgeresearch.live import LiveFigure, Session
from tests.live.conftest import LEGS, Sourced


def test_it_shows_the_last_decisions(start: Any, events: list[Sourced]) -> None:
    session = Session(start, LEGS, max_age=0.5)
    figure = LiveFigure(session, n_points=6, seconds=0.0)
    assert not figure.widget.data
    lost = [*events[:51], *events[52:]]
    decisions = list(session.run(lost))[-6:]
    traces = {trace.name: trace for trace in figure.widget.data}
    assert list(traces) == [
        "BTC",
        "PERP",
        "no advice",
        "PERP held",
        "PERP target",
        "PERP band, upper",
        "PERP band, lower",
    ]
    first = decisions[0].known["BTC"].price
    for row, decision in enumerate(decisions):
        move = 1e4 * (decision.known["BTC"].price / first - 1.0)
        assert traces["BTC"].y[row] == pytest.approx(move)
        plan = None if decision.advice is None else decision.advice.plan
        assert traces["PERP held"].y[row] == (None if plan is None else plan.holdings[0])
        assert (traces["no advice"].y[row] == 0.0) == (plan is None)
        if plan is not None:
            upper = plan.targets.best[0] + plan.bands.half_widths[0]
            assert traces["PERP band, upper"].y[row] == pytest.approx(upper)
    assert [d.advice is None for d in decisions] == [True] + [False] * 5
    title = figure.widget.layout.title.text
    assert f"<b>{decisions[-1].action}</b>" in title
    assert decisions[-1].reasons[0] in title


def test_it_is_drawn_some_times_a_second_at_most(start: Any, events: list[Sourced]) -> None:
    session = Session(start, LEGS, max_age=0.5)
    figure = LiveFigure(session, seconds=1e6)
    n_decisions = len(list(session.run(events)))
    assert len(figure.widget.data[0].x) == 1
    figure.draw()
    assert len(figure.widget.data[0].x) == n_decisions


def test_a_session_makes_its_widget(start: Any, events: list[Sourced]) -> None:
    session = Session(start, LEGS, max_age=0.5)
    widget = session.widget()
    next(session.run(events))
    assert widget.data[0].name == "BTC"


def test_a_missing_package_names_the_extra(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(MissingDataError, match="notebook"):
        LiveFigure(Session(start, LEGS))


def test_settings_out_of_range_are_refused(start: Any) -> None:
    with pytest.raises(DataError, match="n_points must be"):
        LiveFigure(Session(start, LEGS), n_points=1)
    with pytest.raises(DataError, match="seconds must not be negative"):
        LiveFigure(Session(start, LEGS), seconds=-1.0)
