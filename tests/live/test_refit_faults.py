"""A fit that fails, and a process of fits that dies, do not end a session."""

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import pytest

from hedgeresearch.live import Refit, Session
from hedgeresearch.live import refit as module
from hedgeresearch.live.refit import Refitter
from tests.live.conftest import LEGS, Sourced, plain


@dataclass
class Dying:
    """Processes that die while they fit, or have died before."""

    dies_at: str

    def submit(self, *parts: Any) -> Future[Any]:
        if self.dies_at == "beginning":
            raise BrokenProcessPool("died")
        result: Future[Any] = Future()
        result.set_exception(BrokenProcessPool("died"))
        return result

    def shutdown(self, wait: bool, kill_workers: bool) -> None:
        pass


def run(start: Any, events: list[Sourced], background: bool) -> list[Any]:
    with Session(start, LEGS, max_age=0.5, refit=Refit(4, 2, background=background)) as session:
        return list(session.run(events))


@pytest.mark.parametrize("dies_at", ["beginning", "end"])
def test_a_process_that_dies_changes_no_decision(
    start: Any, events: list[Sourced], monkeypatch: Any, dies_at: str
) -> None:
    expected = run(start, events, background=False)
    monkeypatch.setattr(Refitter, "_workers", lambda refitter: Dying(dies_at))
    assert plain(run(start, events, background=True)) == plain(expected)
    assert "ratio" in expected[5].refit


def test_any_error_of_a_fit_is_logged(start: Any, events: list[Sourced], monkeypatch: Any) -> None:
    def fail(*parts: Any) -> Any:
        raise FloatingPointError("overflow")

    monkeypatch.setattr(module, "fit_again", fail)
    decisions = run(start, events, background=False)
    assert decisions[5].refit["failed"] == "FloatingPointError: overflow."
    assert decisions[5].advice is not None
    assert "FloatingPointError: overflow. The fit before goes on." in decisions[5].reasons[-1]
