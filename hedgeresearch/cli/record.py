"""``hedgeresearch record``: record public market data of a venue."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.status import Status

from hedgeresearch.cli.terminal.output import AsJson, print_json, print_notice, print_text, wrapped
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Event, Feed
from hedgeresearch.feeds.opening import open_feed
from hedgeresearch.feeds.recordings.recorder import Recorder
from hedgeresearch.feeds.recordings.recording_feeds import record
from hedgeresearch.feeds.recordings.stored import compact_recording
from hedgeresearch.feeds.source import Source
from hedgeresearch.microstructure.events import Interruption

BINANCE = "binance"
FUNDING = "funding"


Venue = Annotated[
    str,
    typer.Option(
        help="binance, deribit, any exchange of ccxt, such as kraken, or uniswap-v3:1, "
        "uniswap-v2:1 or chainlink:1 with the number of a chain."
    ),
]
Symbols = Annotated[
    str, typer.Option(help="Instruments by the venue's names, with commas: BTCUSDT,ETHUSDT.")
]
Output = Annotated[
    Path, typer.Option("--output", help="Folder to write into; a recording is continued.")
]
Kinds = Annotated[str, typer.Option(help="Some of book, quotes, trades, funding, with commas.")]
Market = Annotated[
    str | None,
    typer.Option(
        help="Market of Binance: spot, usd-m or coin-m. By default spot; usd-m with funding."
    ),
]
NodeAddress = Annotated[
    str | None,
    typer.Option("--node", help="Address of a node of the chain, http or ws, for venues on one."),
]
Heartbeat = Annotated[
    float | None, typer.Option(help="Seconds after which a round of an oracle is due.")
]
Seconds = Annotated[float | None, typer.Option(help="Stop after this time; by default at Ctrl-C.")]
Every = Annotated[
    float, typer.Option(help="Seconds after which events are written, at the latest.")
]
Compact = Annotated[bool, typer.Option(help="Put small files together at the end, or leave them.")]
Hidden = Annotated[str | None, typer.Option(hidden=True)]


def record_market(  # noqa: PLR0913 (the options of the command)
    venue: Venue,
    symbols: Symbols,
    output: Output,
    kinds: Kinds = "book,quotes,trades",
    market: Market = None,
    seconds: Seconds = None,
    every: Every = 10.0,
    compact: Compact = True,
    node: NodeAddress = None,
    heartbeat: Heartbeat = None,
    as_json: AsJson = False,
    ws_url: Hidden = None,
    rest_url: Hidden = None,
) -> None:
    """Record public market data of a venue.

    Every event goes into Parquet files venue=/symbol=/kind=/part-*.parquet with the venue's and
    the receiver's time, and can be played back. Ctrl-C ends the recording; what was received by
    then is written, and the exit code is 1 if nothing was. Nothing can send an order, and no key is
    needed.
    """
    followed = _names(kinds)
    given = {"ws_url": ws_url, "rest_url": rest_url, "node": node, "heartbeat": heartbeat}
    feed = open_feed(
        _venue(venue, market, followed),
        _names(symbols),
        followed,
        **{name: value for name, value in given.items() if value is not None},
    )
    with Recorder(output, seconds_per_part=every) as recorder:
        n_before = recorder.n_events
        progress = Progress(feed, n_before)
        try:
            asyncio.run(_recorded(feed, recorder, seconds, progress))
        finally:
            progress.stop()
    n_files = compact_recording(output) if compact and recorder.n_events else None
    _print_summary(progress, output, n_files, as_json)
    if not progress.has_data:
        print_notice("warning", "nothing was received but interruptions.")
        raise typer.Exit(1)


class Progress:
    """Counts of what was recorded, and a line of them on a terminal.

    Parameters
    ----------
    feed : Feed
    n_before : number of events that the recording had before
    """

    def __init__(self, feed: Feed, n_before: int) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.n_interruptions = 0
        self.n_before = n_before
        self._feed = feed
        self._reason = ""
        self._begun = time.monotonic()
        self._shown = 0.0
        console = Console(stderr=True)
        self._status = Status("connecting", console=console) if console.is_terminal else None
        if self._status is not None:
            self._status.start()

    def see(self, source: Source, event: Event) -> None:
        """Count an event, and print an interruption."""
        self.counts[str(source), type(event).__name__] += 1
        if isinstance(event, Interruption):
            self._interrupt(source, event)
        now = time.monotonic()
        if self._status is not None and now - self._shown > 0.2:
            self._shown = now
            n_events = self.counts.total()
            rate = n_events / max(now - self._begun, 1e-9)
            self._status.update(
                f"{n_events:,} events, {rate:,.0f} a second, {self.n_interruptions} interruptions; "
                "Ctrl-C ends"
            )

    @property
    def has_data(self) -> bool:
        """Whether anything but interruptions was received."""
        return any(kind != Interruption.__name__ for _, kind in self.counts)

    def stop(self) -> None:
        """Remove the line from the terminal."""
        if self._status is not None:
            self._status.stop()

    def _interrupt(self, source: Source, event: Interruption) -> None:
        """Print an interruption, once for all sources; each feed begins with one."""
        if self.counts[str(source), "Interruption"] == 1:
            return
        self.n_interruptions += 1
        if event.reason != self._reason:
            print_notice("warning", f"{source}: {event.reason}")
        self._reason = event.reason


async def _recorded(
    feed: Feed, recorder: Recorder, seconds: float | None, progress: Progress
) -> None:
    """Record a feed until its end, a time, or a signal to end."""
    loop = asyncio.get_running_loop()
    closing: list[asyncio.Task[None]] = []

    def close() -> None:
        closing.append(loop.create_task(feed.aclose()))

    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows raises KeyboardInterrupt instead; signals come to the main thread alone
        with suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, close)
    await record(feed, recorder, seconds=seconds, seen=progress.see)
    await asyncio.gather(*closing)


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def _venue(venue: str, market: str | None, kinds: tuple[str, ...]) -> str:
    """Return the name of the venue, with its market if it is Binance."""
    if venue != BINANCE:
        if market is not None:
            raise DataError(f"--market is of --venue binance; got --venue {venue}.")
        return venue
    if market is None:
        market = "usd-m" if FUNDING in kinds else "spot"
    return venue if market == "spot" else f"{venue}-{market}"


def _print_summary(progress: Progress, output: Path, n_files: int | None, as_json: bool) -> None:
    """Print what was recorded."""
    by_source: dict[str, dict[str, int]] = {}
    for (source, kind), number in sorted(progress.counts.items()):
        by_source.setdefault(source, {})[kind] = number
    if as_json:
        found: dict[str, Any] = {
            "folder": str(output),
            "events": by_source,
            "interruptions": progress.n_interruptions,
            "before": progress.n_before,
            "files": n_files,
        }
        print_json(found)
        return
    for source, counts in by_source.items():
        parts = ", ".join(f"{number:,} {kind}" for kind, number in counts.items())
        print_text(wrapped(f"{source}: {parts}", "  "))
    print_text(wrapped(f"{progress.n_before + progress.counts.total():,} events are in {output}."))
