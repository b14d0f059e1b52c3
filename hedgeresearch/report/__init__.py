"""Report of a recommendation, of a backtest or of a hedge in currency as one HTML page.

:func:`write_report` writes a file that needs no other file: of a recommendation, what to trade and
why, the regimes, the hedge ratio, its effectiveness out of sample, stress, margin, carry and tails,
the method and the data. What cannot be computed says so in its place.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
