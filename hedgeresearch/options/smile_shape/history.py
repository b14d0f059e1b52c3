"""The shape of smiles over time, as an observation of regimes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_index
from hedgeresearch.errors import DataError
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.options.sensitivities import DeltaConvention
from hedgeresearch.options.smile_shape.measures import skew
from hedgeresearch.options.surfaces.sabr import SABR
from hedgeresearch.options.surfaces.smile_at import Extrapolation
from hedgeresearch.options.surfaces.ssvi import SSVI
from hedgeresearch.options.surfaces.svi import SVI

MEASURES = ("at_the_money", "risk_reversal", "butterfly", "put_call_skew", "slope")
"""Columns of the history of one maturity."""
Chains = Mapping[Any, OptionChain] | Iterable[OptionChain]


@exported_by("hedgeresearch.options")
def skew_history(
    chains: Chains,
    days: float | Sequence[float] = 30.0,
    *,
    model: SVI | SSVI | SABR = SVI(),
    delta: DeltaConvention = "forward",
    level: float = 0.25,
    extrapolate: Extrapolation = None,
) -> pd.DataFrame:
    """Return the shape of the smile of constant maturities at each of many moments.

    The row of a date is made of the quotes of its chain alone and known at the end of the date: as
    ``observe`` of a regime hedge it serves for the ratio of the next date.

    Parameters
    ----------
    chains : mapping from date to OptionChain, or iterable of OptionChain
        With a mapping rows are dated by its keys, such as the dates of returns, on which or before
        which the quotes must have been made (days without a zone end at midnight of UTC); else by
        the moments of the quotes.
    days : float or sequence of float
        Maturities.
    model, delta, level, extrapolate : as in :func:`skew`; each chain is fitted on its own

    Returns
    -------
    DataFrame (n_dates, 5) or (n_dates, 5 n_days + 1)
        Columns at_the_money, risk_reversal, butterfly, put_call_skew and slope of :func:`skew`; of
        several maturities with their days, such as "slope 30d", and ``term_structure``, the
        volatility at the money of the longest less that of the shortest.

    Raises
    ------
    DataError
        If a date is before its quotes, or a surface or its shape cannot be had; the date is named.

    Examples
    --------
    >>> import numpy as np
    >>> moments = pd.date_range("2024-05-22 16:00", periods=2, tz="UTC")
    >>> strikes = np.arange(70.0, 141.0, 5.0)
    >>> chains = {}
    >>> for moment, level in zip(moments, (0.2, 0.3)):
    ...     smile = pd.DataFrame(
    ...         {
    ...             "expiry": moment + pd.Timedelta(days=30),
    ...             "strike": strikes,
    ...             "forward": 100.0,
    ...             "volatility": level - 0.1 * np.log(strikes / 100.0),
    ...         }
    ...     )
    ...     chains[moment.date()] = OptionChain.from_volatilities(smile, moment)
    >>> skew_history(chains)["at_the_money"].round(3).to_list()
    [0.2, 0.3]
    """
    dated = _dated(chains)
    maturities = np.unique(np.asarray(days, dtype=float)).tolist()
    rows = []
    for date, chain in dated.items():
        try:
            surface = model.fit(chain)
            shape = skew(surface, maturities, delta=delta, level=level, extrapolate=extrapolate)
        except DataError as error:
            raise DataError(f"{day(date)}: {error}") from None
        rows.append(_row(shape))
    return pd.DataFrame(rows, index=pd.DatetimeIndex(dated, name="date"))


def _dated(chains: Chains) -> dict[pd.Timestamp, OptionChain]:
    """Return the chains by date, none of them later than its date."""
    if isinstance(chains, Mapping):
        pairs = [(pd.Timestamp(date), chain) for date, chain in chains.items()]
    else:
        pairs = [(_checked(chain).moment, chain) for chain in chains]
    if not pairs:
        raise DataError("chains must have a chain at least; got none.")
    for date, chain in pairs:
        moment = _checked(chain).moment
        if moment > _end_of(date):
            raise DataError(
                f"the quotes of {day(date)} must be known at its end; they are of {day(moment)}. "
                "Date them by the day on which they were made."
            )
    check_index(pd.DatetimeIndex([date for date, _ in pairs]), "chains")
    return dict(pairs)


def _checked(chain: Any) -> OptionChain:
    if not isinstance(chain, OptionChain):
        raise DataError(f"chains must be OptionChains; got {type(chain).__name__}.")
    return chain


def _end_of(date: pd.Timestamp) -> pd.Timestamp:
    """Return the moment at which what is dated so is known."""
    zoned = date.tz_localize("UTC") if date.tz is None else date
    if zoned == zoned.normalize():
        return zoned + pd.Timedelta(days=1)
    return zoned


def _row(shape: pd.DataFrame) -> dict[str, float]:
    """Return the numbers of one date by column."""
    if len(shape) == 1:
        return {name: float(shape[name].iloc[0]) for name in MEASURES}
    row = {}
    for number, days in enumerate(shape.index):
        for name in MEASURES:
            row[f"{name} {days:g}d"] = float(shape[name].iloc[number])
    ends = shape["at_the_money"].to_numpy()
    return row | {"term_structure": float(ends[-1] - ends[0])}
