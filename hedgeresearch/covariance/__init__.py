"""Models of the covariance of several return series.

Every model is a frozen dataclass of settings; ``model.fit(returns)`` gives a
:class:`CovarianceFit` with the conditional covariance of each date (from data before it), the
covariance of the next date, forecasts, simulations and diagnostics, and ``fit.extend(new_returns)``
carries it over new dates. Models of moments (:class:`SampleCovariance`,
:class:`RollingCovariance`, :class:`EWMACovariance`) estimate no parameters. Models in two steps
(:class:`CCC`, :class:`DCC`, :class:`DECO`, :class:`OrthogonalGARCH`, :class:`RegimeCorrelation`,
:class:`RegimeDCC`) first fit a univariate model to every series, then the correlation.
:class:`BEKK` estimates the whole covariance at once.

To use a model of your own, satisfy :class:`CovarianceModel`, and :class:`CovarianceState` for what
it carries from date to date.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
