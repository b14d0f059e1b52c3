"""The source of events is a symbol at a venue."""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError


@exported_by("hedgeresearch.feeds")
@dataclass(frozen=True, slots=True)
class Source:
    """A symbol at a venue.

    Parameters
    ----------
    venue, symbol : str, as the venue writes them

    Examples
    --------
    >>> from hedgeresearch.feeds import Source
    >>> str(Source("binance", "BTCUSDT"))
    'BTCUSDT at binance'
    """

    venue: str
    symbol: str

    def __post_init__(self) -> None:
        for field, value in (("venue", self.venue), ("symbol", self.symbol)):
            if not isinstance(value, str) or not value:
                raise DataError(f"{field} must be a name; got {value!r}.")

    def __str__(self) -> str:
        return f"{self.symbol} at {self.venue}"
