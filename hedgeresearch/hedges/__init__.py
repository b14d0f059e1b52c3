"""Hedge-ratio models: ``model.fit(asset, hedges)`` gives a :class:`HedgeFit`."""
