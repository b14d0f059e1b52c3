"""Tables that terminals and notebooks show whole, alone or below the line of a result."""

from __future__ import annotations

import html
import shutil
from typing import Any, NoReturn

import pandas as pd


class ShownTable(pd.DataFrame):
    """A DataFrame that is shown with all its columns, in blocks as wide as the terminal.

    What is computed from it is a plain DataFrame.
    """

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def __repr__(self) -> str:
        return self.to_string(
            line_width=terminal_width(),
            max_rows=pd.get_option("display.max_rows"),
        )

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return self.to_html(max_rows=pd.get_option("display.max_rows"), notebook=True)

    def __call__(self, *arguments: Any, **settings: Any) -> NoReturn:
        """Say that this is a table, as other packages have a method of its name."""
        raise TypeError("This is a table, not a method: leave out the parentheses.")


def terminal_width() -> int:
    """Return the number of letters in a line of the terminal; 80 if there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def line_and_table(result: object, table: pd.DataFrame | pd.Series[Any]) -> str:
    """Return a result as a notebook shows it: its line, as by ``repr``, above a table.

    Examples
    --------
    >>> line_and_table("<b>", pd.Series({"mean": 0.123456}, name="value"))[:28]
    '<p>&#x27;&lt;b&gt;&#x27;</p>'
    """
    rows = table.to_frame() if isinstance(table, pd.Series) else table
    return f"<p>{html.escape(repr(result))}</p>{rows.to_html(float_format='{:.4g}'.format)}"
