"""What can be traded: spot, linear, inverse and quanto contracts, their carry, rolls and venues."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
