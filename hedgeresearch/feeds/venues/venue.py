"""The protocol of venues: all that a websocket feed has to know of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.feed import Sourced
from hedgeresearch.feeds.source import Source
from hedgeresearch.microstructure.books.sequence import SequenceRule

KINDS = ("book", "quotes", "trades", "funding")
"""Kinds of events that can be followed."""


class RefusedError(DataError):
    """The venue refuses a request, as one of an unknown symbol: trying again does not help."""


@dataclass(frozen=True)
class Connection:
    """A websocket to be opened.

    Parameters
    ----------
    url : address
    messages : what is sent when it is open
    """

    url: str
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class SnapshotRequest:
    """A call for the snapshot of a book.

    Parameters
    ----------
    url : address whose answer is the snapshot; empty if it comes by the websocket
    messages : what is sent on the first connection, so that it comes by the websocket
    """

    url: str = ""
    messages: tuple[str, ...] = ()


class Venue(Protocol):
    """A venue as the sources that are followed, its addresses, and its frames."""

    @property
    def name(self) -> str:
        """Name of the venue in its sources."""

    @property
    def rules(self) -> dict[Source, SequenceRule | None]:
        """Sources, each with the rule of its book; None if its book is not followed."""

    @property
    def numbers_trades(self) -> bool:
        """True if trades of an instrument are numbered without a gap."""

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Websockets to be opened, together."""

    @property
    def checks(self) -> tuple[str, ...]:
        """Addresses that refuse a symbol that does not exist; the answers are not used."""

    def read(self, frame: Any, receive_time: int) -> list[Sourced]:
        """Return the events in a frame.

        Raises
        ------
        RefusedError
            If it says that a subscription is refused.
        DataError
            If it cannot be read.
        """

    def reply(self, frame: Any) -> str | None:
        """Return what is to be sent in answer to a frame, if anything."""

    def snapshot_request(self, source: Source) -> SnapshotRequest:
        """Return how a snapshot of the book of a source is called for."""

    def read_snapshot(self, source: Source, answer: Any, receive_time: int) -> Sourced:
        """Return the snapshot in the answer of the address of a snapshot request."""


def checked_symbols(symbols: Any) -> tuple[str, ...]:
    """Return names of instruments, each once."""
    names = (symbols,) if isinstance(symbols, str) else tuple(symbols)
    if not names or len(set(names)) != len(names):
        raise DataError(f"symbols must be one or more different names; got {names!r}.")
    return names


def checked_kinds(kinds: Any, available: tuple[str, ...], venue: str) -> tuple[str, ...]:
    """Return kinds of events, which the venue must have."""
    names = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    unknown = [name for name in names if name not in available]
    if unknown or not names or len(set(names)) != len(names):
        raise DataError(
            f"kinds of {venue} must be different ones of {', '.join(available)}; got "
            f"{', '.join(map(str, names)) or 'none'}."
        )
    return names


def checked_url(url: str, schemes: tuple[str, ...], name: str) -> str:
    """Return an address without a slash at its end; its scheme must be one of some."""
    scheme, separator, rest = url.partition("://")
    if scheme not in schemes or not separator or not rest:
        expected = " or ".join(f"{one}://" for one in schemes)
        raise DataError(f"{name} must begin with {expected}; got {url!r}.")
    return url.rstrip("/")
