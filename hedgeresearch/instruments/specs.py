"""Contracts of common venues, with their terms, as a start: venues change them, and each entry says what to check.

The terms lie in ``venues.toml``, with the page each was read from. Half spreads are no terms but a state of the market,
and are left at zero: measure them, and give them as ``half_spread=``.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract

Contract: TypeAlias = LinearContract | InverseContract
KINDS: dict[str, type[LinearContract] | type[InverseContract]] = {
    "linear": LinearContract,
    "inverse": InverseContract,
}
NEAR = 0.75
"""How alike two names must be, of 1 for the same, for one to be meant by the other."""
COLUMNS = (
    "description",
    "kind",
    "symbol",
    "multiplier",
    "value",
    "currency",
    "lot",
    "tick",
    "fee",
    "initial_margin",
    "maintenance_margin",
    "funding",
    "as_of",
    "source",
    "note",
)


@exported_by("hedgeresearch.instruments")
def list_contracts() -> pd.DataFrame:
    """A row a contract: its terms, the page they were read from, the date of that page, and what to check.

    ``multiplier`` is units of the underlying (dollars a point, for an index), ``value`` dollars of face, ``fee`` a
    share of the traded value, margins shares of the notional. NaN: no fixed rule of the venue, or not found.

    Examples
    --------
    >>> list_contracts().loc[["cme_es", "binance_coinm_btc"], ["kind", "multiplier", "value", "tick", "fee"]]
                          kind  multiplier  value  tick     fee
    cme_es              linear        50.0    NaN  0.25     NaN
    binance_coinm_btc  inverse         NaN  100.0  0.10  0.0005
    """
    return pd.DataFrame.from_dict(_venues(), orient="index").reindex(columns=list(COLUMNS))


@exported_by("hedgeresearch.instruments")
def contract_spec(contract: str, name: str | None = None, **terms: Any) -> Contract:
    """One of the contracts of :func:`specs`, ready to trade.

    Parameters
    ----------
    contract : row of ``specs()``, such as "binance_coinm_btc"
    name : column of its prices; the venue's symbol if left out
    **terms : replace those of the venue, or add what it leaves out: half_spread, expiry, fee, initial_margin ...

    Returns
    -------
    LinearContract or InverseContract
        Terms that the venue does not fix are those of the class: no fee, no margin.

    Raises
    ------
    DataError
        If there is no such contract or term, or a term is out of its range.

    Examples
    --------
    >>> perpetual = contract_spec("binance_coinm_btc", name="BTC_COIN_PERP", half_spread=0.0001)
    >>> perpetual.value, perpetual.fee, perpetual.funding
    (100, 0.0005, '8-hourly')
    """
    venues = _venues()
    if not isinstance(contract, str) or contract not in venues:
        nearest = _nearest(str(contract))
        raise DataError(
            f"contract must be one of {', '.join(venues)}; got {contract!r}. "
            f"{f'The nearest is {nearest!r}; ' if nearest else ''}hr.instruments.list_contracts() describes them all."
        )
    entry = venues[contract]
    kind = KINDS[entry["kind"]]
    known = [field.name for field in fields(kind) if field.init]
    unknown = [term for term in terms if term not in known]
    if unknown:
        raise DataError(
            f"terms of {contract!r} must be among {', '.join(known)}; got {unknown[0]!r}."
        )
    stated = {term: value for term, value in entry.items() if term in known}
    return kind(**{"name": entry["symbol"] if name is None else name, **stated, **terms})


def _nearest(text: str) -> str | None:
    """The contract whose name or symbol is most like a text, if one is."""
    by_text = {entry["symbol"].lower(): name for name, entry in _venues().items()} | {
        name: name for name in _venues()
    }
    found = difflib.get_close_matches(text.lower(), list(by_text), n=1, cutoff=NEAR)
    return by_text[found[0]] if found else None


@cache
def _venues() -> dict[str, dict[str, Any]]:
    """The tables of the file, by name."""
    return tomllib.loads(files(__package__).joinpath("venues.toml").read_text(encoding="utf-8"))
