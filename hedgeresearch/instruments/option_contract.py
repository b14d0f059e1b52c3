r"""European options that are paid in the currency of their strike, and options paid in coin.

.. math:: V = D\,B(F, K, T, \sigma), \qquad V^{coin} = B(F, K, T, \sigma) / F

with B Black's price (Black 1976), D the discount, F the forward of the expiry. At expiry they pay
max(c(S - K), 0), and max(c(S - K), 0) / S coins, with c = 1 for a call and -1 for a put.

An inverse option is not worth 1/F, as an inverse future is: V falls and rises with B as well. In
coin its value changes by (Delta - B/F) dF/F, so that an account in the coin sells Delta - B/F coins
against it, the premium-adjusted delta K/F c N(c d2). The coins of its premium are a holding whose
dollars change with the coin: an account in dollars that paid B dollars for it has V^{coin} S, which
is B where F = S, and sells Black's Delta. Sources: Lucic and Sepp (2024), Quantitative Finance 24;
Alexander, Chen and Imeraj (2023), Mathematical Finance 33.
"""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.instruments.terms import Numbers


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class OptionContract(OptionTerms):
    """A European option that is paid in the currency of its strike.

    The terms of trade are those of ``Terms``, by keyword; fee and half spread are shares of the
    traded premium, the maintenance margin of a short option is a share of the underlying's value.
    Its prices are premiums per unit of the underlying.

    Parameters
    ----------
    name : name of the option, by which holdings, volatilities and prices are given
    underlying : column of the price that its delta is about, such as the future or the spot
    kind : "call" or "put"
    strike : float > 0, in the currency of the underlying's price
    multiplier : float > 0, units of the underlying in one contract
    premium_currency : currency in which the premium is paid; None where it is ``currency``
    style : "european"; options that may be exercised early are refused
    expiry : time with a zone, such as "2026-06-26 20:00+00:00"

    Raises
    ------
    DataError
        If a term is out of its range, the expiry has no zone, or the style is American.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> put = hr.OptionContract(
    ...     "ES_P", "ES", "put", 4000.0, 50, expiry="2026-06-19 13:30+00:00", currency="USD"
    ... )
    >>> entry = put.premium(4100.0, years=0.25, volatility=0.2)
    >>> exit = put.premium(3900.0, years=0.24, volatility=0.23)
    >>> round(put.profit(-2, entry, exit), 2)
    -11552.16
    """


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True)
class InverseOption(OptionTerms):
    """A European option with a strike in dollars that is paid in the coin.

    The terms of trade are those of ``Terms``, by keyword; fee and half spread are shares of the
    traded premium, the maintenance margin of a short option is a share of the coins of a contract.
    Its prices are premiums in coin per coin; the rate of ``profit`` is the spot price of the coin.

    Parameters
    ----------
    name : name of the option, by which holdings, volatilities and prices are given
    underlying : column of the price of the coin, or of its future, that its delta is about
    kind : "call" or "put"
    strike : float > 0, in dollars
    multiplier : float > 0, coins of one contract
    premium_currency : currency that the premium came from: None where it is the coin, as of an
        account in coin; "USD" where dollars were paid for it, and the account counts in dollars
    style : "european"; options that may be exercised early are refused
    expiry : time with a zone, such as "2026-06-26 08:00+00:00"

    Raises
    ------
    DataError
        If a term is out of its range, the expiry has no zone, or the style is American.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> call = hr.InverseOption(
    ...     "BTC_C", "BTC", "call", 65_000.0, expiry="2026-06-26 08:00+00:00", currency="BTC"
    ... )
    >>> entry = call.premium(65_000.0, years=30 / 365, volatility=0.6)  # coins
    >>> exit = call.premium(71_500.0, years=30 / 365, volatility=0.6)
    >>> round(entry, 6), round(exit, 6), call.settlement(71_500.0)
    (0.068539, 0.120639, 0.09090909090909091)
    >>> round(call.profit(1, entry, exit, rate=71_500.0), 2)  # coins gained, in dollars at the exit
    3725.1
    >>> round(call.dollar_profit(1, (entry, exit), (65_000.0, 71_500.0)), 2)  # dollars were paid
    4170.61
    """

    def premium(
        self, forward: Numbers, years: Numbers, volatility: Numbers, discount: Numbers = 1.0
    ) -> Numbers:
        """Return what the option is worth in coins per coin; see ``OptionContract``.

        The discount is that of the coin: the value today of a coin paid at expiry.
        """
        return super().premium(forward, years, volatility, discount) / forward

    def settlement(self, price: Numbers) -> Numbers:
        """Return the coins that the option pays at expiry, per coin."""
        return super().settlement(price) / price

    def dollar_profit(
        self, contracts: Numbers, premiums: tuple[Numbers, Numbers], spots: tuple[Numbers, Numbers]
    ) -> Numbers:
        """Return the gain in dollars of contracts whose premium was paid in dollars.

        It is the coins gained at the spot price of the exit, as ``profit`` has it, and what the
        coins of the premium have gained themselves.

        Parameters
        ----------
        contracts : number of contracts; negative is short
        premiums : premium in coins at entry and at exit
        spots : dollars of a coin at entry and at exit
        """
        entry, exit = premiums
        before, after = spots
        return contracts * self.multiplier * (exit * after - entry * before)
