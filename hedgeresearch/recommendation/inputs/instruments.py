"""Instruments to hedge with, as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Terms


def as_instruments(instruments: Sequence[Instrument] | Instrument) -> tuple[Instrument, ...]:
    """Return one instrument or several as a tuple.

    Raises
    ------
    DataError
        If there is none, one is not an instrument, or two have the same name.
    """
    one_or_several: Any = instruments if isinstance(instruments, Sequence) else [instruments]
    for one in one_or_several:
        if not isinstance(one, Terms) or not isinstance(one, Instrument):
            raise DataError(
                f"instruments must be such as LinearContract('ES', 50); got {one!r}. "
                "Make them with hr.LinearContract, hr.InverseContract or hr.Spot."
            )
    names = [one.name for one in one_or_several]
    if not names or len(set(names)) < len(names):
        raise DataError(
            f"instruments must be at least one, with different names; got {names}. Pass each once."
        )
    return tuple(one_or_several)
