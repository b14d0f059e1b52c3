"""``hedgeresearch live``: follow a market with the recommendation of a book."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, aclosing, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from hedgeresearch.cli.book.book import recommend_for_book
from hedgeresearch.cli.book.live import Live, read_live
from hedgeresearch.cli.terminal.live_table import LiveTable, decision_line
from hedgeresearch.cli.terminal.output import (
    AsJson,
    print_text,
    warnings_as_lines,
    wrapped,
)
from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Feed
from hedgeresearch.feeds.merged_feed import MergedFeed
from hedgeresearch.feeds.opening import open_feed
from hedgeresearch.feeds.recordings.recorder import Recorder
from hedgeresearch.feeds.recordings.stored import Recording
from hedgeresearch.live.audit import check_audit
from hedgeresearch.live.decision import Decision
from hedgeresearch.live.session import Session

SHOWN_A_SECOND = 4
"""Times a second at which the table is drawn."""

Position = Annotated[
    Path, typer.Option("--position", help="YAML file of a book with a section live (docs/book.md).")
]
RecordFolder = Annotated[
    Path | None, typer.Option("--record", help="Also record the events into this folder.")
]
ReplayFolder = Annotated[
    Path | None, typer.Option("--replay", help="Play a recording instead of connecting.")
]
AuditFile = Annotated[
    Path | None,
    typer.Option(
        "--audit",
        help="Audit log to write (JSON lines).  [default: audit-TIME.jsonl in the recorded folder, "
        "or here]",
    ),
]
CheckFile = Annotated[
    Path | None,
    typer.Option("--check", help="Compute all advice of an audit log again, instead."),
]
Seconds = Annotated[float | None, typer.Option(help="Stop after this time; by default at Ctrl-C.")]
Hidden = Annotated[str | None, typer.Option(hidden=True)]


def follow_market(  # noqa: PLR0913 (the options of the command)
    position: Position,
    record: RecordFolder = None,
    replay: ReplayFolder = None,
    audit: AuditFile = None,
    check: CheckFile = None,
    seconds: Seconds = None,
    as_json: AsJson = False,
    ws_url: Hidden = None,
    rest_url: Hidden = None,
) -> None:
    """Follow a market with the recommendation of a book.

    A table shows legs, prices, ages, problems, advice and orders; what is no terminal gets a
    paragraph for each decision. With --json each line is JSON, the last one {"summary": ...}. Every
    decision is written into an audit log, from which --check computes the advice again. Nothing can
    send an order, and no key is needed.
    """
    if record is not None and replay is not None:
        raise DataError("--record and --replay exclude each other: pass one of them.")
    with warnings_as_lines():
        live = read_live(position)
        start = recommend_for_book(position)
    if check is not None:
        n_checked = check_audit(check, start)
        text = f"{n_checked:,} decisions of {check} follow from what was known."
        _print_end({"checked": n_checked, "audit": str(check)}, text, as_json)
        return
    urls = {"ws_url": ws_url, "rest_url": rest_url}
    feed = _live_feed(live, urls) if replay is None else _recording(live, replay)
    log = audit or _new_log(record)
    table = LiveTable(
        {column: str(leg.source) for column, leg in live.legs.items()},
        None if replay is not None else time.time_ns,
    )
    with ExitStack() as stack:
        session = stack.enter_context(Session(start, live.legs, audit=log, **live.settings))
        session.subscribe(table.see)
        recorder = None if record is None else stack.enter_context(Recorder(record))
        show = stack.enter_context(_Shown(table, as_json))
        # what is loaded by now stays: collections of garbage do not go through it again
        gc.collect()
        gc.freeze()
        stack.callback(gc.unfreeze)
        asyncio.run(_followed(session, feed, recorder, seconds, show))
    _print_summary(table, log, as_json)


async def _followed(
    session: Session,
    feed: Feed,
    recorder: Recorder | None,
    seconds: float | None,
    show: Callable[[Decision], None],
) -> None:
    """Follow a feed until its end, a time, or a signal to end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows raises KeyboardInterrupt instead; signals come to the main thread alone
        with suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, ended.set)
    following = asyncio.create_task(_shown(session, feed, recorder, show))
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait({following, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in (following, waiting):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def _shown(
    session: Session,
    feed: Feed,
    recorder: Recorder | None,
    show: Callable[[Decision], None],
) -> None:
    async with aclosing(session.follow(feed, recorder=recorder)) as decisions:
        async for decision in decisions:
            show(decision)


class _Shown:
    """Shows decisions: as a table on a terminal, as paragraphs or JSON lines elsewhere."""

    def __init__(self, table: LiveTable, as_json: bool) -> None:
        self._table = table
        self._as_json = as_json
        self._screen: Any = None

    def __enter__(self) -> Callable[[Decision], None]:
        from rich.console import Console
        from rich.live import Live as Screen

        console = Console()
        if self._as_json or not console.is_terminal:
            return self._print
        self._screen = Screen(
            self._table, console=console, refresh_per_second=SHOWN_A_SECOND, transient=False
        )
        self._screen.start()
        return self._see_only

    def __exit__(self, *error: object) -> None:
        if self._screen is not None:
            self._screen.stop()

    def _print(self, decision: Decision) -> None:
        if self._as_json:
            typer.echo(json.dumps(decision.to_dict(), allow_nan=False))
        else:
            print_text(wrapped(decision_line(decision), "  "))

    def _see_only(self, decision: Decision) -> None:
        """Leave the decision to the table, which is drawn by its own clock."""


def _live_feed(live: Live, urls: dict[str, str | None]) -> Feed:
    """Return the feed of all venues of a book."""
    settings = {name: url for name, url in urls.items() if url is not None}
    feeds = [
        open_feed(venue, symbols, kinds, **live.chain.get(venue, settings))
        for venue, (symbols, kinds) in live.kinds().items()
    ]
    return feeds[0] if len(feeds) == 1 else MergedFeed(*feeds)


def _recording(live: Live, folder: Path) -> Recording:
    """Return a recording; refuse one that lacks a source of the book."""
    recording = Recording(folder)
    for column, leg in live.legs.items():
        if leg.source not in recording.sources:
            held = ", ".join(map(str, recording.sources))
            raise DataError(
                f"--replay must hold {leg.source}, the source of the column {column!r} of the "
                f"book; {folder} holds {held}. Write the names of the recording into the "
                "section live."
            )
    return recording


def _new_log(folder: Path | None) -> Path:
    """Return the path of an audit log by the time."""
    name = time.strftime("audit-%Y%m%d-%H%M%S.jsonl", time.gmtime())
    if folder is None:
        return Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def _print_summary(table: LiveTable, log: Path, as_json: bool) -> None:
    """Print how many decisions there were, and where they are."""
    with_advice = table.n_decisions - table.n_without
    text = f"{table.n_decisions:,} decisions, {with_advice:,} with advice, are in {log}."
    counts = {"decisions": table.n_decisions, "with_advice": with_advice, "audit": str(log)}
    _print_end(counts, text, as_json)


def _print_end(counts: dict[str, Any], text: str, as_json: bool) -> None:
    """Print the last line: text, or one line of JSON that differs from decisions by its key."""
    if as_json:
        typer.echo(json.dumps({"summary": counts}))
    else:
        print_text(wrapped(text))
