"""An asset whose price level is a combination of those of its hedges, up to rounding.

Nothing is left of the relation that could be stationary or not: tests of its residuals would test
rounding.
"""

from __future__ import annotations

import math

from hedgeresearch._formatting import counted
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.hedges.cointegration.price_levels import PriceLevels
from hedgeresearch.hedges.cointegration.trends import N_TERMS, Trend, level_regression
from hedgeresearch.typing import Array


def exact_coefficients(data: PriceLevels, trend: Trend = "c") -> Array | None:
    """Return the coefficients of an exact relation, the terms first; None if it leaves something.

    A constant belongs to it also with ``trend="n"``.
    """
    coefficients, residuals = level_regression(data.levels, "c" if trend == "n" else trend)
    of_changes = float(data.changes.iloc[:, 0].var())
    # a line between the levels, such as an index of a fixed rate, is no relation of the hedges
    if residuals.var() > COLLINEARITY_TOLERANCE * of_changes:
        return None
    return coefficients


def exact_test(
    name: str, family: str, n_series: int, critical_values: dict[float, float]
) -> HypothesisTest:
    """Return the test whose null hypothesis an exact relation contradicts with certainty.

    Its statistic lies infinitely far beyond the critical value.
    """
    beyond = next(iter(critical_values.values()))
    null = "no cointegrating relation"
    if family == "trace":
        null = f"at most {counted(0, 'cointegrating relation')}"
    return HypothesisTest(
        name=name,
        null=null,
        statistic=math.copysign(math.inf, beyond),
        p_value=0.0,
        distribution=NullDistribution(family, (n_series,)),
        critical_values=critical_values,
    )


def split_terms(coefficients: Array, trend: Trend) -> tuple[float, tuple[float, ...], Array]:
    """Return the constant, the coefficients of the trends, and those of the hedges."""
    n_terms = N_TERMS[trend]
    terms = coefficients[:n_terms].tolist()
    constant = float(terms[0]) if n_terms else 0.0
    return constant, tuple(terms[1:]), coefficients[n_terms:]
