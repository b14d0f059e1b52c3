"""What commands read: prices, quotes, fills, times and models by name."""
