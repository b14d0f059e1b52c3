r"""Whether prices are cointegrated: whether some combination of them is stationary.

Residual-based tests look for a unit root in the spread of the static regression,

.. math:: p^{asset}_t = c + p^{hedges}_t{}' \theta + z_t

Engle and Granger (1987), Econometrica 55, section 5 (augmented Dickey-Fuller, lags by BIC), or Z_t of Phillips and
Ouliaris (1990), Econometrica 58: Hamilton (1994), Time Series Analysis, section 19.2.
The trace test of Johansen (1991), Econometrica 59, counts the stationary combinations (Hamilton, section 20.3):

.. math:: -T \sum_{i > r} \log(1 - \lambda_i)

Its constant is unrestricted, and its critical values are those of walks without drift (as in Osterwald-Lenum 1992,
Oxford Bulletin of Economics and Statistics 54), since prices drift little beside their noise: the more common values
for walks with a drift take 12 % of pairs of walks without one for cointegrated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.hedges.cointegration.lags import (
    Lags,
    residuals,
    resolve_lags,
    unforeseen,
    var_regressors,
)
from hedgeresearch.hedges.cointegration.price_levels import (
    PriceKind,
    PriceLevels,
    check_price_kind,
    price_levels,
)
from hedgeresearch.hedges.labels import labelled_ratio
from hedgeresearch.typing import Array

TestKind = Literal["engle_granger", "phillips_ouliaris", "johansen"]
TEST_NAMES = {
    "engle_granger": "Engle-Granger test",
    "phillips_ouliaris": "Phillips-Ouliaris test",
    "johansen": "Johansen trace test",
}


TRACE_CRITICAL_VALUES = (
    8.16,
    18.16,
    31.98,
    50.05,
    71.9,
    97.7,
    127.8,
    162.15,
    200.48,
    243.33,
    289.96,
    339.98,
)
"""At 5 %, by the number of random walks left, 1 to 12: of 20,000 draws of driftless walks over 500 dates."""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True, eq=False, repr=False)
class Cointegration:
    """What a test of cointegration found, at 5 %.

    Attributes
    ----------
    test : its name
    table : DataFrame, a row for each number of relations ("rank") that is tested against more: statistic, critical
        value at 5 %, and for residual-based tests, which test rank 0 only, the p-value
    rank : int, relations that were found
    relation : Series (n_hedges,), the asset's coefficients on the hedges in the relation the test looked at: of static
        OLS, or Johansen's first vector
    constant : float, mean of the asset less that combination
    """

    test: str
    table: pd.DataFrame
    rank: int
    relation: pd.Series[float]
    constant: float

    @property
    def found(self) -> bool:
        """Whether there is a relation at all."""
        return self.rank > 0

    @property
    def words(self) -> str:
        """The test, its statistic and what that is compared with."""
        first = self.table.iloc[0]
        p = f", p = {first['p']:.2g}" if "p" in self.table else ""
        return f"{self.test}: {first['statistic']:.2f}, critical value {first['critical value']:.2f}{p}"

    def __repr__(self) -> str:
        verdict = (
            f"{self.rank} relation{'s' if self.rank > 1 else ''} found"
            if self.found
            else "none found at 5 %"
        )
        return f"Cointegration({verdict}; {self.words})"


@exported_by("hedgeresearch.hedges")
def cointegration_test(
    asset: pd.Series[float],
    hedges: pd.DataFrame,
    test: TestKind = "engle_granger",
    kind: PriceKind = "log",
) -> Cointegration:
    """Test whether prices of an asset (n_dates,) and of hedges (n_dates, n_hedges) are cointegrated.

    Parameters
    ----------
    test : "engle_granger", "phillips_ouliaris" or "johansen"
    kind : "log" for relations between logarithms, "difference" for relations between the prices themselves

    Raises
    ------
    DataError
        If they are no prices, too few, of more than 11 hedges, or collinear.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> prices = hr.load("nasdaq_sp500")
    >>> hr.hedges.cointegration_test(prices["NASDAQ"], prices[["SP500"]])
    Cointegration(none found at 5 %; Engle-Granger test: -2.45, critical value -3.34, p = 0.3)
    """
    check_choice(test, "test", tuple(TEST_NAMES))
    check_price_kind(kind)
    data = price_levels(asset, hedges, kind)
    return johansen(data)[0] if test == "johansen" else residual_test(data, test)


def residual_test(data: PriceLevels, test: TestKind = "engle_granger") -> Cointegration:
    """A test of the spread of the static regression."""
    from arch.unitroot.cointegration import engle_granger, phillips_ouliaris

    coefficients = least_squares(data.levels[:, 0], data.levels[:, 1:]).coefficients
    levels: Any = data.scaled
    result: Any
    if test == "engle_granger":
        result = engle_granger(levels[:, 0], levels[:, 1:], trend="c", method="bic")
    else:
        result = phillips_ouliaris(levels[:, 0], levels[:, 1:], trend="c", test_type="Zt")
    critical = float(result.critical_values[5])
    row = {"statistic": float(result.stat), "critical value": critical, "p": float(result.pvalue)}
    table = pd.DataFrame([row], index=pd.Index([0], name="rank"))
    relation = labelled_ratio(coefficients[1:], data.prices.columns[1:])
    return Cointegration(
        TEST_NAMES[test], table, int(result.stat < critical), relation, float(coefficients[0])
    )


class Johansen(NamedTuple):
    """Lags of the changes, and the combinations (1 + n_hedges, 1 + n_hedges), a column each, the asset's part one."""

    lags: int
    vectors: Array


def johansen(data: PriceLevels, lags: Lags = "bic") -> tuple[Cointegration, Johansen]:
    """The trace test and Johansen's vectors, by falling eigenvalue."""
    levels = data.scaled
    changes = np.diff(levels, axis=0)
    lags = resolve_lags(lags, changes, levels[:-1], changes)
    eigenvalues, vectors = canonical_relations(levels, lags, data.names)
    n_dates, n_series = len(changes) - lags, len(eigenvalues)
    critical = np.array(TRACE_CRITICAL_VALUES[n_series - 1 :: -1])
    trace = -n_dates * np.log1p(-eigenvalues)[::-1].cumsum()[::-1]
    table = pd.DataFrame(
        {"statistic": trace, "critical value": critical}, index=pd.RangeIndex(n_series, name="rank")
    )
    kept = trace <= critical
    rank = int(np.argmax(kept)) if kept.any() else n_series
    vectors = vectors / data.scale[:, None]
    vectors = vectors / vectors[0]
    relation = labelled_ratio(-vectors[1:, 0], data.prices.columns[1:])
    constant = float((data.levels @ vectors[:, 0]).mean())
    return Cointegration(TEST_NAMES["johansen"], table, rank, relation, constant), Johansen(
        lags, vectors
    )


def canonical_relations(levels: Array, lags: int, names: list[str]) -> tuple[Array, Array]:
    """Squared canonical correlations of changes and last levels given the lagged changes, and the levels' vectors.

    From levels (n_dates, k), by QR and singular values: the eigenvalues of S11^-1 S10 S00^-1 S01 in falling order (k,),
    and the vectors as columns (k, k).
    """
    changes = np.diff(levels, axis=0)
    past = var_regressors(changes[:, :0], changes, lags)
    now, before = residuals(changes[lags:], past), residuals(levels[lags:-1], past)
    unforeseen(
        changes[lags:], np.column_stack([before, past]), names
    )  # something must be left to correlate
    basis, root = np.linalg.qr(before)
    _, correlations, turned = np.linalg.svd(np.linalg.qr(now)[0].T @ basis)
    # a combination that the past knows exactly has a correlation of one, give or take rounding
    return np.minimum(correlations**2, 1.0 - np.finfo(float).eps), np.linalg.solve(root, turned.T)
