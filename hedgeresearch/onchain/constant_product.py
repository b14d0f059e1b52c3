r"""Pools of constant product, such as Uniswap V2.

The product of the two reserves stays the same but for fees. With reserves x and y of token 0 and
token 1, an amount a of token 0 and the fee f, Adams, Zinsmeister and Robinson (2020), Uniswap v2
Core, and the formula of its library contract:

.. math:: b = \left\lfloor \frac{a (1 - f) \, y}{x + a (1 - f)} \right\rfloor
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.fees import FEE_UNIT, V2_FEE, check_fee
from hedgeresearch.onchain.swap import Swap
from hedgeresearch.onchain.tokens import (
    Token,
    check_amount,
    check_received,
    check_two_tokens,
    other_token,
)


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class ConstantProductPool:
    """The state of a pool whose reserves have a constant product.

    Parameters
    ----------
    token0, token1 : Token, in the order of the contract: by address, not by importance
    reserve0, reserve1 : ints > 0, base units, as ``getReserves`` of the contract returns them
    fee : int, parts per million; 3,000 (.3%) for Uniswap V2

    Raises
    ------
    DataError
        If a reserve is not a positive whole number or the fee is out of range.

    Examples
    --------
    A pool of 1,000 ether and 2 million dollars:

    >>> from hedgeresearch.onchain import ConstantProductPool, Token
    >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
    >>> pool = ConstantProductPool(ether, usdc, 1_000 * 10**18, 2_000_000 * 10**6)
    >>> pool.price
    2000.0
    >>> pool.swap("WETH", ether.base_units(10))
    Swap(10 WETH for 19743.16069 USDC, cost 1.284%)
    """

    token0: Token
    token1: Token
    reserve0: int
    reserve1: int
    fee: int = V2_FEE

    def __post_init__(self) -> None:
        check_two_tokens(self.token0, self.token1)
        check_amount(self.reserve0, "reserve0")
        check_amount(self.reserve1, "reserve1")
        check_fee(self.fee)

    @property
    def price(self) -> float:
        """Price of token 0 in token 1, whole tokens."""
        return self.token1.amount(self.reserve1) / self.token0.amount(self.reserve0)

    @property
    def liquidity(self) -> float:
        """Square root of the product of the reserves, whole tokens.

        Examples
        --------
        >>> from hedgeresearch.onchain import ConstantProductPool, Token
        >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
        >>> pool = ConstantProductPool(ether, usdc, 1_000 * 10**18, 2_000_000 * 10**6)
        >>> round(pool.liquidity), round(pool.depth(-0.01), 2)
        (44721, 5.05)
        >>> pool.swap_for("USDC", usdc.base_units(1_000))
        Swap(0.5017553912 WETH for 1000 USDC, cost 0.350%)
        """
        return math.sqrt(self.token0.amount(self.reserve0) * self.token1.amount(self.reserve1))

    def swap(self, token_in: str, amount: int) -> Swap[ConstantProductPool]:
        """Return what the pool pays for an amount of one of its tokens.

        Parameters
        ----------
        token_in : name of the token that is paid
        amount : int > 0, base units that are paid, the fee included

        Raises
        ------
        DataError
            If the pool does not hold the token, or the amount buys less than one base unit.
        """
        check_amount(amount, "amount")
        token_out = other_token(token_in, self.token0, self.token1)
        reserve_in, reserve_out = self._reserves(token_in)
        without_fee = amount * (FEE_UNIT - self.fee)
        received = without_fee * reserve_out // (reserve_in * FEE_UNIT + without_fee)
        check_received(received, amount, token_in, token_out)
        return self._swap(token_in, amount, received)

    def swap_for(self, token_out: str, amount: int) -> Swap[ConstantProductPool]:
        """Return what an amount of one of the tokens costs.

        Parameters
        ----------
        token_out : name of the token that is received
        amount : int > 0, base units that are received, fewer than the reserve

        Raises
        ------
        DataError
            If the pool does not hold the token, or not as much of it.
        """
        check_amount(amount, "amount")
        token_in = other_token(token_out, self.token0, self.token1)
        reserve_in, reserve_out = self._reserves(token_in.name)
        if amount >= reserve_out:
            raise DataError(
                f"amount must be less than the reserve of {reserve_out} base units of {token_out}; "
                f"got {amount}."
            )
        cost = reserve_in * amount * FEE_UNIT
        paid = cost // ((reserve_out - amount) * (FEE_UNIT - self.fee)) + 1
        return self._swap(token_in.name, paid, amount)

    def depth(self, move: float) -> float:
        """Return the amount of token 0 that moves the price by a share.

        Parameters
        ----------
        move : float > -1, share of the price: -.01 for a fall of 1%

        Returns
        -------
        float
            Units of token 0: sold until the price has fallen, with the fee; or bought until it has
            risen, without the fee, which is paid in token 1 then.
        """
        check_between(move, "move", -1.0, math.inf)
        reserve = self.token0.amount(self.reserve0)
        if move >= 0.0:
            return reserve * (1.0 - 1.0 / math.sqrt(1.0 + move))
        return reserve * (1.0 / math.sqrt(1.0 + move) - 1.0) / (1.0 - self.fee / FEE_UNIT)

    def _reserves(self, token_in: str) -> tuple[int, int]:
        """Return the reserves of the token that is paid and of the one that is received."""
        if token_in == self.token0.name:
            return self.reserve0, self.reserve1
        return self.reserve1, self.reserve0

    def _swap(self, token_in: str, paid: int, received: int) -> Swap[ConstantProductPool]:
        """Return a swap of which both amounts are known."""
        if token_in == self.token0.name:
            after = replace(self, reserve0=self.reserve0 + paid, reserve1=self.reserve1 - received)
            tokens = (self.token0, self.token1)
            mid = self.price
        else:
            after = replace(self, reserve0=self.reserve0 - received, reserve1=self.reserve1 + paid)
            tokens = (self.token1, self.token0)
            mid = 1.0 / self.price
        return Swap(
            paid=paid,
            received=received,
            token_in=tokens[0],
            token_out=tokens[1],
            fee=paid * self.fee // FEE_UNIT,
            mid=mid,
            pool=after,
        )
