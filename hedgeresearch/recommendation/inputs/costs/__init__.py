"""What trading costs: measured in a market, read from a book of orders, paid in a backtest."""
