"""What trading costs: depth, walking the book, spreads, impact, recovery."""
