"""Books of orders: kept by the venues' rules, sampled, drawn."""
