"""From a fitted hedge and a position to the contracts to trade, and why.

:func:`recommend` compares a :class:`Position` with the instruments of a :class:`Market` and returns
a :class:`Recommendation`: orders in whole lots within :class:`Limits`, the volatility that is left,
and what can go wrong. :meth:`Recommendation.update` continues it by one bar. For an amount of
currency instead of contracts there is :func:`hedge_notional`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
