"""Every public class and function has an example that runs, and so have the methods of results."""

import inspect
import re
from functools import cached_property
from typing import Any, Protocol

import pytest

import hedgeresearch as hr

ROOMS = sorted(name for name in hr.__all__ if inspect.ismodule(getattr(hr, name)))


def public_names(room: str) -> dict[str, Any]:
    """Classes and functions of a room by name."""
    module = getattr(hr, room)
    found = {name: getattr(module, name) for name in getattr(module, "__all__", vars(module))}
    return {name: value for name, value in found.items() if is_documented(name, value, module)}


def is_documented(name: str, value: Any, module: Any) -> bool:
    """Whether a value is a class or function of the room itself; errors need no example."""
    own = callable(value) and getattr(value, "__module__", None) == module.__name__
    is_error = inspect.isclass(value) and issubclass(value, BaseException)
    return own and not is_error and not name.startswith("_")


def members(owner: type) -> dict[str, str]:
    """Docstrings of the public methods and properties that a class defines, by name.

    Of a model only ``fit``: the package calls the rest. A protocol is shown by those that have it.
    """
    found: dict[str, str] = {}
    if Protocol in owner.__bases__:
        return found
    if "fit" in vars(owner):
        return {"fit": inspect.getdoc(owner.fit) or ""}
    for name, value in vars(owner).items():
        kinds = (property, cached_property, classmethod, staticmethod)
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, kinds)):
            found[name] = inspect.getdoc(getattr(owner, name)) or ""
            if isinstance(value, (property, cached_property)):
                found[name] = value.__doc__ or ""
    return found


def lines_of_examples(text: str) -> str:
    """Code of the examples in a docstring."""
    return "\n".join(re.findall(r"^\s*(?:>>>|\.\.\.) (.*)$", text, re.MULTILINE))


def without_example(room: str) -> list[str]:
    """Names of a room, and members of its classes, that no example of the class shows."""
    missing = []
    for name, value in public_names(room).items():
        code = lines_of_examples(inspect.getdoc(value) or "")
        if not code:
            missing.append(name)
        if inspect.isclass(value):
            words = members(value)
            code += "\n".join(lines_of_examples(word) for word in words.values())
            shown = {member for member in words if re.search(rf"\.{member}\b", code)}
            missing += [f"{name}.{member}" for member in words if member not in shown]
    return missing


NETWORK = {
    "fetch",
    "read_rda",  # reads what was fetched
    "candles",
    "funding_history",
    "list_markets",
    "option_summaries",
    "trade_history",
    "read_states",
    "read_swaps",
    "CcxtFeed.sources",
}
"""Names whose examples would need a network, or a node of a chain."""
OF_PROTOCOLS = {"events", "aclose", "read", "reply", "snapshot_request", "read_snapshot"}
"""Members by which a session or a feed reads feeds and venues: ``Feed`` shows them."""


@pytest.mark.parametrize("room", ROOMS)
def test_names_and_members_have_an_example(room: str) -> None:
    missing = {name for name in without_example(room) if name.split(".")[-1] not in OF_PROTOCOLS}
    assert missing <= NETWORK


@pytest.mark.parametrize("name", ["compile", "list_models"])
def test_functions_of_the_package_have_an_example(name: str) -> None:
    assert lines_of_examples(inspect.getdoc(getattr(hr, name)) or "")
