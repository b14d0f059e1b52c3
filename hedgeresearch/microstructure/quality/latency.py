"""Latency: how long after the venue's time an event was received.

The clocks of venue and receiver differ, so that the latency itself is known up to a constant, and
only differences of latencies can be relied on. A latency that is negative proves that the clocks
differ: an event cannot be received before it has happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted
from hedgeresearch._interactive import shown
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.events import (
    BookSnapshot,
    BookUpdate,
    FundingRate,
    Interruption,
    MarketEvent,
    Quote,
    Trade,
)

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""
KINDS: dict[type, str] = {
    BookSnapshot: "snapshots",
    BookUpdate: "book",
    Quote: "quotes",
    Trade: "trades",
    FundingRate: "funding",
    Interruption: "interruptions",
}
"""Names of the kinds of events."""
UNNAMED = "events"
"""Name of the source of events that come without one."""


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True, eq=False, repr=False)
class LatencyReport:
    """Latencies of the events of each source and kind.

    Attributes
    ----------
    table : DataFrame (n_streams, 7)
        By source and kind: n_events, n_without_time (events of which the venue states no time),
        then seconds from the venue's time to that of the receiver, least, median and p99, excess
        (p99 above the least, which does not depend on the clocks), and n_negative. Those of a
        stream without times are nan.

    Examples
    --------
    >>> from hedgeresearch.microstructure import Trade, latency_report
    >>> report = latency_report([Trade(0, 1.0, 1.0, 1, 9 * 10**9, 7 * 10**9)])
    >>> print(*report.clock_errors)
    events, trades: 1 of 1 events were received before the time of the venue, by up to 2 s. One
    clock is wrong: use differences of latencies only
    >>> report.summary["median, ms"].tolist()
    [-2000.0]
    >>> axes = report.plot()
    """

    table: pd.DataFrame

    @property
    def clock_errors(self) -> tuple[str, ...]:
        """Streams with negative latencies, in words: their clocks differ; empty if there are none.

        A stream without a negative latency may have such clocks, too: latency hides the
        difference.
        """
        wrong = self.table[self.table["n_negative"] > 0]
        return tuple(
            f"{source}, {kind}: {negative:,.0f} of {timed:,.0f} events were received before the "
            f"time of the venue, by up to {-least:.3g} s. One clock is wrong: use differences of "
            "latencies only"
            for (source, kind), negative, timed, least in zip(
                wrong.index,
                wrong["n_negative"],
                wrong["n_events"] - wrong["n_without_time"],
                wrong["least"],
                strict=True,
            )
        )

    @property
    def summary(self) -> pd.DataFrame:
        """The table, with times in milliseconds."""
        seconds = ["least", "median", "p99", "excess"]
        shown = self.table.copy()
        shown[seconds] *= 1e3
        return shown.rename(columns={name: f"{name}, ms" for name in seconds})

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Draw least, median and 99 per cent point of each stream, and return the Axes.

        Parameters
        ----------
        ax : Axes; None draws on those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Raises
        ------
        DataError
            If no stream has times of the venue.
        """
        from hedgeresearch.plotting import plot_intervals

        timed = self.table.dropna(subset=["median"])
        if timed.empty:
            raise DataError("No event has a time of the venue: there is no latency to draw.")
        names = [f"{source}, {kind}" for source, kind in timed.index]
        axes = plot_intervals(
            1e3 * timed["median"].set_axis(names),
            1e3 * timed[["least", "p99"]].to_numpy(),
            reference=0.0,
            xlabel="received after the venue's time, ms: least, median, p99",
            ax=ax,
        )
        return shown(axes, interactive=interactive)

    def __repr__(self) -> str:
        errors = self.clock_errors
        verdict = "no clock error shows"
        if errors:
            verdict = f"CLOCK ERROR in {len(errors)}"
        return f"LatencyReport({counted(len(self.table), 'stream')}: {verdict})"

    def _repr_html_(self) -> str:
        errors = "".join(f"<li>{sentence}.</li>" for sentence in self.clock_errors)
        return f"<p>{self!r}</p><ul>{errors}</ul>{self.summary.round(3).to_html()}"


@exported_by("hedgeresearch.microstructure")
def latency_report(events: Iterable[MarketEvent | tuple[Any, MarketEvent]]) -> LatencyReport:
    """Return latencies by source and kind of event.

    Parameters
    ----------
    events : events of one instrument at one venue; or pairs of a source and an event, such as those
        of ``hedgeresearch.feeds.replay``

    Raises
    ------
    DataError
        If there are no events.

    Examples
    --------
    >>> from hedgeresearch.microstructure import Trade, latency_report
    >>> times = [(10, 35), (20, 15), (30, 55)]
    >>> report = latency_report(
    ...     [Trade(0, 1.0, 1.0, 1, sent * 10**6, received * 10**6) for sent, received in times]
    ... )
    >>> report
    LatencyReport(1 stream: CLOCK ERROR in 1)
    >>> report.summary["median, ms"].tolist()
    [25.0]
    """
    latencies: dict[tuple[str, str], list[int]] = defaultdict(list)
    untimed: dict[tuple[str, str], int] = defaultdict(int)
    for given in events:
        source, event = given if isinstance(given, tuple) else (UNNAMED, given)
        stream = (str(source), _kind_of(event))
        if event.event_time is None:
            untimed[stream] += 1
        else:
            latencies[stream].append(event.receive_time - event.event_time)
    streams = sorted({*latencies, *untimed})
    if not streams:
        raise DataError("There are no events. Record some first.")
    rows = [_row(np.array(latencies[one], dtype=np.int64), untimed[one]) for one in streams]
    index = pd.MultiIndex.from_tuples(streams, names=["source", "kind"])
    return LatencyReport(pd.DataFrame(rows, index=index))


def _kind_of(event: MarketEvent) -> str:
    """Return the name of the kind of an event."""
    kind = KINDS.get(type(event))
    if kind is None:
        raise DataError(
            f"Events must be those of a market, such as a Trade; got {type(event).__name__}."
        )
    return kind


def _row(latencies: Any, n_without_time: int) -> dict[str, float]:
    """Return the measures of a stream from its latencies in nanoseconds."""
    timed = len(latencies) > 0
    points = np.quantile(latencies, [0.0, 0.5, 0.99]) if timed else np.full(3, np.nan)
    least, median, late = (points / NANOSECONDS).tolist()
    return {
        "n_events": len(latencies) + n_without_time,
        "n_without_time": n_without_time,
        "least": least,
        "median": median,
        "p99": late,
        "excess": late - least,
        "n_negative": int((latencies < 0).sum()),
    }
