"""Hedge models: hedge ratios from returns, or prices, of an asset and its hedges.

Every model is a frozen dataclass of settings. ``model.fit(asset, hedges)`` returns a
:class:`HedgeFit`: the ratio of each date, which uses data before that date only, and the ratio of
the next date, with standard errors, intervals and the covariance behind it. ``fit.extend(asset,
hedges)`` extends it to new dates with the same parameters. A positive ratio means a short position
in the hedge against a long asset.

The models are regressions (``OLSHedge``, ``RollingOLSHedge``, ...), the Kalman filter, regressions
of cointegrated prices, other objectives than variance (``MinimumCVaRHedge``, ...), any covariance
model (``MinimumVarianceHedge``), regimes (``RegimeHedge``), and hedges composed of other hedges
(``CombinedHedge``, ``ConstrainedHedge``, ``HorizonHedge``, ``RegimeWeightedHedge``,
``ShrunkHedge``). A model of your own needs what :class:`HedgeModel` and :class:`HedgeTraits`
describe.

Hedges of options (``DeltaHedge``, ``HullWhiteDelta``, ``FactorNeutralHedge``) are fitted on an
``OptionPanel`` instead, ``model.fit(panel)``, and give an :class:`OptionHedgeFit` with a ratio for
every option and date; they follow :class:`OptionHedgeModel` and :class:`OptionHedgeTraits`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
