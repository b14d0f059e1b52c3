"""Tests of cointegration: whether some combination of prices is stationary."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.cointegration.johansen_method import exact_johansen, johansen
from hedgeresearch.hedges.cointegration.lags import Lags, check_lags
from hedgeresearch.hedges.cointegration.price_levels import (
    PriceKind,
    check_price_kind,
    price_levels,
)
from hedgeresearch.hedges.cointegration.residual_tests import (
    OULIARIS_STATISTICS,
    OuliarisStatistic,
    ResidualTest,
    check_bandwidth,
    residual_test,
)
from hedgeresearch.hedges.cointegration.result import Cointegration
from hedgeresearch.hedges.cointegration.trends import Trend, check_trend

TestKind = Literal["engle_granger", "phillips_ouliaris", "johansen"]
TEST_KINDS = ("engle_granger", "phillips_ouliaris", "johansen")


@exported_by("hedgeresearch.hedges")
def cointegration_test(  # noqa: PLR0913 (a public function spells out its settings)
    asset: pd.Series[float],
    hedges: pd.DataFrame,
    test: TestKind = "engle_granger",
    kind: PriceKind = "log",
    *,
    trend: Trend = "c",
    lags: Lags = "bic",
    statistic: OuliarisStatistic = "Zt",
    bandwidth: float | None = None,
) -> Cointegration:
    """Test whether prices of an asset and its hedges are cointegrated.

    An asset that is an exact combination of its hedges, such as a copy in another unit, is called
    that; tests would then see rounding only.

    Parameters
    ----------
    asset : Series, shape (n_dates,)
        Prices.
    hedges : DataFrame, shape (n_dates, n_hedges)
        Prices.
    test : {"engle_granger", "phillips_ouliaris", "johansen"}
    kind : {"log", "difference"}
        Relations between logarithms of prices, or between the prices themselves.
    trend : {"n", "c", "ct", "ctt"}
        Terms of the relation: none, a constant, and a linear and a quadratic trend. The test of
        Johansen has a constant.
    lags : int or "bic"
        Number of lagged changes in the tests of Engle and Granger and of Johansen.
    statistic : {"Zt", "Za", "Pu", "Pz"}
        Statistic of Phillips and Ouliaris.
    bandwidth : float, optional
        Bandwidth of the Bartlett kernel in these statistics; by default that of Newey and West
        (1994), which depends on the sizes of the series for Pu and Pz.

    Raises
    ------
    DataError
        If the data are not prices, too few, of more than 11 hedges, or collinear; if a setting
        belongs to another test.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> prices = hr.load("nasdaq_sp500")
    >>> hr.hedges.cointegration_test(prices["NASDAQ"], prices[["SP500"]])
    Cointegration(no relation found at 5%; Engle-Granger test: -2.45, critical value -3.34, p = 0.3)
    >>> hr.hedges.cointegration_test(
    ...     prices["NASDAQ"], prices[["SP500"]], "phillips_ouliaris", trend="ct", statistic="Za"
    ... )
    Cointegration(no relation found at 5%; Phillips-Ouliaris test: -12.60, critical value -27.26,
    p = 0.44)
    """
    check_choice(test, "test", TEST_KINDS)
    check_price_kind(kind)
    check_trend(trend)
    check_lags(lags)
    check_choice(statistic, "statistic", OULIARIS_STATISTICS)
    check_bandwidth(bandwidth)
    _check_settings_of_test(test, trend, lags, statistic, bandwidth)
    data = price_levels(asset, hedges, kind)
    if test == "johansen":
        return exact_johansen(data) or johansen(data, lags)[0]
    return residual_test(data, ResidualTest(test, trend, lags, statistic, bandwidth))


def _check_settings_of_test(
    test: str, trend: str, lags: Lags, statistic: str, bandwidth: float | None
) -> None:
    """Refuse settings that the test would ignore."""
    if test == "johansen" and trend != "c":
        raise DataError(
            f"trend must be 'c' for Johansen's test, whose critical values are those of a "
            f"constant; got {trend!r}. Use test='engle_granger' or 'phillips_ouliaris'."
        )
    if test == "phillips_ouliaris" and lags != "bic":
        raise DataError(
            f"lags belong to test='engle_granger' and 'johansen'; got lags={lags!r} for "
            "'phillips_ouliaris'. Use bandwidth."
        )
    if test != "phillips_ouliaris" and (statistic != "Zt" or bandwidth is not None):
        raise DataError(
            f"statistic and bandwidth belong to test='phillips_ouliaris'; got {statistic!r} and "
            f"{bandwidth!r} for {test!r}."
        )
