"""Feed of a chain: pools, oracles and loans, read from a node."""
