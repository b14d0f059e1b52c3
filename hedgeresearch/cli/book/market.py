"""Prices of a book: the columns that it names, with rates, funding and underlyings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.instruments import BookInstrument
from hedgeresearch.cli.book.market_checks import (
    check_coins,
    check_expiries,
    check_links,
    check_positive,
)
from hedgeresearch.cli.book.onchain import read_oracles
from hedgeresearch.cli.book.position import held_assets
from hedgeresearch.cli.book.price_table import FILE_FIELDS, read_table
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.recommendation.inputs.market import Kind, Market
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import OnchainPosition
from hedgeresearch.recommendation.inputs.onchain.oracles import Oracles
from hedgeresearch.recommendation.inputs.options.option_quotes import FIELDS as QUOTES
from hedgeresearch.recommendation.inputs.options.option_quotes import OptionQuotes
from hedgeresearch.recommendation.inputs.position import Position

DATA_FIELDS = (
    "file",
    "dataset",
    "date",
    *FILE_FIELDS,
    "source",
    "currency",
    "rates",
    "funding",
    "underlying",
    "volatilities",
    "forwards",
    "discounts",
    "oracles",
    "sequencer",
    "moment",
)


class Links(NamedTuple):
    """Columns (or numbers) that belong to assets and instruments, by their names."""

    rates: dict[str, Entry]
    funding: dict[str, Entry]
    underlying: dict[str, Entry]


def price_file(parts: Mapping[str, Entry], folder: Path) -> Path | None:
    """Return the file of prices; None for a bundled table."""
    data = parts["data"].mapping()
    return folder / data["file"].text() if "file" in data else None


def read_market(
    parts: Mapping[str, Entry],
    folder: Path,
    instruments: Sequence[BookInstrument],
    kind: Kind,
    onchain: Sequence[OnchainPosition] = (),
) -> Market:
    """Return the market, with a price of everything that the book holds and trades.

    Raises
    ------
    DataError
        If a column is missing or its values are refused; the message names the line and the field.
    """
    data = parts["data"].section(DATA_FIELDS)
    links = Links(*(data[name].mapping() if name in data else {} for name in Links._fields))
    held = held_assets(parts)
    quoted = {name: data[name].mapping() for name in QUOTES if name in data}
    listed = list(zip(instruments, parts["instruments"].items(), strict=True))
    # options have no column of their own: they are valued
    priced = [(one, item) for one, item in listed if not isinstance(one, OptionTerms)]
    names = [one.name for one, _ in priced]
    items = [item for _, item in priced]
    for link, entries in links._asdict().items():
        check_links(link, entries, [*held, *names], instruments)
    currency = data["currency"].text() if "currency" in data else None
    check_coins(parts["data"], links.rates, instruments, currency)
    needed = dict(held)
    columns = [*_columns(links), *_quoted_columns(quoted)]
    for name, entry in (*zip(names, items, strict=True), *columns):
        needed.setdefault(name, entry)
    funding = [entry.text() for entry in links.funding.values()]
    table = read_table(parts["data"], folder, needed, funding)
    if kind == "simple":
        check_positive(table, held)
    with parts["data"].locate_errors():
        # without options the moment is that of oracles
        quotes = _build_quotes(quoted, None if onchain else data.get("moment"))
        oracles = read_oracles(parts["data"], onchain)
        market = _build_market(table, links, currency, quotes, oracles)
    check_expiries(market.last_date, items, [one for one, _ in priced])
    return market


def model_prices(
    market: Market, position: Position, instruments: Sequence[Instrument]
) -> tuple[pd.Series[float], pd.DataFrame]:
    """Return the prices that a model of prices is fitted on, in the currency of the account."""
    if position.is_portfolio:
        raise DataError(
            "model must use returns where several assets are held; this one uses prices. "
            "Choose ols, for example."
        )
    asset = position.assets[0]
    table = market.table
    values = pd.Series(market.value_path(asset, len(market)), table.index, name=asset)
    return values, table[[one.name for one in instruments]]


def _build_quotes(quoted: Mapping[str, Mapping[str, Entry]], moment: Entry | None) -> Any:
    """Return what options are valued at; None where the book gives nothing of it."""
    if not quoted and moment is None:
        return None
    given = {
        name: {key: _column_or_number(one) for key, one in entries.items()}
        for name, entries in quoted.items()
    }
    when = None if moment is None else moment.moment()
    return OptionQuotes(**({"volatilities": {}} | given), moment=when)


def _column_or_number(entry: Entry) -> str | float:
    return entry.content if isinstance(entry.content, str) else entry.number()


def _quoted_columns(quoted: Mapping[str, Mapping[str, Entry]]) -> list[tuple[str, Entry]]:
    """Return the columns that options are valued by."""
    entries = chain.from_iterable(links.values() for links in quoted.values())
    return [(one.content, one) for one in entries if isinstance(one.content, str)]


def _build_market(
    table: pd.DataFrame,
    links: Links,
    currency: str | None,
    quotes: OptionQuotes | None,
    oracles: Oracles | None,
) -> Market:
    rates = {name: _column_or_number(one) for name, one in links.rates.items()}
    funding = {name: one.text() for name, one in links.funding.items()}
    underlying = {name: one.text() for name, one in links.underlying.items()}
    return Market(table, rates, funding, underlying, currency, quotes, oracles)


def _columns(links: Links) -> list[tuple[str, Entry]]:
    """Return the columns that rates, funding and underlyings name; a rate may be a number."""
    rates = [one for one in links.rates.values() if isinstance(one.content, str)]
    entries = [*rates, *links.funding.values(), *links.underlying.values()]
    return [(entry.text(), entry) for entry in entries]
