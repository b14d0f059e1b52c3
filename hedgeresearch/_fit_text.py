"""Fits as text and as a page: what was fitted to what, how well, and the estimates."""

from __future__ import annotations

import html
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day

WIDTH = 80
"""Letters in a line of text."""
CONFIDENCE = 0.95
"""Confidence of the intervals next to estimates."""
ERROR_COLUMN = "standard error"
OTHER_NAMES = {
    "aic": ("estimates.aic",),
    "beta": ("next_ratio",),
    "bic": ("estimates.bic",),
    "bse": ("standard_errors",),
    "coef_": ("next_ratio", "parameters"),
    "conditional_volatility": ("volatility",),
    "cov_params": ("parameter_covariance",),
    "hedge_ratio": ("next_ratio",),
    "llf": ("log_likelihood", "estimates.log_likelihood"),
    "log_likelihood": ("estimates.log_likelihood",),
    "loglike": ("log_likelihood", "estimates.log_likelihood"),
    "loglikelihood": ("log_likelihood", "estimates.log_likelihood"),
    "means_": ("means",),
    "params": ("parameters", "summary"),
    "predict": ("next_ratio", "next_probabilities", "forecast"),
    "pvalues": ("summary",),
    "resid": ("standardized_residuals", "hr.metrics.hedged_returns"),
    "rsquared": ("expected_effectiveness",),
    "smoothed_marginal_probabilities": ("smoothed",),
    "std_resid": ("standardized_residuals",),
    "transmat_": ("transition",),
    "tvalues": ("summary",),
}
"""Names that other packages use, and ours in the order in which they are looked for."""


class Described(Protocol):
    """A fit with the facts and tables that its text shows."""

    def _line(self) -> str:
        """Return the fit in one line."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What was fitted, to what and how well: values by name."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables by title; the title of the first may be empty."""


class FitText:
    """Mixin: text for ``print``, terminals of IPython, and notebooks.

    ``repr`` stays one line, as fits stand within other results.
    """

    if not TYPE_CHECKING:  # type checkers know the names

        def __getattr__(self, name: str) -> NoReturn:
            kind = type(self)
            hint = "" if name.startswith("_") else f" {_other_name(self, name)}"
            # a traceback appends a guess of its own to errors that have the object
            raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}.{hint}")

    # IPython prefers a __repr__ of a class to a _repr_pretty_ of its parents: both stand here
    def __repr__(self: Described) -> str:
        return self._line()

    def __str__(self: Described) -> str:
        width = max(map(len, self.facts))
        parts = ["\n".join(f"{name:<{width}}  {value}" for name, value in self.facts.items())]
        for title, table in self.tables.items():
            formats = {"p": "{:.3f}".format} if "p" in table else None
            text = table.to_string(
                float_format="{:.5g}".format, formatters=formats, line_width=WIDTH
            )
            parts.append(f"{title}\n{text}" if title else text)
        return "\n\n".join(parts)

    def _repr_pretty_(self, printer: Any, is_cycle: bool) -> None:
        """Print the text where a fit is the result of a cell or line of IPython."""
        printer.text(repr(self) if is_cycle or printer.indentation else str(self))

    def _repr_html_(self: Described) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in self.facts.items()
        )
        parts = [f"<table>{rows}</table>"]
        for title, table in self.tables.items():
            if title:
                parts.append(f"<p>{html.escape(title)}</p>")
            parts.append(table.to_html(float_format="{:.5g}".format))
        return "".join(parts)


def _other_name(fit: Any, name: str) -> str:
    """Return what a name of other packages, or one with a typing error, is called here."""
    public = [one for one in dir(type(fit)) if not one.startswith("_")]
    for ours in OTHER_NAMES.get(name, ()):
        if ours.startswith("hr."):
            return f"Use {ours}."
        if _has(fit, ours, public):
            return f"Use .{ours}."
    near = get_close_matches(name, public, n=1)
    if near:
        return f"Did you mean .{near[0]}?"
    return "dir(fit) lists what it has."


def _has(fit: Any, path: str, public: list[str]) -> bool:
    """Return whether a fit has an attribute, or a part of it one with a value."""
    first, _, second = path.partition(".")
    if first not in public or not second:
        return first in public
    part = getattr(fit, first)
    return second in dir(part) and getattr(part, second) is not None


def with_intervals(table: pd.DataFrame, degrees_of_freedom: float) -> pd.DataFrame:
    """Return a table of estimates with the ends of their 95% intervals, if it has errors.

    Parameters
    ----------
    table : DataFrame (k, m) with the columns "estimate" and, for errors, "standard error"
    degrees_of_freedom : float, of the t distribution; infinite for the normal
    """
    from scipy.special import ndtri, stdtrit

    if ERROR_COLUMN not in table:
        return table
    probability = 0.5 + 0.5 * CONFIDENCE
    if np.isfinite(degrees_of_freedom):
        quantile = stdtrit(degrees_of_freedom, probability)
    else:
        quantile = ndtri(probability)
    reach = quantile * table[ERROR_COLUMN]
    ends = {"95% from": table["estimate"] - reach, "95% to": table["estimate"] + reach}
    return table.rename(columns={ERROR_COLUMN: "std. error"}).assign(**ends)


def likelihood_facts(
    log_likelihood: float | None, aic: float | None, bic: float | None
) -> dict[str, str]:
    """Return log-likelihood and criteria as text; nothing for a fit without a likelihood."""
    named = {"log-likelihood": log_likelihood, "AIC": aic, "BIC": bic}
    return {name: f"{value:,.2f}" for name, value in named.items() if value is not None}


def sample_fact(n_dates: int, sample_end: Any, last_date: Any) -> str:
    """Return the number of observations and where the sample ends, as text."""
    text = f"{n_dates:,} to {day(last_date)}"
    if sample_end == last_date:
        return text
    return f"{text}, estimated on those to {day(sample_end)}"
