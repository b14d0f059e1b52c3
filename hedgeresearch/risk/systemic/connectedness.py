r"""Connectedness: whose shocks move whom.

The share d_ij of the forecast error variance of series i that is due to shocks of series j, of a
vector autoregression, makes a table. Diebold and Yilmaz (2012), International Journal of
Forecasting 28, call its off-diagonal row sums "from" others, the column sums "to" others, and

.. math:: \text{total} = \frac{1}{n} \sum_{i \ne j} d_{ij}

the total connectedness; divided by n - 1 instead of n its largest possible value is one. The
decomposition is generalized there; that by Cholesky, which depends on the order of the series, is
that of Diebold and Yilmaz (2009), Economic Journal 119.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._shown_table import ShownTable, line_and_table
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.settings import check_at_least, check_choice
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.risk.systemic.covariance_path import covariance_matrices
from hedgeresearch.risk.systemic.vector_autoregression import (
    VectorAutoregression,
    check_sample_size,
    cholesky_shares,
    fit_autoregression,
    generalized_shares,
    moving_average,
    refuse_unstable,
)
from hedgeresearch.typing import Array

Decomposition = Literal["generalized", "cholesky"]
SHARES = {"generalized": generalized_shares, "cholesky": cholesky_shares}


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True, eq=False, repr=False)
class Connectedness:
    """Shares of forecast error variances, and their sums.

    Attributes
    ----------
    table : DataFrame (n_series, n_series), share of the row's variance that is due to shocks of the
        column; rows sum to one
    horizon : steps ahead
    n_lags : lags of the vector autoregression
    decomposition : {"generalized", "cholesky"}

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> result = hr.risk.connectedness(hr.returns(hr.load("nasdaq_sp500")), n_lags=2)
    >>> round(result.total, 3), round(result.total_corrected, 3)
    (0.44, 0.88)
    >>> result.to_others.round(3).to_dict(), result.from_others.round(3).to_dict()
    ({'NASDAQ': 0.44, 'SP500': 0.441}, {'NASDAQ': 0.441, 'SP500': 0.44})
    >>> result.net.round(4).to_dict()
    {'NASDAQ': -0.0011, 'SP500': 0.0011}
    >>> result.pairwise.round(4)
            NASDAQ   SP500
    NASDAQ  0.0000  0.0011
    SP500  -0.0011  0.0000
    >>> result.summary.round(3)
            from others  to others    net
    NASDAQ        0.441      0.440 -0.001
    SP500         0.440      0.441  0.001
    >>> len(result.plot().patches)
    0
    """

    table: pd.DataFrame
    horizon: int
    n_lags: int
    decomposition: Decomposition

    @property
    def total(self) -> float:
        """Mean share of the variance that is due to other series."""
        return float(self._others.sum() / len(self.table))

    @property
    def total_corrected(self) -> float:
        """Total connectedness over its largest possible value, (n - 1) / n."""
        return float(self._others.sum() / (len(self.table) - 1))

    @property
    def to_others(self) -> pd.Series[float]:
        """Sum of the shares of the variances of the others that each series causes."""
        return pd.Series(self._others.sum(axis=0), index=self.table.columns, name="to others")

    @property
    def from_others(self) -> pd.Series[float]:
        """Share of the variance of each series that the others cause."""
        return pd.Series(self._others.sum(axis=1), index=self.table.index, name="from others")

    @property
    def net(self) -> pd.Series[float]:
        """Shares given to others minus those received, of each series; positive for a source."""
        return (self.to_others - self.from_others).rename("net")

    @property
    def pairwise(self) -> pd.DataFrame:
        """Share that the column causes in the row minus the reverse; antisymmetric."""
        return self.table - self.table.to_numpy().T

    @property
    def summary(self) -> pd.DataFrame:
        """Table of what each series receives from and gives to others, and the difference."""
        return ShownTable(pd.concat([self.from_others, self.to_others, self.net], axis=1))

    def plot(self, ax: Any = None) -> Any:
        """Draw the network: an arrow from each source of a pair, as wide as its net share."""
        from hedgeresearch.risk.systemic.network_plot import plot_network

        return plot_network(self.pairwise, self.net, ax)

    def __repr__(self) -> str:
        return (
            f"Connectedness({len(self.table)} series, {self.horizon} steps, total "
            f"{self.total:.1%}, largest source {self.net.idxmax()})"
        )

    def _repr_html_(self) -> str:
        return line_and_table(self, self.summary)

    @property
    def _others(self) -> Array:
        """Shares without those of a series in itself."""
        shares = self.table.to_numpy()
        return np.asarray(shares - np.diag(np.diag(shares)))


@exported_by("hedgeresearch.risk")
def connectedness(
    returns: Any,
    n_lags: int = 1,
    horizon: int = 10,
    decomposition: Decomposition = "generalized",
) -> Connectedness:
    """Return whose shocks move whom, over the whole sample.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_series), returns, or volatilities in logs
    n_lags : int >= 1, lags of the vector autoregression; 1 to 4 for daily data
    horizon : int >= 1, steps ahead; 10 is usual
    decomposition : {"generalized", "cholesky"}, the latter in the order of the columns

    Returns
    -------
    Connectedness

    Raises
    ------
    DataError
        If there are fewer than two series, fewer than ten observations for each coefficient of an
        equation, the vector autoregression is not stable, or, in the Cholesky decomposition, a
        series is a combination of others.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> result = hr.risk.connectedness(hr.returns(hr.load("nasdaq_sp500")), n_lags=2)
    >>> result
    Connectedness(2 series, 10 steps, total 44.0%, largest source SP500)
    >>> result.net.round(4).to_dict()
    {'NASDAQ': -0.0011, 'SP500': 0.0011}
    """
    frame = _checked(returns, n_lags, horizon, decomposition)
    check_sample_size(len(frame), frame.shape[1], n_lags, "returns")
    model = fit_autoregression(frame.to_numpy(), n_lags)
    refuse_unstable(model)
    shares = _shares(model, model.error_covariance, horizon, decomposition)
    table = pd.DataFrame(shares, index=frame.columns, columns=frame.columns)
    return Connectedness(table, horizon, n_lags, decomposition)


@exported_by("hedgeresearch.risk")
def rolling_connectedness(
    returns: Any,
    window: int,
    n_lags: int = 1,
    horizon: int = 10,
    decomposition: Decomposition = "generalized",
) -> pd.DataFrame:
    """Return total connectedness and the net share of each series over a moving window.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_series)
    window : int, observations of a window, at least ten for each coefficient of an equation
    n_lags, horizon, decomposition : as of ``connectedness``

    Returns
    -------
    DataFrame (n_dates - window + 1, 1 + n_series)
        Column ``total`` and a column for the net share of each series, by the last date of the
        window, whose return is in it. Windows in which the vector autoregression is not stable have
        no values.

    Raises
    ------
    DataError
        If a window is too short, or longer than the sample, or a series is constant in one.

    Warns
    -----
    DataWarning
        If the vector autoregression is not stable in some windows; their number is named.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> hr.risk.rolling_connectedness(returns, window=200).tail(2).round(3)
                total  asset  hedge
    date
    2001-02-22  0.248 -0.004  0.004
    2001-02-23  0.249 -0.003  0.003
    """
    frame = _checked(returns, n_lags, horizon, decomposition)
    check_at_least(window, "window", 1, len(frame))
    check_sample_size(window, frame.shape[1], n_lags, "A window")
    _refuse_flat_windows(frame, window)
    values = frame.to_numpy()
    rows = np.full((len(frame) - window + 1, 1 + frame.shape[1]), np.nan)
    for row in range(len(rows)):
        model = fit_autoregression(values[row : row + window], n_lags)
        if model.largest_root < 1.0:
            shares = _shares(model, model.error_covariance, horizon, decomposition)
            rows[row] = _totals(shares)
    dates = frame.index[window - 1 :]
    _warn_of_unstable(np.isnan(rows[:, 0]), dates)
    return pd.DataFrame(rows, index=dates, columns=["total", *frame.columns])


@exported_by("hedgeresearch.risk")
def connectedness_path(
    returns: Any, covariances: Any, n_lags: int = 1, horizon: int = 10
) -> pd.DataFrame:
    """Return connectedness on each date, from conditional covariances of the errors.

    The coefficients of the vector autoregression are those of the whole sample, and only the
    covariance of its errors moves, so that the path shows how the sample was and is not known at
    its dates.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_series)
    covariances : array (n_dates - n_lags, n_series, n_series), or the table of it that a covariance
        model returns, such as ``DCC().fit(autoregression_errors(returns, n_lags)).covariance``:
        covariance of the errors on each date after the first ``n_lags``
    n_lags, horizon : as of ``connectedness``

    Returns
    -------
    DataFrame (n_dates - n_lags, 1 + n_series)
        Column ``total`` and a column for the net share of each series.

    Raises
    ------
    DataError
        If the covariances have another shape, other dates or series, or are none; or as
        ``connectedness``.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> errors = hr.risk.autoregression_errors(returns)
    >>> path = hr.CCC().fit(errors).path()
    >>> hr.risk.connectedness_path(returns, path).tail(2).round(3)
                total  asset  hedge
    date
    2001-02-22  0.275   -0.0    0.0
    2001-02-23  0.275   -0.0    0.0
    """
    frame = _checked(returns, n_lags, horizon, "generalized")
    check_sample_size(len(frame), frame.shape[1], n_lags, "returns")
    matrices = covariance_matrices(covariances, frame.index[n_lags:], frame.columns)
    model = fit_autoregression(frame.to_numpy(), n_lags)
    refuse_unstable(model)
    responses = moving_average(model.coefficients, horizon)
    rows = [_totals(generalized_shares(responses, matrix)) for matrix in matrices]
    return pd.DataFrame(rows, index=frame.index[n_lags:], columns=["total", *frame.columns])


@exported_by("hedgeresearch.risk")
def autoregression_errors(returns: Any, n_lags: int = 1) -> pd.DataFrame:
    """Return the errors of a vector autoregression, whose covariance may move with time.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_series)
    n_lags : int >= 1

    Returns
    -------
    DataFrame (n_dates - n_lags, n_series)

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> hr.risk.autoregression_errors(returns, n_lags=1).shape
    (5029, 2)
    """
    frame = _checked(returns, n_lags, 1, "generalized")
    check_sample_size(len(frame), frame.shape[1], n_lags, "returns")
    model = fit_autoregression(frame.to_numpy(), n_lags)
    return pd.DataFrame(model.residuals, index=frame.index[n_lags:], columns=frame.columns)


def _checked(returns: Any, n_lags: int, horizon: int, decomposition: str) -> pd.DataFrame:
    """Return checked returns of at least two series; check the settings."""
    check_at_least(n_lags, "n_lags", 1, 100)
    check_at_least(horizon, "horizon", 1, 10_000)
    check_choice(decomposition, "decomposition", get_args(Decomposition))
    frame = check_returns(returns, minimum_rows=2)
    if frame.shape[1] < 2:
        raise DataError(f"At least two series are needed; got {frame.shape[1]}.")
    if "total" in frame.columns:
        raise DataError("No series may be called 'total', the name of a column of the result.")
    return frame


def _shares(
    model: VectorAutoregression, covariance: Array, horizon: int, decomposition: Decomposition
) -> Array:
    """Return shares of forecast error variances, (n, n)."""
    responses = moving_average(model.coefficients, horizon)
    return SHARES[decomposition](responses, covariance)


def _totals(shares: Array) -> Array:
    """Return total connectedness and the net share of each series, (1 + n,)."""
    others = shares - np.diag(np.diag(shares))
    net = others.sum(axis=0) - others.sum(axis=1)
    return np.concatenate([[others.sum() / len(shares)], net])


def _refuse_flat_windows(frame: pd.DataFrame, window: int) -> None:
    """Refuse windows in which a series is constant."""
    ranges = frame.rolling(window).max() - frame.rolling(window).min()
    flat = (ranges.iloc[window - 1 :] == 0.0).to_numpy()
    if flat.any():
        row, column = np.argwhere(flat)[0]
        raise DataError(
            f"{frame.columns[column]} is constant in the window that ends on "
            f"{day(frame.index[window - 1 + row])}. Use longer windows, or leave it out."
        )


def _warn_of_unstable(unstable: Any, dates: pd.Index[Any]) -> None:
    """Warn of windows in which the vector autoregression is not stable."""
    n_unstable = int(np.count_nonzero(unstable))
    if n_unstable:
        first = dates[int(np.argmax(unstable))]
        warn_caller(
            f"The vector autoregression is not stable in {n_unstable} of {len(dates)} windows, "
            f"first on {day(first)}; they have no values. Use longer windows or fewer lags.",
            DataWarning,
        )
