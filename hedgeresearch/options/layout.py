"""Arguments that are numbers, arrays, Series or tables: as arrays of one length, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch._validation.numbers import as_number, is_number
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


@dataclass(frozen=True)
class Layout:
    """Shape of an answer, and its labels if it is a Series or a table.

    Attributes
    ----------
    shape : tuple of int
        () for a number.
    index, columns : Index or None
    """

    shape: tuple[int, ...]
    index: pd.Index[Any] | None = None
    columns: pd.Index[Any] | None = None

    def wrap(self, values: Array, name: str | None = None) -> Any:
        """Return a value for each option as a number, an array, a Series or a DataFrame."""
        if not self.shape:
            return float(values[0])
        shaped = values.reshape(self.shape)
        if self.columns is not None:
            return pd.DataFrame(shaped, index=self.index, columns=self.columns)
        if self.index is not None:
            return pd.Series(shaped, index=self.index, name=name)
        return shaped

    def rows(self) -> pd.Index[Any]:
        """Return the labels of the options, one for each: of a table its rows and columns."""
        size = int(np.prod(self.shape, dtype=int))
        if self.columns is not None and self.index is not None:
            return pd.MultiIndex.from_product([self.index, self.columns])
        if self.index is not None:
            return self.index
        return pd.RangeIndex(size)

    def place(self, position: int) -> str:
        """Return words for where one option stands, such as "row 3 has " or "got "."""
        if not self.shape:
            return "got "
        if self.columns is not None and self.index is not None:
            row, column = divmod(position, len(self.columns))
            return f"row {day(self.index[row])}, column {day(self.columns[column])} has "
        if self.index is not None:
            return f"row {day(self.index[position])} has "
        where = np.unravel_index(position, self.shape)
        return f"row {', '.join(str(int(one)) for one in where)} has "


def as_arrays(arguments: Mapping[str, Any]) -> tuple[dict[str, Array], Layout]:
    """Return the arguments by name as arrays of one length, and the layout of the answer.

    Numbers count for every option; arrays must have one shape; Series and tables must have one
    index, and a Series counts for every column of a table.

    Raises
    ------
    DataError
        If an argument is not made of numbers, or lengths or labels differ.
    """
    labelled = {
        name: one for name, one in arguments.items() if isinstance(one, pd.Series | pd.DataFrame)
    }
    index = _shared_labels({name: one.index for name, one in labelled.items()}, "index")
    tables = {name: one for name, one in labelled.items() if isinstance(one, pd.DataFrame)}
    columns = _shared_labels({name: one.columns for name, one in tables.items()}, "columns")
    values = {name: _numbers(one, name, columns is not None) for name, one in arguments.items()}
    try:
        broadcast = np.broadcast_arrays(*values.values())
    except ValueError:
        sizes = ", ".join(f"{name} {one.shape}" for name, one in values.items() if one.shape)
        raise DataError(
            f"{', '.join(values)} must have one shape, or be single numbers; got {sizes}."
        ) from None
    layout = Layout(broadcast[0].shape, index, columns)
    _check_labels(layout)
    flat = [np.array(one, dtype=float).reshape(-1) for one in broadcast]
    return dict(zip(values, flat, strict=True)), layout


def _check_labels(layout: Layout) -> None:
    """Refuse labels that are not those of every option, as of one row next to an array of many."""
    if layout.index is None:
        return
    columns = () if layout.columns is None else (len(layout.columns),)
    expected = (len(layout.index), *columns)
    if layout.shape != expected:
        raise DataError(
            f"labelled arguments must have a row for every option; got labels of shape {expected} "
            f"for options of shape {layout.shape}. Label all arguments, or none."
        )


def _shared_labels(labels: Mapping[str, pd.Index[Any]], what: str) -> pd.Index[Any] | None:
    """Return the one index of several arguments; None if none has one."""
    if not labels:
        return None
    first, *others = labels
    for name in others:
        if not labels[name].equals(labels[first]):
            raise DataError(
                f"{first} and {name} must have the same {what}; got {len(labels[first])} and "
                f"{len(labels[name])} labels that are not the same ones in the same order. "
                f"Reindex one of them, for example {name}.reindex({first}.index)."
            )
    return labels[first]


def _numbers(data: Any, name: str, in_table: bool) -> Array:
    """Return an argument as an array of floats; a Series as a column where others are tables."""
    values = np.asarray(data)
    if values.dtype == object:
        values = _from_objects(values, name)
    if values.dtype.kind not in "iuf":
        raise _no_number(values.reshape(-1)[0] if values.size else f"{values.dtype} values", name)
    values = values.astype(float)
    return values[:, None] if in_table and isinstance(data, pd.Series) else values


def _from_objects(values: Any, name: str) -> Array:
    """Return objects that must all be numbers as floats."""
    numbers = [as_number(one) for one in values.reshape(-1)]
    for one in numbers:
        if not is_number(one):
            raise _no_number(one, name)
    return np.array(numbers, dtype=float).reshape(values.shape)


def _no_number(value: Any, name: str) -> DataError:
    came = repr(value.item() if isinstance(value, np.generic) else value)
    years = " Pass years, from years_to_expiry(moment, expiry)." if name == "expiry" else ""
    return DataError(f"{name} must be made of numbers; got {came}.{years}")
