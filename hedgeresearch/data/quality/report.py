"""The report on a table of prices or returns."""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch._wrapping import wrapped
from hedgeresearch.data.quality.problem import SEVERITIES, DataProblem

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WORDS = {"refuse": "refused", "warn": "warned of", "note": "noted"}


@exported_by("hedgeresearch.data")
@dataclass(frozen=True, eq=False, repr=False)
class DataReport:
    """Problems found in a table of prices or returns, the worst first; :func:`check` makes it.

    Attributes
    ----------
    problems : tuple of DataProblem
    kind : {"prices", "simple", "log", "difference"} or None
        What the data are taken for; None for returns without a note.
    data : DataFrame (n_dates, n_columns)
        The data that were checked; of dates that occur again, the first row.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> prices = hr.load("nasdaq_sp500").loc["2018":]
    >>> prices.iloc[100, 0] *= 10
    >>> report = hr.check(prices)
    >>> report
    DataReport(2 columns, 251 rows of prices to 2018-12-31: warned of bad tick)
    >>> print(report)
    DataReport(2 columns, 251 rows of prices to 2018-12-31: warned of bad tick)
    - warn: prices should be right; 'NASDAQ' moves by +901% on 2018-05-25 and back
      on the next row, as after a wrong price. Look the prices up; correct them, or
      leave these dates out of all series.
    >>> report.refused, list(report.summary.index)
    ((), ['bad tick'])
    >>> len(report.plot().get_lines()) > 0
    True
    """

    problems: tuple[DataProblem, ...]
    kind: str | None
    data: pd.DataFrame

    def __repr__(self) -> str:
        what = "prices" if self.kind == "prices" else "returns"
        rows, columns = self.data.shape
        until = f" to {day(self.data.index[-1])}" if rows else ""
        about = f"{counted(columns, 'column')}, {rows} rows of {what}{until}"
        return f"DataReport({about}: {self._outcome})"

    def _repr_html_(self) -> str:
        first, *others = [html.escape(line.removeprefix("- ")) for line in self.lines()]
        problems = "".join(f"<li>{line}</li>" for line in others)
        return f"<p>{first}</p>" + (f"<ul>{problems}</ul>" if problems else "")

    def __str__(self) -> str:
        return "\n".join(wrapped(line, "  ") for line in self.lines())

    def lines(self) -> list[str]:
        """Return the outcome, and a paragraph for each problem: what was found, what to do.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> hr.check(hr.load("nasdaq_sp500")).lines()
        ['DataReport(2 columns, 5031 rows of prices to 2018-12-31: no problem found)']
        """
        return [repr(self), *(f"- {one.severity}: {one.text}" for one in self.problems)]

    @property
    def _outcome(self) -> str:
        if not self.problems:
            return "no problem found"
        parts = []
        for severity in SEVERITIES:
            counts = Counter(one.kind for one in self.problems if one.severity == severity)
            if counts:
                kinds = ", ".join(
                    kind if number == 1 else f"{kind} ({number})" for kind, number in counts.items()
                )
                parts.append(f"{WORDS[severity]} {kinds}")
        return "; ".join(parts)

    @property
    def refused(self) -> tuple[DataProblem, ...]:
        """Problems for which a fit refuses the data."""
        return tuple(one for one in self.problems if one.severity == "refuse")

    @property
    def summary(self) -> pd.DataFrame:
        """A row for each problem: severity, columns, first and last date, size, what to do."""
        rows = []
        for one in self.problems:
            rows.append(
                {
                    "problem": one.kind,
                    "severity": one.severity,
                    "columns": ", ".join(map(str, one.columns)),
                    "from": day(one.dates[0]) if one.dates else "",
                    "to": day(one.dates[-1]) if one.dates else "",
                    "size": one.size,
                    "message": one.message,
                    "remedy": one.remedy,
                }
            )
        columns = ["severity", "columns", "from", "to", "size", "message", "remedy"]
        return pd.DataFrame(rows, columns=["problem", *columns]).set_index("problem")

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot each column over the dates, with the dates of its problems marked.

        Parameters
        ----------
        ax : Axes, a new figure by default
        """
        from hedgeresearch.plotting import plot_lines

        lines = self.data if self.kind == "prices" else self.data / self.data.std()
        ylabel = "price" if self.kind == "prices" else "return / standard deviation"
        axes = plot_lines(lines, ylabel=ylabel, ax=ax)
        for column, drawn in zip(lines.columns, axes.lines[-lines.shape[1] :], strict=True):
            for problem in self.problems:
                if column in problem.columns and problem.dates:
                    _mark(axes, lines[column], problem, str(drawn.get_color()))
        return axes


def _mark(axes: Axes, line: pd.Series[float], problem: DataProblem, color: str) -> None:
    """Shade a stale run between its ends, and circle the rows of other problems."""
    if problem.kind == "stale":
        axes.axvspan(problem.dates[0], problem.dates[-1], color=color, alpha=0.2, linewidth=0.0)
        return
    rows = line[line.index.isin(problem.dates)]
    axes.plot(rows.index, rows, "o", color=color, markerfacecolor="none", markersize=8.0)
