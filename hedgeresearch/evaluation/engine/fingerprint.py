"""Text that identifies a model and its settings in every process.

Numbers and texts are identified by their value, tables by a hash of their content, dataclasses by
their class and fields, other objects by their class and what pickle keeps of them. Code is
identified by these rules:

- A function counts by its source and by every global name that it uses: constants by value, other
  functions and classes by this rule again.
- A class counts by its methods and by its other attributes.
- A module of the user counts by everything in it.
- Code of Python and of installed packages counts by its name and the version of the package.

What cannot be identified is refused. Files that a function reads, and names that it looks up as
text, are not seen.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cached_property, partial
from pathlib import PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._kernels.compilation.kernels import Kernel
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.engine.installed import installed_version

Plain = (
    str | bytes | int | float | complex | range | slice | date | timedelta
    | np.generic | np.ufunc | np.dtype | Enum | PurePath
)  # fmt: skip
"""Types whose ``repr`` is complete and the same in every process."""
Table = np.ndarray | pd.Series | pd.DataFrame | pd.Index
PICKLE_PROTOCOL = 4
TYPING = ("typing", "types", "typing_extensions", "collections.abc")
"""Modules whose objects describe types and are complete in ``repr``."""


def fingerprint(setting: Any) -> str:
    """Return text that identifies a setting, or a model with all of its settings.

    Raises
    ------
    DataError
        If a setting is a lambda, a function that uses variables of another function, or an object
        that cannot be pickled, such as a generator; or if a function among the settings uses one.
    """
    return _Fingerprints().text(setting)


def _is_compiled(thing: Any) -> bool:
    """Return whether numba has made a function, which it cannot have if it was never imported."""
    if "numba" not in sys.modules:
        return False
    from numba.core.dispatcher import Dispatcher

    return isinstance(thing, Dispatcher)


class _Fingerprints:
    """Fingerprints of settings that may refer to each other."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._kept: list[Any] = []  # so that no other object gets the identity of one seen

    def text(self, setting: Any) -> str:
        if setting is None or isinstance(setting, Plain):
            return repr(setting)
        if isinstance(setting, list | tuple):
            return f"[{', '.join(map(self.text, setting))}]"
        if isinstance(setting, set | frozenset):
            return f"{{{', '.join(sorted(map(self.text, setting)))}}}"
        if isinstance(setting, Mapping):
            return self._items(setting.items())
        if isinstance(setting, Table):
            return self._table(setting)
        return self._once(setting, self._code_or_object)

    def _once(self, thing: Any, text_of: Callable[[Any], str]) -> str:
        """Return the text of an object; within itself, the object is called "itself"."""
        if id(thing) not in self._texts:
            self._kept.append(thing)
            self._texts[id(thing)] = "itself"
            self._texts[id(thing)] = text_of(thing)
        return self._texts[id(thing)]

    def _items(self, items: Iterable[tuple[Any, Any]]) -> str:
        return f"{{{', '.join(f'{self.text(key)}: {self.text(value)}' for key, value in items)}}}"

    def _table(self, table: Any) -> str:
        """Return a hash of values, and of the labels of a pandas object."""
        if isinstance(table, np.ndarray) and table.dtype == object:
            parts = [str(table.shape).encode(), self.text(table.ravel().tolist()).encode()]
        elif isinstance(table, np.ndarray):
            about = str((table.dtype, table.shape)).encode()
            parts = [about, np.ascontiguousarray(table).tobytes()]
        else:
            columns = self.text(list(table.columns)) if isinstance(table, pd.DataFrame) else ""
            rows = pd.util.hash_pandas_object(table).to_numpy()
            parts = [columns.encode(), rows.tobytes()]
        return f"{type(table).__name__}#{hashlib.sha256(b''.join(parts)).hexdigest()}"

    # --- objects ---

    def _code_or_object(self, thing: Any) -> str:
        if isinstance(thing, type):
            return self._class(thing)
        if isinstance(thing, ModuleType):
            return self._module(thing)
        if isinstance(thing, Kernel):
            return self.text(thing.function)
        if _is_compiled(thing):
            return self.text(thing.py_func)
        if isinstance(thing, partial):
            return f"partial{self.text((thing.func, thing.args, thing.keywords))}"
        if isinstance(thing, MethodType):
            return f"method{self.text((thing.__self__, thing.__func__))}"
        if isinstance(thing, BuiltinFunctionType):
            return self._builtin(thing)
        if isinstance(thing, FunctionType):
            return self._function(thing)
        return self._object(thing)

    def _object(self, thing: Any) -> str:
        """Return class and content: fields of a dataclass, else what pickle would keep."""
        if isinstance(thing, logging.Logger):
            return f"logger {thing.name}"
        if isinstance(thing, re.Pattern):
            return f"pattern{self.text((thing.pattern, thing.flags))}"
        if type(thing).__module__ in TYPING:
            return repr(thing)
        name = self.text(type(thing))
        if is_dataclass(thing):
            names = [field.name for field in fields(thing)]
            return f"{name}{self._items([(name, getattr(thing, name)) for name in names])}"
        try:
            reduced = thing.__reduce_ex__(PICKLE_PROTOCOL)
        except TypeError:
            raise DataError(
                "settings of a model must be numbers, texts, tables, dataclasses or functions for "
                f"a checkpoint, and so must be what its functions use; got {thing!r}. Leave "
                "checkpoint out, or store the values themselves."
            ) from None
        return f"{name}{self.text(reduced)}"

    # --- code ---

    def _builtin(self, function: Any) -> str:
        if isinstance(function.__self__, ModuleType):
            return f"{function.__module__}.{function.__qualname__}"
        return f"method{self.text((function.__self__, function.__qualname__))}"

    def _class(self, kind: type) -> str:
        """Return the name of a class, with what it consists of if it is the user's."""
        name = f"{kind.__module__}.{kind.__qualname__}"
        version = installed_version(kind.__module__)
        if version is not None:
            return f"{name} {version}".strip()
        members = [self._member(member) for member in _members(kind)]
        return f"{name}[{_digest(' '.join(members))}]"

    def _member(self, member: tuple[str, Any]) -> str:
        name, value = member
        return f"{name}: {self.text(value)}"

    def _module(self, module: ModuleType) -> str:
        """Return the name of a module, with what it consists of if it is the user's."""
        version = installed_version(module.__name__)
        if version is not None:
            return f"{module.__name__} {version}".strip()
        content = [item for item in sorted(vars(module).items()) if not item[0].startswith("__")]
        return f"{module.__name__}[{_digest(self._items(content))}]"

    def _function(self, function: FunctionType) -> str:
        """Return module, name, source and the global variables that a function uses."""
        name = f"{function.__module__}.{function.__qualname__}"
        version = installed_version(function.__module__)
        if version is not None:
            return f"{name} {version}".strip()
        if function.__closure__ or function.__name__ == "<lambda>":
            raise DataError(
                "functions among the settings of a model, and those they use, must be defined with "
                f"def, outside of other functions, for a checkpoint; got {function!r}. Give them "
                "settings with functools.partial, or leave checkpoint out."
            )
        used = sorted(_global_names(function.__code__) & function.__globals__.keys())
        values = [(name, function.__globals__[name]) for name in used]
        defaults = (function.__defaults__, function.__kwdefaults__)
        parts = [_source(function), self.text(defaults), self._items(values)]
        return f"{name}#{_digest(' '.join(parts))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _global_names(code: CodeType) -> set[str]:
    """Return the names that code, and functions inside of it, may look up in its module."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _global_names(constant)
    return names


def _members(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a class and of those of its bases that are the user's.

    Special values, such as annotations, and the functions that ``dataclass`` generates are left
    out.
    """
    for base in kind.__mro__:
        if installed_version(base.__module__) is not None:
            yield base.__qualname__, base
            continue
        for name, member in vars(base).items():
            value = _unwrapped(member)
            if isinstance(value, FunctionType):
                if not _is_generated(value):
                    yield name, value
            elif not name.startswith("__") and not inspect.isdatadescriptor(value):
                yield name, value


def _unwrapped(member: Any) -> Any:
    """Return the function in a method, property or compiled function; other members unchanged."""
    if isinstance(member, classmethod | staticmethod):
        return _unwrapped(member.__func__)
    if isinstance(member, property):
        return member.fget
    if isinstance(member, cached_property):
        return member.func
    if isinstance(member, Kernel):
        return member.function
    if _is_compiled(member):
        return member.py_func
    return member


def _is_generated(function: FunctionType) -> bool:
    code = inspect.unwrap(function).__code__
    return function.__name__.startswith("__") and code.co_filename == "<string>"


def _source(function: FunctionType) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        raise DataError(
            f"the source of {function!r} must be available for a checkpoint; it is not. Define it "
            "in a file or a notebook, or leave checkpoint out."
        ) from None
