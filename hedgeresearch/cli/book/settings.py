"""Settings of a book: holdings, objective, limits, rebalancing, margin, confidence and seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from hedgeresearch._validation.probabilities import check_confidence
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.hints import did_you_mean
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity
from hedgeresearch.recommendation.inputs.rebalancing import (
    CostOptimalBands,
    NoTradeBands,
    PartialRebalancing,
    Rebalancing,
)
from hedgeresearch.recommendation.inputs.settings import Limits, Margin, Objective

RULES: dict[str, Any] = {
    "no_trade_bands": NoTradeBands,
    "cost_optimal_bands": CostOptimalBands,
    "partial_rebalancing": PartialRebalancing,
}
"""Rules of rebalancing by their names in a book."""
NAMES_OF_INSTRUMENTS = (
    ("holdings", None),
    ("objective", "beta"),
    ("limits", "contracts"),
    ("margin", "collateral"),
    ("liquidity", None),
)
"""Sections, and fields of sections, whose names must be those of instruments."""


def read_settings(parts: Mapping[str, Entry]) -> dict[str, Any]:
    """Return the keyword arguments of ``recommend`` that a book gives."""
    readers: dict[str, Callable[[Entry], Any]] = {
        "holdings": read_numbers,
        "confidence": _read_confidence,
        "seed": _read_seed,
        "objective": _read_objective,
        "limits": _read_limits,
        "margin": _read_margin,
        "rebalancing": _read_rebalancing,
        "liquidity": _read_liquidity,
    }
    return {name: read(parts[name]) for name, read in readers.items() if name in parts}


def check_instrument_names(parts: Mapping[str, Entry], names: Sequence[str]) -> None:
    """Refuse settings of instruments that the book does not list, and one beta for several."""
    for section, field in NAMES_OF_INSTRUMENTS:
        entry = parts.get(section)
        if entry is not None and field is not None:
            entry = entry.mapping().get(field)
        if entry is None:
            continue
        if isinstance(entry.content, dict):
            _check_known(entry.content, names)
        elif field == "beta" and len(names) > 1 and entry.number() != 0.0:
            entry.refuse(
                f"must name the instrument where there are several; got {entry.preview}. "
                f"Write for example 'beta: {{{names[0]}: {entry.written}}}'."
            )


def _check_known(entries: Mapping[str, Entry], names: Sequence[str]) -> None:
    for name, entry in entries.items():
        if name not in names:
            entry.refuse(
                f"must be of an instrument, {', '.join(names)}.{did_you_mean(name, names)}"
            )


def read_numbers(entry: Entry) -> dict[str, float]:
    """Return numbers by name."""
    return {name: one.number() for name, one in entry.mapping().items()}


def setting_names(kind: Any) -> tuple[str, ...]:
    """Return the fields of a class of settings."""
    return tuple(field.name for field in fields(kind))


# --- one section each ---


def _read_confidence(entry: Entry) -> float:
    confidence = entry.number()
    with entry.locate_errors():
        check_confidence(confidence)
    return confidence


def _read_seed(entry: Entry) -> int:
    seed = entry.integer()
    with entry.locate_errors():
        check_at_least(seed, "seed", 0)
    return seed


def _read_objective(entry: Entry) -> Objective:
    parts = entry.section(setting_names(Objective))
    values: dict[str, Any] = {}
    for name, part in parts.items():
        values[name] = read_numbers(part) if isinstance(part.content, dict) else part.number()
    with entry.locate_errors():
        return Objective(**values)


def _read_limits(entry: Entry) -> Limits:
    parts = entry.section(setting_names(Limits))
    values: dict[str, Any] = {}
    if "contracts" in parts:
        limits = parts["contracts"].mapping()
        values["contracts"] = {name: _read_limit(one) for name, one in limits.items()}
    if "gross" in parts:
        values["gross"] = parts["gross"].number()
    if "max_instruments" in parts:
        values["max_instruments"] = parts["max_instruments"].integer()
    with entry.locate_errors():
        return Limits(**values)


def _read_limit(entry: Entry) -> float | tuple[float, ...]:
    """Return the minimum and the maximum, or one number for both sides."""
    if not isinstance(entry.content, list):
        return entry.number()
    if len(entry.content) != 2:
        entry.refuse(
            "must be the minimum and the maximum, such as [-40, 0], or one number; "
            f"got {len(entry.content)} numbers."
        )
    return tuple(one.number() for one in entry.content)


def _read_margin(entry: Entry) -> Margin:
    parts = entry.section(setting_names(Margin))
    values: dict[str, Any] = {}
    if "collateral" in parts:
        values["collateral"] = read_numbers(parts["collateral"])
    if "horizon" in parts:
        values["horizon"] = parts["horizon"].horizon()
    if "probability" in parts:
        values["probability"] = parts["probability"].number()
    if "keep_mean" in parts:
        values["keep_mean"] = parts["keep_mean"].truth()
    with entry.locate_errors():
        return Margin(**values)


def _read_liquidity(entry: Entry) -> dict[str, Liquidity]:
    """Return what was measured of each instrument's market."""
    return {name: _read_measured(one) for name, one in entry.mapping().items()}


def _read_measured(entry: Entry) -> Liquidity:
    parts = entry.section(setting_names(Liquidity))
    values: dict[str, Any] = {
        name: part.text() if name == "flag" else part.number() for name, part in parts.items()
    }
    with entry.locate_errors():
        return Liquidity(**values)


def _read_rebalancing(entry: Entry) -> Rebalancing:
    """Return the rule of ``no_trade_bands``, or ``no_trade_bands: {tracking_error: 0.1}``."""
    name, settings = entry.named_settings("'no_trade_bands: {tracking_error: 0.1}'")
    if name not in RULES:
        entry.refuse_choice(name, list(RULES))
    rule = RULES[name]
    required = [field.name for field in fields(rule) if field.default is MISSING]
    parts = settings.section(setting_names(rule), required)
    values = {key: part.number() for key, part in parts.items()}
    with settings.locate_errors():
        built: Rebalancing = rule(**values)
    return built
