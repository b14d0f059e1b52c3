"""Events of markets: read from frames, recorded, and played back.

``read_recording`` yields the events of a file of raw frames in the order in which they were
received, ``read_binance_frame`` reads one frame of Binance. A ``Recorder`` writes events of any
number of sources into Parquet files, ``replay`` yields them as they were received, and
``compact_recording`` puts small files together. A ``Feed`` gives events as they are received, live
or of a ``Recording``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
