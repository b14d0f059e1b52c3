"""Checks of the prices of a book against its position and instruments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.hints import did_you_mean
from hedgeresearch.cli.book.instruments import BookInstrument
from hedgeresearch.cli.book.onchain import holds_onchain
from hedgeresearch.cli.book.position import held_assets
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.instruments.terms import last_moment, on_clock_of
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.options.option_book import moment_of
from hedgeresearch.recommendation.inputs.options.option_quotes import FIELDS as QUOTES
from hedgeresearch.recommendation.inputs.position import Position


def check_distinct_names(parts: Mapping[str, Entry], instruments: Sequence[BookInstrument]) -> None:
    """Refuse an instrument that has the name of another or of an asset that is held."""
    held = held_assets(parts)
    seen = {name: f"is held in line {entry.line}" for name, entry in held.items()}
    if holds_onchain(parts):  # pools and loans may be hedged with their tokens
        seen = {}
    if "options" in parts:  # options may be hedged with their underlying
        seen = {
            item.mapping()["name"].text(): f"is held in line {item.line}"
            for item in parts["options"].items()
        }
    for one, item in zip(instruments, parts["instruments"].items(), strict=True):
        entry = item.mapping().get("name", item)
        if one.name in seen:
            entry.refuse(
                f"must be a column of its own; {one.name!r} {seen[one.name]}. "
                "Hedge with another column."
            )
        seen[one.name] = f"hedges in line {entry.line}"


def check_links(
    link: str,
    entries: Mapping[str, Entry],
    known: Sequence[str],
    instruments: Sequence[BookInstrument],
) -> None:
    """Refuse rates, funding and underlyings of names that the book does not hold or trade."""
    dated = [one.name for one in instruments if one.expiry is not None]
    for name, entry in entries.items():
        if name not in known:
            entry.refuse(
                f"must be of an asset or instrument of the book, {', '.join(known)}."
                f"{did_you_mean(name, known)}"
            )
        if link == "underlying" and name not in dated:
            entry.refuse(f"must be of an instrument with an expiry; {name!r} has none. Add it.")


def check_coins(
    data: Entry,
    rates: Mapping[str, Entry],
    instruments: Sequence[BookInstrument],
    account: str | None,
) -> None:
    """Refuse an inverse contract without a column for the price of its coin.

    Where the account counts in the coin, it needs none.
    """
    for one in instruments:
        if not isinstance(one, InverseContract):
            continue
        if account is not None and one.currency == account and one.quote is not None:
            continue
        entry = rates.get(one.name, data.absent("rates"))
        if not isinstance(entry.content, str):
            entry.refuse(
                f"must name the column with the price of the coin that {one.name!r} pays in; "
                f"got {entry.preview}. Write for example 'rates: {{{one.name}: BTC}}' under data."
            )


def check_positive(table: pd.DataFrame, held: Mapping[str, Entry]) -> None:
    """Refuse prices of assets held that are not positive, where returns divide by them."""
    for name, entry in held.items():
        low = table[name][table[name] <= 0.0]
        if len(low):
            first: Any = low.index[0]
            entry.refuse(
                f"must have positive prices; got {low.iloc[0]:g} on {day(first)}. "
                "Fix the data, or write 'returns: difference' if this is its price."
            )


def check_expiries(
    last_date: Any, items: Sequence[Entry], instruments: Sequence[BookInstrument]
) -> None:
    """Refuse instruments that expired before the last date of the prices."""
    for item, one in zip(items, instruments, strict=True):
        if one.expiry is None:
            continue
        if last_date > on_clock_of(last_moment(pd.Timestamp(one.expiry)), last_date):
            item.mapping().get("expiry", item).refuse(
                f"must not lie before {day(last_date)}, the last date of the prices; {one.name!r} "
                f"expired on {day(one.expiry)}. Use the contract it was rolled into."
            )


def check_moments(
    parts: Mapping[str, Entry],
    position: Position,
    instruments: Sequence[BookInstrument],
    market: Market,
) -> None:
    """Refuse options that have expired at the moment of the market, and quotes of others."""
    held = list(zip(position.options, _items(parts, "options"), strict=True))
    listed = list(zip(instruments, parts["instruments"].items(), strict=True))
    options = [(one, item) for one, item in [*held, *listed] if isinstance(one, OptionTerms)]
    _check_quoted(parts["data"], [one.name for one, _ in options])
    if not options:
        return
    with parts["data"].locate_errors():
        now = moment_of(market)
    for one, item in options:
        if one.expires_at <= now:
            item.mapping().get("expiry", item).refuse(
                f"must be after {day(now)}, the moment of the prices; {one.name!r} expired on "
                f"{day(one.expires_at)}. Leave it out: what it paid is cash."
            )


def _check_quoted(data: Entry, options: Sequence[str]) -> None:
    """Refuse volatilities, forwards and discounts of options that the book does not have."""
    for field in QUOTES:
        entries = data.mapping()[field].mapping() if field in data.mapping() else {}
        for name, entry in entries.items():
            if name not in options:
                known = ", ".join(options) or "none"
                entry.refuse(
                    f"must be of an option of the book, {known}.{did_you_mean(name, options)}"
                )


def _items(parts: Mapping[str, Entry], section: str) -> list[Entry]:
    return parts[section].items() if section in parts else []
