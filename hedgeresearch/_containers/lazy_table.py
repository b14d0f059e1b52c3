"""Attributes that are tables, made of their arrays when they are first read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, Union, overload

import pandas as pd

from hedgeresearch.typing import Array

Dates = Union["pd.Index[Any]", list[Any]]
"""Labels of rows: an index, or dates of which one is made where it is needed."""
T = TypeVar("T", pd.DataFrame, "pd.Series[float]")
_REQUIRED = object()


@dataclass(slots=True, eq=False)
class Labelled:
    """Values and labels of a table, which has the same ``index``, ``columns`` and ``to_numpy``.

    Attributes
    ----------
    values : array (n_rows,) or (n_rows, n_columns)
    labels : Index (n_rows,), or a list of dates that is made an index when it is read
    columns : Index (n_columns,) or None for a Series
    name : label or None, of a Series
    attrs : dict or None, notes on the data
    """

    values: Array
    labels: Dates
    columns: Any = None
    name: Any = None
    attrs: Mapping[Any, Any] | None = None

    @property
    def index(self) -> pd.Index[Any]:
        """Labels of the rows, (n_rows,)."""
        return as_index(self.labels)

    def to_numpy(self) -> Array:
        """Return the values."""
        return self.values

    def table(self) -> Any:
        """Return the DataFrame or Series."""
        table: Any
        if self.columns is None:
            table = pd.Series(self.values, index=self.index, name=self.name)
        else:
            table = pd.DataFrame(self.values, index=self.index, columns=self.columns)
        if self.attrs:
            table.attrs = dict(self.attrs)
        return table


Table = Union["pd.DataFrame", Labelled]
"""A table, or the values and labels of one."""


@dataclass(slots=True, eq=False)
class Deferred:
    """A table of columns of different types, made by a function that pickles."""

    make: Callable[[], pd.DataFrame]

    def table(self) -> pd.DataFrame:
        """Return the DataFrame."""
        return self.make()


def as_index(dates: Dates) -> pd.Index[Any]:
    """Return dates as an index; to make one of a list takes longer than many a filter."""
    if isinstance(dates, pd.Index):
        return dates
    timestamps = all(isinstance(date, pd.Timestamp) for date in dates)
    return pd.DatetimeIndex(dates) if timestamps else pd.Index(dates)


def labels_of(table: Labelled | pd.DataFrame | pd.Series[float]) -> Dates:
    """Return the labels of the rows, without making an index of a list."""
    return table.labels if isinstance(table, Labelled) else table.index


def same_labels(labels: Dates, others: Dates) -> bool:
    """Return whether labels of rows are equal; those of one bar are mostly the same object."""
    return labels is others or as_index(labels).equals(as_index(others))


class LazyTable(Generic[T]):
    """A field of a frozen dataclass: a table, or ``Labelled`` values of which it is made when read.

    A ``Deferred`` table is made when it is read as well. ``held`` returns what is there without
    making the table. The field is required unless it has a default; one that need not be a table is
    ``LazyTable[Any]``.
    """

    def __init__(self, default: Any = _REQUIRED) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._key = held_key(name)

    @overload
    def __get__(self, instance: None, owner: type) -> LazyTable[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:  # the default, for a dataclass
            if self._default is _REQUIRED:
                raise AttributeError(self._name)
            return self._default
        table = instance.__dict__[self._key]
        if isinstance(table, Labelled | Deferred):
            table = table.table()
            instance.__dict__[self._key] = table
        return table

    def __set__(self, instance: Any, value: T | Labelled) -> None:
        instance.__dict__[self._key] = value


def held_key(name: str) -> str:
    """Return the key under which an instance holds a lazy field."""
    return f"_{name}"


def held(instance: object, name: str) -> Any:
    """Return the table of a lazy field, or the Labelled values that it would be made of."""
    return vars(instance)[held_key(name)]


def changed(instance: Any, **changes: Any) -> Any:
    """Return a copy of a dataclass with some fields changed, without making its lazy tables.

    It skips ``__post_init__`` and forgets cached properties.
    """
    dataclass: Any = type(instance)
    copy = object.__new__(dataclass)
    before = vars(instance)
    after = vars(copy)
    keys = _keys(dataclass)
    for key in keys.values():
        after[key] = before[key]
    for name, value in changes.items():
        after[keys[name]] = value
    return copy


@cache
def _keys(dataclass: Any) -> dict[str, str]:
    """Return the key under which an instance holds each field."""
    defined: dict[str, Any] = {}
    for parent in reversed(dataclass.__mro__):
        defined.update(vars(parent))
    fields = defined["__dataclass_fields__"]
    return {
        name: held_key(name) if isinstance(defined.get(name), LazyTable) else name
        for name in fields
    }
