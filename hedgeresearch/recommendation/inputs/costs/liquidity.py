"""Cost and capacity of an instrument as measured in its market, and flags of its venue."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch._validation.rates import as_half_spread
from hedgeresearch._validation.settings import check_between, check_not_negative
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.typing import Array

EXAMPLE = "{'BTC_PERP': Liquidity(half_spread=0.0001, capacity=40)}"


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Liquidity:
    """Cost and capacity of trading an instrument, as measured in its market.

    Half the spread replaces that of the instrument's terms. Impact adds to the cost of a trade, and
    both widen bands that balance costs against risk. No order exceeds the capacity: the rest waits
    for the next observation.

    Figures of a flagged venue, such as one with signs of wash trading, are not counted on in full:
    its band is wider by the cube root of ``1 / (1 - distrust)``, as if trades cost so many times as
    much (the optimal width grows with the cube root of the cost), its orders are at most
    ``1 - distrust`` of the capacity, and the reasons say so.

    Parameters
    ----------
    half_spread : float in [0, 0.1] or None
        Half of ask less bid, as a share of the price; None keeps that of the terms.
    impact : float >= 0
        Share of the price by which one contract moves it: a trade of x contracts costs half of
        that times x squared, times the value of a contract, in addition to half the spread.
    capacity : float >= 0
        Contracts that can be traded at once at an acceptable cost; infinite without a limit.
    within : float in (0, 1) or None
        The cost, a share of the price, within which the capacity can be traded; None if it comes
        from something else, such as a share of the volume.
    flag : str or None
        Why the venue's figures are not counted on, in words; None if they are.
    distrust : float in (0, 1)
        Share of the capacity that is not counted on where there is a flag.

    Raises
    ------
    DataError
        If a number is out of its range.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> thin = hr.Liquidity(half_spread=0.0002, capacity=40, within=0.0005)
    >>> thin.usable_capacity
    40
    >>> flagged = hr.Liquidity(capacity=40, flag="sizes are not those of the reference venue")
    >>> flagged.usable_capacity, round(flagged.band_factor, 3)
    (20.0, 1.26)
    """

    half_spread: float | None = None
    impact: float = 0.0
    capacity: float = math.inf
    within: float | None = None
    flag: str | None = None
    distrust: float = 0.5

    def __post_init__(self) -> None:
        if self.half_spread is not None:
            half_spread = as_half_spread(self.half_spread, "half_spread")
            object.__setattr__(self, "half_spread", half_spread)
        check_not_negative(self.impact, "impact")
        if self.capacity != math.inf:
            check_not_negative(self.capacity, "capacity", "It counts contracts, whichever side.")
        if self.within is not None:
            check_between(self.within, "within", 0.0, 1.0)
        check_between(self.distrust, "distrust", 0.0, 1.0)
        if self.flag is not None and (not isinstance(self.flag, str) or not self.flag.strip()):
            raise DataError(
                f"flag must say why the figures are not counted on; got {self.flag!r}. Pass None "
                "for a venue that is trusted."
            )

    @property
    def cost_factor(self) -> float:
        """Factor of the costs by which the band is computed; 1 without a flag.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> hr.Liquidity(flag="wash trading", distrust=0.5).cost_factor
        2.0
        """
        return 1.0 if self.flag is None else 1.0 / (1.0 - self.distrust)

    @property
    def band_factor(self) -> float:
        """Factor by which the band is wider; 1 without a flag."""
        return math.cbrt(self.cost_factor)

    @property
    def usable_capacity(self) -> float:
        """Contracts of an order at most."""
        return self.capacity if self.flag is None else self.capacity * (1.0 - self.distrust)


UNKNOWN = Liquidity()
"""Liquidity of an instrument of which nothing was measured."""


def as_liquidity(liquidity: Any, names: Sequence[str]) -> dict[str, Liquidity]:
    """Return liquidity by instrument.

    Raises
    ------
    DataError
        If it is not of an instrument, or not a Liquidity.
    """
    given = as_mapping(liquidity, "liquidity", EXAMPLE)
    for name, one in given.items():
        if name not in names:
            raise DataError(
                f"liquidity must be of instruments; {name!r} is not among {', '.join(names)}. "
                "Rename it, or add the instrument. That of options that hedge is not used."
            )
        if not isinstance(one, Liquidity):
            raise DataError(
                f"liquidity of {name!r} must be made by hr.Liquidity(...); got {preview(one)}."
            )
    return given


def at_measured_spreads(
    instruments: tuple[Instrument, ...], liquidity: Mapping[str, Liquidity]
) -> tuple[Instrument, ...]:
    """Return the instruments with the half spreads that were measured."""
    return tuple(_at_spread(one, liquidity.get(one.name, UNKNOWN)) for one in instruments)


def _at_spread(instrument: Instrument, liquidity: Liquidity) -> Instrument:
    measured = liquidity.half_spread
    if measured is None or measured == cast(Terms, instrument).half_spread:
        return instrument
    changed = copy(instrument)
    object.__setattr__(changed, "half_spread", measured)  # checked by Liquidity, as terms are
    return changed


def liquidity_arrays(
    liquidity: Mapping[str, Liquidity], names: Sequence[str]
) -> tuple[Array, Array, Array]:
    """Return impact, usable capacity and the factor of costs of each instrument, (n,) each."""
    each = [liquidity.get(name, UNKNOWN) for name in names]
    impact = np.array([one.impact for one in each])
    capacity = np.array([one.usable_capacity for one in each])
    return impact, capacity, np.array([one.cost_factor for one in each])
