"""Models of volatility regimes: calm and turbulent periods, and the probability of each.

Every model has ``fit(observations)`` and returns a ``RegimeFit``: predicted, filtered and smoothed
probabilities, the transition matrix, and moments of the series in each regime. Regimes are numbered
by the variance of the first series, 0 is calm. Hidden Markov models (``GaussianHMM``,
``StudentHMM``) observe several series, Markov-switching models (``MarkovSwitching``,
``MarkovSwitchingGARCH``) a single one; ``JumpModel`` and ``ThresholdRegimes`` have no likelihood.
``select_regimes`` compares numbers of regimes, ``align_regimes`` keeps their numbers from refit to
refit. Any object that implements the protocol ``RegimeModel`` can be used like these.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
