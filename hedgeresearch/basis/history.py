r"""Basis of a future or perpetual over time: level, carry per year, z-score and compression.

With F the price of the contract and S that of spot, the basis is F / S - 1. A short contract
against spot earns, per year, the annualized basis of a dated future and the funding of a perpetual
(``hedgeresearch.instruments``). A basis trade that many hold earns less and less: the compression

.. math:: c_t = \frac{1}{w} \sum_{i=1}^{w} \left(1\{k_{t-i} > k_t\}
          + \tfrac12 1\{k_{t-i} = k_t\}\right)

is the share of the w values of the carry k before t that were higher: near zero where it is as wide
as ever, near one where it is gone or inverted. The definition is ours. Every value dated t is made
of data up to t.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import index_kind
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.series import joined_series
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.carry_rates import DAYS_PER_YEAR, annualized_basis, z_scores
from hedgeresearch.typing import Array

SECONDS_PER_YEAR = DAYS_PER_YEAR * 86_400.0
ROUNDING = 1e-12
"""Difference of two carries, relative to the largest, up to which they are equal."""
MIN_WINDOW = 5
"""Minimum number of values before a date with which it is compared."""


@exported_by("hedgeresearch.basis")
def basis_history(
    spot: pd.Series[float],
    contract: pd.Series[float],
    window: int,
    *,
    expiry: date | str | pd.Series[Any] | None = None,
    funding: pd.Series[float] | None = None,
) -> pd.DataFrame:
    """Return the basis of a contract and its carry, compared with those before each date.

    The rows may serve as ``observe=`` of a regime hedge, for instance
    ``history[["z_score", "log_volatility"]]``.

    Parameters
    ----------
    spot, contract : Series (n_dates,), positive prices at the same times
    window : int >= 5, number of rows before a date with which it is compared, and of payments,
        rates other than zero, over which funding is averaged
    expiry : date, or Series by date, of a future that expires
    funding : Series (n_dates,), rates of a perpetual, fractions that longs pay at each date; zero
        where nothing is paid

    Returns
    -------
    DataFrame
        From the first date with a whole window on: basis (contract / spot - 1), per_year (what a
        short contract earns a year: annualized basis, or funding over the last ``window``
        payments), z_score (of per_year), compression (share of the values before that were higher)
        and log_volatility (logarithm of the standard deviation of the last ``window`` changes of
        the basis).

    Raises
    ------
    DataError
        If dates differ or are none, prices are not positive, neither or both of expiry and funding
        are given, there are too few dates or payments, or the values of a window do not vary.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from hedgeresearch.basis import basis_history
    >>> dates = pd.date_range("2026-01-01", periods=60, freq="8h", tz="UTC")
    >>> spot = pd.Series(100.0, dates)
    >>> perpetual = spot * (1.0 + 1e-4 * np.sin(np.arange(60)))
    >>> rates = pd.Series(np.linspace(2e-4, 1e-4, 60), dates)
    >>> history = basis_history(spot, perpetual, 10, funding=rates)
    >>> history[["per_year", "compression"]].iloc[-1].round(3).tolist()
    [0.118, 1.0]
    """
    check_at_least(window, "window", MIN_WINDOW)
    table = _checked(spot, contract, expiry, funding)
    if expiry is not None:
        carry = annualized_basis(table["contract"], table["spot"], expiry).to_numpy()
    else:
        carry = _trailing_funding(table["funding"], window)
    # funding needs a window before its first value
    first = int(np.isnan(carry).sum())
    if len(carry) - first <= window:
        raise DataError(
            f"At least {first + window + 1} dates are needed for a window of {window}; got "
            f"{len(carry)}. Shorten the window, or pass a longer history."
        )
    known = carry[first:]
    basis = table["contract"].to_numpy() / table["spot"].to_numpy() - 1.0
    columns = {
        "basis": basis[first + window :],
        "per_year": known[window:],
        "z_score": z_scores(known, window),
        "compression": _compression(known, window),
        "log_volatility": _log_volatility(basis, window)[first + window :],
    }
    history = pd.DataFrame(columns, index=table.index[first + window :])
    _refuse_constant(history, window)
    return history


def _checked(spot: Any, contract: Any, expiry: Any, funding: Any) -> pd.DataFrame:
    """Return prices and funding on the dates that they share."""
    if (expiry is None) == (funding is None):
        raise DataError(
            "Either expiry= of a dated future or funding= of a perpetual must be given, not both."
        )
    given = {"spot": spot, "contract": contract}
    if funding is not None:
        given["funding"] = funding
    table = joined_series(given)
    if not isinstance(table.index, pd.DatetimeIndex):
        raise DataError(f"spot must be indexed by dates; got {index_kind(table.index)}.")
    check_positive_prices(table[["spot", "contract"]], "a basis", "Pass prices, not returns.")
    return table


def _trailing_funding(rates: pd.Series[float], window: int) -> Array:
    """Return what the last payments up to each date paid per year; nan before there are enough.

    Rows without a payment keep what the payments before them paid.
    """
    index = rates.index
    assert isinstance(index, pd.DatetimeIndex)
    values = rates.to_numpy()
    rows = np.flatnonzero(values)
    if len(rows) <= window:
        raise DataError(
            f"funding must have at least {window + 1} payments, rates other than zero, for a "
            f"window of {window}; got {len(rows)}. Shorten the window, or pass a longer history."
        )
    seconds = index.as_unit("ns").asi8[rows] / 1e9
    paid = np.cumsum(values[rows])
    elapsed = seconds[window:] - seconds[:-window]
    by_payment = np.full(len(rows), math.nan)
    by_payment[window:] = (paid[window:] - paid[:-window]) / elapsed * SECONDS_PER_YEAR
    # the number of payments up to each row; before the first there is none
    n_paid = np.cumsum(values != 0.0)
    return np.where(n_paid > 0, by_payment[n_paid - 1], math.nan)


def _compression(values: Array, window: int) -> Array:
    """Return the share of the values before each that were higher; equal ones count half."""
    before = np.lib.stride_tricks.sliding_window_view(values, window)[:-1]
    above = before - values[window:, None]
    # sums of the same payments may differ by rounding
    equal = np.abs(above) <= ROUNDING * np.abs(before).max()
    higher = (above > 0.0) & ~equal
    return np.asarray(higher.mean(axis=1) + 0.5 * equal.mean(axis=1))


def _log_volatility(basis: Array, window: int) -> Array:
    """Return the logarithm of the deviation of the last changes up to each date."""
    changes = np.lib.stride_tricks.sliding_window_view(np.diff(basis), window)
    found = np.full(len(basis), math.nan)
    with np.errstate(divide="ignore"):
        found[window:] = np.log(changes.std(axis=1, ddof=1))
    return found


def _refuse_constant(history: pd.DataFrame, window: int) -> None:
    """Refuse windows in which the carry or the basis does not vary."""
    bad = ~np.isfinite(history.to_numpy()).all(axis=1)
    if bad.any():
        first = history.index[int(bad.argmax())]
        raise DataError(
            f"Carry and basis must vary in every window; in the {window} values before "
            f"{day(first)} one does not. Lengthen the window."
        )
