"""The minimum-variance hedge of any covariance model."""
