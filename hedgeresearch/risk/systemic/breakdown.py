r"""Correlation breakdown: the correlation of turbulent days compared with that of calm ones.

A correlation rises with the variance of what both series respond to, even if the relation between
them does not change. Forbes and Rigobon (2002), Journal of Finance 57, adjust it to the variance of
calm days: with d the ratio of the variances of the source, turbulent over calm, minus one,

.. math:: \rho^* = \frac{\rho}{\sqrt{1 + d (1 - \rho^2)}}

If asset and source obey y = b x + e with the same b and variance of e on all days, the adjusted
correlation is that of calm days, and that of turbulent days is higher. Where the adjusted
correlation is lower, b has fallen, or e has grown as well: then more of the risk remains on
turbulent days than calm ones suggest, even if the correlation itself has not fallen. Of a negative
correlation the same holds away from zero.

Of simulated samples of 800 days with an unchanged relation, a fifth of them turbulent, 3% to 7% are
called weaker and 2% to 5% closer, where an exact 95% interval would have 2.5% each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.series import joined_series, refuse_other_dates
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.estimation.stationary_bootstrap import optimal_block_length
from hedgeresearch.risk.systemic.breakdown_bootstrap import breakdown_draws
from hedgeresearch.typing import Array, Mask

MIN_DATES = 30
"""Minimum number of observations of calm and of turbulent days."""
EXACT = 1.0 - 1e-12
"""Size from which a correlation is one but for rounding."""


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True)
class CorrelationBreakdown:
    """Correlations of calm and turbulent days, and their difference.

    Attributes
    ----------
    calm, turbulent : correlations
    adjusted : correlation of turbulent days, adjusted to the variance of calm ones
    unchanged : correlation that turbulent days would have if the relation of calm days still held
    interval : (lower, upper), 95% interval of the adjusted correlation minus the calm one
    test : HypothesisTest of equal correlations, for independent observations, by Fisher's z
    n_calm, n_turbulent : numbers of observations
    block_length : mean length of the bootstrap's blocks, observations
    n_draws : number of draws behind the interval
    n_left_out : number of draws left out of it: fewer than three days were calm, or turbulent, or
        a series did not move on them

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> volatility = returns["SP500"].rolling(21).std()
    >>> turbulent = volatility > volatility.quantile(0.8)
    >>> result = hr.risk.correlation_breakdown(returns["NASDAQ"], returns["SP500"], turbulent)
    >>> result.is_weaker, result.is_closer
    (True, False)
    >>> result.sentence.startswith("The correlation is 0.89 on 1002 turbulent days")
    True
    >>> round(result.to_dict()["calm"], 2)
    0.89
    """

    calm: float
    turbulent: float
    adjusted: float
    unchanged: float
    interval: tuple[float, float]
    test: HypothesisTest
    n_calm: int
    n_turbulent: int
    block_length: int
    n_draws: int
    n_left_out: int

    @property
    def is_weaker(self) -> bool:
        """True if the relation is weaker on turbulent days, beyond the interval.

        A negative correlation is weaker where it rises.
        """
        low, high = self.interval
        return high < 0.0 if self.calm >= 0.0 else low > 0.0

    @property
    def is_closer(self) -> bool:
        """True if the relation is closer on turbulent days, beyond the interval.

        A negative correlation is closer where it falls.
        """
        low, high = self.interval
        return low > 0.0 if self.calm >= 0.0 else high < 0.0

    @property
    def sentence(self) -> str:
        """Verdict in two sentences."""
        numbers = (
            f"The correlation is {self.turbulent:.2f} on {self.n_turbulent} turbulent days and "
            f"{self.calm:.2f} on {self.n_calm} calm ones. An unchanged relation would give "
            f"{self.unchanged:.2f} at the variance of turbulent days"
        )
        if self.is_weaker:
            return f"{numbers}: it is weaker then, and the hedge leaves more risk."
        if self.is_closer:
            return f"{numbers}: it is closer then."
        return f"{numbers}: no change is found."

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings and lists, ready for JSON."""
        return {
            "calm": self.calm,
            "turbulent": self.turbulent,
            "adjusted": self.adjusted,
            "unchanged": self.unchanged,
            "interval": list(self.interval),
            "p_value": self.test.p_value,
            "n_calm": self.n_calm,
            "n_turbulent": self.n_turbulent,
            "block_length": self.block_length,
            "n_draws": self.n_draws,
            "n_left_out": self.n_left_out,
            "sentence": self.sentence,
        }


@exported_by("hedgeresearch.risk")
def adjusted_correlation(correlation: float, variance_ratio: float) -> float:
    """Return a correlation as it would be at another variance of the source.

    Parameters
    ----------
    correlation : float in [-1, 1], on turbulent days
    variance_ratio : float > 0, variance of the source on turbulent days over that on calm ones

    Raises
    ------
    DataError
        If a number is out of its range.

    Examples
    --------
    >>> round(adjusted_correlation(0.8320502943378437, 9.0), 7)
    0.4472136
    """
    # written so that nan fails, too
    if not abs(correlation) <= 1.0:
        raise DataError(f"correlation must lie between -1 and 1; got {correlation!r}.")
    check_between(variance_ratio, "variance_ratio", 0.0, math.inf)
    return _adjusted(correlation, variance_ratio)


@exported_by("hedgeresearch.risk")
def correlation_breakdown(
    asset: Any, hedge: Any, turbulent: Any, *, n_bootstrap: int = 1000, seed: int = 0
) -> CorrelationBreakdown:
    """Compare the correlation of turbulent days with that of calm ones.

    Parameters
    ----------
    asset, hedge : Series (n_dates,), returns; the hedge is the source of the common variance
    turbulent : Series (n_dates,) of bool, True on turbulent days, such as
        ``fit.smoothed["turbulent"] > .5`` of a regime model
    n_bootstrap : int, number of draws of dates in blocks, for the interval
    seed : int

    Returns
    -------
    CorrelationBreakdown

    Raises
    ------
    DataError
        If fewer than 30 days are calm, or turbulent, the dates differ, or on one kind of days a
        series does not move or the asset is a multiple of the hedge.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> volatility = returns["SP500"].rolling(21).std()
    >>> turbulent = volatility > volatility.quantile(0.8)
    >>> result = hr.risk.correlation_breakdown(returns["NASDAQ"], returns["SP500"], turbulent)
    >>> print(result.sentence)  # doctest: +NORMALIZE_WHITESPACE
    The correlation is 0.89 on 1002 turbulent days and 0.89 on 4028 calm ones. An unchanged relation
    would give 0.98 at the variance of turbulent days: it is weaker then, and the hedge leaves more
    risk.
    """
    check_at_least(n_bootstrap, "n_bootstrap", 100, 1_000_000)
    check_at_least(seed, "seed", 0)
    both = joined_series({"asset": asset, "hedge": hedge}, minimum_rows=2)
    flags = _flags(turbulent, both.index)
    values = both.to_numpy()
    _check_sizes(flags)
    _check_moves(values, flags)
    calm, stressed, adjusted = _correlations(values, flags)
    ratio = _variance_ratio(values, flags)
    block_length = optimal_block_length(values**2)
    draws = breakdown_draws(values, flags, block_length, n_bootstrap, seed)
    low, high = np.quantile(draws, [0.025, 0.975])
    return CorrelationBreakdown(
        calm=calm,
        turbulent=stressed,
        adjusted=adjusted,
        unchanged=_adjusted(calm, 1.0 / ratio),
        interval=(float(low), float(high)),
        test=_fisher_test(calm, adjusted, flags),
        n_calm=int((~flags).sum()),
        n_turbulent=int(flags.sum()),
        block_length=block_length,
        n_draws=len(draws),
        n_left_out=n_bootstrap - len(draws),
    )


def _flags(turbulent: Any, dates: pd.Index[Any]) -> Mask:
    """Return the turbulent days as an array of bool, on the dates of the returns."""
    if not isinstance(turbulent, pd.Series) or turbulent.dtype != bool:
        raise DataError("turbulent must be a Series of True and False, one for each return.")
    refuse_other_dates(dates, turbulent.index, "returns and turbulent")
    return turbulent.to_numpy()


def _check_sizes(flags: Mask) -> None:
    """Refuse few calm or few turbulent days."""
    for name, count in (("calm", (~flags).sum()), ("turbulent", flags.sum())):
        if count < MIN_DATES:
            raise DataError(
                f"At least {MIN_DATES} days must be {name}; got {count}. Use another threshold or "
                "a longer sample."
            )


def _check_moves(values: Array, flags: Mask) -> None:
    """Refuse series that do not move, or move as one, on calm or on turbulent days."""
    for days, chosen in (("calm", ~flags), ("turbulent", flags)):
        for name, series in zip(("asset", "hedge"), values[chosen].T, strict=True):
            if not np.ptp(series) > 0.0:
                raise DataError(f"The {name} does not move on {days} days. Use another threshold.")
        if abs(_correlation(values[chosen])) > EXACT:
            raise DataError(
                f"On {days} days the asset is a multiple of the hedge: there is no correlation to "
                "compare. Use another hedge."
            )


def _correlations(values: Array, flags: Mask) -> tuple[float, float, float]:
    """Return calm, turbulent and adjusted correlation of (n_dates, 2), the source second."""
    calm = values[~flags]
    stressed = values[flags]
    rho_calm = _correlation(calm)
    rho = _correlation(stressed)
    return rho_calm, rho, _adjusted(rho, _variance_ratio(values, flags))


def _adjusted(correlation: float, variance_ratio: float) -> float:
    """Return a correlation at another variance of the source."""
    return correlation / math.sqrt(1.0 + (variance_ratio - 1.0) * (1.0 - correlation**2))


def _variance_ratio(values: Array, flags: Mask) -> float:
    """Return the variance of the source, the second column, on turbulent over that on calm days."""
    source = values[:, 1]
    return float(source[flags].var(ddof=1) / source[~flags].var(ddof=1))


def _correlation(values: Array) -> float:
    """Return the correlation of the two columns of (n_dates, 2)."""
    matrix = np.asarray(np.corrcoef(values.T))
    return float(matrix[0, 1])


def _fisher_test(calm: float, adjusted: float, flags: Mask) -> HypothesisTest:
    """Return the test of equal correlations of two independent samples."""
    from scipy.special import ndtr

    variance = 1.0 / (flags.sum() - 3) + 1.0 / ((~flags).sum() - 3)
    statistic = (math.atanh(adjusted) - math.atanh(calm)) / math.sqrt(variance)
    return HypothesisTest(
        name="Fisher's z",
        null="calm and adjusted turbulent correlation are equal",
        statistic=statistic,
        p_value=float(2.0 * ndtr(-abs(statistic))),
        distribution=NullDistribution("standard normal"),
    )
