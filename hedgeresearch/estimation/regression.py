r"""Least squares, with the standard errors that hold when errors are correlated or unequal.

.. math:: b = (X' W X)^{-1} X' W y, \qquad
          V = (X' W X)^{-1} \Big( \Gamma_0 + \sum_{l=1}^{L} k_l (\Gamma_l + \Gamma_l') \Big) (X' W X)^{-1}, \qquad
          \Gamma_l = \sum_t m_t m_{t-l}', \quad m_t = w_t x_t u_t

with k_l = 1 - l / (L + 1): Newey and West (1987), Econometrica 55, eq. 5. Without lags it is White (1980), Econometrica
48, eq. 3 (HC0); HC1 and HC3 after MacKinnon and White (1985), Journal of Econometrics 29, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch.typing import Array

ErrorKind = Literal["HAC", "HC0", "HC1", "HC3", "nonrobust"]
ERROR_KINDS = ("HAC", "HC0", "HC1", "HC3", "nonrobust")


@dataclass(frozen=True, eq=False)
class Regression:
    """Coefficients of y on a constant and x, and what their errors are made of.

    Attributes
    ----------
    coefficients : array (1 + k,), the constant first
    residuals : array (n_dates,)
    design : array (n_dates, 1 + k), in units in which its columns are alike
    units : array (1 + k,), what turns coefficients of the design into those of x
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
        """Dates beyond the number of coefficients."""
        return len(self.residuals) - len(self.coefficients)

    def covariance(self, kind: ErrorKind, lags: int = 0) -> Array:
        """Sampling covariance of the coefficients, (1 + k, 1 + k); ``lags`` are those of HAC."""
        inverse = np.linalg.inv(self.root)
        bread = inverse @ inverse.T
        u, n, k = self.residuals, *self.design.shape
        if kind == "nonrobust":
            inside = bread * float(self.weights @ u**2) / (n - k)
        else:
            if kind == "HC3":
                leverage = self.weights * ((self.design @ inverse) ** 2).sum(axis=1)
                u = u / (1.0 - leverage)
            moments = self.design * (self.weights * u)[:, None]
            inside = bread @ long_run_sum(moments, lags if kind == "HAC" else 0) @ bread
        if kind == "HC1":
            inside = inside * (n / (n - k))
        return np.asarray(inside * np.outer(self.units, self.units))


def least_squares(y: Array, x: Array, weights: Array | None = None) -> Regression:
    """Regress y (n_dates,) on a constant and x (n_dates, k); columns of x must be independent and vary."""
    w = np.ones(len(y)) if weights is None else weights
    scale = x.std(axis=0)
    design = np.column_stack([np.ones(len(y)), x / scale])
    units = np.concatenate([[1.0], 1.0 / scale])
    q, root = np.linalg.qr(design * np.sqrt(w)[:, None])
    inside = np.linalg.solve(root, q.T @ (np.sqrt(w) * y))
    return Regression(inside * units, y - design @ inside, design, units, root, w)


def long_run_sum(moments: Array, lags: int) -> Array:
    """Sum of the moments' (n_dates, k) autocovariances with Bartlett weights up to ``lags``, not demeaned, (k, k)."""
    total = moments.T @ moments
    for lag in range(1, min(lags, len(moments) - 1) + 1):
        cross = moments[lag:].T @ moments[:-lag]
        total = total + (1.0 - lag / (lags + 1)) * (cross + cross.T)
    return np.asarray(total)


def newey_west_lags(n_dates: int) -> int:
    """floor(4 (n / 100)^(2/9)): Newey and West (1994), Review of Economic Studies 61, as commonly simplified."""
    return int(4 * (n_dates / 100) ** (2 / 9))
