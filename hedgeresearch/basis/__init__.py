"""Basis and arbitrage: what a contract trades above spot, and what can be earned from it.

``basis_history`` has basis, carry per year, z-score and compression of a future or perpetual, each
made of data up to its date, so that regimes can observe it; ``carry_by_regime`` says what a basis
trade has earned in each of them, and how far the basis widened after it. ``arbitrage_band`` shows
when two venues differ by more than trading at both costs, ``arbitrage_triangle`` which pairs of
spot, dated future and perpetual pay on their collateral after costs, funding and interest, and
``unwind_stress`` what a basis trade loses, and which collateral it must add, when the basis widens
again. ``funding_rates`` and ``mark_premium`` read payments and premium of a perpetual from events.

The carry of a hedge is in ``hedgeresearch.instruments``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
