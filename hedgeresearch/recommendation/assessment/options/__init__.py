"""Options of a position: profits in scenarios, Greeks and margin."""
