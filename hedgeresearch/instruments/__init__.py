"""Instruments that can be traded, with their carry, rolls and venues.

``Spot``, ``LinearContract``, ``InverseContract`` and ``QuantoContract`` compute what a position
pays, ``OptionContract`` and ``InverseOption`` what options are worth and pay.
``instrument_returns`` turns prices of instruments into the returns to hedge with, and
``contracts_for`` turns a hedge ratio into a number of contracts. ``hedge_carry`` is what holding a
hedge earns or costs, from the basis of a future or the funding of a perpetual contract.
``roll_futures`` joins successive futures contracts without counting the gaps between them.
``list_contracts`` shows the terms of common venues, and ``contract_spec`` makes an instrument of
them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
