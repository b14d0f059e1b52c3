"""Conditional covariance models: ``model.fit(returns)`` gives a :class:`CovarianceFit`."""
