"""Report of a recommendation as one HTML page.

:func:`write_report` writes what to trade and why, the regimes, the hedge ratio, its effectiveness
out of sample, stress, margin, carry and tails, the method and the data to a file that needs no
other file.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
