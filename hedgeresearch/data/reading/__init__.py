"""Prices from files and from tables of other libraries."""
