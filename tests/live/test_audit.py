"""All advice is computed again from an audit log, and a log that was changed is noticed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.live import Session, check_audit
from tests.live.conftest import LEGS, Sourced


@pytest.fixture
def log(start: Any, events: list[Sourced], tmp_path: Path) -> Path:
    """A log of six decisions with advice, after four without, and what was held in between."""
    path = tmp_path / "audit.jsonl"
    lost = [*events[:41], *events[42:]]
    with Session(start, LEGS, max_age=0.5, audit=path) as session:
        list(session.run(lost[:30]))
        session.hold({"PERP": -1000})
        list(session.run(lost[30:]))
    return path


def changed(path: Path, row: int, **fields: Any) -> None:
    """Write other fields into a line of a log."""
    lines = path.read_text().splitlines(keepends=True)
    lines[row] = json.dumps(json.loads(lines[row]) | fields) + "\n"
    path.write_text("".join(lines))


def test_all_advice_is_computed_again(start: Any, log: Path) -> None:
    records = [json.loads(line) for line in log.read_text().splitlines()]
    actions = [record["action"] for record in records if "action" in record]
    assert actions.count("none") == 4
    assert check_audit(log, start) == len(actions) - 4 == 7


def test_a_log_says_what_was_known_and_why(start: Any, log: Path, events: list[Sourced]) -> None:
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert records[0]["start"]["model"] == "MinimumVarianceHedge(EWMACovariance(decay=0.94))"
    assert [record.get("held") for record in records[2:4]] == [{"PERP": -1000.0}, None]
    first = records[1]
    lost = records[4]
    assert lost["reasons"] == ["PERP: update 201 to 210 does not follow 190."]
    assert lost["problems"][0][0] == "gap"
    assert "orders" not in lost
    assert first["known"]["BTC"][0] == first["bar"]["BTC"]
    assert first["known"]["BTC"][1] == events[18][1].receive_time
    assert first["orders"][0]["side"] == "sell"
    assert first["holdings"] == [start.holdings["PERP"] - first["orders"][0]["contracts"]]


@pytest.mark.parametrize(
    "fields",
    [
        {"holdings": [-1.0]},
        {"ratio": [0.5]},
        {"orders": []},
        {"bar": {"BTC": 60_000.0, "PERP": 60_010.0}},
    ],
)
def test_a_line_that_was_changed_is_named(start: Any, log: Path, fields: Any) -> None:
    changed(log, 1, **fields)
    with pytest.raises(DataError, match="Line 2 of"):
        check_audit(log, start)


def test_the_least_change_of_a_price_is_noticed(start: Any, log: Path) -> None:
    bar = json.loads(log.read_text().splitlines()[1])["bar"]
    bar["BTC"] = float(np.nextafter(bar["BTC"], np.inf))
    changed(log, 1, bar=bar)
    with pytest.raises(DataError, match=r"Line \d+ of"):
        check_audit(log, start)


def test_another_beginning_is_refused(start: Any, log: Path) -> None:
    held = {"PERP": -10}
    problem = start.problem
    other = hr.recommend(
        problem.fit, problem.position, problem.instruments, problem.market, holdings=held
    )
    with pytest.raises(DataError, match="began with another recommendation: MinimumVariance"):
        check_audit(log, other)


def test_a_last_line_that_was_cut_is_left_out(start: Any, log: Path) -> None:
    log.write_text(log.read_text()[:-20])
    assert check_audit(log, start) == 6


def test_what_is_no_log_is_refused(start: Any, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text('{"format": "other"}\n')
    with pytest.raises(DataError, match="is not an audit log of this version"):
        check_audit(path, start)
    path.write_text("no JSON\n")
    with pytest.raises(DataError, match="Line 1 of .* is not JSON"):
        check_audit(path, start)


def test_a_log_is_not_written_over(start: Any, log: Path) -> None:
    with pytest.raises(DataError, match="exists"):
        Session(start, LEGS, audit=log)
