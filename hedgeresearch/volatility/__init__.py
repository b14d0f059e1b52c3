"""Univariate models of conditional volatility.

``GARCH`` is the GARCH(1,1) of this package, with analytic scores; ``ArchModel`` is any
specification of the arch package. Their ``fit`` returns a ``VolatilityFit``: parameters, the
volatility of each date given the returns before it, and the next one.

Covariance models in two steps (DCC, CCC and others) accept these models as ``univariate``, and
every model of your own that satisfies the protocols ``VolatilityModel``, ``VolatilityEstimate``
and ``VolatilityState``; its ``fit`` is ``fit_volatility``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
