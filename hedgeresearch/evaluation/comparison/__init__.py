"""Tests that compare hedges, one by one and all together."""
