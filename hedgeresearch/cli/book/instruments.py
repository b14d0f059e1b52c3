"""Instruments of a book: contracts of common venues, or a type with its terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields, replace
from typing import Any, TypeAlias

from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.option_contract import InverseOption, OptionContract
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.instruments.quanto_contract import QuantoContract
from hedgeresearch.instruments.specs import contract_spec, list_contracts
from hedgeresearch.instruments.spot import Spot

BookInstrument: TypeAlias = LinearContract | InverseContract | QuantoContract | Spot | OptionTerms
"""An instrument that a book can list."""

TYPES: dict[str, Any] = {
    "linear": LinearContract,
    "inverse": InverseContract,
    "quanto": QuantoContract,
    "spot": Spot,
    "option": OptionContract,
    "inverse_option": InverseOption,
}
OPTION_TYPES = ("option", "inverse_option")
TEXT_TERMS = (
    "name",
    "funding",
    "currency",
    "quote",
    "source",
    "underlying",
    "kind",
    "premium_currency",
    "style",
)
"""Terms that are text; the others are numbers, except the expiry."""
CONTRACTS = "contracts"
"""Field of an option that is held: how many."""


def read_instruments(entry: Entry) -> Sequence[BookInstrument]:
    """Return the instruments of a list, in its order."""
    items = entry.items()
    if not items:
        entry.refuse("must list at least one instrument; got none.")
    return [_read_instrument(item) for item in items]


def read_options(entry: Entry) -> dict[OptionTerms, float]:
    """Return the contracts held by option, of a list of options."""
    items = entry.items()
    if not items:
        entry.refuse("must list at least one option; got none.")
    held: dict[OptionTerms, float] = {}
    for item in items:
        parts = item.section(_fields_of_options(), ("type", CONTRACTS))
        terms = {name: part for name, part in parts.items() if name != CONTRACTS}
        parts["type"].choice(OPTION_TYPES)
        option: Any = _read_type(replace(item, content=terms), terms)
        held[option] = parts[CONTRACTS].number()
    return held


def _fields_of_options() -> list[str]:
    names = [field.name for field in fields(OptionContract) if field.init]
    return ["type", CONTRACTS, *names]


def _read_instrument(entry: Entry) -> BookInstrument:
    parts = entry.mapping()
    if ("spec" in parts) == ("type" in parts):
        entry.refuse(
            "must have either 'spec', a contract of a venue, or 'type' with the terms of the "
            "instrument."
        )
    return _read_spec(entry, parts) if "spec" in parts else _read_type(entry, parts)


def _read_spec(entry: Entry, parts: dict[str, Entry]) -> BookInstrument:
    """Return a contract of a venue, some of whose terms are replaced."""
    contracts = list_contracts()
    contract = parts["spec"].choice(list(contracts.index))
    kind = TYPES[str(contracts.loc[contract, "kind"])]
    terms = _read_terms(entry, "spec", kind)
    with entry.locate_errors():
        return contract_spec(contract, **terms)


def _read_type(entry: Entry, parts: dict[str, Entry]) -> BookInstrument:
    """Return an instrument of a type with its terms."""
    kind = TYPES[parts["type"].choice(list(TYPES))]
    required = [field.name for field in fields(kind) if field.init and field.default is MISSING]
    terms = _read_terms(entry, "type", kind, required)
    with entry.locate_errors():
        built: BookInstrument = kind(**terms)
    return built


def _read_terms(
    entry: Entry, selector: str, kind: Any, required: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the terms of a type of instrument, without the field that selects it."""
    known = [selector, *(field.name for field in fields(kind) if field.init)]
    parts = entry.section(known, required)
    is_option = issubclass(kind, OptionTerms)
    return {
        name: _read_term(name, part, is_option=is_option)
        for name, part in parts.items()
        if name != selector
    }


def _read_term(name: str, entry: Entry, *, is_option: bool) -> Any:
    if name == "expiry":
        return entry.moment() if is_option else entry.day()
    return entry.text() if name in TEXT_TERMS else entry.number()
