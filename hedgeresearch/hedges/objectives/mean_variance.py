r"""Mean-variance hedge: some risk is kept where the hedge is expected to gain or to lose.

.. math:: \max_b \; E(r^{asset} - b'r^{hedges})
          - \tfrac{\gamma}{2} \mathrm{Var}(r^{asset} - b'r^{hedges})
          \quad\Rightarrow\quad b = S_{hh}^{-1} (s_{ha} - \mu_h / \gamma)

Source: Hsin, Kuo and Lee (1994), Journal of Futures Markets 14, as given by Chen, Lee and Shrestha
(2003), Quarterly Review of Economics and Finance 43, section 2.2.1, for one hedge; for several, the
first-order condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import MAX_ABSOLUTE_VALUE
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.influence import estimates_from_influence
from hedgeresearch.hedges.constant_ratio import advance_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.ratio_errors import ParameterErrors
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class MeanVarianceHedge:
    """Ratio that maximizes expected return less half the risk aversion times the variance.

    It is the minimum-variance ratio less the position that one would hold in the hedges for their
    own return; if the hedges' expected returns are zero, it is the minimum-variance ratio. An asset
    that the hedges replicate is therefore not hedged entirely.

    Parameters
    ----------
    risk_aversion : float
        Weight of half the variance against the expected return, both per period and for returns in
        fractions: the same for daily and for yearly returns, typically 1 to 10. It depends on
        units: multiplying the asset by a number does not multiply the ratio by it.
    expected : mapping or Series by name, float for all hedges, or None
        Expected return of each hedge, a fraction per period. None uses the sample means, as the
        literature does. These are noisy: over n dates the error of a mean is the standard deviation
        over the root of n, and the standard errors of the ratio, which include it, show how little
        is then known. Given numbers are treated as known.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> hedge = hr.MeanVarianceHedge(risk_aversion=5)
    >>> hedge.fit(returns["NASDAQ"], returns[["SP500"]]).summary.round(2)
           estimate  standard error     t    p
    SP500      0.88            0.21  4.29  0.0
    >>> premium = hr.MeanVarianceHedge(risk_aversion=5, expected={"SP500": 0.04 / 252})
    >>> premium.fit(returns["NASDAQ"], returns[["SP500"]]).summary.round(2)
           estimate  standard error     t    p
    SP500      0.96            0.02  42.1  0.0
    """

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    risk_aversion: float
    expected: Mapping[str, float] | pd.Series[float] | float | None = None

    def __post_init__(self) -> None:
        check_between(self.risk_aversion, "risk_aversion", 0.0, np.inf)
        if isinstance(self.expected, Mapping | pd.Series):
            for name, value in self.expected.items():
                check_between(value, f"expected[{name!r}]", -MAX_ABSOLUTE_VALUE, MAX_ABSOLUTE_VALUE)
            items = {name: float(value) for name, value in self.expected.items()}
            object.__setattr__(self, "expected", FrozenMapping(items))
        elif self.expected is not None:
            check_between(self.expected, "expected", -MAX_ABSOLUTE_VALUE, MAX_ABSOLUTE_VALUE)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If there are too few observations, hedges are collinear, or ``expected`` does not name
            every hedge.
        """
        returns, kind = join_returns(asset, hedges)
        names = list(returns.columns[1:])
        values = returns.to_numpy()
        ratio, influence = mean_variance_ratio(
            values[:, 0], values[:, 1:], self.risk_aversion, self._expected(names)
        )
        estimates = estimates_from_influence(
            names, ratio, influence, n_coefficients=returns.shape[1]
        )
        return constant_ratio_fit(self, returns, ratio, kind, estimates, ParameterErrors())

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its ratio unchanged."""
        return advance_constant_ratio(fit, returns)

    def _expected(self, names: list[str]) -> Array | None:
        """Return expected returns (n_hedges,) in the order of the hedges; None for sample means."""
        if self.expected is None:
            return None
        if not isinstance(self.expected, Mapping):
            return np.full(len(names), self.expected, dtype=np.float64)
        missing = [name for name in names if name not in self.expected]
        if missing:
            raise DataError(
                f"expected must name every hedge; {', '.join(map(str, missing))} is not among "
                f"{list(self.expected)}. Use 0.0 for a hedge with an expected return of zero."
            )
        return np.array([self.expected[name] for name in names], dtype=np.float64)


def mean_variance_ratio(
    asset: Array, hedges: Array, risk_aversion: float, expected: Array | None
) -> tuple[Array, Array]:
    """Return the ratio (k,) and the influence of each date on it, (n_dates, k).

    Parameters
    ----------
    asset : array (n_dates,)
    hedges : array (n_dates, k), linearly independent
    risk_aversion : float
    expected : array (k,), known expected returns of the hedges; None for their sample means
    """
    n_dates = len(asset)
    scale = hedges.std(axis=0, ddof=1)
    x = (hedges - hedges.mean(axis=0)) / scale
    y = asset - asset.mean()
    means = np.broadcast_to(hedges if expected is None else expected, hedges.shape)
    demand = means / scale / risk_aversion
    inverse = np.linalg.inv(x.T @ x / (n_dates - 1))
    minimum_variance = np.linalg.lstsq(x, y, rcond=None)[0]
    ratio = minimum_variance - inverse @ demand.mean(axis=0)
    products = x * (y - x @ ratio)[:, None] * (n_dates / (n_dates - 1))
    influence = (products - demand) @ inverse
    return ratio / scale, influence / scale
