"""Every other exchange, through ccxt."""
