"""A problem found in data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from hedgeresearch._exports import exported_by

Severity = Literal["refuse", "warn", "note"]
SEVERITIES: tuple[Severity, ...] = ("refuse", "warn", "note")
"""Severities, the worst first."""


@exported_by("hedgeresearch.data")
@dataclass(frozen=True)
class DataProblem:
    """A problem found in data, as :func:`check` reports it.

    Attributes
    ----------
    kind : str
        Name of the problem, such as "stale", "levels", "percent", "bad tick" or "split".
    severity : {"refuse", "warn", "note"}
        "refuse": no model accepts the data; "warn": a fit warns; "note": only the report says so.
    columns : tuple
        Names of the columns concerned.
    dates : tuple
        Dates concerned; the first and the last of a run. Empty if it concerns all.
    size : float
        A number that measures the problem; the message says what it counts.
    message : str
        What must hold, and what was found.
    remedy : str
        What to do.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> prices = hr.load("nasdaq_sp500").loc["2018":]
    >>> prices.iloc[100, 0] *= 10
    >>> (problem,) = [one for one in hr.check(prices).problems if one.kind == "bad tick"]
    >>> problem.columns, problem.severity
    (('NASDAQ',), 'warn')
    >>> problem.text.startswith(problem.message)
    True
    """

    kind: str
    severity: Severity
    columns: tuple[Any, ...]
    dates: tuple[Any, ...]
    size: float
    message: str
    remedy: str

    @property
    def text(self) -> str:
        """Message and remedy together."""
        return f"{self.message} {self.remedy}".rstrip()
