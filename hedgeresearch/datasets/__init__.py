"""Tables to work with, bundled with the package or downloaded on first use.

:func:`list_datasets` lists them and :func:`load` loads one by name, with its source, license and
units in ``attrs``. Files that the package may not contain are downloaded from a fixed address by
:func:`fetch`, which refuses them if a byte differs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
