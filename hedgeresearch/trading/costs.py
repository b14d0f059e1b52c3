r"""Costs of trading and holding a hedge, and hedged returns after them.

.. math:: c_t = \sum_i \left(s_i + f_i\right) \left|h_{i,t} - h_{i,t-1}\right|
                - \sum_i h_{i,t} \, k_{i,t}

with h the ratio, s half the spread between bid and ask, f a fee, both fractions of the notional
that is traded, and k the carry: what a long position of one notional pays over the date's period,
and a short one earns. That is the sign of the funding of perpetual contracts (longs pay shorts when
it is positive), of the roll of futures above spot, and, negative, of the fee for borrowing a share
that is sold. A positive ratio is a short position.

Trades are those of ``metrics.ratio_changes``: the first date pays for entering, the last one is not
closed, the drift of notionals within a period is ignored. With costs proportional to trades, gross
returns less costs are the net returns of, for example, DeMiguel, Garlappi and Uppal (2009), Review
of Financial Studies 22, section 3, as a difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.numbers import as_number
from hedgeresearch._validation.rates import as_fee, as_half_spread
from hedgeresearch._validation.series import on_dates, one_series, refuse_other_dates
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.metrics.trading_activity import ratio_changes

Rate = float | Mapping[Any, float]
"""One number for all hedges, or a number for each by name."""
HoldingCost = Rate | pd.Series | pd.DataFrame
"""Constant by hedge, or by date, for all hedges alike or with a column for each."""


@exported_by("hedgeresearch.trading")
@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of trading and holding hedges, as fractions of notional.

    Parameters
    ----------
    half_spread : float in [0, 0.1], or a mapping by hedge: paid on the notional traded, such as
        0.0001
    fee : float in [-0.1, 0.1], or a mapping by hedge: paid on the notional traded; a rebate is
        negative. Divide a fee per contract by the value of one contract
    carry : what a long unit of a hedge pays, and a short one earns, per period: float, a mapping by
        hedge, a Series by date for all hedges alike, or a DataFrame by date with a column per
        hedge. Only where the returns of the hedges do not include it

    Raises
    ------
    DataError
        If a half spread, fee or carry is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2020-01-01", periods=3)
    >>> ratio = pd.DataFrame({"perpetual": [0.5, 0.75, 0.75]}, dates)
    >>> funding = pd.Series([0.0001, 0.0001, -0.0002], dates)
    >>> costs = hr.Costs(half_spread=0.0002, fee=0.0005, carry=funding)
    >>> hr.trading.hedging_costs(ratio, costs).round(6).tolist()
    [0.0003, 0.0001, 0.00015]
    """

    half_spread: Rate = 0.0
    fee: Rate = 0.0
    carry: HoldingCost = 0.0

    def __post_init__(self) -> None:
        # copies: later changes of the caller's mappings and frames do not change the costs
        spread = _copied_rate(self.half_spread, "half_spread", as_half_spread)
        object.__setattr__(self, "half_spread", spread)
        object.__setattr__(self, "fee", _copied_rate(self.fee, "fee", _as_fee))
        object.__setattr__(self, "carry", _copied_carry(self.carry))


@exported_by("hedgeresearch.trading")
def hedging_costs(ratio: pd.DataFrame, costs: Costs) -> pd.Series[float]:
    """Return the cost of each date, (n_dates,), as a fraction of the asset's notional.

    It is negative where the carry earns more than the trades cost.

    Parameters
    ----------
    ratio : DataFrame (n_dates, n_hedges), each date's ratio made before that date and held over it
    costs : Costs

    Raises
    ------
    DataError
        If the costs name other hedges than the ratio, or the carry does not hold every date.

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> ratio = pd.DataFrame({"hedge": [1.0, 1.2, 1.2]}, pd.bdate_range("2024-01-01", periods=3))
    >>> hr.trading.hedging_costs(ratio, hr.Costs(half_spread=0.001)).round(5).tolist()
    [0.001, 0.0002, 0.0]
    """
    if not isinstance(costs, Costs):
        raise DataError(
            f"costs must be Costs(...), such as Costs(half_spread=0.0001); got {costs!r}."
        )
    path = check_frame(ratio, "ratio")
    return costs_of_trades(ratio_changes(path).abs(), path, costs)


def costs_of_trades(traded: pd.DataFrame, held: pd.DataFrame, costs: Costs) -> pd.Series[float]:
    """Return the cost of each date, (n_dates,), of values traded and values held.

    Parameters
    ----------
    traded : DataFrame (n_dates, n_hedges), sizes of what is traded
    held : DataFrame (n_dates, n_hedges), sold is positive
    costs : Costs
    """
    rates = _rate_by_hedge(costs.half_spread, held, "half_spread")
    rates += _rate_by_hedge(costs.fee, held, "fee")
    trading = (traded * rates).sum(axis=1)
    earned = (held * _carry_by_date(costs.carry, held)).sum(axis=1)
    return (trading - earned).rename("cost")


@exported_by("hedgeresearch.trading")
def net_returns(hedged: pd.Series[float], ratio: pd.DataFrame, costs: Costs) -> pd.Series[float]:
    """Return hedged returns after costs, (n_dates,), fractions per period.

    Parameters
    ----------
    hedged : Series (n_dates,), before costs
    ratio : DataFrame (n_dates, n_hedges), the ratios of these returns, on the same dates
    costs : Costs

    Raises
    ------
    DataError
        If the dates differ, or the costs do not fit the ratio.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.RollingOLSHedge(250).fit(returns["NASDAQ"], returns[["SP500"]])
    >>> hedged = hr.hedged_returns(returns["NASDAQ"], returns[["SP500"]], fit.ratio)
    >>> net = hr.trading.net_returns(hedged, fit.ratio, hr.Costs(half_spread=0.0001, fee=0.0001))
    >>> round(float((hedged - net).sum()), 5)
    0.00248
    """
    gross = one_series(hedged, "hedged")
    cost = hedging_costs(ratio, costs)
    refuse_other_dates(gross.index, cost.index, "hedged and ratio")
    return (gross - cost).rename("net")


def costs_of_hedges(costs: Costs, names: Sequence[str]) -> Costs:
    """Return the costs with the rates by hedge of some hedges only, if there are others."""
    chosen = {
        field: {name: rate[name] for name in names if name in rate}
        for field, rate in vars(costs).items()
        if isinstance(rate, Mapping)
    }
    return replace(costs, **chosen)


def _as_fee(value: Any, name: str) -> float:
    return as_fee(value, name, "is divided by the value of one contract")


def _as_carry(value: Any, name: str) -> float:
    number = as_number(value)
    check_between(number, name, -math.inf, math.inf)
    return float(number)


def _copied_rate(rate: Rate, name: str, read: Callable[[Any, str], float]) -> Rate:
    """Return a copy of a rate, each number of which is read and checked."""
    if not isinstance(rate, Mapping):
        return read(rate, name)
    return {hedge: read(value, f"{name} of {hedge!r}") for hedge, value in rate.items()}


def _copied_carry(carry: HoldingCost) -> HoldingCost:
    """Return a copy of a checked carry."""
    if isinstance(carry, pd.Series):
        return one_series(carry, "carry")
    if isinstance(carry, pd.DataFrame):
        return check_frame(carry, "carry")
    return _copied_rate(carry, "carry", _as_carry)


def _rate_by_hedge(rate: Rate, path: pd.DataFrame, name: str) -> pd.Series[float]:
    """Return the rate of each hedge of a path of ratios, (n_hedges,)."""
    if not isinstance(rate, Mapping):
        return pd.Series(rate, index=path.columns)
    if set(rate) != set(path.columns):
        raise DataError(f"{name} must name the hedges {list(path.columns)}; got {list(rate)}.")
    return pd.Series([rate[hedge] for hedge in path.columns], index=path.columns)


def _carry_by_date(carry: HoldingCost, path: pd.DataFrame) -> pd.DataFrame:
    """Return the carry of each date and hedge of a path of ratios, (n_dates, n_hedges)."""
    if isinstance(carry, pd.DataFrame):
        if set(carry.columns) != set(path.columns):
            raise DataError(
                f"carry must have the columns {list(path.columns)}; got {list(carry.columns)}."
            )
        return on_dates(carry, path.index, "carry", "ratio")[list(path.columns)]
    if isinstance(carry, pd.Series):
        by_date = on_dates(carry.to_frame(), path.index, "carry", "ratio").iloc[:, 0]
        return pd.DataFrame({hedge: by_date for hedge in path.columns})
    rates = _rate_by_hedge(carry, path, "carry")
    return pd.DataFrame([rates] * len(path), index=path.index)
