r"""Sources of the variance of a position: the legs whose shocks its forecast errors come from.

Of the variance of the forecast error over H steps of a position with weights w on the legs of a
vector autoregression (``vector_autoregression``), the share that is due to shocks of leg j is, by
the generalized decomposition,

.. math:: \theta_j = \frac{\sigma_{jj}^{-1} \sum_{h<H} (w' A_h \Sigma)_j^2}
                          {\sum_{h<H} w' A_h \Sigma A_h' w}

divided by its sum over j. With w the unit vector of one leg it is the row of that leg in the table
of ``connectedness``. A shock of leg j moves the other legs by as much as they are correlated: the
share of a hedge that is held at its minimum-variance ratio is zero but for lags, and grows with the
distance from that ratio. So it says through which leg the variance that is left comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.risk.systemic.vector_autoregression import (
    check_sample_size,
    fit_autoregression,
    moving_average,
    refuse_unstable,
)
from hedgeresearch.typing import Array

ROUNDING = 1e-12
"""Variance of a position, relative to those of its legs, up to which it is rounding."""


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True, eq=False)
class VarianceSources:
    """Shares of the forecast error variance of a position that shocks of its legs cause.

    Attributes
    ----------
    shares : Series (n_legs,), shares that sum to one
    horizon : steps ahead
    n_lags : lags of the vector autoregression
    n_dates : number of observations

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> found = hr.risk.variance_sources(returns, {"NASDAQ": 1.0, "SP500": -0.8})
    >>> found.shares.round(3).to_dict(), found.n_dates
    ({'NASDAQ': 0.729, 'SP500': 0.271}, 5030)
    >>> sorted(found.to_dict())
    ['horizon', 'n_lags', 'n_observations', 'shares']
    """

    shares: pd.Series[float]
    horizon: int
    n_lags: int
    n_dates: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and strings, ready for JSON."""
        return {
            "shares": {str(name): float(share) for name, share in self.shares.items()},
            "horizon": self.horizon,
            "n_lags": self.n_lags,
            "n_observations": self.n_dates,
        }


@exported_by("hedgeresearch.risk")
def variance_sources(
    returns: Any,
    weights: Mapping[Any, float] | pd.Series[float],
    n_lags: int = 1,
    horizon: int = 10,
) -> VarianceSources:
    """Return which legs the variance of a position comes from.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_legs), fractions per period
    weights : mapping or Series by leg, what the position holds of each; of a hedged position 1 of
        the asset and minus the ratio of each hedge
    n_lags : int >= 1, lags of the vector autoregression
    horizon : int >= 1, steps ahead; 10 is usual

    Returns
    -------
    VarianceSources

    Raises
    ------
    DataError
        If a leg has no weight, there are fewer than ten observations for each coefficient of an
        equation, the vector autoregression is not stable, or the position does not vary.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> found = hr.risk.variance_sources(returns, {"NASDAQ": 1.0, "SP500": -0.8})
    >>> found.shares.round(3).to_dict()
    {'NASDAQ': 0.729, 'SP500': 0.271}
    """
    check_at_least(n_lags, "n_lags", 1, 100)
    check_at_least(horizon, "horizon", 1, 10_000)
    frame = check_returns(returns, minimum_rows=2)
    held = _weights_of(weights, frame.columns)
    check_sample_size(len(frame), frame.shape[1], n_lags, "returns")
    values = frame.to_numpy()
    _refuse_constant(values, held)
    model = fit_autoregression(values, n_lags)
    refuse_unstable(model)
    covariance = model.error_covariance
    responses = moving_average(model.coefficients, horizon)
    reach = responses.transpose(0, 2, 1) @ held
    impact = reach @ covariance
    shares = (impact**2).sum(axis=0) / np.diag(covariance)
    return VarianceSources(
        shares=pd.Series(shares / shares.sum(), index=frame.columns, name="share"),
        horizon=horizon,
        n_lags=n_lags,
        n_dates=len(frame),
    )


def _weights_of(weights: Any, legs: pd.Index[Any]) -> Array:
    """Return the weights (n_legs,) in the order of the legs."""
    if not isinstance(weights, Mapping | pd.Series):
        raise DataError(
            "weights must map each leg to what is held of it, such as {'asset': 1.0, 'hedge': "
            f"-0.9}}; got {type(weights).__name__}."
        )
    given = dict(weights.items())
    if set(given) != set(legs):
        raise DataError(
            f"weights must name the columns of returns, {', '.join(map(str, legs))}; got "
            f"{', '.join(map(str, given))}. Use 0.0 for what is not held."
        )
    for name, weight in given.items():
        check_between(weight, f"the weight of {name!r}", -np.inf, np.inf)
    return np.array([given[name] for name in legs], dtype=np.float64)


def _refuse_constant(values: Array, weights: Array) -> None:
    """Refuse positions that do not vary, such as exact hedges."""
    variance = float((values @ weights).var())
    if variance <= ROUNDING * float((values.var(axis=0) * weights**2).sum()):
        raise DataError(
            "The position must vary; what it holds offsets exactly, and what is left is rounding."
        )
