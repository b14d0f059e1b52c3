"""Every univariate specification of the arch package."""
