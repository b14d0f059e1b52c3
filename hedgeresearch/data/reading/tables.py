"""Cells of tables in memory: pandas, polars, Arrow and other data frames."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch.data.reading.cells import Cells
from hedgeresearch.data.reading.header import flat_names
from hedgeresearch.errors import DataError


def read_table(data: Any) -> Cells:
    """Return the cells of a data frame of pandas, polars, Arrow or another known library.

    Raises
    ------
    DataError
        If the data are no data frame that narwhals knows.
    """
    if isinstance(data, pd.Series):
        data = data.to_frame("price" if data.name is None else data.name)
    if isinstance(data, pd.DataFrame):
        return table_cells(data, "the table")
    import narwhals as nw

    try:
        frame = nw.from_native(data)
    except TypeError:
        raise DataError(
            "source must be the path of a file, or a data frame of pandas, polars, Arrow or "
            f"another library that narwhals reads; got {type(data).__name__}. Convert it to a "
            "pandas DataFrame with the dates in its first column."
        ) from None
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return table_cells(frame.to_arrow().to_pandas(date_as_object=False), "the table")


def table_cells(table: pd.DataFrame, source: str) -> Cells:
    """Return the cells of a pandas DataFrame, its index as the first column unless it is a count.

    Column names of several levels become one, such as "Close AAPL".
    """
    names = flat_names(table.columns)
    cells = table.set_axis(names, axis=1)
    if not isinstance(table.index, pd.RangeIndex):
        date = str(table.index.name or "index")
        cells = cells.reset_index(names=date) if date not in names else _keep_apart(cells)
    cells.index = pd.RangeIndex(1, len(cells) + 1, name="row")
    return Cells(cells, source)


def _keep_apart(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the index as the first column where a column has its name."""
    return cells.reset_index(names=f"index ({cells.index.name})")
