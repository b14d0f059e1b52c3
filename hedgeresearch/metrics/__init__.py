"""Measures of hedged returns and of ratios: effectiveness, tail risk, utility and turnover.

They are functions of returns (n_dates,) in fractions per period, so that they also apply to returns
from elsewhere. ``effectiveness`` is the share of variance that a hedge removes. Losses are positive
numbers; a tail probability such as 0.05 is the share of dates with larger losses. Any measure can
be taken year by year, in each regime, or on the asset's worst days.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
