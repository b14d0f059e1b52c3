"""An audit log: what was known, what was advised and why, from which it is computed again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import describe
from hedgeresearch._version import VERSION
from hedgeresearch.errors import DataError
from hedgeresearch.live.decision import advice_as_dict
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.recommendation.record import data_as_dict

FORMAT = "hedgeresearch/audit/1"
"""Identifier of the layout, with its version."""


class AuditLog:
    """A file of lines of JSON, each written as soon as it is there.

    Parameters
    ----------
    path : of a file that does not exist
    start : Recommendation that the session begins with
    """

    def __init__(self, path: Path, start: Recommendation) -> None:
        try:
            self._file = path.open("x", encoding="utf-8")
        except FileExistsError as error:
            raise DataError(f"The audit log {path} exists. Write into another file.") from error
        self.write({"format": FORMAT, "version": VERSION, "start": _start(start)})

    def write(self, record: Mapping[str, Any]) -> None:
        """Write a line."""
        self._file.write(json.dumps(record, allow_nan=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@exported_by("hedgeresearch.live")
def check_audit(path: str | Path, recommendation: Recommendation) -> int:
    """Compute all advice of an audit log again, and return how many decisions had advice.

    Parameters
    ----------
    path : file that a session has written; a last line that was cut off is left out
    recommendation : Recommendation that the session began with

    Raises
    ------
    DataError
        If the log began with another recommendation, or ratio, targets, holdings or orders of a
        line are not, bit for bit, what its bar leads to; the message names the line.
    """
    records = _records(Path(path))
    _, header = next(records, (1, {}))
    if header.get("format") != FORMAT:
        raise DataError(f"{path} is not an audit log of this version ({FORMAT}).")
    if header["start"] != _start(recommendation):
        raise DataError(
            f"{path} began with another recommendation: {header['start']['model']} as of "
            f"{header['start']['as_of']}. Pass the one that the session was given."
        )
    held = None
    n_checked = 0
    for number, record in records:
        held = record.get("held", held)
        if not record.get("bar"):
            continue
        date = pd.Timestamp(record["time"], tz="UTC").tz_convert(recommendation.as_of.tz)
        recommendation = recommendation.update(
            record["bar"], date.as_unit(recommendation.as_of.unit), holdings=held
        )
        held = None
        expected = advice_as_dict(recommendation)
        if any(record[name] != expected[name] for name in expected):
            raise DataError(
                f"Line {number} of {path} is not what its bar leads to: holdings "
                f"{record['holdings']} are logged, {expected['holdings']} computed."
            )
        n_checked += 1
    return n_checked


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the lines of a log with their numbers."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith("\n"):
                return  # a process that is killed leaves part of a line
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise DataError(f"Line {number} of {path} is not JSON ({error}).") from error


def _start(recommendation: Recommendation) -> dict[str, Any]:
    """Return what identifies the recommendation that a session begins with."""
    problem = recommendation.problem
    return {
        "model": describe(problem.fit.model),
        "as_of": str(recommendation.as_of),
        "data": data_as_dict(problem.market, problem.terms),
        "units": dict(problem.position.units),
        **advice_as_dict(recommendation),
    }
