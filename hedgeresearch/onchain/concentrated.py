"""Pools of concentrated liquidity, such as Uniswap V3.

Providers choose the range of prices in which their liquidity trades. Between two initialized ticks
the pool behaves as one of constant product; at a tick the liquidity that begins or ends there is
added or subtracted: Adams, Zinsmeister, Salem, Keefer and Robinson (2021), Uniswap v3 Core,
sections 6.2 and 6.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.fees import FEE_UNIT, check_fee
from hedgeresearch.onchain.swap import Swap
from hedgeresearch.onchain.swap_steps import amount0_between
from hedgeresearch.onchain.swap_walk import Place, Walk, pieces_to, walk_payment, walk_receipt
from hedgeresearch.onchain.tick_liquidity import TickLiquidity, read_ticks
from hedgeresearch.onchain.ticks import (
    MAX_TICK,
    MIN_TICK,
    SCALE,
    check_sqrt_price,
    check_tick,
    price_at_tick,
    sqrt_price_at_tick,
    tick_at_sqrt_price,
)
from hedgeresearch.onchain.tokens import (
    Token,
    check_amount,
    check_received,
    check_two_tokens,
    other_token,
)

SPACINGS = {100: 1, 500: 10, 3_000: 60, 10_000: 200}
"""Spacing of ticks for the fees of the factory of Uniswap V3."""


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True, repr=False)
class ConcentratedPool:
    """The state of a pool of concentrated liquidity at one block.

    All numbers must come from the same block.

    Parameters
    ----------
    token0, token1 : Token, in the order of the contract: by address, not by importance
    sqrt_price : int, ``sqrtPriceX96`` of the contract's ``slot0``
    liquidity : int >= 0, ``liquidity`` of the contract: that of the ranges that hold the price
    net_liquidity : mapping from each initialized tick to its ``liquidityNet``
    fee : int, parts per million
    tick : int, ``tick`` of ``slot0``; None follows from the price, which is right unless the last
        swap stopped exactly at an initialized tick
    spacing : int, ``tickSpacing`` of the contract; None knows those of Uniswap's own fees
    known : two ticks between which ``net_liquidity`` is complete; None for all ticks

    Raises
    ------
    DataError
        If a number is out of range, the liquidity is not the sum over the ticks up to the price, or
        that over other ticks is negative.

    Examples
    --------
    The pool of a single provider between the prices 1,500 and 2,500:

    >>> from hedgeresearch.onchain import ConcentratedPool, Token, tick_at_price
    >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
    >>> low, high = (tick_at_price(price, 18, 6, spacing=60) for price in (1_500.0, 2_500.0))
    >>> pool = ConcentratedPool(
    ...     ether,
    ...     usdc,
    ...     sqrt_price=3543191142285914205922034,
    ...     liquidity=10**15,
    ...     net_liquidity={low: 10**15, high: -(10**15)},
    ...     fee=3000,
    ... )
    >>> round(pool.price, 6)
    2000.0
    >>> pool.swap("WETH", ether.base_units(1))
    Swap(1 WETH for 1908.888036 USDC, cost 4.556%)
    """

    token0: Token
    token1: Token
    sqrt_price: int
    liquidity: int
    net_liquidity: Mapping[int, int]
    fee: int
    tick: int | None = None
    spacing: int | None = None
    known: tuple[int, int] | None = None
    _place: Place = field(init=False, compare=False)
    _ticks: TickLiquidity = field(init=False, compare=False)

    def __post_init__(self) -> None:
        check_two_tokens(self.token0, self.token1)
        check_sqrt_price(self.sqrt_price)
        check_amount(self.liquidity, "liquidity", minimum=0)
        check_fee(self.fee)
        net_liquidity = FrozenMapping(self.net_liquidity)
        low, high = (MIN_TICK, MAX_TICK) if self.known is None else self.known
        ticks = read_ticks(net_liquidity, _checked_spacing(self.spacing, self.fee), low, high)
        place = Place(self.sqrt_price, _checked_tick(self.tick, self.sqrt_price), self.liquidity)
        _check_liquidity(place, ticks, complete=self.known is None)
        object.__setattr__(self, "net_liquidity", net_liquidity)
        object.__setattr__(self, "_ticks", ticks)
        object.__setattr__(self, "_place", place)

    @property
    def price(self) -> float:
        """Price of token 0 in token 1, whole tokens."""
        root = self.sqrt_price / SCALE
        return float(root * root * 10.0 ** (self.token0.decimals - self.token1.decimals))

    def swap(self, token_in: str, amount: int) -> Swap[ConcentratedPool]:
        """Return what the pool pays for an amount of one of its tokens.

        Parameters
        ----------
        token_in : name of the token that is paid
        amount : int > 0, base units that are paid, the fee included

        Raises
        ------
        DataError
            If the pool does not hold the token, the ticks that are known do not hold enough
            liquidity, or the amount buys less than one base unit.
        """
        check_amount(amount, "amount")
        token_out = other_token(token_in, self.token0, self.token1)
        falls = token_in == self.token0.name
        walk = walk_payment(self._place, self._ticks, amount, self.fee, falls)
        check_received(walk.received, amount, token_in, token_out)
        return self._swap(walk, falls)

    def swap_for(self, token_out: str, amount: int) -> Swap[ConcentratedPool]:
        """Return what an amount of one of the tokens costs.

        Parameters
        ----------
        token_out : name of the token that is received
        amount : int > 0, base units that are received

        Raises
        ------
        DataError
            If the pool does not hold the token, or the ticks that are known not as much of it.

        Examples
        --------
        >>> from hedgeresearch.onchain import ConcentratedPool, Token, tick_at_price
        >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
        >>> low, high = (tick_at_price(price, 18, 6, spacing=60) for price in (1_500.0, 2_500.0))
        >>> pool = ConcentratedPool(
        ...     ether,
        ...     usdc,
        ...     sqrt_price=3543191142285914205922034,
        ...     liquidity=10**15,
        ...     net_liquidity={low: 10**15, high: -(10**15)},
        ...     fee=3000,
        ... )
        >>> pool.swap_for("USDC", usdc.base_units(1_000))
        Swap(0.5129749829 WETH for 1000 USDC, cost 2.529%)
        >>> round(pool.depth(-0.01), 3)
        0.113
        >>> pool.liquidity_by_price().round(1)
            lower   upper  liquidity
        0  1504.2  2504.9     1000.0
        """
        check_amount(amount, "amount")
        falls = other_token(token_out, self.token0, self.token1) == self.token0
        walk = walk_receipt(self._place, self._ticks, amount, self.fee, falls)
        return self._swap(walk, falls)

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

        Raises
        ------
        DataError
            If the move leaves the ticks that are known.
        """
        check_between(move, "move", -1.0, math.inf)
        target = int(self.sqrt_price * math.sqrt(1.0 + move))
        check_sqrt_price(target)
        base_units = 0
        for piece in pieces_to(self._place, self._ticks, target):
            base_units += amount0_between(*piece, round_up=False)
        amount = self.token0.amount(base_units)
        return amount if move >= 0.0 else amount / (1.0 - self.fee / FEE_UNIT)

    def liquidity_by_price(self) -> pd.DataFrame:
        """Return the liquidity between each two neighboring initialized ticks.

        Returns
        -------
        DataFrame (n_ranges, 3)
            Columns ``lower`` and ``upper``, prices of token 0 in token 1 in whole tokens, and
            ``liquidity``, square root of the product of the reserves in whole tokens.
        """
        decimals = (self.token0.decimals, self.token1.decimals)
        unit = 10.0 ** (sum(decimals) / 2.0)
        ticks = self._ticks.ticks
        # of a pool that is known in part, what begins below the known ticks
        elsewhere = self.liquidity - self._ticks.begun_by(self._place.tick)
        rows = []
        for lower, upper in pairwise(ticks):
            liquidity = (elsewhere + self._ticks.begun_by(lower)) / unit
            prices = (price_at_tick(lower, *decimals), price_at_tick(upper, *decimals))
            rows.append((*prices, liquidity))
        return pd.DataFrame(rows, columns=["lower", "upper", "liquidity"], dtype=float)

    def __repr__(self) -> str:
        return (
            f"ConcentratedPool({self.token0.name}/{self.token1.name} at {self.price:.10g}, fee "
            f"{self.fee / FEE_UNIT:.2%}, {len(self._ticks.ticks)} ticks)"
        )

    def _swap(self, walk: Walk, falls: bool) -> Swap[ConcentratedPool]:
        """Return the swap that a walk describes."""
        place = walk.place
        after = replace(
            self, sqrt_price=place.sqrt_price, tick=place.tick, liquidity=place.liquidity
        )
        return Swap(
            paid=walk.paid,
            received=walk.received,
            token_in=self.token0 if falls else self.token1,
            token_out=self.token1 if falls else self.token0,
            fee=walk.fee,
            mid=self.price if falls else 1.0 / self.price,
            pool=after,
        )


def _checked_spacing(spacing: int | None, fee: int) -> int:
    """Return the spacing of ticks as given, or that of the fee."""
    known = SPACINGS.get(fee) if spacing is None else spacing
    if known is None:
        raise DataError(
            f"The spacing of ticks for a fee of {fee} is not known. Pass spacing=, the pool's "
            "tickSpacing."
        )
    check_amount(known, "spacing")
    return known


def _checked_tick(tick: int | None, sqrt_price: int) -> int:
    """Return the tick as given, if it fits the price, or that of the price."""
    if tick is None:
        return tick_at_sqrt_price(sqrt_price)
    check_tick(tick, "tick")
    above = sqrt_price_at_tick(min(tick + 1, MAX_TICK))
    if not sqrt_price_at_tick(tick) <= sqrt_price <= above:
        raise DataError(
            f"The tick {tick} does not hold the price, whose tick is "
            f"{tick_at_sqrt_price(sqrt_price)}. Read both from slot0 at the same block."
        )
    return tick


def _check_liquidity(place: Place, ticks: TickLiquidity, complete: bool) -> None:
    """Refuse a price outside the known ticks, and liquidity that they do not add up to."""
    if not ticks.low <= place.tick < ticks.high:
        raise DataError(
            f"The known ticks must hold the pool's own; got {ticks.low} to {ticks.high} and the "
            f"tick {place.tick}."
        )
    begun = ticks.begun_by(place.tick)
    elsewhere = place.liquidity - begun
    if complete and elsewhere != 0:
        raise DataError(
            f"The net liquidity of the ticks up to the price is {begun}, the liquidity "
            f"{place.liquidity}. Read all ticks at the same block, or pass known= if some are "
            "left out."
        )
    liquidities = list(accumulate((ticks.net[tick] for tick in ticks.ticks), initial=elsewhere))
    if min(liquidities) < 0 or (complete and liquidities[-1] != 0):
        raise DataError(
            "Between no two ticks may liquidity be negative, nor any be left above the highest; "
            f"got {min(liquidities)} and {liquidities[-1]}. Read all ticks at the same block."
        )
