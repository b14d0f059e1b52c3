"""Regime models: ``model.fit(observations)`` gives a :class:`RegimeFit`."""
