"""The liquidity of a market in one object, with its figures."""
