r"""Returns of energy and aluminum futures by contract month, with rolls and negative prices.

The file has the settlements of the m-th nearest contract, whose contract changes when the nearest
one expires. A position in the contract that is the m-th nearest on t gains

.. math:: r^m_t = \frac{P^m_t - P^{m+k}_{t-1}}{P^d_{t-1}}

over the date, with k the number of expiries since the date before, and the settlement of a deferred
contract d as the notional: the 12th (the 6th for aluminum), which is positive on all dates, also on
20 April 2020, when the nearest WTI contract settled at -37.63. All contracts of a commodity have
the same notional, so that one to one is a contract for a contract.

Expiries follow the calendars of the exchanges, on the trading dates in the file. Exchange holidays
that the file does not show may shift them by a date: where the curve moves more nearly in parallel
with its months unchanged on the date of the calendar, and with its months shifted by one on the
date before or after, that one is the first date with new contracts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.datasets.download import fetch
from hedgeresearch.datasets.r_data import read_rda
from hedgeresearch.typing import Array, Indices

FILE = "dfwide.rda"
SATURDAY = 5
DAYS_TO_25TH = 24
BRENT_RULE_CHANGED = pd.Period("2016-02", "M")
"""First month in which Brent contracts expire at the end of a month."""
SHARPNESS = 1e-6
"""Smallest dispersion of price changes, so that curves that do not move are compared."""


class Commodity(NamedTuple):
    """Contracts of a commodity.

    Attributes
    ----------
    root : its letters in the file
    n_months : number of contract months in the file
    deferred : contract month whose settlement is the notional
    fitted : contract months whose changes date the rolls
    """

    root: str
    n_months: int
    deferred: int
    fitted: int


COMMODITIES = {
    "WTI": Commodity("CL", 36, 12, 8),
    "Brent": Commodity("BRN", 36, 12, 8),
    "gas": Commodity("NG", 36, 12, 12),
    "heating oil": Commodity("HO", 18, 12, 8),
    "gasoline": Commodity("RB", 18, 12, 8),
    "aluminum": Commodity("ALI", 6, 6, 6),
}
"""Commodities by name. Left out are differentials and premiums, see ``LEFT_OUT``."""
LEFT_OUT = {
    "HTT": "differential of WTI in Houston to Cushing: it is around zero, so that no price of its "
    "own is a notional",
    "AUP": "premium of aluminum in the US, unchanged on 42 % of dates",
    "EDP": "premium of aluminum in Europe, unchanged on 49 % of dates",
    "MJP": "premium of aluminum in Japan, unchanged on 43 % of dates",
}
"""Series of the file that are not used, and why."""
FIRST_ALUMINUM_DATE = "2019-07-02"
"""Before, all months of aluminum have the same settlement, unchanged on 95 % of dates in 2018."""


def read_settlements() -> pd.DataFrame:
    """Return settlements of all contract months, (n_dates, 180), on weekdays in order."""
    table: pd.DataFrame = read_rda(fetch(FILE))
    dates = pd.DatetimeIndex(pd.to_datetime(table["date"], unit="D"), name="date")
    prices = table.drop(columns="date").set_axis(dates, axis=0).sort_index().astype(float)
    # R marks gaps with a signaling NaN; an ordinary one raises no flags of the processor.
    prices = prices.mask(prices.isna(), np.nan)
    # The file has two rows on weekends; the one of 27 August 2017 has a gasoline price of zero.
    return prices[dates.sort_values().day_of_week < SATURDAY]


def contract_returns(
    prices: pd.DataFrame, commodity: Commodity, others: Commodity | None = None
) -> pd.DataFrame:
    """Return the returns of each contract month but the last, (n_dates - 1, n_months - 1).

    Parameters
    ----------
    prices : DataFrame (n_dates, n_series), as from ``read_settlements``
    commodity : Commodity
    others : Commodity that trades in another place: returns are then from one date to the next on
        which both have prices

    Returns
    -------
    DataFrame
        Columns such as "CL02"; rows on which a contract month has no price now or before are NaN in
        its column.
    """
    curve = curve_of(prices, commodity)
    expiries = roll_flags(curve, commodity).cumsum()
    if others is not None:
        shared = curve.index.isin(curve_of(prices, others).index)
        curve = curve[shared]
        expiries = expiries[shared]
    values = curve.to_numpy()
    held_before = contracts_before(values, np.diff(expiries))
    notional = values[:-1, [commodity.deferred - 1]]
    changes = (values[1:] - held_before) / notional
    returns = pd.DataFrame(changes, curve.index[1:], curve.columns).iloc[:, :-1]
    return returns.loc[FIRST_ALUMINUM_DATE:] if commodity.root == "ALI" else returns


def curve_of(prices: pd.DataFrame, commodity: Commodity) -> pd.DataFrame:
    """Return the settlements of a commodity, (n_dates, n_months), where its near months have some.

    Dates without a price of the deferred contract or a nearer one are left out.
    """
    names = [contract(commodity, month) for month in range(1, commodity.n_months + 1)]
    return prices[names].dropna(subset=names[: commodity.deferred])


def contracts_before(values: Array, n_expiries: Indices) -> Array:
    """Return the prices, on the date before, of the contracts of each date but the first.

    Parameters
    ----------
    values : array (n_dates, n_months)
    n_expiries : array (n_dates - 1,), contracts that expired since the date before

    Returns
    -------
    array (n_dates - 1, n_months), NaN for contracts that were not yet listed
    """
    before = values[:-1].copy()
    for k in np.unique(n_expiries[n_expiries > 0]):
        rows = np.flatnonzero(n_expiries == k)
        before[rows, :-k] = values[rows, k:]
        before[rows, -k:] = np.nan
    return before


def contract(commodity: Commodity, month: int) -> str:
    """Return the name of the series of a contract month, such as "CL02"."""
    return f"{commodity.root}{month:02d}"


def roll_flags(curve: pd.DataFrame, commodity: Commodity) -> Array:
    """Return whether a date is the first with new contracts, (n_dates,) of booleans."""
    days = pd.DatetimeIndex(curve.index)
    by_calendar = days.get_indexer(first_dates(days, commodity.root))
    advantage = shift_advantage(curve.to_numpy()[:, : commodity.fitted])
    flags = np.zeros(len(days), dtype=bool)
    for position in by_calendar[by_calendar > 0]:
        nearby = np.arange(max(position - 1, 1), min(position + 2, len(days)))
        best = nearby[advantage[nearby].argmax()]
        is_another = advantage[position] < 0.0 < advantage[best]
        flags[best if is_another else position] = True
    return flags


def shift_advantage(values: Array) -> Array:
    """Return by how much changes of shifted months are less dispersed, in logs, (n_dates,)."""
    stay = np.diff(values, axis=0)[:, :-1]
    shift = values[1:, :-1] - values[:-1, 1:]
    ratio = (stay.std(axis=1) + SHARPNESS) / (shift.std(axis=1) + SHARPNESS)
    return np.concatenate([[0.0], np.log(ratio)])


def first_dates(days: pd.DatetimeIndex, root: str) -> pd.DatetimeIndex:
    """Return the first trading date after each expiry, by the calendar of the exchange."""
    rule = RULES[root]
    months = days.to_period("M")
    found: list[pd.Timestamp] = []
    for month in months.unique():
        own = np.flatnonzero(months == month)
        position = rule(days, own, month)
        if 0 <= position < len(days):
            found.append(days[position])
    return pd.DatetimeIndex(sorted(set(found)))


Rule = Callable[[pd.DatetimeIndex, Indices, pd.Period], int]
"""From all dates, the positions of those in a month, and the month, to a position; -1 for none."""


def _after_month_end(days: pd.DatetimeIndex, own: Indices, month: pd.Period) -> int:
    """Last trading date of the month before: the first date of this one."""
    return int(own[0])


def _after_third_last(days: pd.DatetimeIndex, own: Indices, month: pd.Period) -> int:
    """Three trading dates before the next month: the second last date of this one."""
    return int(own[-2]) if len(own) > 1 else -1


def _after_25th_less_three(days: pd.DatetimeIndex, own: Indices, month: pd.Period) -> int:
    """Three trading dates before the 25th, or before the last trading date up to it."""
    last_day = month.start_time + pd.Timedelta(days=DAYS_TO_25TH)
    upto = own[days[own] <= last_day]
    return int(upto[-1]) - 2 if len(upto) > 3 else -1


def _after_brent_expiry(days: pd.DatetimeIndex, own: Indices, month: pd.Period) -> int:
    """End of the month before; to January 2016 the date before the 15th day to the next month.

    If that day is no trading date, the one before it counts in its place.
    """
    if month >= BRENT_RULE_CHANGED:
        return int(own[0])
    fifteenth = (month + 1).start_time - pd.Timedelta(days=15)
    return int(days.searchsorted(fifteenth, side="right")) - 1


RULES: dict[str, Rule] = {
    "CL": _after_25th_less_three,
    "BRN": _after_brent_expiry,
    "NG": _after_third_last,
    "HO": _after_month_end,
    "RB": _after_month_end,
    "ALI": _after_third_last,
}
