"""Positions of liquidity providers: amounts, value, delta and gamma.

The formulas are those of :func:`position_values`, summed over the ranges of a position.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hedgeresearch._durations import as_duration
from hedgeresearch._exports import exported_by
from hedgeresearch._interactive import shown
from hedgeresearch._validation.settings import check_between, check_not_negative
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.concentrated import ConcentratedPool
from hedgeresearch.onchain.constant_product import ConstantProductPool
from hedgeresearch.onchain.many_positions import PositionValues, unchecked_values
from hedgeresearch.onchain.ticks import price_at_tick
from hedgeresearch.onchain.tokens import Token, check_amount, check_two_tokens
from hedgeresearch.typing import Array

MAX_FEE_RATE = 100.0
"""Largest rate of fees a year that is accepted, as a share of the value of a position."""
YEAR = pd.Timedelta(days=365)


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class LiquidityRange:
    """Liquidity between two prices.

    Parameters
    ----------
    liquidity : float > 0, square root of the product of the reserves, whole tokens
    lower, upper : floats, 0 <= lower < upper <= inf, prices of the base token in the quote token

    Raises
    ------
    DataError
        If a number is out of range.

    Examples
    --------
    >>> from hedgeresearch.onchain import LiquidityRange
    >>> LiquidityRange(1_000.0, 1_500.0, 2_500.0).upper
    2500.0
    """

    liquidity: float
    lower: float = 0.0
    upper: float = math.inf

    def __post_init__(self) -> None:
        check_between(self.liquidity, "liquidity", 0.0, math.inf)
        if not 0.0 <= self.lower < self.upper:
            raise DataError(
                "The prices of a range must be 0 <= lower < upper; got "
                f"{self.lower!r} and {self.upper!r}. State both as prices of the base token."
            )


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class PoolPosition:
    """Liquidity that is provided in one or several ranges of a pool.

    Its delta is the number of base tokens that it holds now, its gamma is negative: it sells as the
    price rises and buys as it falls.

    Parameters
    ----------
    ranges : sequence of LiquidityRange
    base, quote : names of the token whose price moves, and of the one in which it is stated
    fee_rate : float >= 0, fees that it is expected to earn in a year while the price is within a
        range, as a share of its value, such as .15; None where they are not known

    Raises
    ------
    DataError
        If there is no range, both tokens have the same name, or the fee rate is negative.

    Examples
    --------
    >>> from hedgeresearch.onchain import LiquidityRange, PoolPosition
    >>> position = PoolPosition([LiquidityRange(1_000.0, 1_500.0, 2_500.0)], "WETH", "USDC")
    >>> round(position.value(2_000.0), 2), round(position.delta(2_000.0), 5)
    (10712.89, 2.36068)
    >>> position.delta([1_400.0, 2_600.0]).round(5).tolist()
    [5.81989, 0.0]

    The change against holding the tokens of the beginning, without fees:

    >>> round(position.loss_against_holding(2_000.0, 2_200.0), 2)
    -106.54
    """

    ranges: Sequence[LiquidityRange]
    base: str
    quote: str
    fee_rate: float | None = None

    def __post_init__(self) -> None:
        ranges = tuple(self.ranges) if isinstance(self.ranges, Sequence) else ()
        if not ranges or not all(isinstance(each, LiquidityRange) for each in ranges):
            raise DataError(
                f"ranges must be one or more LiquidityRange; got {self.ranges!r}. Pass "
                "[LiquidityRange(liquidity, lower, upper)]."
            )
        if self.base == self.quote:
            raise DataError(f"base and quote must be different tokens; got {self.base!r} twice.")
        if self.fee_rate is not None:
            check_not_negative(self.fee_rate, "fee_rate")
            check_between(self.fee_rate, "fee_rate", -1.0, MAX_FEE_RATE)
        object.__setattr__(self, "ranges", ranges)

    @classmethod
    def of_value(
        cls, value: float, price: float, lower: float, upper: float, base: str, quote: str
    ) -> PoolPosition:
        """Return the position in one range that is worth ``value`` quote tokens at a price.

        Parameters
        ----------
        value : float > 0, quote tokens
        price : float > 0, price of the base token in the quote token
        lower, upper : floats, range of the position
        base, quote : names of the tokens

        Examples
        --------
        >>> from hedgeresearch.onchain import PoolPosition
        >>> position = PoolPosition.of_value(1e5, 2_000.0, 1_500.0, 2_500.0, "WETH", "USDC")
        >>> position.is_in_range(2_000.0), round(position.gamma(2_000.0), 4)
        (True, -0.0522)
        >>> [round(float(amount), 2) for amount in position.amounts(2_000.0)]
        [22.04, 55928.22]
        >>> position.table([1_400.0, 2_000.0]).round(2)
                    value   WETH      USDC  delta  gamma
        price
        1400.0   76056.49  54.33      0.00  54.33   0.00
        2000.0  100000.00  22.04  55928.22  22.04  -0.05
        """
        check_between(value, "value", 0.0, math.inf)
        one = cls([LiquidityRange(1.0, lower, upper)], base, quote)
        return cls([LiquidityRange(value / one.value(price), lower, upper)], base, quote)

    @classmethod
    def in_pool(
        cls,
        pool: ConcentratedPool | ConstantProductPool,
        liquidity: int,
        ticks: tuple[int, int] | None = None,
        *,
        base: str,
    ) -> PoolPosition:
        """Return the position that a share of a pool's liquidity is.

        Parameters
        ----------
        pool : the pool; its tokens, and their decimals, are those of the position
        liquidity : int > 0, base units: of a position in a ``ConcentratedPool`` as the contract
            states it; in a ``ConstantProductPool`` the share of its tokens times
            ``math.isqrt(pool.reserve0 * pool.reserve1)``, which grows with the fees, while their
            number does not
        ticks : lower and upper tick of a position in a ``ConcentratedPool``; None is the whole
            range of prices
        base : name of the token whose price moves; the other one is the quote token

        Raises
        ------
        DataError
            If the pool does not hold the base token, a constant product is given ticks, or a number
            is out of range.

        Examples
        --------
        >>> import math
        >>> from hedgeresearch.onchain import ConstantProductPool, PoolPosition, Token
        >>> ether, usdc = Token("WETH", 18), Token("USDC", 6)
        >>> pool = ConstantProductPool(ether, usdc, 1_000 * 10**18, 2_000_000 * 10**6)
        >>> hundredth = math.isqrt(pool.reserve0 * pool.reserve1) // 100
        >>> round(PoolPosition.in_pool(pool, hundredth, base="WETH").delta(2_000.0), 3)
        10.0
        """
        if ticks is not None and isinstance(pool, ConstantProductPool):
            raise DataError("Liquidity of a constant product has no range. Leave out ticks.")
        return cls.at_ticks(liquidity, ticks, (pool.token0, pool.token1), base=base)

    @classmethod
    def at_ticks(
        cls,
        liquidity: int,
        ticks: tuple[int, int] | None,
        tokens: tuple[Token, Token],
        *,
        base: str,
    ) -> PoolPosition:
        """Return the position that a contract states by its liquidity and its ticks.

        Parameters
        ----------
        liquidity : int > 0, base units
        ticks : lower and upper tick; None is the whole range of prices
        tokens : token 0 and token 1 of the pool, in the order of its contract
        base : name of the token whose price moves; the other one is the quote token

        Raises
        ------
        DataError
            If the pool does not hold the base token, or a number is out of range.

        Examples
        --------
        >>> from hedgeresearch.onchain import PoolPosition, Token
        >>> tokens = (Token("USDC", 6), Token("WETH", 18))
        >>> held = PoolPosition.at_ticks(10**15, (198_120, 203_220), tokens, base="WETH")
        >>> [round(price) for price in (held.ranges[0].lower, held.ranges[0].upper)]
        [1495, 2490]
        """
        check_amount(liquidity, "liquidity")
        check_two_tokens(*tokens)
        decimals = (tokens[0].decimals, tokens[1].decimals)
        names = [token.name for token in tokens]
        if base not in names:
            raise DataError(f"base must be one of {names[0]} and {names[1]}; got {base!r}.")
        prices = (0.0, math.inf)
        if ticks is not None:
            prices = (price_at_tick(ticks[0], *decimals), price_at_tick(ticks[1], *decimals))
        amount = liquidity / 10.0 ** (sum(decimals) / 2.0)
        if base == names[0]:
            return cls([LiquidityRange(amount, *prices)], names[0], names[1])
        # in units of the other token the liquidity is the same and the range is turned round
        lower = 1.0 / prices[1]
        upper = math.inf if prices[0] == 0.0 else 1.0 / prices[0]
        return cls([LiquidityRange(amount, lower, upper)], names[1], names[0])

    def with_observed_fees(
        self, base: float, quote: float, price: float, period: str | timedelta
    ) -> PoolPosition:
        """Return the position with the fee rate at which it has earned fees.

        Parameters
        ----------
        base, quote : floats >= 0, fees earned in each token, whole tokens: ``Token.amount`` of
            what ``fees_earned`` returns
        price : float > 0, at which they, and the position, are valued
        period : time in which they were earned, such as "30d" or a Timedelta

        Examples
        --------
        >>> from hedgeresearch.onchain import LiquidityRange, PoolPosition
        >>> position = PoolPosition([LiquidityRange(1_000.0, 1_500.0, 2_500.0)], "WETH", "USDC")
        >>> earning = position.with_observed_fees(0.04, 90.0, price=2_000.0, period="30d")
        >>> round(earning.fee_rate, 4)
        0.1931
        """
        check_not_negative(base, "base")
        check_not_negative(quote, "quote")
        share = (base * price + quote) / self.value(price)
        return replace(self, fee_rate=share * (YEAR / as_duration(period, "period")))

    def is_in_range(self, price: float) -> bool:
        """Return whether the price is within one of the ranges, so that fees are earned.

        A range holds its lower price, and ends before its upper one, where the next one begins.
        """
        return any(each.lower <= price < each.upper for each in self.ranges)

    def amounts(self, price: npt.ArrayLike) -> tuple[Any, Any]:
        """Return the base and the quote tokens held at a price, or at each of an array."""
        held = self._values(price)
        return _as_given(held.base, price), _as_given(held.quote, price)

    def value(self, price: npt.ArrayLike) -> Any:
        """Return the value in quote tokens at a price, or at each of an array."""
        return _as_given(self._values(price).value, price)

    def delta(self, price: npt.ArrayLike) -> Any:
        """Return the derivative of the value with respect to the price: base tokens held."""
        return _as_given(self._values(price).base, price)

    def gamma(self, price: npt.ArrayLike) -> Any:
        """Return the second derivative of the value, base tokens per unit of price: negative."""
        return _as_given(self._values(price).gamma, price)

    def loss_against_holding(self, start: float, price: npt.ArrayLike) -> Any:
        """Return the value at a price minus that of the tokens held at the start, fees left out.

        It is never positive: divergence loss, also called impermanent loss.

        Parameters
        ----------
        start : float > 0, price at which the position began
        price : float or array > 0
        """
        base, quote = self.amounts(start)
        held = base * _checked_prices(price) + quote
        return _as_given(np.asarray(self.value(price)) - held, price)

    def plot(
        self, start: float, price: npt.ArrayLike, ax: Any = None, *, interactive: bool = False
    ) -> Any:
        """Plot the value by the price, and that of holding the tokens of the beginning.

        Parameters
        ----------
        start : float > 0, price at the beginning
        price : array_like (n,), prices, ascending
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> from hedgeresearch.onchain import LiquidityRange, PoolPosition
        >>> position = PoolPosition([LiquidityRange(1_000.0, 1_500.0, 2_500.0)], "WETH", "USDC")
        >>> position.plot(2_000.0, [1_200.0, 1_600.0, 2_000.0, 2_400.0]).get_ylabel()
        'value, USDC'
        """
        from hedgeresearch.plotting import COLORS, new_axes

        axes = new_axes(ax)
        prices = _checked_prices(price)
        value = self.value(prices)
        held = value - self.loss_against_holding(start, prices)
        axes.plot(prices, held, color="0.6", label="held from the beginning")
        axes.plot(prices, value, color=COLORS[0], label="provided as liquidity")
        axes.axvline(start, color="0.8", lw=0.8, zorder=0)
        axes.set_xlabel(f"price of {self.base}, {self.quote}")
        axes.set_ylabel(f"value, {self.quote}")
        axes.legend()
        return shown(axes, interactive=interactive)

    def table(self, price: npt.ArrayLike) -> pd.DataFrame:
        """Return value, tokens, delta and gamma at each of some prices.

        Returns
        -------
        DataFrame (n_prices, 5)
            Columns value (quote tokens), the names of base and quote token, delta (base tokens) and
            gamma (base tokens per unit of price), by price.
        """
        prices = np.atleast_1d(_checked_prices(price))
        held = self._values(prices)
        columns = {
            "value": held.value,
            self.base: held.base,
            self.quote: held.quote,
            "delta": held.base,
            "gamma": held.gamma,
        }
        return pd.DataFrame(columns, index=pd.Index(prices, name="price"))

    def _values(self, price: npt.ArrayLike) -> PositionValues:
        """Return amounts, value and gamma, summed over the ranges."""
        prices = _checked_prices(price)[..., None]
        rows = [(each.liquidity, each.lower, each.upper) for each in self.ranges]
        liquidity, lower, upper = np.array(rows).T
        values = unchecked_values(liquidity, lower, upper, prices)
        return PositionValues(*(one.sum(axis=-1) for one in values))


def _checked_prices(price: npt.ArrayLike) -> Array:
    """Return prices as an array of floats; all must be positive and finite."""
    prices = np.asarray(price, dtype=float)
    good = np.isfinite(prices) & (prices > 0.0)
    if not good.all():
        first = prices[~good].flat[0]
        raise DataError(
            f"Prices must be positive; got {first:g}. Pass prices of the base token in the quote "
            "token."
        )
    return prices


def _as_given(numbers: Array, price: npt.ArrayLike) -> Any:
    """Return a float for a number, and an array for an array."""
    return numbers if np.ndim(price) else float(numbers)
