"""Pools, loans and oracles of a book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import pandas as pd

from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.hints import did_you_mean
from hedgeresearch.cli.book.settings import read_numbers
from hedgeresearch.instruments.terms import DOLLARS
from hedgeresearch.onchain.collateral import Collateral
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.onchain.oracle import OracleRound, SequencerStatus
from hedgeresearch.onchain.position import LiquidityRange, PoolPosition
from hedgeresearch.onchain.tokens import Token
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import (
    OnchainPosition,
    all_tokens,
)
from hedgeresearch.recommendation.inputs.onchain.oracles import Oracles

POOL_FIELDS = ("base", "quote", "ranges", "fee_rate", "price", "decimals", "first_token")
RANGE_FIELDS = ("liquidity", "value", "lower", "upper", "ticks")
LOAN_FIELDS = ("collateral", "debt", "close_factor")
COLLATERAL_FIELDS = tuple(field.name for field in fields(Collateral))
ORACLE_FIELDS = (
    "price",
    "answer",
    "decimals",
    "updated_at",
    "heartbeat",
    "round_id",
    "answered_in_round",
)
SEQUENCER_FIELDS = ("up", "since")
PRICE_DECIMALS = 8
"""Decimals of an oracle whose price is given in words of people."""


def holds_onchain(sections: Mapping[str, Entry]) -> bool:
    """Return whether a book has pools or loans."""
    return "pools" in sections or "loans" in sections


def read_onchain(sections: Mapping[str, Entry]) -> list[OnchainPosition]:
    """Return the pools and loans of a book."""
    held: list[OnchainPosition] = []
    if "pools" in sections:
        held += [_read_pool(item) for item in _items(sections["pools"], "pool")]
    if "loans" in sections:
        held += [_read_loan(item) for item in _items(sections["loans"], "loan")]
    return held


def priced_tokens(sections: Mapping[str, Entry], data: Entry) -> dict[str, Entry]:
    """Return the entries that name tokens which need a column of prices, by token.

    Dollars, and the currency of the account, do not; nor do dollars of another account where the
    token that is priced in them has a rate.
    """
    parts = data.mapping()
    account = parts["currency"].text() if "currency" in parts else "USD"
    rates = parts["rates"].mapping() if "rates" in parts else {}
    needed: dict[str, Entry] = {}
    for section in ("pools", "loans"):
        for item in sections[section].items() if section in sections else []:
            named = _named_tokens(item)
            is_rated = any(token in rates for token in named)
            for token, entry in named.items():
                in_dollars = token in DOLLARS and (account in DOLLARS or is_rated)
                if token != account and not in_dollars:
                    needed.setdefault(token, entry)
    return needed


def read_oracles(data: Entry, held: Sequence[OnchainPosition]) -> Oracles | None:
    """Return the oracles of the section data; None where it has none."""
    parts = data.mapping()
    if "oracles" not in parts:
        if "sequencer" in parts:
            parts["sequencer"].refuse("must belong to oracles; the book has none. Remove it.")
        return None
    known = all_tokens(held)
    rounds = {}
    for token, one in parts["oracles"].mapping().items():
        if token not in known:
            one.refuse(
                f"must be of a token of the pools and loans, {', '.join(known) or 'none'}."
                f"{did_you_mean(token, known)}"
            )
        rounds[token] = _read_round(token, one)
    moment = parts["moment"].moment() if "moment" in parts else None
    sequencer = _read_sequencer(parts["sequencer"]) if "sequencer" in parts else None
    with data.locate_errors():
        return Oracles(rounds, moment, sequencer)


# --- pools ---


def _read_pool(entry: Entry) -> PoolPosition:
    parts = entry.section(POOL_FIELDS, ("base", "quote", "ranges"))
    fee_rate = parts["fee_rate"].number() if "fee_rate" in parts else None
    names = (parts["base"].text(), parts["quote"].text())
    ranges = [_read_range(item, parts, entry) for item in _items(parts["ranges"], "range")]
    with entry.locate_errors():
        return PoolPosition(ranges, *names, fee_rate)


def _read_range(entry: Entry, pool: Mapping[str, Entry], place: Entry) -> LiquidityRange:
    """Return a range by its liquidity, by its value at a price, or as the contract states it."""
    parts = entry.section(RANGE_FIELDS)
    if ("liquidity" in parts) == ("value" in parts):
        entry.refuse("must have either 'liquidity' or 'value', and its prices or 'ticks'.")
    if "ticks" in parts:
        return _range_of_ticks(entry, parts, pool, place)
    for name in ("decimals", "first_token"):
        if name in pool:
            pool[name].refuse("must belong to a range with ticks; this one has none. Remove it.")
    bounds = {name: parts[name].number() for name in ("lower", "upper") if name in parts}
    with entry.locate_errors():
        if "liquidity" in parts:
            return LiquidityRange(parts["liquidity"].number(), **bounds)
        if "price" not in pool:
            place.refuse("must have the field 'price', at which a range has its value. Add it.")
        one = LiquidityRange(1.0, **bounds)
        unit = PoolPosition([one], pool["base"].text(), pool["quote"].text())
        held = parts["value"].number() / unit.value(pool["price"].number())
        return replace(one, liquidity=held)


def _range_of_ticks(
    entry: Entry, parts: Mapping[str, Entry], pool: Mapping[str, Entry], place: Entry
) -> LiquidityRange:
    """Return a range in the whole numbers of a contract."""
    if "liquidity" not in parts or "lower" in parts or "upper" in parts:
        entry.refuse("must have 'liquidity' and 'ticks', as the contract states them, alone.")
    if "decimals" not in pool or "first_token" not in pool:
        place.refuse(
            "must have the fields 'decimals' of both tokens and 'first_token', the first one of "
            "the contract, for ranges with ticks. Add them."
        )
    decimals = pool["decimals"].mapping()
    base = pool["base"].text()
    first = pool["first_token"].choice([base, pool["quote"].text()])
    names = [first, *(name for name in (base, pool["quote"].text()) if name != first)]
    for name in names:
        if name not in decimals:
            pool["decimals"].refuse(f"must have those of {name!r}; they are missing. Add them.")
    ticks = [item.integer() for item in _items(parts["ticks"], "tick")]
    if len(ticks) != 2:
        parts["ticks"].refuse(f"must be the lower and the upper tick; got {len(ticks)}.")
    with entry.locate_errors():
        tokens = (
            Token(names[0], decimals[names[0]].integer()),
            Token(names[1], decimals[names[1]].integer()),
        )
        liquidity = parts["liquidity"].integer()
        held = PoolPosition.at_ticks(liquidity, (ticks[0], ticks[1]), tokens, base=base)
    return held.ranges[0]


# --- loans ---


def _read_loan(entry: Entry) -> LoanPosition:
    parts = entry.section(LOAN_FIELDS, LOAN_FIELDS[:2])
    deposits = [_read_collateral(item) for item in _items(parts["collateral"], "deposit")]
    debt = read_numbers(parts["debt"])
    given = {name: one.number() for name, one in parts.items() if name == "close_factor"}
    with entry.locate_errors():
        return LoanPosition(deposits, debt, **given)


def _read_collateral(entry: Entry) -> Collateral:
    parts = entry.section(COLLATERAL_FIELDS, COLLATERAL_FIELDS[:3])
    numbers = {name: one.number() for name, one in parts.items() if name != "token"}
    with entry.locate_errors():
        return Collateral(parts["token"].text(), **numbers)


def _named_tokens(item: Entry) -> dict[str, Entry]:
    """Return the entries that name the tokens of a pool or a loan, as far as they are there."""
    parts = item.mapping()
    named = [parts[name] for name in ("base", "quote") if name in parts]
    if "collateral" in parts:
        deposits = [each.mapping() for each in parts["collateral"].items()]
        named += [each["token"] for each in deposits if "token" in each]
    tokens = {one.text(): one for one in named}
    if "debt" in parts:
        tokens |= {name: one for name, one in parts["debt"].mapping().items()}
    return tokens


# --- oracles ---


def _read_round(token: str, entry: Entry) -> OracleRound:
    parts = entry.section(ORACLE_FIELDS, ("updated_at", "heartbeat"))
    if ("price" in parts) == ("answer" in parts):
        entry.refuse("must have either 'price' or 'answer' with 'decimals'.")
    if "answer" in parts and "decimals" not in parts:
        entry.refuse("must have the 'decimals' of its answer. Add them.")
    decimals = parts["decimals"].integer() if "decimals" in parts else PRICE_DECIMALS
    if "price" in parts:
        answer = round(parts["price"].number() * 10**decimals)
    else:
        answer = parts["answer"].integer()
    number = parts["round_id"].integer() if "round_id" in parts else 1
    answered = parts.get("answered_in_round")
    with entry.locate_errors():
        return OracleRound(
            name=f"the oracle of {token}",
            round_id=number,
            answered_in_round=number if answered is None else answered.integer(),
            answer=answer,
            decimals=decimals,
            updated_at=pd.Timestamp(parts["updated_at"].moment()),
            heartbeat=parts["heartbeat"].number(),
        )


def _read_sequencer(entry: Entry) -> SequencerStatus:
    parts = entry.section(SEQUENCER_FIELDS, SEQUENCER_FIELDS)
    with entry.locate_errors():
        return SequencerStatus(parts["up"].truth(), pd.Timestamp(parts["since"].moment()))


def _items(entry: Entry, noun: str) -> list[Entry]:
    """Return the entries of a list that is not empty."""
    items = entry.items()
    if not items:
        entry.refuse(f"must list at least one {noun}; got none.")
    return items
