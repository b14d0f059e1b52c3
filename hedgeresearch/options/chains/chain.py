"""Quotes of the options on one underlying at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch._interactive import shown
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.options.chains.filters import (
    FILTERS,
    USED,
    quality,
    warn_of_faults,
    warn_of_order,
)
from hedgeresearch.options.chains.forwards import forward_table, warn_of_given_forwards
from hedgeresearch.options.chains.pricing import quotes_from_volatilities
from hedgeresearch.options.chains.quotes import volatility_quotes
from hedgeresearch.options.chains.rates import Rate, checked_rate
from hedgeresearch.options.chains.table_checks import checked_moment, checked_table
from hedgeresearch.options.chains.venues import cboe_table, deribit_table, given_moment

RULES = ("median", "cboe", "table")
"""Rules for the forward of an expiry."""


@exported_by("hedgeresearch.options")
@dataclass(frozen=True, eq=False, repr=False)
class OptionChain:
    r"""Quotes of the options on one underlying at one moment, with the forward of each expiry.

    A quote without a bid, without an ask, with the bid above the ask, or that gives money away
    against the forward is not used; ``dropped`` counts them by reason. The option in the money of
    each strike serves parity, the one out of the money everything else.

    Parameters
    ----------
    table : DataFrame, shape (n, ...)
        A row for each option, with the columns ``expiry`` (time with a zone), ``strike``, ``kind``
        ("call" or "put"), ``bid`` and ``ask`` (prices in currency, 0 or NaN without a quote), and
        perhaps ``forward``, ``mark``, ``mark_volatility`` (annual fraction) and ``open_interest``.
    moment : Timestamp
        Time of the quotes, with a zone.
    underlying : str
        Name of the underlying.
    rate : float, mapping or "parity"
        Interest rate a year, continuously compounded, as a fraction; or one for each expiry; or
        "parity", which estimates the discount of each expiry from the slope of C - P on K.
    forward_rule : {"median", "cboe", "table"}, optional
        Forward of an expiry: "median" of K + (C - P) / D over the strikes within 5% of the money,
        the same at the one strike of least \|C - P\| ("cboe"), or the column ``forward``
        ("table"). By default the column if there is one, and else the median.
    index : float, optional
        Level of the underlying itself, which is not the forward.
    max_spread : float, optional
        Largest ask less bid that is used, in units of their middle, such as 0.5.

    Raises
    ------
    DataError
        If a column is absent, a time has no zone, an expiry is not after the moment, an option
        occurs twice, or an expiry has two underlyings.

    Examples
    --------
    >>> expiry = pd.Timestamp("2024-06-21 08:00", tz="UTC")
    >>> rows = [
    ...     (expiry, strike, kind, price - 0.1, price + 0.1)
    ...     for strike, call, put in [(95, 7.0, 2.0), (100, 4.0, 4.0), (105, 2.1, 7.1)]
    ...     for kind, price in (("call", call), ("put", put))
    ... ]
    >>> table = pd.DataFrame(rows, columns=["expiry", "strike", "kind", "bid", "ask"])
    >>> chain = OptionChain(table, pd.Timestamp("2024-05-22 08:00", tz="UTC"), "example")
    >>> chain.forward(expiry), len(chain.out_of_the_money())
    (100.0, 3)
    """

    table: pd.DataFrame
    moment: pd.Timestamp
    underlying: str = ""
    rate: Rate = 0.0
    forward_rule: str | None = None
    index: float | None = None
    max_spread: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "moment", checked_moment(self.moment))
        object.__setattr__(self, "table", checked_table(self.table, self.moment))
        has_forwards = "forward" in self.table.columns
        rule = self.forward_rule or ("table" if has_forwards else "median")
        check_choice(rule, "forward_rule", RULES)
        if rule == "table" and not has_forwards:
            raise DataError("forward_rule='table' needs the column 'forward'. Use 'median'.")
        object.__setattr__(self, "forward_rule", rule)
        if self.index is not None:
            check_between(self.index, "index", 0.0, np.inf)
        if self.max_spread is not None:
            check_between(self.max_spread, "max_spread", 0.0, np.inf)
        object.__setattr__(self, "rate", checked_rate(self.rate, self.expiries))
        warn_of_given_forwards(self.forwards, self.index)
        warn_of_faults(self.table, self.quality)
        warn_of_order(self.table, self.quality)

    # --- other layouts ---

    @classmethod
    def from_deribit(
        cls, frame: pd.DataFrame, moment: pd.Timestamp | None = None, **settings: Any
    ) -> OptionChain:
        """Return the chain of a table of Deribit: a book summary by currency, or tickers.

        Prices in the coin are converted into dollars at the forward of the row, its
        ``underlying_price``, which is that of the chain. Options expire at 8:00 UTC.

        Parameters
        ----------
        frame : DataFrame, shape (n, ...)
            With the columns instrument_name, bid_price, ask_price (or best_bid_price and
            best_ask_price) and underlying_price, and perhaps mark_price, mark_iv (per cent),
            open_interest, index_price or estimated_delivery_price, creation_timestamp or timestamp
            (milliseconds).
        moment : Timestamp, optional
            By default the last time of the rows.
        **settings
            Further settings of the chain.

        Examples
        --------
        >>> frame = pd.DataFrame(
        ...     {
        ...         "instrument_name": ["BTC-28JUN24-60000-C", "BTC-28JUN24-60000-P"],
        ...         "bid_price": [0.045, 0.044],
        ...         "ask_price": [0.046, 0.045],
        ...         "underlying_price": [60050.0, 60050.0],
        ...         "creation_timestamp": [1717228800000, 1717228800000],
        ...     }
        ... )
        >>> OptionChain.from_deribit(frame)
        OptionChain(BTC, 1 expiry, 2 quotes of 2024-06-01 08:00 UTC)
        """
        table, found, underlying, index = deribit_table(frame)
        own = {"underlying": underlying, "index": index} | settings
        return cls(table, given_moment(moment, found), **own)

    @classmethod
    def from_cboe(cls, quotes: Any, moment: pd.Timestamp, **settings: Any) -> OptionChain:
        """Return the chain of quotes as Cboe writes them.

        Parameters
        ----------
        quotes : mapping or DataFrame
            A table (n_strikes, 5) for each expiry, a time with a zone, with strike, call bid, call
            ask, put bid and put ask; or a DataFrame of delayed quotes, with symbols such as
            SPXW241220C05000000 in the column ``option``, and ``bid`` and ``ask``. Symbols of
            options that are settled at the opening expire at 9:30 in New York, others at 16:00.
        moment : Timestamp
        **settings
            Further settings of the chain.

        Examples
        --------
        >>> expiry = pd.Timestamp("2024-06-21 09:30", tz="America/New_York")
        >>> strip = [[95, 6.9, 7.1, 1.9, 2.1], [100, 3.9, 4.1, 3.9, 4.1], [105, 2.0, 2.2, 7.0, 7.2]]
        >>> moment = pd.Timestamp("2024-05-22 09:30", tz="America/New_York")
        >>> OptionChain.from_cboe({expiry: strip}, moment, underlying="SPX").forward(expiry)
        100.0
        """
        table, root = cboe_table(quotes)
        return cls(table, moment, **({"underlying": root} | settings))

    @classmethod
    def from_volatilities(
        cls, frame: pd.DataFrame, moment: pd.Timestamp, **settings: Any
    ) -> OptionChain:
        """Return the chain of volatilities, whose bid and ask are Black's prices.

        Parameters
        ----------
        frame : DataFrame, shape (n, ...)
            With the columns expiry, strike, forward and volatility (annual fraction), and perhaps
            kind; without it each row is a call and a put.
        moment : Timestamp
        **settings
            Further settings of the chain.

        Examples
        --------
        >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
        >>> smile = pd.DataFrame(
        ...     {
        ...         "expiry": moment + pd.Timedelta(days=30),
        ...         "strike": [90.0, 100.0, 110.0],
        ...         "forward": 101.0,
        ...         "volatility": [0.22, 0.20, 0.19],
        ...     }
        ... )
        >>> chain = OptionChain.from_volatilities(smile, moment)
        >>> chain.quotes()["volatility"].round(6).to_list()
        [0.22, 0.2, 0.19]
        """
        rate = settings.get("rate", 0.0)
        return cls(quotes_from_volatilities(frame, moment, rate), moment, **settings)

    def __repr__(self) -> str:
        name = f"{self.underlying}, " if self.underlying else ""
        n_expiries = len(self.expiries)
        expiries = f"{n_expiries} {'expiry' if n_expiries == 1 else 'expiries'}"
        quotes = counted(len(self.table), "quote")
        return f"OptionChain({name}{expiries}, {quotes} of {day(self.moment)})"

    def _repr_html_(self) -> str:
        return str(self.forwards.to_html())

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Plot the implied volatility of the quotes out of the money by ln(K/F), for each expiry.

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
        >>> smile = {"strike": [90.0, 100.0, 110.0], "volatility": [0.22, 0.20, 0.19]}
        >>> smile |= {"expiry": moment + pd.Timedelta(days=30), "forward": 101.0}
        >>> OptionChain.from_volatilities(pd.DataFrame(smile), moment).plot().get_ylabel()
        'implied volatility, %'
        """
        from hedgeresearch.options.chains.plot import plot_quotes

        return shown(plot_quotes(self.quotes(), self.moment, ax), interactive=interactive)

    # --- expiries ---

    @property
    def expiries(self) -> pd.DatetimeIndex:
        """Expiries in UTC, ascending.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> import hedgeresearch as hr
        >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
        >>> strikes = np.arange(70.0, 141.0, 5.0)
        >>> smile = pd.DataFrame({"strike": strikes, "forward": 100.0, "volatility": 0.2})
        >>> smile["expiry"] = moment + pd.Timedelta(days=73)
        >>> chain = hr.options.OptionChain.from_volatilities(smile, moment)
        >>> len(chain.expiries), len(chain.select(chain.expiries).table)
        (1, 30)
        >>> chain.forwards.iloc[0].round(2).head(2)
        years       0.2
        discount    1.0
        Name: 2024-08-03 08:00:00+00:00, dtype: float64
        >>> chain.quality.value_counts().to_dict(), len(chain.dropped)
        ({'used': 30}, 1)
        """
        return pd.DatetimeIndex(self.table["expiry"].unique(), name="expiry")

    @cached_property
    def forwards(self) -> pd.DataFrame:
        """Forward of each expiry by every rule.

        DataFrame (n_expiries, 8): years, discount, forward (the one that is used), median, cboe,
        distance (median less cboe), tolerance (half a typical spread of call and put together) and
        n_pairs of the median; and table, the forward of the table, where it has one.
        """
        return forward_table(self.table, self.moment, self.rate, str(self.forward_rule))

    def forward(self, expiry: Any, rule: str | None = None) -> float:
        """Return the forward of an expiry, by the rule of the chain or another one."""
        if rule is not None:
            check_choice(rule, "rule", RULES)
        column = rule or "forward"
        if column not in self.forwards.columns:
            raise DataError("rule='table' needs the column 'forward'. Use 'median'.")
        return float(self.forwards[column][self._checked_expiry(expiry)])

    def select(self, expiries: Any) -> OptionChain:
        """Return the chain of one or some of the expiries."""
        given = expiries if isinstance(expiries, Sequence | pd.Index) else [expiries]
        chosen = [self._checked_expiry(expiry) for expiry in given]
        return replace(self, table=self.table[self.table["expiry"].isin(chosen)])

    def _checked_expiry(self, expiry: Any) -> pd.Timestamp:
        time = pd.Timestamp(expiry)
        if time.tz is None or time not in self.expiries:
            known = ", ".join(day(one) for one in self.expiries)
            raise DataError(f"expiry must be one of the chain, {known}; got {expiry!r}.")
        return time.tz_convert("UTC")

    # --- quotes ---

    @cached_property
    def quality(self) -> pd.Series[str]:
        """Reason why each row of the table is not used, (n,); "used" for the others."""
        of_rows = self.forwards.loc[self.table["expiry"], ["forward", "discount"]].to_numpy()
        return quality(self.table, of_rows[:, 0], of_rows[:, 1], self.max_spread)

    @property
    def dropped(self) -> pd.DataFrame:
        """Number of quotes that are not used, (n_expiries, n_filters), by the reason."""
        counts = pd.crosstab(self.table["expiry"], self.quality)
        return counts.reindex(columns=list(FILTERS), fill_value=0).rename_axis(columns="filter")

    def out_of_the_money(self) -> pd.DataFrame:
        """Return the quotes that are used: puts below the forward, and calls from there on.

        DataFrame (n, ...), by expiry and strike: the columns of the table, ``forward`` and
        ``discount`` of the expiry, and ``mid``, the middle of bid and ask.
        """
        columns = [name for name in self.table.columns if name != "forward"]
        rows = self.table.loc[self.quality == USED, columns]
        rows = rows.join(self.forwards[["forward", "discount"]], on="expiry")
        is_call = rows["kind"] == "call"
        is_out = is_call == (rows["strike"] >= rows["forward"])
        rows = rows[is_out].reset_index(drop=True)
        return rows.assign(mid=(rows["bid"] + rows["ask"]) / 2.0)

    def quotes(self) -> pd.DataFrame:
        """Return the quotes out of the money with their implied volatilities.

        DataFrame (n, ...), the columns of :meth:`out_of_the_money` and ``years``, ``log_moneyness``
        (ln(K/F) with the forward of the expiry), ``volatility`` of the middle,
        ``bid_volatility``, ``ask_volatility`` and ``vega`` per 1.00 of volatility.
        """
        return self._quotes.copy()

    @cached_property
    def _quotes(self) -> pd.DataFrame:
        return volatility_quotes(self.out_of_the_money(), self.forwards["years"])
