"""Instruments as a book lists them: contracts of common venues, or of a type with its terms."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from hedgeresearch.cli.book.yaml_tree import Entry
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.specs import contract_spec, list_contracts
from hedgeresearch.instruments.spot import Spot

TYPES: dict[str, Any] = {
    "linear": LinearContract,
    "inverse": InverseContract,
    "quanto": QuantoContract,
    "spot": Spot,
}
TEXTS = ("name", "funding", "currency", "source")
"""Terms that are words; all others are numbers, but for the expiry."""


def instruments_from(entry: Entry) -> list[Instrument]:
    """The instruments of a list, in its order."""
    items = entry.items()
    if not items:
        entry.refuse("must list one instrument at least; got none.")
    return [_instrument(item) for item in items]


def _instrument(entry: Entry) -> Instrument:
    parts = entry.mapping()
    if ("spec" in parts) == ("type" in parts):
        entry.refuse(
            "must have 'spec', a contract of a venue, or 'type' with its terms: one of the two."
        )
    if "spec" in parts:
        contract = parts["spec"].choice(list(list_contracts().index))
        kind, fixed = TYPES[str(list_contracts().loc[contract, "kind"])], "spec"
        required: list[str] = []
    else:
        kind, fixed = TYPES[parts["type"].choice(list(TYPES))], "type"
        required = [field.name for field in fields(kind) if field.init and field.default is MISSING]
    known = [fixed, *(field.name for field in fields(kind) if field.init)]
    entry.section(known, required)
    terms = {name: _term(name, part) for name, part in parts.items() if name != fixed}
    with entry.placed():
        built: Instrument = kind(**terms) if fixed == "type" else contract_spec(contract, **terms)
    return built


def _term(name: str, entry: Entry) -> Any:
    if name == "expiry":
        return entry.day()
    return entry.text() if name in TEXTS else entry.number()
