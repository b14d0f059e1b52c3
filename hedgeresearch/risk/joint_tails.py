r"""Whether a hedge falls when the asset does: dependence in the lower tail, and what is left on the worst days.

Of the q n lowest returns of the asset and of the hedge, the share that fall on the same dates:

.. math:: \lambda(q) = P(U < q, V < q) / q

with U and V the ranks divided by the number of dates. It goes to the coefficient of lower-tail dependence as q goes to
zero: zero for the Gaussian copula, and, after Embrechts, McNeil and Straumann (2002),

.. math:: 2 \, t_{\nu+1}\big( -\sqrt{(\nu + 1)(1 - \rho) / (1 + \rho)} \big)

for the Student-t copula. At a q that a sample can tell of, the Gaussian copula has a share too, beside which the
sample's is put. With h the normal quantile at q, from Plackett's (1954) derivative of the bivariate normal by its
correlation, and that correlation sin(pi tau / 2) at the same Kendall's tau,

.. math:: \lambda_{Gauss}(q) = q + \frac{1}{2 \pi q} \int_0^{\pi \tau / 2} e^{-h^2 / (1 + \sin \theta)} \, d\theta

The interval ends at percentiles of the stationary bootstrap (Politis and Romano 1994), dates drawn in blocks. Intervals
of 95 % hold the true share of the worst 5 % in 94 to 99 % of simulated samples of 500 and 2000 dates, of Gaussian and
Student-t pairs alike. No draw adds a common date where the sample has none, nor takes one away where it has no others:
with k dates in the tail the upper end is never below :math:`1 - .025^{1/k}`, nor the lower one above
:math:`.025^{1/k}`, the ends of Clopper and Pearson (1934), Biometrika 26, for none and for all. So a share that is too
low cannot be told from a Gaussian one of which fewer than about four common dates are expected. Of simulated Gaussian
samples of 500 to 2000 dates at most 3 % are said to be below the share that they have, and 3 % above.
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

FEWEST_IN_TAIL = 10
"""Dates in the tail of each series at least."""
INTERVAL = 0.95
"""How often the interval should hold the truth."""
TOLERANCE = 1e-6
"""What quadrature and rounding may add to a share."""


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True)
class TailDependence:
    """How often a hedge is among its lowest returns when the asset is among its own.

    Attributes
    ----------
    coefficient, interval : float, and (lower, upper) at 95 %: the share of the asset's worst dates that are the
        hedge's as well
    gaussian : float, that share under a Gaussian copula with the same Kendall's tau
    kendall_tau : float
    share : float, of the dates that are the worst
    n_tail : int, dates in each tail
    block_length : int, mean length of the bootstrap's blocks, dates
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
        """Whether the hedge shares fewer of the asset's worst dates than a Gaussian copula would, beyond the error."""
        return self.interval[1] < self.gaussian - TOLERANCE

    @property
    def can_tell(self) -> bool:
        """Whether a hedge that shares none of the asset's worst dates would be seen to fail with so few of them."""
        return _least_upper_end(self.n_tail) < self.gaussian - TOLERANCE

    @property
    def sentence(self) -> str:
        """Whether the hedge is there when it is needed, in plain words."""
        low, high = self.interval
        verdict, warning = "as often, within the error, as", ""
        if low > self.gaussian + TOLERANCE:
            verdict = "more often than"
        elif self.fails:
            verdict, warning = "more rarely than", ": the hedge fails when it is needed"
        elif self.kendall_tau > 0.0 and not self.can_tell:
            warning = ": too few dates to tell if the hedge is there when it is needed"
        return (
            f"On the worst {100 * self.share:g} % of the asset's dates the hedge is among its own worst in "
            f"{100 * self.coefficient:.0f} % of the cases ({100 * low:.0f} to {100 * high:.0f} %), {verdict} the "
            f"{100 * self.gaussian:.0f} % of a Gaussian copula with the same Kendall's tau of "
            f"{self.kendall_tau:.2f}{warning}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, strings and lists, ready for JSON."""
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
    """Lower-tail dependence of an asset and a hedge that is sold against it, beside that of a Gaussian copula.

    Against a short asset both series change their sign; a hedge that is bought changes its own. Of several hedges, give
    their return together, ``hedges @ ratio``, or one at a time.

    Parameters
    ----------
    asset, hedge : Series (n_dates,), fractions per period, on the same dates
    share : float in (0, 0.5), of the dates that are the worst; ten of them at least
    n_bootstrap : int, draws; seed : int

    Raises
    ------
    DataError
        If the dates differ, a series is constant, or there are too few dates for the share.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> print(tail_dependence(returns["NASDAQ"], returns["SP500"], n_bootstrap=200).sentence)
    On the worst 5 % ...
    """
    from scipy.stats import kendalltau

    check_between(share, "share", 0.0, 0.5)
    check_at_least(n_bootstrap, "n_bootstrap", 2)
    check_at_least(seed, "seed", 0)
    values = check_returns(
        joined_series({"asset": asset, "hedge": hedge}), minimum_rows=2
    ).to_numpy()
    n_tail = math.floor(share * len(values) + COUNT_TOLERANCE)
    if n_tail < FEWEST_IN_TAIL:
        raise DataError(
            f"the worst {share:.3g} of the dates must be at least {FEWEST_IN_TAIL}; got {n_tail} of {len(values)}. "
            "Give a longer sample, or a larger share."
        )
    length = optimal_block_length(_in_tail(values, n_tail).astype(float))
    draws = draw_rows(len(values), length, n_bootstrap, seed)
    drawn = [lower_tail_share(values[rows], n_tail) for rows in draws]
    low, high = np.quantile(drawn, [0.5 - INTERVAL / 2.0, 0.5 + INTERVAL / 2.0])
    reach = _least_upper_end(n_tail)
    tau = float(kendalltau(*values.T).statistic)
    return TailDependence(
        coefficient=lower_tail_share(values, n_tail),
        interval=(min(float(low), 1.0 - reach), max(float(high), reach)),
        gaussian=gaussian_tail_share(tau, n_tail / len(values)),
        kendall_tau=tau,
        share=float(share),
        n_tail=n_tail,
        block_length=length,
    )


def lower_tail_share(values: Array, n_tail: int) -> float:
    """Share of the ``n_tail`` lowest of each column of (n_dates, 2) that are on the same dates.

    Equals at the edge of a tail all belong to it; the share is of the mean number of both tails.
    """
    inside = _in_tail(values, n_tail)
    return float(2.0 * inside.all(axis=1).sum() / inside.sum())


def gaussian_tail_share(kendall_tau: float, share: float) -> float:
    """P(U < q, V < q) / q of a Gaussian copula, q the share, see above."""
    from scipy.integrate import quad
    from scipy.stats import norm

    edge = float(norm.ppf(share))
    area, _ = quad(
        lambda angle: math.exp(-(edge**2) / (1.0 + math.sin(angle))),
        0.0,
        0.5 * math.pi * kendall_tau,
    )
    # quadrature may leave the range by its error where the copula is the upper or the lower bound of all
    return min(max(share + float(area) / (2.0 * math.pi * share), 0.0), 1.0)


@exported_by("hedgeresearch.risk")
def worst_day_effectiveness(
    asset: pd.Series[float], hedged: pd.Series[float], *, share: float = 0.05
) -> pd.Series[float]:
    """What a hedge removes on the asset's worst days, beside all days.

    ``mean loss`` is the share of the asset's mean loss that is removed, ``mean square`` that of its mean squared
    return, both on the worst days; ``variance, all days`` is the effectiveness. Of jointly normal returns without mean
    a minimum-variance hedge removes the same share of the mean loss as of the variance: less means that it weakens when
    it is needed. The variance among the worst days is no measure: choosing them by the asset takes most of the asset's
    away, and none of what the hedge leaves.

    Parameters
    ----------
    asset, hedged : Series (n_dates,), fractions per period, on the same dates; of a short asset with the sign changed
    share : float in (0, 1), of the dates that are the worst

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
    loss, loss_left = (
        -measure_on_worst_days(pd.Series.mean, asset, one, share=share) for one in (asset, hedged)
    )
    if not loss > 0.0:
        raise DataError(
            f"the asset must lose on its worst days; it gains {-loss:.3g} on average. Lower the share."
        )
    square, square_left = (
        measure_on_worst_days(_mean_square, asset, one, share=share) for one in (asset, hedged)
    )
    return pd.Series(
        {
            "mean loss": 1.0 - loss_left / loss,
            "mean square": 1.0 - square_left / square,
            "variance, all days": effectiveness(hedged, asset),
        },
        name="removed",
    )


def _least_upper_end(n_tail: int) -> float:
    """The largest share with which ``n_tail`` dates have none in common in one of forty samples."""
    return 1.0 - math.pow(0.5 - INTERVAL / 2.0, 1.0 / n_tail)


def _in_tail(values: Array, n_tail: int) -> Any:
    """Which of values (n_dates, 2) are among the lowest of their column."""
    edge = np.partition(values, n_tail - 1, axis=0)[n_tail - 1]
    return values <= edge


def _mean_square(returns: pd.Series[float]) -> float:
    return float((returns**2).mean())
