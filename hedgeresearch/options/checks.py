"""Checks of what options are valued at: forwards, strikes, expiries, volatilities, discounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.options.layout import Layout, as_arrays
from hedgeresearch.typing import Array, Mask

MAX_VOLATILITY = 5.0
"""Volatility above which one in per cent is more likely."""
MAX_EXPIRY = 50.0
"""Years above which an expiry in days is more likely."""
MAX_RATE = 1.0
"""Interest rate a year above which a discount is more likely to be something else."""
MIN_LOG_DISCOUNT = 0.05
"""Size of the logarithm of a discount up to which any rate is taken for rounding."""
REMEDIES = {
    "forward": "Leave out options without a forward.",
    "strike": "Leave out options without a strike.",
    "expiry": "Leave out options that have expired; an expiry is in years, from years_to_expiry.",
    "volatility": "Leave out options without a volatility; at zero an option is worth its payoff.",
    "discount": "Pass the value today of 1 paid at expiry, such as 0.99, or 1.0 without interest.",
    "spot_discount": "Pass the discount of the yield: 1.0 for a spot without one.",
}


def checked_options(
    arguments: Mapping[str, Any], kind: Any
) -> tuple[dict[str, Array], Array, Layout]:
    """Return the arguments as arrays of one length, the signs of the kinds, and the layout.

    Raises
    ------
    DataError
        If an argument is not positive and finite, by row, or a kind is neither call nor put.
    """
    arrays, layout = as_arrays({**arguments, "kind": signs(kind)})
    sign = arrays.pop("kind")
    for name in REMEDIES:
        if name in arrays:
            refuse_not_positive(arrays[name], name, layout)
    _warn_of_units(arrays, layout)
    return arrays, sign, layout


def remedy_of(kind: Any) -> str:
    """Return what to do about a kind that is neither "call" nor "put"."""
    meant = {"c": "call", "p": "put"}.get(str(kind).strip().lower()[:1])
    mapping = "Map other names to these, as kinds.map({'C': 'call', 'P': 'put'}) does."
    return mapping if meant is None else f"Did you mean {meant!r}? {mapping}"


def signs(kind: Any) -> Any:
    """Return +1.0 for each call and -1.0 for each put, of the sort of ``kind``.

    Raises
    ------
    DataError
        If a kind is neither "call" nor "put".
    """
    words = np.asarray(kind)
    if words.dtype.kind not in "TU":
        words = np.asarray(kind, dtype=object).astype(str)
    is_call = words == "call"
    wrong = ~(is_call | (words == "put"))
    if wrong.any():
        first = words[wrong].reshape(-1)[0] if words.shape else words[()]
        raise DataError(f"kind must be 'call' or 'put'; got {str(first)!r}. {remedy_of(first)}")
    answer = np.where(is_call, 1.0, -1.0)
    if isinstance(kind, pd.DataFrame):
        return pd.DataFrame(answer, index=kind.index, columns=kind.columns)
    if isinstance(kind, pd.Series):
        return pd.Series(answer, index=kind.index)
    return answer


def refuse_not_positive(values: Array, name: str, layout: Layout) -> None:
    """Refuse numbers that are not positive and finite; the message names the first row."""
    wrong = ~(np.isfinite(values) & (values > 0.0))
    if wrong.any():
        n_wrong = int(wrong.sum())
        others = f", the first of {n_wrong}" if n_wrong > 1 else ""
        raise DataError(
            f"{name} must be positive and finite; {at_first(values, wrong, layout)}{others}. "
            f"{REMEDIES[name]}"
        )


def refuse_missing(values: Array, name: str, layout: Layout) -> None:
    """Refuse numbers that are missing or infinite; the message names the first row."""
    wrong = ~np.isfinite(values)
    if wrong.any():
        n_wrong = int(wrong.sum())
        others = f", the first of {n_wrong}" if n_wrong > 1 else ""
        raise DataError(
            f"{name} must be finite; {at_first(values, wrong, layout)}{others}. "
            f"Leave out options without a {name}."
        )


def at_first(values: Array, wrong: Mask, layout: Layout) -> str:
    """Return where the first of the wrong values stands, and the value."""
    first = int(np.argmax(wrong))
    return f"{layout.place(first)}{values[first]:g}"


def _warn_of_units(arrays: Mapping[str, Array], layout: Layout) -> None:
    """Warn of volatilities in per cent, expiries in days and rates for discounts."""
    for name, limit, unit in (
        ("volatility", MAX_VOLATILITY, "an annual fraction, such as 0.6; it looks like per cent"),
        ("expiry", MAX_EXPIRY, "in years; it looks like days"),
    ):
        if name in arrays and (large := arrays[name] > limit).any():
            at = at_first(arrays[name], large, layout)
            warn_caller(f"{name} is {unit}: {at}.", DataWarning)
    for name in ("discount", "spot_discount"):
        if name in arrays:
            size = np.abs(np.log(arrays[name]))
            odd = (size > MIN_LOG_DISCOUNT) & (size > MAX_RATE * arrays["expiry"])
            if odd.any():
                at = at_first(arrays[name], odd, layout)
                warn_caller(
                    f"{name} means an interest rate of more than 100% a year: {at}. It is the "
                    "value today of 1 paid at expiry, not a rate.",
                    DataWarning,
                )
