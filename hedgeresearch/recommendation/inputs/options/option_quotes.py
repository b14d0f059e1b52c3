"""Quotes of a market at which options are valued: volatilities, forwards, discounts, moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch._validation.numbers import as_number
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.inputs.market_checks import refuse_absent
from hedgeresearch.recommendation.inputs.moments import later_moment, zoned_moment

FIELDS = ("volatilities", "forwards", "discounts")


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class OptionQuotes:
    """Quotes at which the options of a market are valued, on its last date.

    Each is by name of the option: a column of the market's table, or a number.

    Parameters
    ----------
    volatilities : mapping from option
        Implied volatilities, annual fractions such as 0.6. With a column, its past changes take
        part in the past profits of the book.
    forwards : mapping from option
        Forward of its expiry, in the currency of its strike; by default the price of the
        underlying, as for options on a future. A bar later, a number has followed the underlying at
        the carry per year that it stands for.
    discounts : mapping from option
        Value today of 1 paid at the expiry, such as 0.99, for inverse options of a coin; 1 by
        default. A bar later, a number is that of the same interest for the time that is left.
    moment : time with a zone, optional
        Moment of the last prices; by default the last date of a table whose dates have a zone. A
        bar later it is as much later as the date of the bar.

    Raises
    ------
    DataError
        If the moment has no zone.

    Examples
    --------
    >>> OptionQuotes({"BTC_P": 0.62}, moment="2026-05-27 08:00+00:00").moment
    Timestamp('2026-05-27 08:00:00+0000', tz='UTC')
    """

    volatilities: Mapping[str, str | float]
    forwards: Mapping[str, str | float] | None = None
    discounts: Mapping[str, str | float] | None = None
    moment: Any = None

    def __post_init__(self) -> None:
        for name in FIELDS:
            links = as_mapping(getattr(self, name), name, "{'BTC_P': 'BTC_P_IV'}")
            object.__setattr__(self, name, FrozenMapping(links))
        if self.moment is not None:
            object.__setattr__(self, "moment", zoned_moment(self.moment))

    def after(self, passed: Any) -> OptionQuotes:
        """Return the quotes with the moment later by the time between two dates.

        Examples
        --------
        >>> import pandas as pd
        >>> from hedgeresearch.recommendation import OptionQuotes
        >>> quotes = OptionQuotes({"BTC_P": 0.62}, moment="2026-05-27 08:00+00:00")
        >>> quotes.after(pd.Timedelta("1h")).moment
        Timestamp('2026-05-27 09:00:00+0000', tz='UTC')
        >>> quotes.check_columns([])  # raises if a column is missing
        """
        if self.moment is None:
            return self
        moment = later_moment(self.moment, passed, "options")
        return OptionQuotes(self.volatilities, self.forwards, self.discounts, moment)

    def check_columns(self, columns: Collection[str]) -> None:
        """Refuse values that are neither columns of a table nor numbers."""
        for field in FIELDS:
            for name, column in getattr(self, field).items():
                if isinstance(column, str):
                    refuse_absent(column, columns, f"{field} of {name!r}")
                    continue
                number = as_number(column)
                check_between(number, f"{field} of {name!r}", 0.0, np.inf)


def checked_quotes(quotes: Any, columns: Collection[str]) -> OptionQuotes | None:
    """Return the quotes of a market; refuse others, and columns that the table does not have."""
    if quotes is None:
        return None
    if not isinstance(quotes, OptionQuotes):
        raise DataError(
            "quotes must be made by hr.recommendation.OptionQuotes({'BTC_P': 0.62}); got "
            f"{preview(quotes)}."
        )
    quotes.check_columns(columns)
    return quotes
