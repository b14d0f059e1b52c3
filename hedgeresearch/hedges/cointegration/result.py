"""Result of a test of cointegration."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted
from hedgeresearch._shown_table import line_and_table
from hedgeresearch.estimation.hypothesis_test import HypothesisTest

TEST_SIZE = 0.05
"""Size of the tests."""


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
    constant : float, mean of the asset less that combination and the trends
    trends : tuple of float, coefficients of t and t^2 in the relation, if it has trends, with t = 1
        on the first date
    exact : bool, whether the asset is an exact combination of the hedges; there is nothing to test
        then, and the first statistic is infinite

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> prices = hr.load("brent_wti")
    >>> fit = hr.CointegrationHedge().fit(prices["BRENT"], prices[["WTI"]])
    >>> result = fit.detail
    >>> result.found, result.rank, round(result.test.p_value, 4)
    (True, 1, 0.0)
    >>> result.table.round(3)
          statistic  critical value    p
    rank
    0        -5.519          -3.356  0.0
    >>> result.outcome
    'Engle-Granger test: -5.52, critical value -3.36, p = 1.6e-05'
    """

    tests: tuple[HypothesisTest, ...]
    relation: pd.Series[float]
    constant: float
    trends: tuple[float, ...] = ()
    exact: bool = False

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
        if self.exact:
            return "the asset is an exact combination of the hedges"
        p = "" if math.isnan(test.p_value) else f", p = {test.p_value:.2g}"
        return (
            f"{test.name} test: {test.statistic:.2f}, "
            f"critical value {test.critical_values[TEST_SIZE]:.2f}{p}"
        )

    def __repr__(self) -> str:
        if self.exact:
            terms = " + ".join(f"{value:.6g} {name}" for name, value in self.relation.items())
            return (
                f"Cointegration(exact relation: the asset is {terms} + {self.constant:.6g}, up to "
                "rounding; there is nothing to test)"
            )
        relations = counted(self.rank, "relation") if self.found else "no relation"
        return f"Cointegration({relations} found at 5%; {self.outcome})"

    def _repr_html_(self) -> str:
        return line_and_table(self, self.table)
