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
from hedgeresearch.errors import DataError, recorded_warnings
from hedgeresearch.live.decision import advice_as_dict
from hedgeresearch.live.refit import caught_up, fit_again, parts_of
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.onchain_record import onchain_from_list, oracles_from_dict
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

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.feeds import Source
    >>> from hedgeresearch.live import Session, check_audit
    >>> from hedgeresearch.microstructure import Quote
    >>> times = pd.date_range("2026-03-02 12:00", periods=200, freq="1s", tz="UTC")
    >>> steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
    >>> prices = {"BTC": 6e4 + steps[0], "PERP": 6e4 + steps[0] + 0.1 * steps[1]}
    >>> market = hr.Market(pd.DataFrame(prices, times))
    >>> position, perpetual = hr.Position({"BTC": 2.0}), hr.LinearContract("PERP", 0.001, lot=1)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
    >>> advice = hr.recommend(fit, position, perpetual, market)
    >>> legs = {"BTC": Source("binance", "BTCUSDT"), "PERP": Source("binance", "BTCUSDT_PERP")}
    >>> at = times[-1].value + 10**9 * np.array([0.4, 1.4, 2.4])
    >>> events = [
    ...     (source, Quote(number, 6e4, 1.0, 60_000.2, 1.0, None, int(time)))
    ...     for number, time in enumerate(at)
    ...     for source in legs.values()
    ... ]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "audit.jsonl"
    ...     with Session(advice, legs, max_age=5.0, audit=path) as session:
    ...         for decision in session.run(events):
    ...             pass
    ...     check_audit(path, advice)
    ...
    2
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
    checked = _Checked(recommendation)
    n_checked = 0
    for number, record in records:
        checked.note(record)
        if not record.get("bar"):
            continue
        expected = advice_as_dict(checked.next(record))
        for name, value in expected.items():
            if record[name] != value:
                raise DataError(
                    f"Line {number} of {path} is not what its bar leads to: {name} "
                    f"{record[name]} is logged, {value} computed."
                )
        n_checked += 1
    return n_checked


class _Checked:
    """The advice that the lines of a log lead to."""

    def __init__(self, start: Recommendation) -> None:
        self._advice = start
        self._held: Any = None
        self._onchain: Any = None
        self._refitted_from: HedgeProblem | None = None

    def note(self, record: Mapping[str, Any]) -> None:
        """Note what a line says is held."""
        self._held = record.get("held", self._held)
        if "onchain" in record:
            self._onchain = onchain_from_list(record["onchain"])

    def next(self, record: Mapping[str, Any]) -> Recommendation:
        """Return the advice at the end of a bar, from the fit that was used."""
        before = self._advice
        refit = record.get("refit", {})
        if "ratio" in refit and self._refitted_from is not None:
            began = self._refitted_from
            fit = caught_up(fit_again(*parts_of(began)), began, before.problem)
            self._held = before.holdings.to_dict() if self._held is None else self._held
            before = before.refitted(fit)
        zone = before.as_of.tz
        date = pd.Timestamp(record["time"], tz="UTC").tz_convert(zone).as_unit(before.as_of.unit)
        measured = {name: Liquidity(**one) for name, one in record.get("liquidity", {}).items()}
        given = record.get("oracles")
        oracles = None if given is None else oracles_from_dict(given)
        with recorded_warnings():  # they are notes of the session
            self._advice = before.update(
                record["bar"],
                date,
                holdings=self._held,
                liquidity=measured or None,
                oracles=oracles,
                onchain=self._onchain,
            )
        self._held = None
        self._onchain = None
        if "begun" in refit:
            self._refitted_from = self._advice.problem
        return self._advice


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
