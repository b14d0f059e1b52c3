"""Options of a problem: positions, quotes and values."""
