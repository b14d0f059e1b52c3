"""Contracts of common venues with their terms, as a starting point.

Venues change their terms, and each entry says what to check. The terms are in ``venues.toml``,
with the page each was read from. Half spreads are a state of the market and not among them:
measure them, and pass them as ``half_spread=``.
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
CONTRACT_CLASSES: dict[str, type[LinearContract] | type[InverseContract]] = {
    "linear": LinearContract,
    "inverse": InverseContract,
}
MIN_SIMILARITY = 0.75
"""Similarity of two names, 1 for equal ones, from which one is suggested for the other."""
COLUMNS = [
    "description",
    "kind",
    "symbol",
    "multiplier",
    "value",
    "currency",
    "lot",
    "tick",
    "minimum_order",
    "fee",
    "initial_margin",
    "maintenance_margin",
    "funding",
    "as_of",
    "source",
    "note",
]


@exported_by("hedgeresearch.instruments")
def list_contracts() -> pd.DataFrame:
    """Return a row for each contract: its terms, their source and date, and what to check.

    ``multiplier`` is in units of the underlying (dollars a point, for an index), ``value`` in
    dollars of face, ``fee`` a share of the traded value, margins shares of the notional. NaN means
    that the venue has no fixed rule, or that none was found. ``tick``, the minimum change of the
    price, and ``initial_margin``, what opening a position requires, are for information: nothing
    is computed from them, and instruments do not carry them.

    Examples
    --------
    >>> columns = ["kind", "multiplier", "value", "tick", "fee"]
    >>> list_contracts().loc[["cme_es", "binance_coinm_btc"], columns]
                          kind  multiplier  value  tick     fee
    cme_es              linear        50.0    NaN  0.25     NaN
    binance_coinm_btc  inverse         NaN  100.0  0.10  0.0005
    """
    return pd.DataFrame.from_dict(_venues(), orient="index").reindex(columns=COLUMNS)


@exported_by("hedgeresearch.instruments")
def contract_spec(contract: str, name: str | None = None, **terms: Any) -> Contract:
    """Return one of the contracts of :func:`list_contracts` as an instrument.

    Parameters
    ----------
    contract : row of ``list_contracts()``, such as "binance_coinm_btc"
    name : name of the column of its prices; the venue's symbol if None
    **terms : terms that replace the venue's or add what it leaves out: half_spread, expiry, fee,
        maintenance_margin ...

    Returns
    -------
    LinearContract or InverseContract
        Terms that the venue does not fix, or that were not found, are None: not known.

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
        nearest = _nearest_contract(str(contract))
        suggestion = f"The nearest is {nearest!r}; " if nearest else ""
        raise DataError(
            f"contract must be one of {', '.join(venues)}; got {contract!r}. "
            f"{suggestion}hr.instruments.list_contracts() describes them all."
        )
    entry = venues[contract]
    contract_class = CONTRACT_CLASSES[entry["kind"]]
    known = [field.name for field in fields(contract_class) if field.init]
    unknown = [term for term in terms if term not in known]
    if unknown:
        raise DataError(
            f"terms of {contract!r} must be among {', '.join(known)}; got {unknown[0]!r}."
        )
    stated = {term: value for term, value in entry.items() if term in known}
    stated["name"] = entry["symbol"] if name is None else name
    return contract_class(**{**stated, **terms})


def _nearest_contract(text: str) -> str | None:
    """Return the contract whose name or symbol is most similar to a text, if one is similar."""
    venues = _venues()
    candidates = {entry["symbol"].lower(): name for name, entry in venues.items()}
    candidates |= {name: name for name in venues}
    found = difflib.get_close_matches(text.lower(), list(candidates), n=1, cutoff=MIN_SIMILARITY)
    return candidates[found[0]] if found else None


@cache
def _venues() -> dict[str, dict[str, Any]]:
    """Return the tables of the file, by name."""
    return tomllib.loads(files(__package__).joinpath("venues.toml").read_text(encoding="utf-8"))
