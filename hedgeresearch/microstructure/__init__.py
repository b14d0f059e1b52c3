"""Markets from within: order books, bars, liquidity and the impact of trades.

``OrderBook`` is kept by the numbered changes of a venue and knows whether it is right.
``mid_prices`` and ``quote_bars`` put instruments on one clock, ``ratio_signature`` shows from which
length of bar a hedge ratio can be estimated, and ``hayashi_yoshida`` checks it without bars.
``latency_report`` shows how late events come, and which clock is wrong. ``walk_book``,
``cost_curve``, ``capacity``, ``depth`` and ``imbalance`` are what trading costs now,
``trade_spreads`` and ``spreads_by_horizon`` what it has cost, ``amihud_illiquidity`` and
``kyle_lambda`` the impact of volume. ``book_resilience`` shows how fast the book recovers from
large trades, and ``liquidity_report`` has all of this in one object. ``cost_history`` and
``depth_history`` are liquidity over time, drawn by ``plot_heat_map``; ``spread_from_bars`` needs no
quotes; ``trade_sizes`` measures signs of wash trading, which ``MarketQuality`` compares with those
of a venue that is trusted.

The events of a market are read by ``hedgeresearch.feeds``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
