"""Trading of a hedge: costs, no-trade bands and partial adjustment.

``Costs`` and ``net_returns`` charge spreads, fees and carry to a backtest. ``no_trade_band`` and
``tracking_error_band`` are the distances from the target within which a trade does not pay, where
costs are proportional to the trade. ``trading_rate`` and ``aim_position`` say how fast, and towards
what, to trade where costs are quadratic because trades move the price. ``zakamouline_band``,
``leland_volatility`` and ``discrete_hedging_error`` are for hedges of options.
``almgren_chriss_schedule`` spreads an order over time, ``analyze_execution`` says what the fills of
one have cost.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
