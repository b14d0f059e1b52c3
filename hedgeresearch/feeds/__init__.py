"""Events of markets: read from frames, recorded, and played back.

``open_feed`` gives the public market data of a venue as they are received: of Binance and Deribit
by a ``WebsocketFeed``, which reads every event, of others by a ``CcxtFeed``. A ``Feed`` is live or
a ``Recording``; ``MergedFeed`` puts several together, ``record`` writes one down. A ``Recorder``
writes events of any number of sources into Parquet files, ``replay`` yields them as they were
received, and ``compact_recording`` puts small files together. ``read_recording``, ``read_tardis``
and ``read_binance_dump`` read recordings of others. A ``ChainFeed`` reads pools, oracles and loans
of a chain, block by block; ``read_states`` reads them once, ``read_swaps`` past swaps.
``candles``, ``funding_history``, ``trade_history``, ``list_markets`` and ``option_summaries`` are
tables.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
