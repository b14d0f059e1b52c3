"""Smart contracts as positions: pools, liquidity providers, oracles and loans.

``ConstantProductPool`` (Uniswap V2) and ``ConcentratedPool`` (Uniswap V3) are the states of pools:
their swaps are computed in the integers of the contract. ``PoolPosition`` is what a liquidity
provider holds, with value, delta and gamma by price; ``fee_growth_inside`` and ``fees_earned`` read
what it has earned. ``OracleRound`` says whether the price of an oracle may be used.
``LoanPosition`` is a loan against collateral, and ``simulate_loan`` the probability that it is
liquidated and the repayment or hedge that lowers it.

Nothing here reads a blockchain: the numbers are those of a node, a file or a simulation. Amounts of
swaps are whole base units; prices, values and deltas are floats in whole tokens.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
