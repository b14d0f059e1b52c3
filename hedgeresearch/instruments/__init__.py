"""What can be traded: what it pays, what it costs, and how many of it make a hedge."""
