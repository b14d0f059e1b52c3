"""Correlation- and regime-aware hedge ratios: estimation, evaluation and recommendation.

The classes and functions used most are here, such as ``hr.OLSHedge``; everything else is one level
down, in the room of its family, such as ``hr.metrics.expected_shortfall``. Modules are loaded when
they are first used.
"""

import lazy_loader

from hedgeresearch._missing_names import with_rooms
from hedgeresearch._version import VERSION

__version__ = VERSION
_find, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = with_rooms(_find, __name__, __all__)
