r"""Positions on margin: maintenance margin, liquidation price and required collateral.

The exchange closes a position where its equity falls to maintenance margin, the share m of its
value. For q units of a linear contract (negative for a short position) that were entered at the
price F, on collateral of W in the currency of the price:

.. math:: W + q (P - F) = m |q| P \quad\Rightarrow\quad P = \frac{q F - W}{q - m |q|}

For an inverse contract with a face value of Q dollars (negative for a short position), on
collateral of B coins, whose profit in coins is Q (1/F - 1/P) (Alexander, Choi, Park and Sohn 2020,
Journal of Futures Markets 40, on BitMEX):

.. math:: B + Q \left(\frac1F - \frac1P\right) = \frac{m |Q|}{P}
          \quad\Rightarrow\quad P = \frac{Q + m |Q|}{B + Q / F}

A linear long position is never liquidated (price 0) once W covers q F, an inverse short one never
(infinite price) once B covers the coins of its face, \|Q\| / F: it is then a holding of dollars.
Linear short and inverse long positions can always be liquidated.

The formulas equate the two sides and leave out what an exchange adds: fees, and shares that rise
with the size of the position. Pass the share of the position's own tier plus its liquidation fee,
and count the amount by which a tier reduces maintenance margin as collateral.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.instruments.terms import Numbers


class MarginedPosition(Protocol):
    """A position on margin. Prices, collateral and shares are numbers, or arrays of one shape."""

    def maintenance_margin(self, price: Numbers, share: Numbers) -> Numbers:
        """Return the minimum equity at a price, in the currency of the collateral."""

    def liquidation_price(self, collateral: Numbers, entry: Numbers, share: Numbers) -> Numbers:
        """Return the price at which equity equals maintenance margin; 0 or inf if there is none."""

    def required_collateral(self, price: Numbers, entry: Numbers, share: Numbers) -> Numbers:
        """Return the collateral with which the position is liquidated at a price."""


@exported_by("hedgeresearch.instruments")
@runtime_checkable
class Margined(Protocol):
    """An instrument that can be held on margin.

    ``margined_position`` says how collateral and liquidation price are related for a number of
    contracts. The spot, linear, inverse and quanto instruments of the package have it.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> isinstance(hr.LinearContract("ES", 50), hr.instruments.Margined)
    True
    """

    @property
    def name(self) -> str:
        """Name of the column of its prices."""

    @property
    def currency(self) -> str | None:
        """Currency of the payoff, and so of the collateral."""

    @property
    def maintenance_margin(self) -> float | None:
        """Maintenance margin as a share of the position's value.

        0.0 for an instrument that is not held on margin, None where it is not known.
        """

    def margined_position(self, contracts: Numbers) -> MarginedPosition:
        """Return the position of a number of contracts (negative: short) on margin."""


@dataclass(frozen=True)
class LinearPosition:
    """Units of a linear contract on margin; collateral is in the currency of the payoff."""

    units: Numbers

    def maintenance_margin(self, price: Numbers, share: Numbers) -> Numbers:
        """Return the minimum equity at a price, in the currency of the payoff."""
        return share * np.abs(self.units) * price

    def liquidation_price(self, collateral: Numbers, entry: Numbers, share: Numbers) -> Numbers:
        """Return the price at which equity equals maintenance margin; 0 if no fall reaches it."""
        price = (self.units * entry - collateral) / (self.units - share * np.abs(self.units))
        return np.maximum(price, 0.0)

    def required_collateral(self, price: Numbers, entry: Numbers, share: Numbers) -> Numbers:
        """Return the collateral with which the position is liquidated at a price."""
        return self.units * (entry - price) + share * np.abs(self.units) * price


@dataclass(frozen=True)
class InversePosition:
    """Face value of an inverse contract on margin, in dollars; collateral is in coins."""

    face: Numbers

    def maintenance_margin(self, price: Numbers, share: Numbers) -> Numbers:
        """Return the minimum equity at a price, in coins."""
        return share * np.abs(self.face) / price

    def liquidation_price(self, collateral: Numbers, entry: Numbers, share: Numbers) -> Numbers:
        """Return the price at which equity equals maintenance margin; inf if no rise reaches it."""
        # for a short position: collateral beyond the coins of its face, negative if it falls short;
        # for a long one: the coins that equity tends to as the price rises
        beyond_face = collateral + self.face / entry
        liquidated = (np.asarray(self.face) > 0.0) | (np.asarray(beyond_face) < 0.0)
        price = (self.face + share * np.abs(self.face)) / np.where(liquidated, beyond_face, 1.0)
        return np.where(liquidated, price, math.inf)

    def required_collateral(self, price: Numbers, entry: Numbers, share: Numbers) -> Numbers:
        """Return the coins with which the position is liquidated at a price."""
        return (self.face + share * np.abs(self.face)) / price - self.face / entry
