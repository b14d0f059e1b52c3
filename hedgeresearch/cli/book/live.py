"""Section ``live`` of a book: a venue and a symbol for each column, and settings of a session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hedgeresearch.cli.book.book import SECTIONS
from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.live_fields import HOUR_FIELDS, LIVE_FIELDS, ORACLE_LEG_FIELDS
from hedgeresearch.cli.book.settings import read_numbers
from hedgeresearch.cli.book.yaml_reader import read_yaml
from hedgeresearch.feeds.chain.contracts import checked_address
from hedgeresearch.feeds.opening import sequence_rule
from hedgeresearch.feeds.source import Source
from hedgeresearch.live.column import Input
from hedgeresearch.live.funding import FundingLeg
from hedgeresearch.live.hours import TradingHours
from hedgeresearch.live.leg import BookCosts, Leg
from hedgeresearch.live.refit import Refit

FUNDING_FIELDS = ("max_age", "interval_hours")
COST_FIELDS = ("within", "contracts_per_unit", "participation")


class Live(NamedTuple):
    """Settings of a session.

    Attributes
    ----------
    legs : mapping from column to leg
    settings : mapping, the other arguments of ``Session``
    chain : mapping from venue on a chain to the settings of its feed
    """

    legs: Mapping[str, Input]
    settings: Mapping[str, Any]
    chain: Mapping[str, Mapping[str, Any]]

    def kinds(self) -> dict[str, tuple[list[str], list[str]]]:
        """Return the symbols and the kinds of events that are needed, by venue."""
        symbols: dict[str, list[str]] = defaultdict(list)
        kinds: dict[str, list[str]] = defaultdict(list)
        for leg in self.legs.values():
            venue = leg.source.venue
            if leg.source.symbol not in symbols[venue]:
                symbols[venue].append(leg.source.symbol)
            needed = kind_of(leg)
            if needed not in kinds[venue]:
                kinds[venue].append(needed)
            if isinstance(leg, Leg) and leg.oracle is not None:
                symbols[leg.oracle.venue].append(leg.oracle.symbol)
        return {venue: (symbols[venue], kinds[venue]) for venue in symbols}


def kind_of(leg: Input) -> str:
    """Return the kind of events that a leg is made of."""
    if isinstance(leg, FundingLeg):
        return "funding"
    return "book" if isinstance(leg, Leg) and leg.rule is not None else "quotes"


def read_live(path: Path) -> Live:
    """Return the section ``live`` of a book.

    Raises
    ------
    DataError
        If the book has none, or a field is not valid; the message names the line and the field.
    """
    parts = read_yaml(path).section(SECTIONS, ("live",))
    live = parts["live"].section(LIVE_FIELDS["live"], ("legs",))
    data = parts["data"].mapping() if "data" in parts else {}
    links = data["funding"].mapping() if "funding" in data else {}
    funding = {entry.text() for entry in links.values()}
    legs = {
        column: _read_leg(entry, is_funding=column in funding)
        for column, entry in live["legs"].mapping().items()
    }
    settings: dict[str, Any] = {
        name: live[name].number() for name in ("max_age", "max_delay") if name in live
    }
    if "constants" in live:
        settings["constants"] = read_numbers(live["constants"])
    if "refit" in live:
        settings["refit"] = _read_refit(live["refit"])
    return Live(legs, settings, _read_chain(live, legs))


def _read_leg(entry: Entry, *, is_funding: bool) -> Input:
    """Return a leg: of prices by quotes or a book, or of funding."""
    parts = entry.section(LIVE_FIELDS["live.legs"], ("venue", "symbol"))
    source = _read_source(parts)
    if is_funding:
        settings = {name: parts[name].number() for name in FUNDING_FIELDS if name in parts}
        _refuse_others(parts, ("venue", "symbol", *FUNDING_FIELDS), "a column of funding")
        with entry.locate_errors():
            return FundingLeg(source, **settings)
    if "max_age" in parts:
        parts["max_age"].refuse("of a leg is that of funding; for prices, write live.max_age.")
    if "interval_hours" in parts:
        parts["interval_hours"].refuse("of a leg is that of funding, not of a price.")
    costs: dict[str, Any] = {name: parts[name].number() for name in COST_FIELDS if name in parts}
    oracle = None
    if "oracle" in parts:
        oracle = parts["oracle"].section(ORACLE_LEG_FIELDS, ("venue", "symbol"))
    has_book = "book" in parts and parts["book"].truth()
    if costs and not has_book:
        parts[next(iter(costs))].refuse("needs the book of the leg: write 'book: true', too.")
    with entry.locate_errors():
        return Leg(
            source,
            sequence_rule(source.venue) if has_book else None,
            parts["base"].text() if "base" in parts else None,
            BookCosts(**costs) if costs else None,
            _read_hours(parts["hours"]) if "hours" in parts else None,
            None if oracle is None else _read_source(oracle),
        )


def _read_source(parts: Mapping[str, Entry]) -> Source:
    """Return a source; addresses on a chain are in lower case, as in the sources of its feed."""
    venue = parts["venue"].text()
    symbol = parts["symbol"].text()
    if ":" in venue:
        with parts["symbol"].locate_errors():
            symbol = checked_address(symbol, "symbol")
    return Source(venue, symbol)


def _read_chain(live: Mapping[str, Entry], legs: Mapping[str, Input]) -> dict[str, dict[str, Any]]:
    """Return the settings of the feed of each venue on a chain: its node, and heartbeats."""
    settings: dict[str, dict[str, Any]] = {}
    node = {"node": live["node"].text()} if "node" in live else {}
    for column, leg in legs.items():
        if ":" in leg.source.venue:
            settings[leg.source.venue] = dict(node)
        if not isinstance(leg, Leg) or leg.oracle is None:
            continue
        entry = live["legs"].mapping()[column].mapping()["oracle"].mapping().get("heartbeat")
        known = settings.setdefault(leg.oracle.venue, dict(node))
        if entry is None:
            continue
        if known.get("heartbeat", entry.number()) != entry.number():
            entry.refuse("must be the same for all oracles of a venue. Follow them one by one.")
        known["heartbeat"] = entry.number()
    return settings


def _refuse_others(parts: Mapping[str, Entry], known: tuple[str, ...], what: str) -> None:
    for name, part in parts.items():
        if name not in known:
            part.refuse(f"is not a field of {what}, which has {', '.join(known)}.")


def _read_hours(entry: Entry) -> TradingHours:
    parts = entry.section(HOUR_FIELDS, ("opens", "closes", "zone"))
    values: dict[str, Any] = {
        name: part.text() for name, part in parts.items() if name != "holidays"
    }
    if "holidays" in parts:
        values["holidays"] = [one.written for one in parts["holidays"].items()]
    with entry.locate_errors():
        return TradingHours(**values)


def _read_refit(entry: Entry) -> Refit:
    parts = entry.section(LIVE_FIELDS["live.refit"], ("every",))
    numbers: dict[str, Any] = {name: part.integer() for name, part in parts.items()}
    with entry.locate_errors():
        return Refit(**numbers)
