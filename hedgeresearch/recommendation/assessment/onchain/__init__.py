"""Pools and loans: profits in scenarios, carry and liquidation."""
