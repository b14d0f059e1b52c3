r"""Tests of cointegration: whether some combination of prices is stationary.

Residual-based tests look for a unit root in the spread of the static regression,

.. math:: p^{asset}_t = c + p^{hedges}_t{}' \theta + z_t

Engle and Granger (1987), Econometrica 55, section 5 (augmented Dickey-Fuller, lags by BIC), or Z_t
of Phillips and Ouliaris (1990), Econometrica 58: Hamilton (1994), Time Series Analysis, section
19.2. The trace test of Johansen (1991), Econometrica 59, counts the stationary combinations
(Hamilton, section 20.3):

.. math:: -T \sum_{i > r} \log(1 - \lambda_i)

Its constant is unrestricted, and its critical values are those of random walks without drift (as in
Osterwald-Lenum 1992, Oxford Bulletin of Economics and Statistics 54), since prices drift little
relative to their noise: the more common values for walks with a drift find cointegration in 12% of
pairs of walks without one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.estimation.regression import least_squares
from hedgeresearch.hedges.cointegration.lags import (
    Lags,
    innovations,
    lagged_regressors,
    regression_residuals,
    resolve_lags,
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
TEST_KINDS = ("engle_granger", "phillips_ouliaris", "johansen")
TEST_SIZE = 0.05
"""Size of the tests."""
# fmt: off
TRACE_CRITICAL_VALUES = (
    8.16, 18.16, 31.98, 50.05, 71.9, 97.7, 127.8, 162.15, 200.48, 243.33, 289.96, 339.98,
)
# fmt: on
"""Critical values of the trace test at 5%, by the number of random walks left, from 1 to 12.

From 20,000 draws of walks without drift over 500 dates.
"""


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True, eq=False, repr=False)
class Cointegration:
    """Result of a test of cointegration, at 5%.

    Attributes
    ----------
    tests : tuple of HypothesisTest, the null hypothesis of the r-th being at most r relations;
        residual-based tests have the first only
    relation : Series (n_hedges,), coefficients of the asset on the hedges in the tested relation:
        of static least squares, or Johansen's first vector
    constant : float, mean of the asset less that combination
    """

    tests: tuple[HypothesisTest, ...]
    relation: pd.Series[float]
    constant: float

    @property
    def test(self) -> HypothesisTest:
        """Test of the null hypothesis that there is no relation."""
        return self.tests[0]

    @property
    def rank(self) -> int:
        """Number of relations found."""
        for rank, test in enumerate(self.tests):
            if not test.rejects(TEST_SIZE):
                return rank
        return len(self.tests)

    @property
    def found(self) -> bool:
        """True if there is a relation."""
        return self.rank > 0

    @property
    def table(self) -> pd.DataFrame:
        """Statistic, critical value at 5% and p-value (if known), one row per tested rank."""
        rows = []
        for test in self.tests:
            row = {"statistic": test.statistic, "critical value": test.critical_values[TEST_SIZE]}
            rows.append(row if math.isnan(test.p_value) else row | {"p": test.p_value})
        return pd.DataFrame(rows, index=pd.RangeIndex(len(rows), name="rank"))

    @property
    def outcome(self) -> str:
        """Name, statistic, critical value and p-value (if known) of the first test."""
        test = self.test
        p = "" if math.isnan(test.p_value) else f", p = {test.p_value:.2g}"
        return (
            f"{test.name} test: {test.statistic:.2f}, "
            f"critical value {test.critical_values[TEST_SIZE]:.2f}{p}"
        )

    def __repr__(self) -> str:
        relations = counted(self.rank, "relation") if self.found else "no relation"
        return f"Cointegration({relations} found at 5%; {self.outcome})"


@exported_by("hedgeresearch.hedges")
def cointegration_test(
    asset: pd.Series[float],
    hedges: pd.DataFrame,
    test: TestKind = "engle_granger",
    kind: PriceKind = "log",
) -> Cointegration:
    """Test whether prices of an asset and its hedges are cointegrated.

    Parameters
    ----------
    asset : Series, shape (n_dates,)
        Prices.
    hedges : DataFrame, shape (n_dates, n_hedges)
        Prices.
    test : {"engle_granger", "phillips_ouliaris", "johansen"}
    kind : {"log", "difference"}
        Relations between logarithms of prices, or between the prices themselves.

    Raises
    ------
    DataError
        If the data are not prices, too few, of more than 11 hedges, or collinear.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> prices = hr.load("nasdaq_sp500")
    >>> hr.hedges.cointegration_test(prices["NASDAQ"], prices[["SP500"]])
    Cointegration(no relation found at 5%; Engle-Granger test: -2.45, critical value -3.34, p = 0.3)
    """
    check_choice(test, "test", TEST_KINDS)
    check_price_kind(kind)
    data = price_levels(asset, hedges, kind)
    return johansen(data)[0] if test == "johansen" else residual_test(data, test)


def residual_test(data: PriceLevels, test: TestKind = "engle_granger") -> Cointegration:
    """Test the spread of the static regression for a unit root."""
    from arch.unitroot.cointegration import engle_granger, phillips_ouliaris

    coefficients = least_squares(data.levels[:, 0], data.levels[:, 1:]).coefficients
    levels: Any = data.scaled
    n_series = levels.shape[1]
    result: Any
    if test == "engle_granger":
        name = "Engle-Granger"
        statistic = "tau"
        result = engle_granger(levels[:, 0], levels[:, 1:], trend="c", method="bic")
    else:
        name = "Phillips-Ouliaris"
        statistic = "Z_t"
        result = phillips_ouliaris(levels[:, 0], levels[:, 1:], trend="c", test_type="Zt")
    hypothesis_test = HypothesisTest(
        name=name,
        null="no cointegrating relation",
        statistic=float(result.stat),
        p_value=float(result.pvalue),
        distribution=NullDistribution(statistic, (n_series,)),
        critical_values={TEST_SIZE: float(result.critical_values[5])},
    )
    relation = labelled_ratio(coefficients[1:], data.prices.columns[1:])
    return Cointegration((hypothesis_test,), relation, float(coefficients[0]))


class JohansenVectors(NamedTuple):
    """Combinations of levels from Johansen's method.

    Attributes
    ----------
    lags : int, number of lagged changes
    vectors : array (1 + n_hedges, 1 + n_hedges), a combination in each column, 1 for the asset
    """

    lags: int
    vectors: Array


def johansen(data: PriceLevels, lags: Lags = "bic") -> tuple[Cointegration, JohansenVectors]:
    """Return the trace test and Johansen's vectors, by descending eigenvalue."""
    levels = data.scaled
    changes = np.diff(levels, axis=0)
    lags = resolve_lags(lags, changes, levels[:-1], changes)
    eigenvalues, vectors = canonical_relations(levels, lags, data.names)
    n_dates = len(changes) - lags
    trace = -n_dates * np.log1p(-eigenvalues)[::-1].cumsum()[::-1]
    tests = tuple(_trace_test(rank, len(trace), float(trace[rank])) for rank in range(len(trace)))
    vectors = vectors / data.scale[:, None]
    vectors = vectors / vectors[0]
    relation = labelled_ratio(-vectors[1:, 0], data.prices.columns[1:])
    constant = float((data.levels @ vectors[:, 0]).mean())
    return Cointegration(tests, relation, constant), JohansenVectors(lags, vectors)


def _trace_test(rank: int, n_series: int, trace: float) -> HypothesisTest:
    n_walks = n_series - rank
    return HypothesisTest(
        name="Johansen trace",
        null=f"at most {counted(rank, 'cointegrating relation')}",
        statistic=trace,
        p_value=math.nan,
        distribution=NullDistribution("trace", (n_walks,)),
        critical_values={TEST_SIZE: TRACE_CRITICAL_VALUES[n_walks - 1]},
    )


def canonical_relations(levels: Array, lags: int, names: list[str]) -> tuple[Array, Array]:
    """Return squared canonical correlations of changes and last levels, and vectors of the levels.

    Given the lagged changes, by QR and singular values: the eigenvalues of S11^-1 S10 S00^-1 S01 in
    descending order, and the vectors as columns.

    Parameters
    ----------
    levels : array (n_dates, k)
    lags : int
    names : list of str, of the series, for messages

    Returns
    -------
    tuple of array (k,), array (k, k)
    """
    changes = np.diff(levels, axis=0)
    past = lagged_regressors(changes[:, :0], changes, lags)
    now = regression_residuals(changes[lags:], past)
    before = regression_residuals(levels[lags:-1], past)
    # Refuses changes that the past leaves nothing of, which have no correlation.
    innovations(changes[lags:], np.column_stack([before, past]), names)
    basis, root = np.linalg.qr(before)
    _, correlations, turned = np.linalg.svd(np.linalg.qr(now)[0].T @ basis)
    # A combination that the past determines has a correlation of one, up to rounding.
    eigenvalues = np.minimum(correlations**2, 1.0 - np.finfo(float).eps)
    return eigenvalues, np.linalg.solve(root, turned.T)
