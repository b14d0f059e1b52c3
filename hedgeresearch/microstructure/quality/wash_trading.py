r"""Signs of wash trading in the sizes of trades.

Trades between accounts of the same owner make a venue look liquid. Three measures of Cong, Li, Tang
and Yang (2023), Management Science 69, Crypto Wash Trading:

- the first digits of sizes, whose frequencies are near Benford's log10(1 + 1/d) where people trade
  sizes of many magnitudes; the mean absolute deviation (MAD) is used, because a test of fit rejects
  every large sample of an honest venue;
- the clustering of sizes at round numbers of base units, which people prefer and programs do not:
  the share of such sizes over that of evenly spread ones, 1 for no clustering;
- the exponent of the tail of large sizes (Hill 1975, Annals of Statistics 3), as a diagnostic only:
  against the records of a venue that is known to have traded with itself it points the wrong way
  (Aloosh and Li 2024, Management Science 70).

All three depend on the instrument and its lot, so that they are compared with a venue that is
trusted, by ``MarketQuality``. They say nothing on intent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure.events import MarketEvent, Trade
from hedgeresearch.microstructure.possible import possible_events
from hedgeresearch.typing import Array, Indices

MIN_TRADES = 1_000
"""Minimum number of trades."""
BENFORD = np.log10(1.0 + 1.0 / np.arange(1, 10))
"""Frequencies of the first digits 1 to 9."""
ROUND_UNITS = 100
"""Multiples of this number of base units are round."""
TAIL = 0.05
"""Share of the largest trades from which the exponent of the tail is estimated."""
N_DRAWS = 200
"""Number of resamples from which standard errors are computed."""


@exported_by("hedgeresearch.microstructure")
@dataclass(frozen=True)
class TradeSizes:
    """Measures of the sizes of a venue's trades.

    Attributes
    ----------
    benford_mad : mean absolute deviation of first-digit frequencies from Benford's; what is usual
        depends on the instrument: .03 to .04 for six minutes of bitcoin at Binance
    benford_error : its standard error
    roundness : share of round sizes over that of evenly spread ones, 1 for none
    roundness_error : its standard error
    tail_exponent : Hill estimate from the largest 5%; inf if these are all of one size
    n_trades : int
    base_unit : smallest step of a size, on which roundness depends

    Examples
    --------
    >>> from hedgeresearch.microstructure import Trade, trade_sizes
    >>> trades = [Trade(0, 100.0, 0.01 * (row % 900 + 1), 1, None, 0) for row in range(2_700)]
    >>> measures = trade_sizes(trades, base_unit=0.01)
    >>> measures.n_trades, measures.roundness
    (2700, 1.0)
    """

    benford_mad: float
    benford_error: float
    roundness: float
    roundness_error: float
    tail_exponent: float
    n_trades: int
    base_unit: float


@exported_by("hedgeresearch.microstructure")
def trade_sizes(events: Iterable[MarketEvent], base_unit: float, *, seed: int = 0) -> TradeSizes:
    """Return measures of the sizes of the trades among some events.

    Parameters
    ----------
    events : events of one instrument at one venue
    base_unit : float > 0, the smallest step of a size: 1e-5 for bitcoin at Binance
    seed : int, of the resamples behind the standard errors

    Raises
    ------
    DataError
        If there are fewer than 1,000 trades, or sizes are not multiples of the base unit.

    Examples
    --------
    >>> import numpy as np
    >>> from hedgeresearch.microstructure import Trade, trade_sizes
    >>> sizes = np.random.default_rng(0).lognormal(0.0, 1.5, 5_000).round(2) + 0.01
    >>> trades = [Trade(0, 100.0, size, 1, None, 0) for size in sizes]
    >>> measures = trade_sizes(trades, base_unit=0.01)
    >>> round(measures.benford_mad, 3), round(measures.roundness, 1)
    (0.004, 0.7)
    """
    check_between(base_unit, "base_unit", 0.0, np.inf)
    check_at_least(seed, "seed", 0)
    trades = (event for event in possible_events(events) if isinstance(event, Trade))
    sizes = np.array([trade.size for trade in trades])
    if len(sizes) < MIN_TRADES:
        raise DataError(f"At least {MIN_TRADES} trades are needed; got {len(sizes)}.")
    units = _whole_units(sizes, base_unit)
    generator = np.random.default_rng(seed)
    digits = _first_digits(units)
    counts = np.bincount(digits, minlength=10)[1:]
    draws = generator.multinomial(len(digits), counts / len(digits), N_DRAWS)
    n_round = int((units % ROUND_UNITS == 0).sum())
    share = n_round / len(units)
    return TradeSizes(
        benford_mad=_deviation(counts),
        benford_error=float(np.std([_deviation(draw) for draw in draws])),
        roundness=share * ROUND_UNITS,
        roundness_error=float(np.sqrt(share * (1.0 - share) / len(units)) * ROUND_UNITS),
        tail_exponent=_hill_exponent(sizes),
        n_trades=len(sizes),
        base_unit=float(base_unit),
    )


def _whole_units(sizes: Array, base_unit: float) -> Array:
    """Return sizes in base units, which must be whole and positive."""
    units = np.rint(sizes / base_unit)
    good = (units > 0.0) & (np.abs(sizes - units * base_unit) < 1e-6 * base_unit + 1e-9 * sizes)
    if not good.all():
        raise DataError(
            f"Sizes must be positive multiples of the base unit {base_unit:g}; got "
            f"{sizes[~good][0]:g}. Pass the step of a size at the venue."
        )
    return np.asarray(units)


def _first_digits(units: Array) -> Indices:
    """Return the first digit of each number of base units."""
    powers = np.floor(np.log10(units))
    # a rounded logarithm may be one off next to a power of ten
    powers += units >= 10.0 ** (powers + 1.0)
    powers -= units < 10.0**powers
    return np.asarray(units // 10.0**powers, dtype=np.int64)


def _deviation(counts: Indices) -> float:
    """Return the mean absolute deviation of nine counts from Benford's frequencies."""
    return float(np.abs(counts / counts.sum() - BENFORD).mean())


def _hill_exponent(sizes: Array) -> float:
    """Return the Hill estimate of the exponent of the tail."""
    n_tail = max(int(TAIL * len(sizes)), 2)
    largest = np.sort(sizes)[-n_tail - 1 :]
    mean = float(np.log(largest[1:] / largest[0]).mean())
    return 1.0 / mean if mean > 0.0 else math.inf
