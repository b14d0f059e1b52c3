"""Whether a market can be relied on: latency, wash trading, suspect volume."""
