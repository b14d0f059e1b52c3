"""Write the pages of the reference: one a room, from its ``__init__``, and one a public name."""

from __future__ import annotations

import inspect
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import hedgeresearch

TITLES = {
    "basis": "Basis and arbitrage",
    "covariance": "Covariance of several series",
    "data": "Data",
    "datasets": "Data sets",
    "errors": "Errors and warnings",
    "estimation": "Estimates and tests",
    "evaluation": "Backtests and comparisons",
    "feeds": "Feeds and recordings",
    "hedges": "Hedge ratios",
    "instruments": "Instruments",
    "live": "Live sessions",
    "margin": "Margin and liquidation",
    "metrics": "Metrics of returns",
    "microstructure": "Order books and trades",
    "onchain": "Pools, oracles and loans",
    "options": "Options",
    "plotting": "Plots",
    "recommendation": "Recommendations",
    "regimes": "Regimes",
    "report": "Reports",
    "reproductions": "Reproductions",
    "risk": "Tail and systemic risk",
    "trading": "Costs, bands and execution",
    "volatility": "Volatility of one series",
}
"""Titles of the rooms; a room without one has its name."""

Member = tuple[str, str]


def write_reference(folder: Path) -> None:
    """Write the index of the reference, the pages of the rooms and those of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    rooms = public_rooms()
    for name, room in rooms.items():
        write(folder / f"{name}.rst", room_page(name, room))
        for public in names_of(room):
            write(folder / f"{room.__name__}.{public}.rst", name_page(room, public))
    top = top_functions()
    for public in top:
        write(folder / f"hedgeresearch.{public}.rst", name_page(hedgeresearch, public))
    write(folder / "index.rst", index_page(rooms, top))


def public_rooms() -> dict[str, ModuleType]:
    """Return the rooms by name, in the order of the alphabet."""
    found = {name: getattr(hedgeresearch, name) for name in sorted(hedgeresearch.__all__)}
    return {name: value for name, value in found.items() if inspect.ismodule(value)}


def names_of(room: ModuleType) -> list[str]:
    """Return the public names of a room: those it exports, or those it defines."""
    exported = getattr(room, "__all__", None)
    if exported is not None:
        return sorted(exported)
    own = [name for name, value in vars(room).items() if is_defined_in(value, room)]
    return sorted(name for name in own if not name.startswith("_"))


def is_defined_in(value: Any, room: ModuleType) -> bool:
    """Whether a class or function is one of the module's own."""
    return callable(value) and getattr(value, "__module__", None) == room.__name__


def top_functions() -> list[str]:
    """Return names of the package itself that no room exports, such as ``list_models``."""
    exported = set().union(*(names_of(room) for room in public_rooms().values()))
    names = sorted(set(hedgeresearch.__all__) - set(public_rooms()) - exported)
    return [name for name in names if callable(getattr(hedgeresearch, name))]


def index_page(rooms: dict[str, ModuleType], top: list[str]) -> str:
    """Return the page that lists the rooms, and the names used most."""
    listed: list[str] = []
    for module, names in most_used(rooms).items():
        listed += [f".. currentmodule:: {module}", "", *table(names)]
    return "\n".join(
        [
            *heading("Reference", "="),
            "One page a room, from what it exports. The names used most are in ``hr`` itself, "
            "``import hedgeresearch as hr``; everything else is one level down, such as "
            "``hr.metrics.expected_shortfall``.",
            "",
            ".. toctree::",
            "   :caption: Rooms",
            "   :maxdepth: 1",
            "",
            *[f"   {name}" for name in rooms],
            "   ../command_line",
            "",
            ".. toctree::",
            "   :hidden:",
            "",
            *[f"   hedgeresearch.{name}" for name in top],
            "",
            *heading("The names used most", "-"),
            *listed,
        ]
    )


def most_used(rooms: dict[str, ModuleType]) -> dict[str, list[str]]:
    """Return the names of the package itself by the module that they are documented in."""
    found: dict[str, list[str]] = {}
    for name in hedgeresearch.__all__:
        if name not in rooms:
            found.setdefault(home(name), []).append(name)
    return {module: sorted(found[module]) for module in sorted(found)}


def table(names: list[str]) -> list[str]:
    """Return the lines of a table with the first lines of docstrings."""
    return [".. autosummary::", "   :nosignatures:", "", *[f"   {name}" for name in names], ""]


def home(name: str) -> str:
    """Return the module that a name of the package is documented in."""
    value = getattr(hedgeresearch, name)
    if name in top_functions():
        return "hedgeresearch"
    return str(getattr(value, "__module__", ""))


def room_page(name: str, room: ModuleType) -> str:
    """Return the page of a room: its introduction, and tables of its names by kind."""
    lines = [
        *heading(TITLES.get(name, name), "="),
        f".. automodule:: {room.__name__}",
        "",
        f".. currentmodule:: {room.__name__}",
        "",
    ]
    for kind, names in by_kind(room).items():
        lines += [*heading(kind, "-"), *table(names)]
    pages = [f"   {room.__name__}.{public}" for public in names_of(room)]
    return "\n".join([*lines, ".. toctree::", "   :hidden:", "", *pages, ""])


def by_kind(room: ModuleType) -> dict[str, list[str]]:
    """Return the names of a room by what they are, in the order of the page."""
    found: dict[str, list[str]] = {
        "Models": [],
        "Functions": [],
        "Results and settings": [],
        "Constants": [],
        "Protocols": [],
        "Exceptions": [],
    }
    for public in names_of(room):
        found[kind_of(getattr(room, public))].append(public)
    return {kind: names for kind, names in found.items() if names}


def kind_of(value: Any) -> str:
    """Return the heading that a public name stands under."""
    if not inspect.isclass(value):
        return "Functions" if callable(value) else "Constants"
    if issubclass(value, BaseException):
        return "Exceptions"
    if Protocol in value.__bases__:
        return "Protocols"
    return "Models" if "fit" in vars(value) else "Results and settings"


def name_page(room: ModuleType, public: str) -> str:
    """Return the page of a class or function, with a section a method."""
    value = getattr(room, public)
    lines = [*heading(public, "="), f".. currentmodule:: {room.__name__}", ""]
    if not inspect.isclass(value):
        directive = "autofunction" if callable(value) else "autodata"
        return "\n".join([*lines, f".. {directive}:: {public}", ""])
    directive = "autoexception" if issubclass(value, BaseException) else "autoclass"
    lines += [f".. {directive}:: {public}", ""]
    methods, properties = members_of(value)
    for title, kind, members in (
        ("Methods", "automethod", methods),
        ("Properties", "autoproperty", properties),
    ):
        if members:
            lines += heading(title, "-")
            for member in members:
                lines += [f".. {kind}:: {public}.{member}", ""]
    return "\n".join(lines)


def members_of(value: type) -> tuple[list[str], list[str]]:
    """Return the public methods and properties of a class in the order of their definition."""
    methods: dict[str, None] = {}
    properties: dict[str, None] = {}
    for owner in reversed(value.__mro__):
        if not owner.__module__.startswith("hedgeresearch"):
            continue
        for name, member in vars(owner).items():
            if name.startswith("_") or not member_has_words(member):
                continue
            if isinstance(member, property | cached_property):
                properties[name] = None
            elif inspect.isroutine(member):
                methods[name] = None
    return list(methods), list(properties)


def member_has_words(member: Any) -> bool:
    """Whether a member has a docstring of its own."""
    return bool(getattr(member, "__doc__", None))


def heading(title: str, line: str) -> list[str]:
    """Return the lines of a heading."""
    return [title, line * len(title), ""]


def write(path: Path, text: str) -> None:
    """Write a page."""
    path.write_text(text, encoding="utf-8")
