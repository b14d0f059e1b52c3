"""Suggestions for names that the package does not have at its top level."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from inspect import isfunction
from types import ModuleType
from typing import Any

MIN_SIMILARITY = 0.75
"""Similarity of two names, 1 for equal ones, from which one is suggested for the other."""
FORMER_NAMES = {
    "Tournament": "evaluation.Backtest",
    "Study": "evaluation.BacktestPanel",
    "run_study": "walk_forward_panel",
    "check_causal": "check_causality",
    "spec": "contract_spec",
    "specs": "instruments.list_contracts",
    "models": "list_models",
    "roll": "roll_futures",
    "tails": "risk.tail_summary",
    "carry": "instruments.hedge_carry",
    "trades": "metrics.ratio_changes",
    "cost_of": "trading.hedging_costs",
    "by_year": "metrics.measure_by_year",
    "by_regime": "metrics.measure_by_regime",
    "interval_of_difference": "evaluation.bootstrap_difference",
    "hedge_returns": "instruments.instrument_returns",
    "annualised_basis": "instruments.annualized_basis",
    "funding_per_year": "instruments.annualized_funding",
    "report_html": "report.report_html",
    "ArchMargin": "ArchModel",
    "Rebalancing": "NoTradeBands",
}
"""Names of version 0.1.0, and where what they named is now."""


def with_rooms(
    find: Callable[[str], Any], package: str, names: Sequence[str]
) -> Callable[[str], Any]:
    """Return a ``__getattr__`` of a package that says in which room a missing name is.

    Parameters
    ----------
    find : the ``__getattr__`` that finds the names of the package
    package : name of the package
    names : its public names, modules among them
    """

    def find_or_suggest(name: str) -> Any:
        try:
            return find(name)
        except AttributeError as error:
            if name.startswith("_"):
                raise
            message = f"module {package!r} has no attribute {name!r}."
            # a traceback appends a guess of its own to errors that have the object
            raise AttributeError(
                f"{message} {_suggestion(name, package, names)}", name=name
            ) from error

    return find_or_suggest


def _suggestion(name: str, package: str, names: Sequence[str]) -> str:
    """Return where a name is, or which one is meant."""
    if name in FORMER_NAMES:
        return f"It is hr.{FORMER_NAMES[name]} now."
    places = _places(package, names) | {one: one for one in names}
    if name in places:
        return f"It is hr.{places[name]}."
    near = difflib.get_close_matches(name, list(places), n=1, cutoff=MIN_SIMILARITY)
    if near:
        return f"Did you mean hr.{places[near[0]]}?"
    return "dir(hr) lists the names here, and dir(hr.metrics), for example, those of a room."


def _places(package: str, names: Sequence[str]) -> dict[str, str]:
    """Return the names of every room, with the room."""
    places: dict[str, str] = {}
    for room in sorted(names):
        if room.islower() and find_spec(f"{package}.{room}") is not None:
            for name in _names_of(import_module(f"{package}.{room}"), package):
                places.setdefault(name, f"{room}.{name}")
    return places


def _names_of(module: ModuleType, package: str) -> list[str]:
    """Return the public names of a module: those it lists, or the classes and functions in it."""
    listed = vars(module).get("__all__")
    if listed is not None:
        return list(listed)
    ours = []
    for name, value in vars(module).items():
        is_code = isinstance(value, type) or isfunction(value)
        if is_code and not name.startswith("_") and value.__module__.startswith(package):
            ours.append(name)
    return ours
