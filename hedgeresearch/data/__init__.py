"""Prices and returns: reading, aligning, converting and simulating.

:func:`read_prices` reads a file, :func:`align` finds the common dates of several series, and
:func:`returns` converts prices to returns. The simulations return data whose true covariance,
regimes and hedge ratios are known, to test models and to teach.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
