r"""Tests of the residuals of a static relation between prices.

They look for a unit root in the spread of the static regression,

.. math:: p^{asset}_t = c + p^{hedges}_t{}' \theta + z_t

Engle and Granger (1987), Econometrica 55, section 5 (augmented Dickey-Fuller, lags by BIC), or Z_t
and Z_a of Phillips and Ouliaris (1990), Econometrica 58: Hamilton (1994), Time Series Analysis,
section 19.2. Their P_u compares the variance of the spread with that of the asset given the hedges
and the past, P_z does so for all series alike; both are large where there is a relation. Trends may
be part of the relation.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from hedgeresearch._validation.settings import check_not_negative
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.hedges.cointegration.exact_relation import (
    exact_coefficients,
    exact_test,
    split_terms,
)
from hedgeresearch.hedges.cointegration.lags import Lags
from hedgeresearch.hedges.cointegration.price_levels import PriceLevels
from hedgeresearch.hedges.cointegration.result import TEST_SIZE, Cointegration
from hedgeresearch.hedges.cointegration.trends import Trend, level_regression
from hedgeresearch.hedges.labels import labelled_ratio

ResidualTestKind = Literal["engle_granger", "phillips_ouliaris"]
OuliarisStatistic = Literal["Zt", "Za", "Pu", "Pz"]
OULIARIS_STATISTICS = ("Zt", "Za", "Pu", "Pz")


def check_bandwidth(bandwidth: Any) -> None:
    """Refuse a bandwidth that is neither None nor a number of at least zero."""
    if bandwidth is not None:
        check_not_negative(bandwidth, "bandwidth", "Zero leaves out autocorrelations.")


class ResidualTest(NamedTuple):
    """Settings of a test of the residuals of a static regression, as in ``cointegration_test``."""

    test: ResidualTestKind = "engle_granger"
    trend: Trend = "c"
    lags: Lags = "bic"
    statistic: OuliarisStatistic = "Zt"
    bandwidth: float | None = None

    @property
    def name(self) -> str:
        """Name of the test."""
        return "Engle-Granger" if self.test == "engle_granger" else "Phillips-Ouliaris"

    @property
    def family(self) -> str:
        """Name of the statistic."""
        if self.test == "engle_granger":
            return "tau"
        return f"{self.statistic[0]}_{self.statistic[1]}"

    def result(self, levels: Any) -> Any:
        """Return the result of arch for levels (n_dates, 1 + n_hedges)."""
        from arch.unitroot.cointegration import engle_granger, phillips_ouliaris

        asset = levels[:, 0]
        hedges = levels[:, 1:]
        if self.test == "engle_granger":
            lags = None if self.lags == "bic" else self.lags
            return engle_granger(asset, hedges, trend=self.trend, lags=lags, method="bic")
        bandwidth: Any = self.bandwidth
        return phillips_ouliaris(
            asset, hedges, trend=self.trend, test_type=self.statistic, bandwidth=bandwidth
        )

    def critical_values(self, shape: tuple[int, int]) -> dict[float, float]:
        """Return critical values for levels of a shape, on which alone they depend."""
        walks = np.random.default_rng(0).standard_normal(shape).cumsum(axis=0)
        return {TEST_SIZE: float(self.result(walks).critical_values[5])}


def residual_test(data: PriceLevels, settings: ResidualTest = ResidualTest()) -> Cointegration:
    """Test the spread of the static regression for a unit root, unless the relation is exact."""
    n_series = data.levels.shape[1]
    hedges = data.prices.columns[1:]
    exact = exact_coefficients(data, settings.trend)
    if exact is not None:
        critical = settings.critical_values((len(data.levels), n_series))
        tests = (exact_test(settings.name, settings.family, n_series, critical),)
        trend: Trend = "c" if settings.trend == "n" else settings.trend
        constant, trends, ratio = split_terms(exact, trend)
        return Cointegration(
            tests, labelled_ratio(ratio, hedges).table(), constant, trends, exact=True
        )
    coefficients, _ = level_regression(data.levels, settings.trend)
    # without a constant the level of prices matters
    result = settings.result(data.levels / data.scale if settings.trend == "n" else data.scaled)
    hypothesis_test = HypothesisTest(
        name=settings.name,
        null="no cointegrating relation",
        statistic=float(result.stat),
        p_value=float(result.pvalue),
        distribution=NullDistribution(settings.family, (n_series,)),
        critical_values={TEST_SIZE: float(result.critical_values[5])},
    )
    constant, trends, ratio = split_terms(coefficients, settings.trend)
    return Cointegration(
        (hypothesis_test,), labelled_ratio(ratio, hedges).table(), constant, trends
    )
