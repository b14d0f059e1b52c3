"""A recommendation that follows a market, and says when it cannot.

A ``Session`` turns events into bars and bars into updates of a recommendation. Each bar ends in a
``Decision``: what to trade, or why there is no advice. Events come from ``hedgeresearch.feeds``,
recorded or live; ``check_audit`` computes all advice of an audit log again. Nothing here can place
an order.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
