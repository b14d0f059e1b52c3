"""Tables among the settings of a model, such as an indicator, and copies of the model with others.

Tables are found in fields of dataclasses, in attributes of other objects, in containers, and in
functions: in their default values, in the variables of an enclosing function, and in the global
variables that they use, those of functions that they call included.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch.regimes.outside_data import OutsideData

Change = Callable[[pd.DataFrame], pd.DataFrame]
"""From a table to another one on the same dates with the same columns."""
Table = pd.DataFrame | pd.Series | OutsideData
FUNCTIONS = (FunctionType, MethodType, partial)


def with_changed_tables(model: Any, change: Change) -> Any:
    """Return a copy of a model with each of its tables changed; the model itself if none was."""
    return _Copy(change).of(model)


class _Copy:
    """A copy of settings with changed tables, each setting copied once."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._copies: dict[int, Any] = {}
        self._kept: list[Any] = []

    def of(self, setting: Any) -> Any:
        """Return the copy of a setting, or the setting itself if nothing changed in it."""
        if id(setting) not in self._copies:
            self._kept.append(setting)  # an id is unique while its object lives
            self._copies[id(setting)] = setting  # for a function that calls itself
            self._copies[id(setting)] = self._new(setting)
        return self._copies[id(setting)]

    def _new(self, setting: Any) -> Any:
        if isinstance(setting, pd.DataFrame):
            return self._change(setting)
        if isinstance(setting, pd.Series):
            frame = setting.to_frame()
            changed = self._change(frame)
            if changed is frame:
                return setting
            return pd.Series(changed.iloc[:, 0].to_numpy(), changed.index, name=setting.name)
        if isinstance(setting, OutsideData):
            changed = self._change(setting.frame)
            return setting if changed is setting.frame else OutsideData(changed)
        if isinstance(setting, FUNCTIONS):
            return self._callable(setting)
        if isinstance(setting, dict | FrozenMapping):
            items = {key: self.of(value) for key, value in setting.items()}
            return setting if _same(items.values(), setting.values()) else items
        if isinstance(setting, list | tuple):
            values = [self.of(value) for value in setting]
            same = _same(values, setting)
            if same:
                return setting
            return values if isinstance(setting, list) else tuple(values)
        return self._object(setting)

    def _object(self, setting: Any) -> Any:
        """Return a dataclass with changed fields, or another object with changed tables."""
        if isinstance(setting, type):
            return setting
        if is_dataclass(setting):
            model: Any = setting
            names = [field.name for field in fields(setting) if field.init]
            changed = {name: self.of(getattr(setting, name)) for name in names}
            same = _same(changed.values(), [getattr(setting, name) for name in names])
            return setting if same else replace(model, **changed)
        try:
            attributes = vars(setting)
        except TypeError:
            return setting
        tables = {name: value for name, value in attributes.items() if isinstance(value, Table)}
        changed = {name: self.of(value) for name, value in tables.items()}
        if _same(changed.values(), tables.values()):
            return setting
        other = copy.copy(setting)
        vars(other).update(changed)
        return other

    def _callable(self, setting: Any) -> Any:
        """Return a function, a method or a partial function that sees changed tables."""
        if isinstance(setting, MethodType):
            owner = self.of(setting.__self__)
            return setting if owner is setting.__self__ else MethodType(setting.__func__, owner)
        if isinstance(setting, partial):
            old = [setting.func, setting.args, setting.keywords]
            function, arguments, keywords = map(self.of, old)
            same = _same([function, arguments, keywords], old)
            return setting if same else partial(function, *arguments, **keywords)
        return self._function(setting)

    def _function(self, function: FunctionType) -> FunctionType:
        cells = function.__closure__ or ()
        filled = [cell for cell in cells if _is_filled(cell)]
        seen = {id(cell): self.of(cell.cell_contents) for cell in filled}
        old_defaults = [function.__defaults__, function.__kwdefaults__]
        defaults, keyword_defaults = map(self.of, old_defaults)
        names = _names(function.__code__) & set(function.__globals__)
        every = {name: function.__globals__[name] for name in sorted(names)}
        used = {name: one for name, one in every.items() if isinstance(one, Table | FunctionType)}
        changed = {name: self.of(value) for name, value in used.items()}
        same_cells = _same(seen.values(), [cell.cell_contents for cell in filled])
        same_globals = _same(changed.values(), used.values())
        if same_cells and same_globals and _same([defaults, keyword_defaults], old_defaults):
            return function
        other = FunctionType(
            function.__code__,
            function.__globals__ | changed,
            function.__name__,
            defaults,
            tuple(CellType(seen[id(cell)]) if id(cell) in seen else cell for cell in cells),
        )
        other.__kwdefaults__ = keyword_defaults
        return other


def has_functions(setting: Any) -> bool:
    """Return whether a function is among the settings of a model, from which it may read data."""
    if isinstance(setting, FUNCTIONS):
        return True
    if isinstance(setting, dict | FrozenMapping):
        return any(has_functions(value) for value in setting.values())
    if isinstance(setting, list | tuple):
        return any(has_functions(value) for value in setting)
    if isinstance(setting, type) or not is_dataclass(setting):
        return False
    return any(has_functions(getattr(setting, field.name)) for field in fields(setting))


def _same(new: Iterable[Any], old: Iterable[Any]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def _is_filled(cell: CellType) -> bool:
    """Return whether a variable of an enclosing function has a value."""
    return cell != CellType()


def _names(code: CodeType) -> set[str]:
    """Return the names that a function and the functions inside it use."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names
