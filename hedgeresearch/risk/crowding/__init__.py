"""Behavior and crowding: what is sold too early, who trades alike, and forced sales in a chain."""
