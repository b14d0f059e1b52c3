"""Evaluation of hedges of liquidity positions over a series of prices."""
