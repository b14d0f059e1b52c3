r"""A position to hedge: units of one asset, or a portfolio of several, long and short.

.. math:: r_t = \frac{\sum_i u_i \, (P_{i,t} - P_{i,t-1})}{\sum_i |u_i \, P_{i,t-1}|}

The units of a portfolio are those held today, on all dates: the portfolio is hedged as it is. Its
returns are on the gross value, which stays positive where longs and shorts cancel; those of a
single asset are the asset's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from hedgeresearch._constants import OPTIONS_ON
from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import (
    OnchainPosition,
    checked_onchain,
    onchain_name,
)
from hedgeresearch.recommendation.inputs.options.option_positions import (
    NamedDelta,
    check_delta,
    checked_options,
)
from hedgeresearch.recommendation.inputs.position_checks import checked_units, checked_value
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class Position:
    """Units held by name, or the value held of one asset, with options on it, or pools and loans.

    Negative is short.

    Parameters
    ----------
    units : mapping from asset
        Units held of each asset, which is a column of prices: coins, shares, barrels, currency.
    name : str
        Name of the position's returns; by default that of the asset, "portfolio" for several, and
        such as "options on BTC" for options.
    value : float
        Value held of one asset, in the currency of the account, instead of units. The units are
        those that it buys at the last price of the market for which a hedge is recommended.
    of : str
        Asset of that value.
    options : mapping from OptionContract or InverseOption
        Contracts held of options on one underlying, alone or with units of it.
    delta : {"forward", "premium_adjusted"}, optional
        Delta by which options count: Black's of an account in the currency of their strike, or the
        premium-adjusted one of an account in the coin that pays them. By default the one of the
        account; the other is refused.
    onchain : PoolPosition, LoanPosition or sequence of them
        Pools and loans, alone or with units of tokens held elsewhere. Their delta counts as units:
        the tokens that a pool holds at the last price, and those deposited less those owed.

    Raises
    ------
    DataError
        If nothing is held, units are not finite, both units and a value are given, options are
        not on one underlying, or options and pools or loans are held together.

    Examples
    --------
    >>> Position({"BTC": 25}).name
    'BTC'
    >>> Position({"AAPL": 1000, "MSFT": -400}).name
    'portfolio'
    >>> Position(value=500_000, of="BASKET").in_units({"BASKET": 125.0}).units
    {'BASKET': 4000.0}

    Twenty puts on a future, together with the three futures that are held:

    >>> import hedgeresearch as hr
    >>> put = hr.OptionContract("ES_P", "ES", "put", 4000.0, 50, expiry="2026-06-19 13:30+00:00")
    >>> Position({"ES": 150}, options={put: 20}).assets
    ['ES']

    Liquidity in a pool, with two ether sold elsewhere:

    >>> ether = hr.onchain.LiquidityRange(1_000.0, 1_500.0, 2_500.0)
    >>> Position({"WETH": -2}, onchain=hr.onchain.PoolPosition([ether], "WETH", "USDC")).name
    'pool of WETH and USDC'
    """

    units: Mapping[str, float] = FrozenMapping({})
    name: str = ""
    _: KW_ONLY
    value: float | None = None
    of: str | None = None
    options: Mapping[OptionTerms, float] = FrozenMapping({})
    delta: NamedDelta | None = None
    onchain: Sequence[OnchainPosition] = ()
    onchain_units: Mapping[str, float] | None = field(
        default=None, init=False, repr=False, compare=False
    )
    option_units: float | None = field(default=None, init=False, repr=False, compare=False)
    in_coin: bool = field(default=False, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise DataError(f"name must be text; got {self.name!r}.")
        object.__setattr__(self, "options", FrozenMapping(checked_options(self.options)))
        check_delta(self.delta)
        object.__setattr__(self, "onchain", checked_onchain(self.onchain))
        if self.onchain:
            self._check_with_onchain()
            held = checked_units(self.units) if self.units else {}
            object.__setattr__(self, "units", FrozenMapping(held))
            object.__setattr__(self, "name", self.name or onchain_name(self.onchain))
            return
        if self.options:
            object.__setattr__(self, "units", FrozenMapping(self._units_with_options()))
        elif self.value is None and self.of is None:
            object.__setattr__(self, "units", FrozenMapping(checked_units(self.units)))
        else:
            object.__setattr__(self, "value", checked_value(self.value, self.of, self.units))
        default_name = "portfolio" if self.is_portfolio else self.assets[0]
        if self.options:  # what hedges may be the underlying itself
            default_name = f"{OPTIONS_ON}{self.assets[0]}"
        object.__setattr__(self, "name", self.name or default_name)

    @property
    def assets(self) -> list[str]:
        """Names of the assets held, or of the one that options are on.

        Those of pools and loans, whose price moves, are known in a market only.
        """
        if self.onchain:
            return list(self._held())
        if self.options:
            return [next(iter(self.options)).underlying]
        return list(self.units) if self.of is None else [self.of]

    @property
    def is_portfolio(self) -> bool:
        """True where several assets are held."""
        return len(self._held()) > 1 if self.onchain else len(self.units) > 1

    def in_account(self, *, in_coin: bool, option_units: float | None = None) -> Position:
        """Return the position in an account, with the units that its options count as.

        Parameters
        ----------
        in_coin : whether the account counts in the coin that pays the options
        option_units : units of the underlying, all options together; None where they do not matter
        """
        later = copy(self)
        object.__setattr__(later, "in_coin", in_coin)  # the class is frozen
        object.__setattr__(later, "option_units", option_units)
        return later

    def with_onchain_units(self, units: Mapping[str, float]) -> Position:
        """Return the position with the units that its pools and loans count as, by token.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> pool = hr.onchain.PoolPosition([hr.onchain.LiquidityRange(1e3)], "WETH", "USDC")
        >>> hr.Position(onchain=pool).with_onchain_units({"WETH": 22.4}).onchain_units
        {'WETH': 22.4}
        """
        later = copy(self)
        object.__setattr__(later, "onchain_units", FrozenMapping(units))  # the class is frozen
        return later

    def holding_onchain(self, held: Any) -> Position:
        """Return the position with other pools and loans in place of its own, under its name.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> pool = hr.onchain.PoolPosition([hr.onchain.LiquidityRange(1e3)], "WETH", "USDC")
        >>> other = hr.onchain.PoolPosition([hr.onchain.LiquidityRange(2e3)], "WETH", "USDC")
        >>> hr.Position(onchain=pool).holding_onchain([other]).onchain[0].ranges[0].liquidity
        2000.0
        """
        if not self.onchain:
            raise DataError(
                "onchain must replace pools or loans of a position; this one has none. Recommend a "
                "hedge of the new position."
            )
        later = copy(self)
        object.__setattr__(later, "onchain", checked_onchain(held))  # the class is frozen
        return later

    def in_units(self, prices: Mapping[str, float]) -> Position:
        """Return the position with the units that its value buys at prices by asset.

        A position that has units is returned as it is.

        Raises
        ------
        DataError
            If the price is not positive.
        """
        if self.of is None or self.value is None or self.units:
            return self
        price = prices[self.of]
        if not price > 0.0:
            raise DataError(
                f"the last price of {self.of!r} must be positive for a position given by its "
                f"value; got {price:g}. Give units, such as Position({{{self.of!r}: 100}})."
            )
        return self._with_units({self.of: self.value / price})

    @property
    def net_units(self) -> float:
        """Units of the one asset held, with those that its options count as."""
        return sum(self._held().values())

    def net_value(self, prices: Mapping[str, float]) -> float:
        """Return the signed value at prices by asset, in currency; of options, of their delta.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> prices = hr.load("nasdaq_sp500").loc["2018-12":]
        >>> position = hr.Position({"NASDAQ": 2, "SP500": -3})
        >>> position.is_portfolio, position.net_units
        (True, -1.0)
        >>> last = prices.iloc[-1].to_dict()
        >>> round(position.net_value(last)), round(position.scale(last, "simple"))
        (5750, 20791)
        >>> position.returns(prices, "simple").tail(2).round(4)
        date
        2018-12-28    0.0009
        2018-12-31    0.0019
        Name: portfolio, dtype: float64
        >>> position.returns_of(prices.to_numpy(), "simple")[-1:].round(4)
        array([0.0019])
        """
        if self.in_coin:  # a coin is worth one coin
            return self.net_units
        return sum(units * prices[asset] for asset, units in self._held().items())

    def scale(self, prices: Mapping[str, float], kind: str) -> float:
        """Return the value in currency of one unit of the position's returns.

        For simple returns, the value held, gross for a portfolio. For differences, the units held,
        or 1 for a portfolio, whose differences are in currency already.
        """
        if kind == "difference":
            return 1.0 if self.is_portfolio else next(iter(self._held().values()))
        if self.is_portfolio:
            return sum(abs(units * prices[asset]) for asset, units in self._held().items())
        return self.net_value(prices)

    def returns(self, prices: pd.DataFrame, kind: str) -> pd.Series[float]:
        """Return the returns of the position, (n_dates - 1,).

        Parameters
        ----------
        prices : DataFrame (n_dates, n_assets)
        kind : {"simple", "difference"}
        """
        found = self.returns_of(prices[self.assets].to_numpy(), kind)
        result = pd.Series(found, index=prices.index[1:], name=self.name)
        result.attrs = {**prices.attrs, "returns": kind}
        return result

    def returns_of(self, prices: Array, kind: str) -> Array:
        """Return the returns (n_dates - 1,) at prices (n_dates, n_assets), as arrays."""
        changes = np.diff(prices, axis=0)
        before = prices[:-1]
        if self.in_coin:
            return np.asarray(changes[:, 0] / prices[1:, 0])
        if not self.is_portfolio:
            # the sign of a single holding is in its value, not in its returns
            return changes[:, 0] if kind == "difference" else changes[:, 0] / before[:, 0]
        units = np.array(list(self._held().values()))
        profits = changes @ units
        if kind == "difference":
            return np.asarray(profits)
        return np.asarray(profits / np.abs(before * units).sum(axis=1))

    def credited(self, paid: Mapping[str, float]) -> Position:
        """Return the position with units added that were paid, by asset.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> hr.Position({"BTC": 2}).credited({"BTC": -0.1}).units
        {'BTC': 1.9}
        >>> hr.Position({"BTC": 2}).in_account(in_coin=True).in_coin
        True
        """
        if not paid:
            return self
        units = {asset: held + paid.get(asset, 0.0) for asset, held in self.units.items()}
        return self._with_units(checked_units(units))

    def _held(self) -> Mapping[str, float]:
        if self.onchain:
            return self._held_with_onchain()
        if self.options:
            if self.option_units is None:
                raise DataError(
                    "the delta of options must be known; it is that of a market at its last date. "
                    "Use hr.recommend."
                )
            asset = self.assets[0]
            return {asset: self.units.get(asset, 0.0) + self.option_units}
        if not self.units:
            raise DataError(
                f"the units of {self.of!r} must be known; the position is given by its value. "
                "Use position.in_units(prices)."
            )
        return self.units

    def _held_with_onchain(self) -> dict[str, float]:
        """Return the units of pools and loans, and those that are held with them."""
        if self.onchain_units is None:
            raise DataError(
                "the tokens of pools and loans must be known; they are those of a market at its "
                "last date. Use hr.recommend, or market.counted(position)."
            )
        counted = dict(self.onchain_units)
        for asset, units in self.units.items():
            counted[asset] = counted.get(asset, 0.0) + units
        return counted

    def _check_with_onchain(self) -> None:
        """Refuse what pools and loans are not hedged together with."""
        if self.options:
            raise DataError(
                "options and pools or loans must not be in one position; got both. Recommend a "
                "hedge for each on its own."
            )
        if self.value is not None or self.of is not None:
            raise DataError(
                "a position with pools or loans must have units or none; got a value. Pass the "
                "units that it buys."
            )

    def _units_with_options(self) -> dict[str, float]:
        """Return the units held together with options: of their underlying, or none."""
        if self.value is not None or self.of is not None:
            raise DataError(
                "a position with options must have units or none; got a value. Pass the units "
                "that it buys."
            )
        units = checked_units(self.units) if self.units else {}
        others = [asset for asset in units if asset not in self.assets]
        if others:
            raise DataError(
                f"units held with options must be of their underlying, {self.assets[0]!r}; got "
                f"{others[0]!r}. Hedge it as a position of its own."
            )
        return units

    def _with_units(self, units: Mapping[str, float]) -> Position:
        later = copy(self)
        object.__setattr__(later, "units", FrozenMapping(units))  # the class is frozen
        return later


Held: TypeAlias = Position | OnchainPosition | Sequence[OnchainPosition]
"""A position, or pools and loans that are hedged as they are."""


def as_position(held: Any) -> Any:
    """Return pools and loans as a position; anything else as it is."""
    is_list = isinstance(held, list | tuple) and bool(held)
    if isinstance(held, OnchainPosition) or (is_list and isinstance(held[0], OnchainPosition)):
        return Position(onchain=held)
    return held
