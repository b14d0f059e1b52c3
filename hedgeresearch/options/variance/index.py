"""The variance index: the expected variance of the next days, from all options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.options.variance.strip import MINUTES_PER_YEAR, strip_of

DAYS_PER_YEAR = 365.0
MINUTES_PER_DAY = 1440.0
DEFAULT_DAYS = 30.0


@exported_by("hedgeresearch.options")
@dataclass(frozen=True, eq=False, repr=False)
class VarianceIndex:
    """Expected variance of a number of days, and the variance of every expiry.

    Attributes
    ----------
    days : float
        Days of the index.
    expiries : DataFrame (n_expiries, 9)
        By expiry: minutes to it, years, forward, K0, n_options, lowest and highest strike, the sum
        of the strip and the variance a year.
    contributions : DataFrame (n_options, 4)
        Expiry, strike, price (of the middle) and contribution to the sum of each option.

    Examples
    --------
    See :func:`variance_index`.

    >>> import numpy as np
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    >>> strikes = np.arange(50.0, 201.0, 0.5)
    >>> smile = pd.DataFrame({"strike": strikes, "forward": 100.0, "volatility": 0.2})
    >>> smile["expiry"] = moment + pd.Timedelta(days=30)
    >>> index = hr.options.variance_index(hr.options.OptionChain.from_volatilities(smile, moment))
    >>> round(index.index, 1), round(index.volatility, 3), round(index.variance, 4)
    (20.0, 0.2, 0.0401)
    >>> len(index.used), round(index.at(30) ** 0.5, 3)
    (1, 0.2)
    """

    days: float
    expiries: pd.DataFrame
    contributions: pd.DataFrame

    def __repr__(self) -> str:
        used = ", ".join(day(expiry) for expiry in self.used)
        return f"VarianceIndex({self.days:g} days: {self.index:.2f}, from {used})"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.expiries.to_html()}"

    @property
    def used(self) -> pd.Index[Any]:
        """Expiries between which the variance is interpolated; the only one of a chain of one."""
        minutes = self.expiries["minutes"].to_numpy()
        return self.expiries.index[sorted(set(_neighbors(minutes, self.days)))]

    @property
    def variance(self) -> float:
        """Variance a year."""
        return self.at(self.days)

    @property
    def volatility(self) -> float:
        """Volatility a year, as a fraction."""
        return float(np.sqrt(self.variance))

    @property
    def index(self) -> float:
        """One hundred times the volatility."""
        return 100.0 * self.volatility

    def at(self, days: float) -> float:
        """Return the variance a year of another number of days.

        Variance times time is interpolated linearly in time between the two expiries around, and
        extrapolated along the line through the nearest two, with a warning; one expiry has the
        same variance at all times.

        Raises
        ------
        DataError
            If the extrapolation is not positive.
        """
        check_between(days, "days", 0.0, np.inf)
        if days != self.days:  # for its own days, the index was warned of when it was made
            _warn_of_times(self.expiries, days)
        minutes = self.expiries["minutes"].to_numpy()
        first, second = _neighbors(minutes, days)
        variance = self.expiries["variance"].to_numpy()
        if first == second:
            return float(variance[first])
        wanted = days * MINUTES_PER_DAY
        total = variance * minutes / MINUTES_PER_YEAR
        share = (wanted - minutes[first]) / (minutes[second] - minutes[first])
        found = (1.0 - share) * total[first] + share * total[second]
        if not found > 0.0:
            raise DataError(
                f"the variance of {days:g} days must be positive; the line through "
                f"{day(self.expiries.index[first])} and {day(self.expiries.index[second])} gives "
                f"{found:g}. Choose days between the expiries."
            )
        return float(found * MINUTES_PER_YEAR / wanted)


@exported_by("hedgeresearch.options")
def variance_index(chain: OptionChain, days: float = DEFAULT_DAYS) -> VarianceIndex:
    r"""Return the expected variance of the next days by the rules of Cboe's volatility index.

    .. math:: \sigma^2 = \frac{2}{T} \sum_i \frac{\Delta K_i}{K_i^2} e^{RT} Q(K_i)
              - \frac{1}{T} \left(\frac{F}{K_0} - 1\right)^2

    with F from the strike of least :math:`|C - P|`, :math:`K_0` the highest strike up to F, and the
    options of ``VarianceIndex.contributions``. Quotes count as they are in the table: the
    rules of Cboe, not the filters of the chain, choose them.

    Parameters
    ----------
    chain : OptionChain
    days : float
        Days of the index; variance times time is interpolated between the two expiries around.

    Raises
    ------
    DataError
        If an expiry has no strike up to its forward, or no options with a bid on one side.

    Warns
    -----
    DataWarning
        If no expiries lie around the days: one expiry only, or an extrapolation.

    References
    ----------
    Cboe, Volatility Index Methodology, version 6.0 (February 2026).

    Examples
    --------
    >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    >>> strikes = np.arange(50.0, 201.0, 0.5)
    >>> smile = pd.DataFrame(
    ...     {
    ...         "expiry": moment + pd.Timedelta(days=30),
    ...         "strike": strikes,
    ...         "forward": 100.0,
    ...         "volatility": 0.2,
    ...     }
    ... )
    >>> chain = OptionChain.from_volatilities(smile, moment)
    >>> round(variance_index(chain).index, 1)
    20.0
    """
    check_between(days, "days", 0.0, np.inf)
    rows = {}
    parts = []
    for expiry in chain.expiries:
        strip = strip_of(chain, expiry)
        rows[expiry] = {
            "minutes": round((expiry - chain.moment).total_seconds() / 60.0),
            "years": strip.years,
            "forward": strip.forward,
            "k0": strip.center,
            "n_options": len(strip.strike),
            "lowest": strip.strike[0],
            "highest": strip.strike[-1],
            "sum": float(strip.contributions.sum()),
            "variance": strip.variance,
        }
        columns = {"strike": strip.strike, "price": strip.price, "part": strip.contributions}
        parts.append(pd.DataFrame({"expiry": expiry, **columns}))
    expiries = pd.DataFrame.from_dict(rows, orient="index").rename_axis("expiry")
    _check_positive(expiries)
    _warn_of_times(expiries, days)
    contributions = pd.concat(parts, ignore_index=True).rename(columns={"part": "contribution"})
    return VarianceIndex(float(days), expiries, contributions)


def _neighbors(minutes: Any, days: float) -> tuple[int, int]:
    """Return the positions of the expiries around a time, or of the nearest two."""
    last = len(minutes) - 1
    if last == 0:
        return 0, 0
    wanted = days * MINUTES_PER_DAY
    second = min(max(int(np.searchsorted(minutes, wanted)), 1), last)
    return second - 1, second


def _check_positive(expiries: pd.DataFrame) -> None:
    wrong = expiries[~(expiries["variance"] > 0.0)]
    if len(wrong):
        raise DataError(
            f"the variance of an expiry must be positive; that of {day(wrong.index[0])} is "
            f"{wrong['variance'].iloc[0]:g}. Its strikes are too few; leave the expiry out."
        )


def _warn_of_times(expiries: pd.DataFrame, days: float) -> None:
    """Warn where the days do not lie between two expiries."""
    ends = expiries["minutes"].to_numpy() / MINUTES_PER_DAY
    if len(ends) == 1 and abs(ends[0] - days) * MINUTES_PER_DAY >= 1.0:
        warn_caller(
            f"an index of {days:g} days needs expiries before and after; the chain has one, of "
            f"{ends[0]:.1f} days, whose variance is used.",
            DataWarning,
        )
    elif len(ends) > 1 and not ends[0] <= days <= ends[-1]:
        warn_caller(
            f"an index of {days:g} days needs expiries before and after; those of the chain are of "
            f"{ends[0]:.1f} to {ends[-1]:.1f} days, and the variance is extrapolated.",
            DataWarning,
        )
