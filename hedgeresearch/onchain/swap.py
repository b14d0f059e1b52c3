"""A swap: what is paid, what is received, and what the pool is afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from hedgeresearch._exports import exported_by
from hedgeresearch.onchain.tokens import Token

Pool = TypeVar("Pool")


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class Swap(Generic[Pool]):
    """The outcome of a swap.

    Attributes
    ----------
    paid, received : ints, base units of ``token_in`` and ``token_out``
    token_in, token_out : Token
    fee : int, base units of ``token_in``, the part of ``paid`` that goes to the liquidity providers
    mid : float, units of ``token_out`` for one of ``token_in`` before the swap, without the fee
    pool : the pool after the swap

    Examples
    --------
    >>> from hedgeresearch.onchain import ConstantProductPool, Token
    >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
    >>> pool = ConstantProductPool(ether, usdc, 1_000 * 10**18, 2_000_000 * 10**6)
    >>> swap = pool.swap("WETH", ether.base_units(10))
    >>> round(swap.price, 2), round(swap.cost, 5), round(swap.pool.price, 2)
    (1974.32, 0.01284, 1960.65)
    """

    paid: int
    received: int
    token_in: Token
    token_out: Token
    fee: int
    mid: float
    pool: Pool

    @property
    def price(self) -> float:
        """Units of ``token_out`` received for one of ``token_in``, the fee included."""
        return self.token_out.amount(self.received) / self.token_in.amount(self.paid)

    @property
    def cost(self) -> float:
        """Share of the value that the swap costs: one minus the price over that before the swap.

        It consists of the fee and of the move of the price against the trader.
        """
        return 1.0 - self.price / self.mid

    def __repr__(self) -> str:
        return (
            f"Swap({self.token_in.amount(self.paid):.10g} {self.token_in.name} for "
            f"{self.token_out.amount(self.received):.10g} {self.token_out.name}, cost "
            f"{self.cost:.3%})"
        )
