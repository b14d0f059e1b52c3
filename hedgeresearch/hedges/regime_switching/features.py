r"""Features of the returns of asset and hedges, in which regimes can be found.

Realized moments of the last w dates, the mean being zero:

.. math:: \hat\sigma_{i,t}^2 = \frac{1}{w} \sum_{j < w} r_{i,t-j}^2, \qquad
          \hat\rho_{i,t} = \frac{\sum_{j < w} r_{0,t-j} r_{i,t-j}}
          {w \hat\sigma_{0,t} \hat\sigma_{i,t}}

The logarithm of a realized volatility is nearly normal (Andersen, Bollerslev, Diebold and Labys
2003, Econometrica 71), and so is artanh of a correlation (Fisher 1915, Biometrika 10). Returns
divided by the volatility expected before their date keep their correlation but not the clusters of
variance, so that their regimes are regimes of correlation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._kernels.moments.ewma import ewma_covariance
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.covariance.moments.ewma import DEFAULT_DECAY, start_up_dates
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

MIN_WINDOW = 5
"""Smallest number of dates in a realized moment."""
MAX_CORRELATION = 1.0 - 1e-9
"""Size of a realized correlation at which it is capped: Fisher's transformation of one is
infinite."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class PairFeatures:
    """Realized volatilities and correlations of asset and hedges, for the ``observe`` of a hedge.

    The row dated t is about the last dates up to t: the logarithm of the volatility of the asset,
    and Fisher's transformation of its correlation with the hedge. For several hedges, logarithms of
    volatilities and correlations are means over the hedges, so that there are always three columns.

    Parameters
    ----------
    window : int
        Number of dates in each row; 21 is a month of daily data.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).head(1000)
    >>> features = hr.hedges.PairFeatures(window=21)
    >>> list(features(returns))
    ['log volatility of the asset', 'log volatility of the hedges', 'correlation']
    >>> model = hr.RegimeHedge(hr.JumpModel(penalty=50.0), observe=features)
    >>> fit = model.fit(returns["NASDAQ"], returns[["SP500"]])
    >>> len(fit.ratio)
    980
    """

    window: int = 21

    def __post_init__(self) -> None:
        check_at_least(self.window, "window", MIN_WINDOW)

    def __call__(self, returns: pd.DataFrame) -> pd.DataFrame:
        """Return the features of returns (n_dates, 1 + n_hedges), the asset first.

        Parameters
        ----------
        returns : DataFrame (n_dates, 1 + n_hedges)

        Returns
        -------
        DataFrame (n_dates - window + 1, 3)

        Raises
        ------
        DataError
            If there are fewer dates than in a window, or a series does not move during one.
        """
        if len(returns) < self.window:
            raise DataError(
                f"returns must have at least {self.window} rows for PairFeatures; got "
                f"{len(returns)}. Use a shorter window."
            )
        values = returns.to_numpy()
        squares = moving_means(values**2, self.window)
        still = ~(squares > 0.0)
        if still.any():
            row, column = np.argwhere(still)[0].tolist()
            raise DataError(
                f"every series must move in each window of {self.window} dates; "
                f"{returns.columns[column]!r} does not in the one up to "
                f"{day(returns.index[row + self.window - 1])}. Use a longer window."
            )
        volatilities = np.sqrt(squares)
        products = moving_means(values[:, :1] * values[:, 1:], self.window)
        correlations = (products / (volatilities[:, :1] * volatilities[:, 1:])).mean(axis=1)
        capped = np.clip(correlations, -MAX_CORRELATION, MAX_CORRELATION)
        logs = np.log(volatilities)
        columns = {
            "log volatility of the asset": logs[:, 0],
            "log volatility of the hedges": logs[:, 1:].mean(axis=1),
            "correlation": np.arctanh(capped),
        }
        return pd.DataFrame(columns, index=returns.index[self.window - 1 :])


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class StandardizedReturns:
    """Returns divided by the volatilities expected before them, for the ``observe`` of a hedge.

    Volatilities are exponentially weighted. Regimes of these returns differ in correlation more
    than in variance. Covariances within a regime should then have a covariance model, such as
    ``EWMACovariance(0.97)``.

    Parameters
    ----------
    decay : float in (0, 1)
        Weight of a date relative to the date after it; 0.94 for daily data.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> standardized = hr.hedges.StandardizedReturns()(returns)
    >>> bool(standardized.std().between(1.0, 1.1).all())
    True
    """

    decay: float = DEFAULT_DECAY

    def __post_init__(self) -> None:
        check_between(self.decay, "decay", 0.0, 1.0)

    def __call__(self, returns: pd.DataFrame) -> pd.DataFrame:
        """Return standardized returns, without the first 20 dates, which only feed the averages.

        There are more such dates for more than ten series.

        Parameters
        ----------
        returns : DataFrame (n_dates, 1 + n_hedges)

        Returns
        -------
        DataFrame (n_dates - n_start_up, 1 + n_hedges)

        Raises
        ------
        DataError
            If there are too few dates, or a series does not move before its first one.
        """
        values = np.ascontiguousarray(returns.to_numpy(), dtype=np.float64)
        n_series = values.shape[1]
        n_start_up = start_up_dates(n_series)
        if len(values) <= n_start_up:
            raise DataError(
                f"returns must have at least {n_start_up + 1} rows for StandardizedReturns; got "
                f"{len(values)}."
            )
        empty = np.zeros((n_series, n_series))
        path, _ = ewma_covariance(self.decay, values, empty, 0.0)
        variances = np.diagonal(path, axis1=1, axis2=2)[n_start_up:-1]
        if not (variances > 0.0).all():
            column = int(np.argmin((variances > 0.0).all(axis=0)))
            raise DataError(
                f"every series must move in the first {n_start_up} dates; "
                f"{returns.columns[column]!r} does not. Leave these dates out."
            )
        standardized = values[n_start_up:] / np.sqrt(variances)
        return pd.DataFrame(standardized, index=returns.index[n_start_up:], columns=returns.columns)


def moving_means(values: Array, window: int) -> Array:
    """Return means over the last dates up to each, (n_dates - window + 1, n).

    Each is a sum of its own, so that it does not depend on the dates before its window.
    """
    windows = np.lib.stride_tricks.sliding_window_view(values, window, axis=0)
    return np.asarray(windows.mean(axis=-1))
