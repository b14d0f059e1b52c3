r"""What a position earns, hedged and unhedged, when things go badly.

With x_0 the value of the asset and x_i those of the hedges, in currency and signed (a hedge that is sold is negative):

- on a date of the past, sum_i x_i r_i with the simple returns of that date: exact, whatever the instruments, if each
  return is what its instrument really gave;
- under the covariance S of the next date, the volatility (x'Sx)^(1/2), as it is and with correlations forced. To one:
  whatever moves with the asset in step moves with all else in step as well, so all correlations become one, and the
  matrix is s s' with s the volatilities. To zero: those of the asset with each hedge; those among the hedges stay as
  they are, and the matrix falls into two blocks. Both are positive semi-definite by construction;
- at a jump j of the asset, j (x_0 + sum_i x_i b_i) with b_i = S_i0 / S_00, how far the model expects the hedge to move
  along (after Kupiec 1998, Journal of Derivatives 6), and j x_0 if the hedges do not move at all;
- at a funding rate f, what a long pays per period as a share of its value, over m periods: -f m sum_i x_i over the
  hedges that pay it. Prices stand still.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.asset_and_hedges import returns_kind
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

SYMMETRY = 1e-8
"""What a covariance matrix may miss symmetry, or an eigenvalue zero, by, relative to its largest entry."""


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True)
class FundingSpike:
    """A funding rate that stays for some periods.

    Parameters
    ----------
    rate : float, what a long pays and a short earns per period, as a share of its value; negative: shorts pay
    periods : int, how often it is paid
    hedges : names of the hedges that pay it, each once; None for all

    Raises
    ------
    DataError
        If the rate is not between -1 and 1, periods are no whole number above 0, or a name comes twice.

    Examples
    --------
    >>> FundingSpike(-0.001, periods=9)
    FundingSpike(rate=-0.001, periods=9, hedges=None)
    """

    rate: float
    periods: int
    hedges: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        check_between(self.rate, "rate", -1.0, 1.0)
        check_at_least(self.periods, "periods", 1)
        if self.hedges is None:
            return
        if not isinstance(self.hedges, tuple | list):
            raise DataError(
                f"hedges must be a tuple of names; got {self.hedges!r}. Give ({self.hedges!r},)."
            )
        object.__setattr__(self, "hedges", tuple(self.hedges))
        if len(set(self.hedges)) < len(self.hedges):
            raise DataError(
                f"hedges must be named once each, as each pays once; got {self.hedges!r}. Leave one out."
            )


@exported_by("hedgeresearch.risk")
def stress_table(
    exposures: pd.Series[float],
    returns: pd.DataFrame,
    covariance: pd.DataFrame,
    *,
    worst: int = 5,
    jumps: float | Sequence[float] = (-0.1, 0.1),
    funding: FundingSpike | None = None,
) -> pd.DataFrame:
    """What the asset alone and the hedged position earn in each scenario, in units of currency.

    Parameters
    ----------
    exposures : Series (1 + n_hedges,), values in currency by name, the asset first; positive is long, and a hedge that
        is sold negative
    returns : DataFrame (n_dates, 1 + n_hedges or more), simple returns by name, fractions per period
    covariance : DataFrame (1 + n_hedges or more, the same), of the next date's returns, by name: a fit's
        ``next_covariance``
    worst : int, dates of the sample to show, those on which the asset's position lost most
    jumps : simple returns of the asset, one or several
    funding : FundingSpike or None, of perpetual contracts

    Returns
    -------
    DataFrame (n_scenarios, 4), by scenario: ``unhedged`` and ``hedged``, profit or volatility in currency; ``removed``,
    1 - hedged / unhedged, above one where the hedge more than makes up for it, negative where it makes it worse, and
    NaN where nothing happens unhedged; ``meaning``, in words

    Raises
    ------
    DataError
        If names are missing, returns are not simple, the covariance is none, or a number is out of range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> plan = hr.recommend(fit, notional=1_000_000)
    >>> exposures = pd.concat([pd.Series({plan.asset: plan.notional}), -plan.sell])
    >>> stress_table(exposures, returns, fit.next_covariance, worst=2).drop(columns="meaning").round(2)
                                 unhedged     hedged  removed
    scenario
    past date 1: 2000-04-14     -96685.14  -28180.04     0.71
    past date 2: 2008-09-29     -91424.19   12098.53     1.13
    volatility                   15942.60    7360.04     0.54
    volatility, correlations 1   15942.60    1800.60     0.89
    volatility, correlations 0   15942.60   21311.10    -0.34
    jump -10 %, hedges by beta -100000.00  -21312.89     0.79
    jump -10 %, hedges still   -100000.00 -100000.00     0.00
    jump +10 %, hedges by beta  100000.00   21312.89     0.79
    jump +10 %, hedges still    100000.00  100000.00     0.00
    """
    values, sample, matrix = _checked(exposures, returns, covariance)
    check_at_least(worst, "worst", 0)
    if worst > len(sample):
        raise DataError(
            f"worst must be at most the number of dates, {len(sample)}; got {worst}. Choose fewer."
        )
    moves = jumps if isinstance(jumps, Iterable) else [jumps]
    rows = [
        *_past_dates(values, sample, worst),
        *_volatilities(values, matrix),
        *(row for jump in moves for row in _jumps(values, matrix, jump)),
    ]
    if funding is not None:
        rows.append(_funding(values, list(exposures.index), funding))
    names, unhedged, hedged, meanings = zip(*rows, strict=True)
    table = pd.DataFrame(
        {"unhedged": unhedged, "hedged": hedged}, index=pd.Index(names, name="scenario")
    )
    # what does not happen unhedged has no share that could be removed
    table["removed"] = 1.0 - table["hedged"] / table["unhedged"].where(table["unhedged"] != 0.0)
    return table.assign(meaning=meanings)


Scenario = tuple[str, float, float, str]
"""Name, unhedged, hedged, meaning."""


def forced_covariances(covariance: Array) -> tuple[Array, Array]:
    """A covariance (1 + n_hedges, 1 + n_hedges), the asset first, with correlations of one, and of zero with the asset.

    Both are positive semi-definite if the covariance is.
    """
    volatility = np.sqrt(np.diag(covariance))
    apart = covariance.copy()
    apart[0, 1:] = apart[1:, 0] = 0.0
    return np.outer(volatility, volatility), apart


def _past_dates(values: Array, sample: pd.DataFrame, worst: int) -> list[Scenario]:
    returns = sample.to_numpy()
    alone = values[0] * returns[:, 0]
    return [
        (
            f"past date {number}: {day(sample.index[row])}",
            float(alone[row]),
            float(values @ returns[row]),
            f"profit if {day(sample.index[row])} came back, number {number} of the asset's worst dates in the sample",
        )
        for number, row in enumerate(np.argsort(alone, kind="stable")[:worst], start=1)
    ]


def _volatilities(values: Array, covariance: Array) -> list[Scenario]:
    together, apart = forced_covariances(covariance)
    alone = abs(values[0]) * math.sqrt(covariance[0, 0])
    return [
        (name, alone, math.sqrt(max(float(values @ matrix @ values), 0.0)), meaning)
        for name, matrix, meaning in (
            ("volatility", covariance, "volatility of the next date, as the covariance has it"),
            (
                "volatility, correlations 1",
                together,
                "volatility of the next date if asset and hedges move in step",
            ),
            (
                "volatility, correlations 0",
                apart,
                "volatility of the next date if no hedge moves with the asset; hedges move with each other as before",
            ),
        )
    ]


def _jumps(values: Array, covariance: Array, jump: float) -> list[Scenario]:
    check_between(jump, "each jump", -1.0, math.inf)
    beta = covariance[0] / covariance[0, 0]
    alone, move = float(values[0] * jump), f"jump {100 * jump:+g} %"
    return [
        (
            f"{move}, hedges by beta",
            alone,
            float(values @ beta * jump),
            f"profit at a {move}; hedges move as expected",
        ),
        (f"{move}, hedges still", alone, alone, f"profit at a {move}; no hedge moves"),
    ]


def _funding(values: Array, names: list[Any], funding: FundingSpike) -> Scenario:
    if not isinstance(funding, FundingSpike):
        raise DataError(
            f"funding must be None, or such as FundingSpike(0.001, periods=9); got {funding!r}."
        )
    paying = names[1:] if funding.hedges is None else list(funding.hedges)
    unknown = [name for name in paying if name not in names[1:]]
    if unknown:
        raise DataError(f"funding must name hedges among {names[1:]}; got {unknown[0]!r}.")
    value = sum(float(values[names.index(name)]) for name in paying)
    rate = f"{100 * funding.rate:+g} %"
    return (
        f"funding {rate}, {funding.periods} periods",
        0.0,
        -funding.rate * funding.periods * value,
        f"profit if longs pay {rate} of value in each of {funding.periods} periods; prices stand still",
    )


def _checked(exposures: Any, returns: Any, covariance: Any) -> tuple[Array, pd.DataFrame, Array]:
    """Exposures (1 + n_hedges,), and the returns and covariance of these names in this order."""
    if not isinstance(exposures, pd.Series) or len(exposures) < 2 or not exposures.index.is_unique:
        raise DataError(
            f"exposures must be a Series by name, the asset first, then the hedges; got {exposures!r}. Give "
            "pd.Series({'asset': 1e6, 'hedge': -1e6})."
        )
    for name, value in exposures.items():
        check_between(value, f"the exposure of {name!r}", -math.inf, math.inf)
    if exposures.iloc[0] == 0.0:
        raise DataError(
            f"the exposure of the asset, {exposures.index[0]!r}, must not be zero; there is no position."
        )
    names, sample = list(exposures.index), check_frame(returns, "returns")
    if (kind := returns_kind(returns, None)) not in (None, "simple"):
        raise DataError(
            f"returns must be simple, so that value times return is profit; got {kind}. Use hr.returns."
        )
    if not isinstance(covariance, pd.DataFrame):
        raise DataError(f"covariance must be a DataFrame by name; got {type(covariance).__name__}.")
    for labels, what in (
        (sample.columns, "returns"),
        (covariance.index, "covariance"),
        (covariance.columns, "covariance"),
    ):
        absent = [name for name in names if name not in labels]
        if absent:
            raise DataError(f"{what} must hold all names of exposures; {absent[0]!r} is missing.")
        if not labels.is_unique:
            raise DataError(
                f"{what} must have every name once; {labels[labels.duplicated()][0]!r} occurs twice."
            )
    matrix = covariance.loc[names, names].to_numpy(dtype=float)
    _check_covariance(matrix)
    return exposures.to_numpy(dtype=float), sample[names], matrix


def _check_covariance(matrix: Array) -> None:
    """Refuse what is no covariance matrix, or one of an asset that does not move."""
    if not np.isfinite(matrix).all() or not matrix[0, 0] > 0.0:
        raise DataError(
            "covariance must be finite, and the variance of the asset positive. Give a fit's next_covariance."
        )
    volatility = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    scaled = matrix / np.outer(*[np.where(volatility > 0.0, volatility, volatility[0])] * 2)
    if np.abs(scaled - scaled.T).max() > SYMMETRY or np.linalg.eigvalsh(scaled)[0] < -SYMMETRY:
        raise DataError(
            "covariance must be symmetric and positive semi-definite; it is not. Give a fit's next_covariance."
        )
