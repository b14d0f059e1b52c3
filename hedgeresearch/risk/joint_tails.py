r"""Dependence in the lower tail of asset and hedge, and what a hedge leaves on the worst days.

The share of the q n lowest returns of the asset that fall on dates of the q n lowest returns of the
hedge is

.. math:: \lambda(q) = P(U < q, V < q) / q

with U and V the ranks divided by the number of observations. As q goes to zero it converges to the
coefficient of lower-tail dependence: zero for the Gaussian copula, and, after Embrechts, McNeil and
Straumann (2002),

.. math:: 2 \, t_{\nu+1}\big( -\sqrt{(\nu + 1)(1 - \rho) / (1 + \rho)} \big)

for the Student-t copula. At a q that a sample can measure, the share under the Gaussian copula is
not zero; the share of the sample is compared with it. With h the normal quantile at q, Plackett's
(1954) derivative of the bivariate normal with respect to its correlation, and the correlation
sin(pi tau / 2) that has the same Kendall's tau,

.. math:: \lambda_{Gauss}(q) = q + \frac{1}{2 \pi q} \int_0^{\pi \tau / 2}
          e^{-h^2 / (1 + \sin \theta)} \, d\theta

The interval is a percentile interval of the stationary bootstrap (Politis and Romano 1994), which
draws dates in blocks. 95% intervals cover the true share of the worst 5% in 94% to 99% of simulated
samples of 500 and 2000 observations, for Gaussian and for Student-t pairs. If the two tails have no
date in common, no draw has one either; if they have all dates in common, so has every draw. With k
observations in the tail the upper end is therefore at least :math:`1 - 0.025^{1/k}` and the lower
end at most :math:`0.025^{1/k}`, the limits of Clopper and Pearson (1934), Biometrika 26, for no and
for only common dates. As a consequence a share that is too low is not detected if fewer than about
four common dates are expected under the Gaussian copula. In at most 3% of simulated Gaussian
samples of 500 to 2000 observations the interval lies below the Gaussian share, and in at most 3%
above it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.series import joined_series
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length
from hedgeresearch.metrics.by_group import measure_on_worst_days
from hedgeresearch.metrics.hedge_effectiveness import effectiveness
from hedgeresearch.metrics.risk_measures import COUNT_TOLERANCE
from hedgeresearch.typing import Array

MIN_TAIL_DATES = 10
"""Minimum number of observations in the tail of each series."""
CONFIDENCE = 0.95
"""Probability with which the interval should cover the true share."""
SHARE_TOLERANCE = 1e-6
"""Maximum error of a share from quadrature and rounding."""


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True)
class TailDependence:
    """Share of the asset's worst dates on which the hedge return is also in its tail.

    Attributes
    ----------
    coefficient : float, the share in the sample
    interval : (lower, upper), its 95% interval
    gaussian : float, the share under a Gaussian copula with the same Kendall's tau
    kendall_tau : float
    share : float, share of the observations that are in the tail
    n_tail : int, number of observations in each tail
    block_length : int, mean length of the bootstrap's blocks, in observations

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> result = hr.risk.tail_dependence(returns["NASDAQ"], returns["SP500"], n_bootstrap=200)
    >>> result.fails, result.has_power
    (False, True)
    >>> result.sentence[:40]
    "On the asset's worst 5% of dates the hed"
    >>> sorted(result.to_dict())[:3]
    ['block_length', 'coefficient', 'gaussian']
    """

    coefficient: float
    interval: tuple[float, float]
    gaussian: float
    kendall_tau: float
    share: float
    n_tail: int
    block_length: int

    def __repr__(self) -> str:
        return f"TailDependence({self.sentence})"

    @property
    def fails(self) -> bool:
        """True if the hedge shares significantly fewer worst dates than under a Gaussian copula."""
        return self.interval[1] < self.gaussian - SHARE_TOLERANCE

    @property
    def has_power(self) -> bool:
        """True if the observations are enough to detect a hedge that shares no worst date."""
        return _min_upper_end(self.n_tail) < self.gaussian - SHARE_TOLERANCE

    @property
    def sentence(self) -> str:
        """Verdict on the hedge in the tail, as a sentence."""
        return _sentence(self)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings and lists, ready for JSON."""
        return asdict(self) | {"interval": list(self.interval), "sentence": self.sentence}


@exported_by("hedgeresearch.risk")
def tail_dependence(
    asset: pd.Series[float],
    hedge: pd.Series[float],
    *,
    share: float = 0.05,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> TailDependence:
    """Return the lower-tail dependence of an asset and a hedge sold against it.

    For a short asset change the sign of both series; for a hedge that is bought, change the sign of
    the hedge. Combine several hedges into one return, ``hedges @ ratio``, or pass them one at a
    time.

    Parameters
    ----------
    asset, hedge : Series (n_dates,), fractions per period, on the same dates
    share : float in (0, 0.5), share of the observations that are in the tail; at least ten of them
    n_bootstrap : int, number of draws
    seed : int

    Returns
    -------
    TailDependence
        The share, its interval, and the share under a Gaussian copula for comparison.

    Raises
    ------
    DataError
        If the dates differ, a series is constant, or there are too few observations for the share.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> print(tail_dependence(returns["NASDAQ"], returns["SP500"], n_bootstrap=200).sentence)
    On the asset's worst 5% of dates ...
    """
    from scipy.stats import kendalltau

    check_between(share, "share", 0.0, 0.5)
    check_at_least(n_bootstrap, "n_bootstrap", 2)
    check_at_least(seed, "seed", 0)
    joined = joined_series({"asset": asset, "hedge": hedge})
    values = check_returns(joined, minimum_rows=2).to_numpy()
    n_tail = math.floor(share * len(values) + COUNT_TOLERANCE)
    if n_tail < MIN_TAIL_DATES:
        raise DataError(
            f"the worst {share:.3g} of the dates must be at least {MIN_TAIL_DATES}; got {n_tail} "
            f"of {len(values)}. Pass a longer sample, or a larger share."
        )
    length = optimal_block_length(_in_tail(values, n_tail).astype(float))
    kendall = float(kendalltau(*values.T).statistic)
    return TailDependence(
        coefficient=lower_tail_share(values, n_tail),
        interval=_bootstrap_interval(values, n_tail, length, n_bootstrap, seed),
        gaussian=gaussian_tail_share(kendall, n_tail / len(values)),
        kendall_tau=kendall,
        share=float(share),
        n_tail=n_tail,
        block_length=length,
    )


def lower_tail_share(values: Array, n_tail: int) -> float:
    """Return the share of the ``n_tail`` lowest of each column (n_dates, 2) on the same dates.

    All ties at the edge of a tail belong to it; the share refers to the mean size of the tails.
    """
    inside = _in_tail(values, n_tail)
    return float(2.0 * inside.all(axis=1).sum() / inside.sum())


def gaussian_tail_share(kendall_tau: float, share: float) -> float:
    """Return P(U < q, V < q) / q of a Gaussian copula, with q the share."""
    from scipy.integrate import quad
    from scipy.stats import norm

    edge = float(norm.ppf(share))

    def density(angle: float) -> float:
        return math.exp(-(edge**2) / (1.0 + math.sin(angle)))

    area, _ = quad(density, 0.0, 0.5 * math.pi * kendall_tau)
    # quadrature may leave [0, 1] by its error at a Kendall's tau of one or minus one
    return min(max(share + float(area) / (2.0 * math.pi * share), 0.0), 1.0)


@exported_by("hedgeresearch.risk")
def worst_day_effectiveness(
    asset: pd.Series[float], hedged: pd.Series[float], *, share: float = 0.05
) -> pd.Series[float]:
    """Return the shares of loss and variance that a hedge removes on the asset's worst days.

    ``mean loss`` is the share of the asset's mean loss that is removed, ``mean square`` the share
    of its mean squared return, both on the worst days; ``variance, all days`` is the effectiveness.
    For jointly normal returns with mean zero, a minimum-variance hedge removes the same share of
    the mean loss as of the variance: a smaller share means that the hedge weakens when it is
    needed. The variance on the worst days would be misleading: selecting days by the asset's return
    removes most of the asset's variance, but none of the hedged position's.

    Parameters
    ----------
    asset, hedged : Series (n_dates,), fractions per period, on the same dates; for a short asset
        with the sign changed
    share : float in (0, 1), share of the days that are the worst

    Raises
    ------
    DataError
        If the dates differ, or the asset has no mean loss on its worst days.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> hedged = returns["NASDAQ"] - 1.175 * returns["SP500"]
    >>> worst_day_effectiveness(returns["NASDAQ"], hedged).round(3)
    mean loss             0.762
    mean square           0.796
    variance, all days    0.787
    Name: removed, dtype: float64
    """
    loss = -measure_on_worst_days(pd.Series.mean, asset, asset, share=share)
    loss_left = -measure_on_worst_days(pd.Series.mean, asset, hedged, share=share)
    if not loss > 0.0:
        raise DataError(
            f"the asset must lose on its worst days; it gains {-loss:.3g} on average. "
            "Lower the share."
        )
    square = measure_on_worst_days(_mean_square, asset, asset, share=share)
    square_left = measure_on_worst_days(_mean_square, asset, hedged, share=share)
    return pd.Series(
        {
            "mean loss": 1.0 - loss_left / loss,
            "mean square": 1.0 - square_left / square,
            "variance, all days": effectiveness(hedged, asset),
        },
        name="removed",
    )


def _bootstrap_interval(
    values: Array, n_tail: int, length: int, n_bootstrap: int, seed: int
) -> tuple[float, float]:
    """Return bootstrap percentiles, widened to what ``n_tail`` dates can exclude."""
    draws = draw_rows(len(values), length, n_bootstrap, seed)
    shares = [lower_tail_share(values[rows], n_tail) for rows in draws]
    low, high = np.quantile(shares, [0.5 - CONFIDENCE / 2.0, 0.5 + CONFIDENCE / 2.0])
    reach = _min_upper_end(n_tail)
    return min(float(low), 1.0 - reach), max(float(high), reach)


def _min_upper_end(n_tail: int) -> float:
    """Return the share at which 2.5% of samples have no common date among ``n_tail`` dates."""
    return 1.0 - math.pow(0.5 - CONFIDENCE / 2.0, 1.0 / n_tail)


def _in_tail(values: Array, n_tail: int) -> Any:
    """Return which of values (n_dates, 2) are among the lowest of their column."""
    edge = np.partition(values, n_tail - 1, axis=0)[n_tail - 1]
    return values <= edge


def _mean_square(returns: pd.Series[float]) -> float:
    return float((returns**2).mean())


def _sentence(found: TailDependence) -> str:
    low, high = found.interval
    share = f"{100 * found.share:g}%"
    warning = ""
    if low > found.gaussian + SHARE_TOLERANCE:
        verdict = "more often than"
    elif found.fails:
        verdict = "less often than"
        warning = ": the hedge fails when it is needed"
    else:
        verdict = "consistent with"
        if found.kendall_tau > 0.0 and not found.has_power:
            warning = ": too few dates to know whether the hedge works when it is needed"
    return (
        f"On the asset's worst {share} of dates the hedge also has one of its own worst {share} of "
        f"returns in {100 * found.coefficient:.0f}% of cases "
        f"({100 * CONFIDENCE:g}% interval {100 * low:.0f}% to {100 * high:.0f}%), "
        f"{verdict} the {100 * found.gaussian:.0f}% implied by a Gaussian copula with the same "
        f"Kendall's tau of {found.kendall_tau:.2f}{warning}."
    )
