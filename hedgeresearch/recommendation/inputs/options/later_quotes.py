r"""Quotes that were given as numbers, at a later moment: their rates stay, not their values.

With t and t' the years that are left to the expiry, S and S' the price of the underlying, a
discount D and a forward F become

.. math:: D' = D^{t' / t}, \qquad F' = S' (F / S)^{t' / t},

so that both are 1 and S' at the expiry. A volatility given as a number stays what it is.
"""

from __future__ import annotations

from dataclasses import replace

from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.options.option_book import YEAR, OptionBook, moment_of


def with_later_quotes(book: OptionBook, before: Market, after: Market) -> Market:
    """Return a later market with the discounts and forwards of its options at that moment.

    Parameters
    ----------
    book : OptionBook, valued at the earlier market
    before, after : Market
    """
    quotes = after.quotes
    if quotes is None:
        return after
    discounts = dict(quotes.discounts or {})
    forwards = dict(quotes.forwards or {})
    now = moment_of(after)
    for option, years in zip(book.options, book.state.years.tolist(), strict=True):
        share = max(float((option.expires_at - now) / YEAR), 0.0) / years
        discount = discounts.get(option.name, "")
        if not isinstance(discount, str):
            discounts[option.name] = float(discount) ** share
        forward = forwards.get(option.name, "")
        if not isinstance(forward, str):
            carry = float(forward) / before.price(option.underlying)
            forwards[option.name] = after.price(option.underlying) * carry**share
    return after.quoted(replace(quotes, discounts=discounts, forwards=forwards))
