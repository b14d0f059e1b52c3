"""Holdings that are refused leave a session as it was; a check names what differs."""

import json
from pathlib import Path
from typing import Any

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.live import Session, check_audit
from tests.live.conftest import LEGS, Sourced


def test_a_hold_that_is_refused_is_not_half_kept(
    start: Any, events: list[Sourced], tmp_path: Path
) -> None:
    log = tmp_path / "audit.jsonl"
    with Session(start, LEGS, max_age=0.5, audit=log) as session:
        decisions = list(session.run(events[:100]))
        wrong: Any = "no position"
        with pytest.raises(DataError):
            session.hold({"PERP": -50.0}, onchain=wrong)
        decisions += session.run(events[100:])
    assert check_audit(log, start) == sum(one.advice is not None for one in decisions)


@pytest.mark.parametrize("name", ["ratio", "targets", "orders"])
def test_a_check_names_what_differs(
    start: Any, events: list[Sourced], tmp_path: Path, name: str
) -> None:
    log = tmp_path / "audit.jsonl"
    with Session(start, LEGS, max_age=0.5, audit=log) as session:
        list(session.run(events))
    lines = log.read_text().splitlines()
    changed = json.loads(lines[1]) | {name: ["other"]}
    log.write_text("\n".join([lines[0], json.dumps(changed), *lines[2:], ""]))
    with pytest.raises(DataError, match=rf"leads to: {name} \['other'\] is logged"):
        check_audit(log, start)
