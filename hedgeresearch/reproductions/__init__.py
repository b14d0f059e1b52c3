"""Published numbers, computed again.

Each reproduction computes the numbers of a published source from the same data, compares them with
the print within a stated tolerance, and draws a figure. :func:`list_reproductions` lists them,
:func:`reproduce` runs one.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
