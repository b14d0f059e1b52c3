"""Text that identifies a model and its settings in every process.

Numbers and texts are identified by their value, tables by a hash of their content, dataclasses and
other objects by their class and attributes. A class of the package is identified by the name under
which it is exported, as the version stands for its code; another class also by the source of its
methods and by its attributes. A function is identified by its module, name and source, not by the
functions and global variables that it uses.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cached_property, partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import pandas as pd
from numba.core.dispatcher import Dispatcher

from hedgeresearch.errors import DataError

PACKAGE = __name__.partition(".")[0]
Plain = str | bytes | int | float | complex | np.generic | np.ufunc | date | timedelta | Enum
"""Types whose ``repr`` is complete and the same in every process."""
Table = np.ndarray | pd.Series | pd.DataFrame | pd.Index
CODE = (type, FunctionType, MethodType, BuiltinFunctionType, partial, Dispatcher)
"""Types that are identified by their source, or by their name."""


def fingerprint(setting: Any) -> str:
    """Return text that identifies a setting, or a model with all of its settings.

    Raises
    ------
    DataError
        If a setting is a lambda, a function that uses variables of another function, or an object
        without attributes, such as an iterator.
    """
    if setting is None or isinstance(setting, Plain):
        return repr(setting)
    if isinstance(setting, list | tuple):
        return f"[{', '.join(map(fingerprint, setting))}]"
    if isinstance(setting, set | frozenset):
        return f"{{{', '.join(sorted(map(fingerprint, setting)))}}}"
    if isinstance(setting, Mapping):
        return _fingerprint_of_items(setting.items())
    if isinstance(setting, Table):
        return _fingerprint_of_table(setting)
    if isinstance(setting, CODE):
        return _fingerprint_of_code(setting)
    return _fingerprint_of_object(setting)


def _fingerprint_of_items(items: Iterable[tuple[Any, Any]]) -> str:
    return f"{{{', '.join(f'{fingerprint(k)}: {fingerprint(v)}' for k, v in items)}}}"


def _fingerprint_of_table(table: Any) -> str:
    """Return a hash of values, and of the labels of a pandas object."""
    if isinstance(table, np.ndarray) and table.dtype == object:
        parts = [str(table.shape).encode(), fingerprint(table.ravel().tolist()).encode()]
    elif isinstance(table, np.ndarray):
        parts = [str((table.dtype, table.shape)).encode(), np.ascontiguousarray(table).tobytes()]
    else:
        columns = fingerprint(list(table.columns)) if isinstance(table, pd.DataFrame) else ""
        rows = pd.util.hash_pandas_object(table).to_numpy()
        parts = [columns.encode(), rows.tobytes()]
    return f"{type(table).__name__}#{hashlib.sha256(b''.join(parts)).hexdigest()}"


def _fingerprint_of_object(setting: Any) -> str:
    """Return class and attributes; those of a dataclass are its fields."""
    name = _fingerprint_of_class(type(setting))
    if is_dataclass(setting):
        names = [field.name for field in fields(setting)]
        values = [(name, getattr(setting, name)) for name in names]
        return f"{name}{_fingerprint_of_items(values)}"
    try:
        attributes = vars(setting)
    except TypeError:
        raise DataError(
            "settings of a model must be numbers, texts, tables, dataclasses or functions for a "
            f"checkpoint; got {setting!r}. Leave checkpoint out, or store the values themselves."
        ) from None
    return f"{name}{_fingerprint_of_items(attributes.items())}"


def _fingerprint_of_code(code: Any) -> str:
    """Return the text of a class or of a function, with what it is bound to."""
    if isinstance(code, type):
        return _fingerprint_of_class(code)
    if isinstance(code, partial):
        return f"partial{fingerprint((code.func, code.args, code.keywords))}"
    if isinstance(code, MethodType):
        return f"method{fingerprint((code.__self__, code.__func__))}"
    if isinstance(code, Dispatcher):
        return fingerprint(code.py_func)  # compiled by numba
    if isinstance(code, BuiltinFunctionType) and isinstance(code.__self__, ModuleType):
        return f"{code.__module__}.{code.__qualname__}"
    if isinstance(code, BuiltinFunctionType):
        return f"method{fingerprint((code.__self__, code.__qualname__))}"
    if code.__closure__ or code.__name__ == "<lambda>":
        raise DataError(
            "functions among the settings of a model must be defined with def, outside of other "
            f"functions, for a checkpoint; got {code!r}. Give them settings with "
            "functools.partial, or leave checkpoint out."
        )
    return _function_text(code)


def _fingerprint_of_class(kind: type) -> str:
    """Return the name of a class, with its methods and attributes if it is not of the package."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    if kind.__module__.partition(".")[0] == PACKAGE:
        return name
    methods = " ".join(map(_function_text, _methods(kind)))
    return f"{name}[{methods}]{_fingerprint_of_items(_class_attributes(kind))}"


def _class_attributes(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the values among the attributes of a class and its bases, special ones left out."""
    for base in kind.__mro__[:-1]:
        for name, member in vars(base).items():
            is_value = isinstance(member, Plain | Table | list | tuple | set | frozenset | Mapping)
            is_record = is_dataclass(member) and not isinstance(member, type)
            if (is_value or is_record) and not name.startswith("__"):
                yield name, member


def _methods(kind: type) -> Iterator[FunctionType]:
    """Yield the functions in a class and its bases, but not those that ``dataclass`` generates."""
    for base in kind.__mro__[:-1]:
        for member in vars(base).values():
            function = member
            if isinstance(member, classmethod | staticmethod):
                function = member.__func__
            elif isinstance(member, property):
                function = member.fget
            elif isinstance(member, cached_property):
                function = member.func
            if isinstance(function, Dispatcher):
                function = function.py_func  # compiled by numba
            generated = isinstance(function, FunctionType) and _is_generated(function)
            if isinstance(function, FunctionType) and not generated:
                yield function


def _is_generated(function: FunctionType) -> bool:
    code = inspect.unwrap(function).__code__
    return function.__name__.startswith("__") and code.co_filename == "<string>"


def _function_text(function: FunctionType) -> str:
    """Return module, name and a hash of the source of a function."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        raise DataError(
            f"the source of {function!r} must be available for a checkpoint; it is not. Define it "
            "in a file or a notebook, or leave checkpoint out."
        ) from None
    digest = hashlib.sha256(source.encode()).hexdigest()
    return f"{function.__module__}.{function.__qualname__}#{digest[:16]}"
