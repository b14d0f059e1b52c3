"""Margin: liquidation prices, their probability, and the collateral of a position.

``liquidation_price`` is the price at which an exchange closes a position, for any instrument that
can be held on margin, and ``collateral_for_price`` its inverse. ``liquidation_probability`` is the
probability of reaching a price, by paths drawn from past returns, and ``barrier_probability`` the
same in closed form; ``collateral_for_probability`` is the collateral that keeps it at a given
level.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
