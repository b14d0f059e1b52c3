"""Options: Black's prices and Greeks, implied volatilities and times to expiry.

``black_price`` and ``greeks`` value European options on a forward, of scalars, arrays and tables;
``implied_volatility`` inverts prices and refuses those outside their bounds;
``years_to_expiry`` counts actual days over 365 from times with a zone. ``OptionChain`` has the
quotes of one moment with their forwards; ``SVI``, ``SSVI`` and ``SABR`` fit its smiles, and
``variance_index`` needs no model. ``OptionPanel`` has options by date with their moves to the next
date, as hedges of options need them; ``simulate_smiles`` makes one whose regimes and best deltas
are known.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
