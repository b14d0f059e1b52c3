r"""Least squares with standard errors for heteroskedastic and autocorrelated errors.

.. math:: b = (X' W X)^{-1} X' W y, \qquad
          V = (X' W X)^{-1} \Big( \Gamma_0 + \sum_{l=1}^{L} k_l (\Gamma_l + \Gamma_l') \Big)
          (X' W X)^{-1}, \qquad
          \Gamma_l = \sum_t m_t m_{t-l}', \quad m_t = w_t x_t u_t

with k_l = 1 - l / (L + 1): Newey and West (1987), Econometrica 55, eq. 5. Without lags it is White
(1980), Econometrica 48, eq. 3 (HC0); HC1 and HC3 after MacKinnon and White (1985), Journal of
Econometrics 29, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch.typing import Array

RegressionErrorKind = Literal["HAC", "HC0", "HC1", "HC3", "nonrobust"]
ERROR_KINDS = ("HAC", "HC0", "HC1", "HC3", "nonrobust")


@dataclass(frozen=True, eq=False)
class Regression:
    """Coefficients of y on a constant and x, with what their standard errors are made of.

    Attributes
    ----------
    coefficients : array (1 + k,), the constant first
    residuals : array (n_dates,)
    design : array (n_dates, 1 + k), constant and x in units of their standard deviations
    units : array (1 + k,), factors from coefficients of the design to those of x
    root : array (1 + k, 1 + k), R with R'R = X'WX of the design
    weights : array (n_dates,)
    """

    coefficients: Array
    residuals: Array
    design: Array
    units: Array
    root: Array
    weights: Array

    @property
    def degrees_of_freedom(self) -> int:
        """Number of observations less the number of coefficients."""
        return len(self.residuals) - len(self.coefficients)

    def covariance(self, kind: RegressionErrorKind, lags: int = 0) -> Array:
        """Return the sampling covariance of the coefficients, (1 + k, 1 + k).

        Parameters
        ----------
        kind : {"HAC", "HC0", "HC1", "HC3", "nonrobust"}
        lags : int
            Number of lags of HAC; the other kinds have none.
        """
        inverse = np.linalg.inv(self.root)
        bread = inverse @ inverse.T
        n, k = self.design.shape
        u = self.residuals
        if kind == "nonrobust":
            variance = bread * float(self.weights @ u**2) / (n - k)
            return np.asarray(variance * np.outer(self.units, self.units))
        if kind == "HC3":
            leverage = self.weights * ((self.design @ inverse) ** 2).sum(axis=1)
            u = u / (1.0 - leverage)
        moments = self.design * (self.weights * u)[:, None]
        variance = bread @ long_run_sum(moments, lags if kind == "HAC" else 0) @ bread
        if kind == "HC1":
            variance = variance * (n / (n - k))
        return np.asarray(variance * np.outer(self.units, self.units))


def least_squares(y: Array, x: Array, weights: Array | None = None) -> Regression:
    """Regress y (n_dates,) on a constant and x (n_dates, k) by weighted least squares.

    The columns of x must vary and be linearly independent.
    """
    w = np.ones(len(y)) if weights is None else weights
    scale = x.std(axis=0)
    design = np.column_stack([np.ones(len(y)), x / scale])
    units = np.concatenate([[1.0], 1.0 / scale])
    q, root = np.linalg.qr(design * np.sqrt(w)[:, None])
    inside = np.linalg.solve(root, q.T @ (np.sqrt(w) * y))
    return Regression(inside * units, y - design @ inside, design, units, root, w)


def long_run_sum(moments: Array, lags: int) -> Array:
    """Return the sum of autocovariances of moments (n_dates, k), not demeaned, (k, k).

    The weights are those of Bartlett, 1 - l / (lags + 1) at lag l.
    """
    total = moments.T @ moments
    for lag in range(1, min(lags, len(moments) - 1) + 1):
        cross = moments[lag:].T @ moments[:-lag]
        total = total + (1.0 - lag / (lags + 1)) * (cross + cross.T)
    return np.asarray(total)


def newey_west_lags(n_dates: int) -> int:
    """Return the number of lags floor(4 (n / 100)^(2/9)).

    Newey and West (1994), Review of Economic Studies 61, as commonly simplified.
    """
    return int(4 * (n_dates / 100) ** (2 / 9))
