"""Public recordings of others, as events."""
