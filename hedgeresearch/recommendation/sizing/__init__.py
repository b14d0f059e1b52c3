"""From ratios to contracts: value, limits, whole lots, no-trade bands and decisions."""
