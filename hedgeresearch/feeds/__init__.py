"""Events of markets, from frames that were recorded.

``read_recording`` yields the events of a file of raw frames in the order in which they were
received, ``read_binance_frame`` reads one frame of Binance.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
