"""Funding payments and premium of a perpetual, from recorded events."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.events import FundingRate, MarketEvent


@exported_by("hedgeresearch.basis")
def funding_rates(events: Iterable[MarketEvent]) -> pd.Series[float]:
    """Return the funding that was paid at each payment among some events.

    A venue states the rate of the next payment again and again; the last statement before the
    payment is the one that is paid. The payment after the last event has not happened, and is left
    out.

    Parameters
    ----------
    events : events of one perpetual at one venue, in the order in which they were received

    Returns
    -------
    Series (n_payments,)
        Fractions that longs pay, by the time of the payment in UTC.

    Raises
    ------
    DataError
        If no payment with a rate before it lies between the events, or a venue pays continuously
        and so states no time.

    Examples
    --------
    >>> from hedgeresearch.basis import funding_rates
    >>> from hedgeresearch.microstructure import FundingRate
    >>> hour = 3_600 * 10**9
    >>> stated = [
    ...     FundingRate(1e-4, 8.0, 8 * hour, None, None, None, 1 * hour),
    ...     FundingRate(3e-4, 8.0, 8 * hour, None, None, None, 7 * hour),
    ...     FundingRate(2e-4, 8.0, 16 * hour, None, None, None, 9 * hour),
    ... ]
    >>> funding_rates(stated).tolist()
    [0.0003]
    """
    stated: dict[int, float] = {}
    now = -1
    for event in events:
        now = max(now, event.receive_time)
        if not isinstance(event, FundingRate):
            continue
        if event.next_time is None:
            raise DataError(
                "The funding has no time of payment: it is paid continuously, and there are no "
                "payments to list."
            )
        if event.receive_time < event.next_time:
            stated[event.next_time] = event.rate
    paid = {time: rate for time, rate in stated.items() if time <= now}
    if not paid:
        raise DataError("The events hold no payment of funding whose rate was stated before it.")
    times = sorted(paid)
    index = pd.DatetimeIndex(times, tz="UTC", name="paid")
    return pd.Series([paid[time] for time in times], index=index, name="funding")


@exported_by("hedgeresearch.basis")
def mark_premium(events: Iterable[MarketEvent]) -> pd.Series[float]:
    """Return how far the mark price of a perpetual is above its index, as the venue states both.

    Parameters
    ----------
    events : events of one perpetual at one venue, in the order in which they were received

    Returns
    -------
    Series (n_statements,)
        Mark price / index price - 1, by the time received in UTC. Statements without one of both
        are left out; their number is ``attrs["left_out"]``.

    Raises
    ------
    DataError
        If no statement has both prices.

    Examples
    --------
    >>> from hedgeresearch.basis import mark_premium
    >>> from hedgeresearch.microstructure import FundingRate
    >>> mark_premium([FundingRate(1e-4, 8.0, None, 60_030.0, 60_000.0, None, 0)]).round(6).tolist()
    [0.0005]
    """
    stated = [event for event in events if isinstance(event, FundingRate)]
    times: list[int] = []
    values: list[float] = []
    for event in stated:
        if event.mark_price is not None and event.index_price is not None:
            times.append(event.receive_time)
            values.append(event.mark_price / event.index_price - 1.0)
    if not times:
        raise DataError(
            f"No statement of funding has a mark and an index price; got {len(stated)} without."
        )
    index = pd.DatetimeIndex(times, tz="UTC", name="received")
    premium = pd.Series(values, index=index, name="premium")
    premium.attrs["left_out"] = len(stated) - len(times)
    return premium
