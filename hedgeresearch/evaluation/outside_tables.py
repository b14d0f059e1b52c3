"""Tables among the settings of a model, such as an indicator, and copies of the model with others.

Tables and arrays are found in fields of dataclasses, in attributes of other objects, in containers,
and in functions: in their default values, in the variables of an enclosing function, and in the
global variables that they use, those of functions that they call included. What a function reads
from elsewhere cannot be found; that it may is reported.
"""

from __future__ import annotations

import copy
import dis
import sys
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch.regimes.outside_data import OutsideData

Table = pd.DataFrame | pd.Series | OutsideData
VALUES = (type(None), bool, int, float, complex, str, bytes, np.generic, date, timedelta, pd.Period)
"""Types of single values, in which there are no data by date."""
KNOWN_MODULES = ("numpy", "pandas", "math", "builtins", "datetime")
"""Modules that have no data of their own."""
INNER_MODULES = sys.stdlib_module_names - {"types", "collections"}
"""Modules whose objects, such as loggers, hold no tables."""
READERS = ("read", "load", "open", "from", "genfrom", "memmap", "eval", "exec", "globals", "vars")
"""Beginnings of names by which functions read data, or look for them."""
PACKAGE = "hedgeresearch."
MAX_PARAMETERS = 20
"""Largest length of an array that holds parameters, not data by date."""


class Change(Protocol):
    """A change of tables and arrays."""

    def table(self, table: pd.DataFrame) -> pd.DataFrame | None:
        """Return another table on the same dates, or None if its dates cannot be located."""

    def array(self, values: Any) -> Any:
        """Return another array, or None if its dates cannot be located."""


class Changed(NamedTuple):
    """A copy of a model.

    Attributes
    ----------
    model : copy with each of its tables changed; the model itself if none was
    incomplete : bool, whether the model may use outside data that were not changed
    """

    model: Any
    incomplete: bool


def with_changed_tables(model: Any, change: Change) -> Changed:
    """Return a copy of a model with each of its tables changed."""
    copier = _Copy(change)
    return Changed(copier.of(model), copier.incomplete)


class _Copy:
    """A copy of settings with changed tables, each setting copied once."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._copies: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._n_tables = 0
        self._depth = 0  # number of functions around the setting
        self.incomplete = False

    def of(self, setting: Any) -> Any:
        """Return the copy of a setting, or the setting itself if nothing changed in it."""
        if isinstance(setting, VALUES):
            return setting
        if id(setting) not in self._copies:
            self._kept.append(setting)  # an id is unique while its object lives
            self._copies[id(setting)] = setting  # for a function that calls itself
            self._copies[id(setting)] = self._new(setting)
        return self._copies[id(setting)]

    def _new(self, setting: Any) -> Any:
        if isinstance(setting, Table):
            return self._table(setting)
        if isinstance(setting, np.ndarray):
            return self._array(setting)
        if isinstance(setting, pd.Index | np.dtype):
            return setting
        if isinstance(setting, dict | FrozenMapping):
            return self._mapping(setting)
        if isinstance(setting, list | tuple | set | frozenset):
            return self._sequence(setting)
        if isinstance(setting, type | ModuleType):
            name = setting.__module__ if isinstance(setting, type) else setting.__name__
            self._note(name.split(".")[0] not in KNOWN_MODULES)
            return setting
        if callable(setting) and not _is_of_package(setting):
            return self._callable(setting)
        self._note(True)
        return self._object(setting)

    def _note(self, unknown: bool) -> None:
        """Note that a function uses something from which it may read data."""
        self.incomplete |= unknown and self._depth > 0

    def _table(self, setting: Any) -> Any:
        frame = setting.frame if isinstance(setting, OutsideData) else pd.DataFrame(setting)
        changed = self._change.table(frame)
        if changed is None:
            self.incomplete = True
            return setting
        self._n_tables += 1
        if changed is frame:
            return setting
        if isinstance(setting, OutsideData):
            return OutsideData(changed)
        if isinstance(setting, pd.DataFrame):
            return changed
        return pd.Series(changed.iloc[:, 0].to_numpy(), changed.index, name=setting.name)

    def _array(self, setting: Any) -> Any:
        if setting.ndim == 0 or len(setting) <= MAX_PARAMETERS:
            return setting
        changed = self._change.array(setting)
        if changed is None:
            self.incomplete = True
            return setting
        self._n_tables += 1
        return changed

    def _mapping(self, setting: Any) -> Any:
        keys = list(setting)
        dated = all(isinstance(key, date | pd.Period) for key in keys)
        if dated and keys and all(isinstance(one, int | float) for one in setting.values()):
            series = pd.Series(list(setting.values()), pd.Index(keys))
            changed = self.of(series)
            return setting if changed is series else dict(zip(keys, changed, strict=True))
        items = {key: self.of(value) for key, value in setting.items()}
        return setting if _same(items.values(), setting.values()) else items

    def _sequence(self, setting: Any) -> Any:
        if len(setting) > MAX_PARAMETERS and all(isinstance(one, int | float) for one in setting):
            values = np.array(list(setting))
            changed = self.of(values)
            return setting if changed is values else type(setting)(changed.tolist())
        copies = [self.of(value) for value in setting]
        if _same(copies, setting):
            return setting
        named = isinstance(setting, tuple) and type(setting) is not tuple
        return type(setting)(*copies) if named else type(setting)(copies)

    def _object(self, setting: Any) -> Any:
        """Return a dataclass with changed fields, or another object with changed attributes."""
        if is_dataclass(setting):
            model: Any = setting
            names = [field.name for field in fields(setting) if field.init]
            changed = {name: self.of(getattr(setting, name)) for name in names}
            same = _same(changed.values(), [getattr(setting, name) for name in names])
            return setting if same else replace(model, **changed)
        try:
            attributes = dict(vars(setting))
        except TypeError:
            return setting
        if type(setting).__module__.split(".")[0] in INNER_MODULES:
            return setting
        changed = {name: self.of(value) for name, value in attributes.items()}
        if _same(changed.values(), attributes.values()):
            return setting
        other = copy.copy(setting)
        vars(other).update(changed)
        return other

    def _callable(self, setting: Any) -> Any:
        """Return what is called like a function, with changed tables.

        The copy is incomplete if it uses no table or array, as it then reads no data or others.
        """
        n_before = self._n_tables
        self._depth += 1
        if isinstance(setting, FunctionType):
            other: Any = self._function(setting)
        elif isinstance(setting, MethodType):
            other = self._method(setting.__func__, setting.__self__, setting)
        elif isinstance(setting, partial):
            old = [setting.func, setting.args, setting.keywords]
            function, arguments, keywords = map(self.of, old)
            same = _same([function, arguments, keywords], old)
            other = setting if same else partial(function, *arguments, **keywords)
        else:
            other = self._method(type(setting).__call__, setting, setting)
        self._depth -= 1
        if self._depth == 0:
            self.incomplete |= self._n_tables == n_before
        return other

    def _method(self, function: Any, owner: Any, method: Any) -> Any:
        """Return a method, or a callable object, whose owner and function see changed tables."""
        if not isinstance(function, FunctionType):
            self._note(not isinstance(method, np.ufunc))
            return method
        class_names = set().union(*map(vars, type(owner).__mro__[:-1]))
        methods = class_names - {field.name for field in _fields(owner)}
        self._note(bool(_names(function.__code__) & methods))  # which may read data, too
        changed_owner = self._object(owner)
        changed = self._function(function)
        if changed is function and changed_owner is owner:
            return method
        return MethodType(changed, changed_owner)

    def _function(self, function: FunctionType) -> FunctionType:
        cells = function.__closure__ or ()
        filled = [cell for cell in cells if _is_filled(cell)]
        seen = {id(cell): self.of(cell.cell_contents) for cell in filled}
        old_defaults = [function.__defaults__, function.__kwdefaults__]
        defaults, keyword_defaults = map(self.of, old_defaults)
        self._note(_reads_elsewhere(function.__code__))
        names = _global_names(function.__code__) & set(function.__globals__)
        used = {name: function.__globals__[name] for name in sorted(names)}
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


def _is_of_package(setting: Any) -> bool:
    """Return whether a setting that can be called is a part of this package."""
    module = setting.__module__ if isinstance(setting, FunctionType) else type(setting).__module__
    return str(module).startswith(PACKAGE)


def _fields(setting: Any) -> tuple[Any, ...]:
    return fields(setting) if is_dataclass(setting) else ()


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


def _global_names(code: CodeType) -> set[str]:
    """Return the names of global variables that a function and the functions inside it use."""
    names = {str(one.argval) for one in dis.get_instructions(code) if one.opname == "LOAD_GLOBAL"}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _global_names(constant)
    return names


def _reads_elsewhere(code: CodeType) -> bool:
    """Return whether a function imports something, or uses a name by which data are read."""
    imports = any(one.opname == "IMPORT_NAME" for one in dis.get_instructions(code))
    inside = [one for one in code.co_consts if isinstance(one, CodeType)]
    named = any(name.startswith(READERS) for name in code.co_names)
    return imports or named or any(map(_reads_elsewhere, inside))
