"""Pools and loans of a problem, and the oracles that contracts liquidate by."""
