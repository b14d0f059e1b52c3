"""The prices of a book: the columns that it names, with rates, funding and what futures deliver."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pandas as pd

from hedgeresearch import datasets
from hedgeresearch._formatting import day
from hedgeresearch.cli.book.yaml_tree import Entry, did_you_mean
from hedgeresearch.data.prices import read_prices
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.market import Kind, Market
from hedgeresearch.recommendation.inputs.position import Position

DATA = ("file", "dataset", "date", "source", "rates", "funding", "underlying")
"""The fields of ``data``."""


def prices_file(parts: dict[str, Entry], folder: Path) -> Path | None:
    """The file that a book takes its prices from; None for a bundled table."""
    data = parts["data"].mapping()
    return folder / data["file"].text() if "file" in data else None


def market_from(
    parts: dict[str, Entry], folder: Path, instruments: list[Instrument], kind: Kind
) -> Market:
    """The market of a book, in which all that it holds and trades has a price.

    Raises
    ------
    DataError
        If a column is missing or holds what it must not; the message names the line and the field.
    """
    data = parts["data"].section(DATA)
    links = {
        name: data[name].mapping() if name in data else {}
        for name in ("rates", "funding", "underlying")
    }
    items = dict(zip([one.name for one in instruments], parts["instruments"].items(), strict=True))
    _check_links(links, [*parts["position"].mapping(), *items], instruments)
    _check_coins(parts["data"], links["rates"], instruments)
    needed = dict(parts["position"].mapping())
    for name, entry in (*items.items(), *_columns(links)):
        needed.setdefault(name, entry)
    table = _table(parts["data"], folder, needed)
    if kind == "simple":
        _check_positive(table, parts["position"])
    rates = {
        name: one.content if isinstance(one.content, str) else one.number()
        for name, one in links["rates"].items()
    }
    others = (
        {name: one.text() for name, one in links[link].items()}
        for link in ("funding", "underlying")
    )
    with parts["data"].placed():
        market = Market(table, rates, *others)
    _check_expiries(market, parts["instruments"].items(), instruments)
    return market


def prices_for_model(
    market: Market, position: Position, instruments: list[Instrument]
) -> tuple[pd.Series[float], pd.DataFrame]:
    """What a model of prices is fitted on."""
    if position.is_portfolio:
        raise DataError(
            "model must work on returns where several assets are held; this one takes prices. Choose ols, for example."
        )
    asset, table = position.assets[0], market.table
    rate = market.rates.get(asset, 1.0)
    values = table[asset] * (table[rate] if isinstance(rate, str) else rate)
    return values.rename(asset), table[[one.name for one in instruments]]


def _columns(links: dict[str, dict[str, Entry]]) -> list[tuple[str, Entry]]:
    """The columns that rates, funding and underlyings name; a rate may be a number."""
    entries = [one for link in links.values() for one in link.values()]
    rates = links["rates"].values()
    return [
        (one.text(), one) for one in entries if one not in rates or isinstance(one.content, str)
    ]


def _table(entry: Entry, folder: Path, needed: dict[str, Entry]) -> pd.DataFrame:
    """The columns that are needed, of a file or a bundled table."""
    data = entry.mapping()
    if ("file" in data) == ("dataset" in data):
        entry.refuse(
            "must have 'file', prices of your own, or 'dataset', a bundled table: one of the two."
        )
    table = _bundled(data["dataset"], needed) if "dataset" in data else _own(data, folder, needed)
    if "source" in data:
        table.attrs["source"] = data["source"].text()
    return table


def _bundled(entry: Entry, needed: dict[str, Entry]) -> pd.DataFrame:
    with entry.placed():
        table = datasets.load(entry.text())
    known = list(table.columns)
    for name, where in needed.items():
        if name not in known:
            where.refuse(
                f"must be a column of the table: {', '.join(known)}; got {name!r}.{did_you_mean(name, known)}"
            )
    return table[list(needed)]


def _own(data: dict[str, Entry], folder: Path, needed: dict[str, Entry]) -> pd.DataFrame:
    date = data["date"].text() if "date" in data else None
    try:
        table = read_prices(folder / data["file"].text(), list(needed), date)
    except DataError as error:
        where = next(
            (one for name, one in needed.items() if f"got {name!r}" in str(error)), data["file"]
        )
        with where.placed():
            raise
    table.attrs["source"] = data["file"].text()
    return table


# --- what is refused ---


def check_names(parts: dict[str, Entry], instruments: list[Instrument]) -> None:
    """Refuse an instrument that has the name of another, or of what is held."""
    seen = {
        name: f"is held in line {entry.line}" for name, entry in parts["position"].mapping().items()
    }
    for one, item in zip(instruments, parts["instruments"].items(), strict=True):
        entry = item.mapping().get("name", item)
        if one.name in seen:
            entry.refuse(
                f"must be a column of its own; {one.name!r} {seen[one.name]}. Hedge with another column."
            )
        seen[one.name] = f"hedges in line {entry.line}"


def _check_links(
    links: dict[str, dict[str, Entry]], known: list[str], instruments: list[Instrument]
) -> None:
    dated = [one.name for one in instruments if cast(Terms, one).expiry is not None]
    for link, entries in links.items():
        for name, entry in entries.items():
            if name not in known:
                entry.refuse(
                    f"must be of what is held or hedges, {', '.join(known)}.{did_you_mean(name, known)}"
                )
            if link == "underlying" and name not in dated:
                entry.refuse(
                    f"must be of an instrument with an expiry; {name!r} has none. Give it one."
                )


def _check_coins(data: Entry, rates: dict[str, Entry], instruments: list[Instrument]) -> None:
    for one in instruments:
        entry = rates.get(one.name)
        if isinstance(one, InverseContract) and (
            entry is None or not isinstance(entry.content, str)
        ):
            place = data.missing("rates") if entry is None else entry
            place.refuse(
                f"must name the column with the price of the coin that {one.name!r} pays in; got {place.shown}. Write "
                f"for example 'rates: {{{one.name}: BTC}}' under data."
            )


def _check_positive(table: pd.DataFrame, position: Entry) -> None:
    for name, entry in position.mapping().items():
        low = table[name][table[name] <= 0.0]
        if len(low):
            when: Any = low.index[0]
            entry.refuse(
                f"must have positive prices; got {low.iloc[0]:g} on {day(when)}. Mend the table, or write 'returns: "
                "difference' if that is its price."
            )


def _check_expiries(market: Market, items: list[Entry], instruments: list[Instrument]) -> None:
    now = market.last_date
    for item, one in zip(items, instruments, strict=True):
        expiry = cast(Terms, one).expiry
        if expiry is not None and now.tz_localize(None).normalize() > pd.Timestamp(
            expiry
        ).tz_localize(None):
            item.mapping().get("expiry", item).refuse(
                f"must not lie before {day(now)}, the last date of the prices; {one.name!r} expired on {day(expiry)}. "
                "Give the contract it was rolled into."
            )
