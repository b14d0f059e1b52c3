"""The table of a session on a terminal: legs, prices, ages, problems, advice and orders."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hedgeresearch._formatting import exact, quantity
from hedgeresearch.live.column import NANOSECONDS
from hedgeresearch.live.decision import Decision
from hedgeresearch.report._sanitize import visible
from hedgeresearch.report.tables import contracts

MOST_REASONS = 8
"""Number of reasons that are shown."""


class LiveTable:
    """Table of what a session knows and advises, drawn again whenever it is shown.

    Parameters
    ----------
    sources : mapping from column to the name of its source
    clock : function that returns the time of the receiver, nanoseconds; None uses the time of the
        last decision, for a replay
    """

    def __init__(
        self, sources: Mapping[str, str], clock: Callable[[], int] | None = time.time_ns
    ) -> None:
        self._sources = sources
        self._clock = clock
        self._last: Decision | None = None
        self._advised: Decision | None = None
        self.n_decisions = 0
        self.n_without = 0

    def see(self, decision: Decision) -> None:
        """Keep a decision."""
        self._last = decision
        self.n_decisions += 1
        if decision.advice is None:
            self.n_without += 1
        else:
            self._advised = decision

    def __rich__(self) -> RenderableType:
        if self._last is None:
            return Text("waiting for the end of the first bar; Ctrl-C ends")
        return Group(self._legs(self._last), *self._advice(self._last), self._foot(self._last))

    def _legs(self, decision: Decision) -> Table:
        """Return a row for each leg."""
        table = Table(title=str(pd.Timestamp(decision.time, tz="UTC").floor("ms")))
        for name in ("column", "source", "price", "age, s", "late, s", "problem"):
            table.add_column(name, justify="right" if name in ("price", "age, s") else "left")
        now = decision.time if self._clock is None else self._clock()
        problems: dict[str, list[str]] = defaultdict(list)
        for one in decision.problems:
            problems[one.column].append(f"{one.kind}: {one.text}")
        for column, known in decision.known.items():
            age = "" if known.receive_time is None else now - known.receive_time
            table.add_row(
                visible(column),
                visible(self._sources.get(column, "")),
                "-" if known.price is None else f"{known.price:.10g}",
                "-" if age == "" else f"{int(age) / NANOSECONDS:.1f}",
                "-" if known.delay is None else f"{known.delay:.3f}",
                Text(visible("; ".join(problems[column])), style="red"),
            )
        return table

    def _advice(self, decision: Decision) -> list[RenderableType]:
        """Return holdings, orders and reasons; where there is no advice, holdings of the last."""
        parts: list[RenderableType] = []
        if decision.advice is None:
            others = [str(one) for one in decision.problems if not one.column]
            parts.append(Text(" ".join(["No advice.", *others]), style="bold red"))
        if self._advised is None or self._advised.advice is None:
            return parts
        advice = self._advised.advice
        table = Table()
        for name in ("instrument", "ratio", "target", "held", "order", "new", "band"):
            table.add_column(name, justify="left" if name == "instrument" else "right")
        for instrument, row in advice.summary.iterrows():
            # an order of an older bar is not to be sent any more
            trade = row["trade"] if decision.advice is not None else 0.0
            verb = "buy" if trade > 0.0 else "sell"
            table.add_row(
                visible(str(instrument)),
                quantity(row["ratio"]),
                quantity(row["target"]),
                contracts(row["held"]),
                f"{verb} {exact(abs(trade))}" if trade else "-",
                contracts(row["new"]),
                f"±{quantity(row['band'])}",
            )
        parts.append(table)
        if decision.advice is not None:
            reasons = decision.reasons[:MOST_REASONS]
            parts += [Text(f"- {visible(reason)}") for reason in reasons]
        return parts

    def _foot(self, decision: Decision) -> Text:
        """Return counts of decisions."""
        with_advice = self.n_decisions - self.n_without
        return Text(
            f"{with_advice:,} bars with advice, {self.n_without:,} without; Ctrl-C ends",
            style="dim",
        )


def decision_line(decision: Decision) -> str:
    """Return a decision in one line, for what is no terminal."""
    when = pd.Timestamp(decision.time, tz="UTC").floor("ms")
    return f"{when}  {decision.action}: {' '.join(decision.reasons)}"
