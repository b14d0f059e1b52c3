"""The Kalman hedge: ratios that follow a random walk or revert to a mean."""
