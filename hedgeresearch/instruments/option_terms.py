"""Terms that options have in common, and what is computed from the price of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._kernels.options.black import black_prices
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.terms import Numbers, Terms
from hedgeresearch.typing import Array

OptionKind = Literal["call", "put"]
SIGNS = {"call": 1.0, "put": -1.0}


@dataclass(frozen=True)
class OptionTerms(Terms, Instrument):
    """Terms of an option: what it is on, and when and in what it is paid.

    Prices of an option are its premiums, per unit of the underlying.
    """

    underlying: str
    kind: OptionKind
    strike: float
    multiplier: float = 1.0
    premium_currency: str | None = None
    style: Literal["european"] = "european"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.underlying, str) or not self.underlying:
            raise DataError(
                f"underlying of {self.name!r} must be the column of the price that it is on; got "
                f"{self.underlying!r}. Pass for example 'BTC'."
            )
        check_choice(self.kind, "kind", tuple(SIGNS))
        if self.style != "european":
            raise DataError(
                f"style of {self.name!r} must be 'european'; got {self.style!r}. Options that may "
                "be exercised before their expiry are not valued here."
            )
        self._keep_number("strike", "Pass the strike in the currency of the underlying's price")
        self._keep_number("multiplier", "Pass the units of the underlying in one contract")
        if self.expiry is None or self.funding is not None:
            raise DataError(
                f"{self.name!r} must have an expiry and no funding; got expiry {self.expiry!r} and "
                f"funding {self.funding!r}. Pass expiry='2026-06-26 08:00+00:00', for example."
            )

    def _check_expiry(self, expiry: Any) -> None:
        """Refuse an expiry without a time zone: hours count for options."""
        try:
            moment = pd.Timestamp(expiry) if isinstance(expiry, str | date) else pd.NaT
        except ValueError:
            moment = pd.NaT
        if pd.isna(moment) or moment.tz is None:
            raise DataError(
                f"expiry of the option {self.name!r} must be a time with a zone; got {expiry!r}. "
                "Pass for example '2026-06-26 08:00+00:00'."
            )

    @property
    def sign(self) -> float:
        """1.0 for a call, -1.0 for a put."""
        return SIGNS[self.kind]

    @property
    def expires_at(self) -> pd.Timestamp:
        """Moment of the expiry, with its zone."""
        assert self.expiry is not None
        return pd.Timestamp(self.expiry)

    @property
    def size(self) -> float:
        """Units of the underlying in a contract."""
        return self.multiplier

    def worth(self, price: Numbers) -> Numbers:
        """Return the value of one contract at its premium, in the currency that it is quoted in."""
        return self.multiplier * price

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Return the value of one contract at its premium in the currency of the account."""
        return self.worth(price) * rate

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Return the gain of contracts (negative: short) between two premiums, as it is paid."""
        return contracts * self.multiplier * (exit - entry)

    def convexity(self, price: Numbers) -> Numbers:
        """Return the second derivative of the payoff with respect to the premium: zero."""
        return 0.0 * price

    def premium(
        self, forward: Numbers, years: Numbers, volatility: Numbers, discount: Numbers = 1.0
    ) -> Numbers:
        """Return what the option is worth per unit of the underlying, as it is quoted.

        Parameters
        ----------
        forward : forward of its expiry, in the currency of the strike
        years : years to expiry, actual days over 365
        volatility : annual fraction, such as 0.6
        discount : value today of 1 paid at expiry

        Raises
        ------
        DataError
            If one of them is not positive and finite.
        """
        return self._black(forward, years, volatility, discount)

    def settlement(self, price: Numbers) -> Numbers:
        """Return what the option pays at expiry per unit of the underlying, as it is quoted."""
        _refuse_not_positive(price, "the price at expiry")
        paid = np.maximum(self.sign * (np.asarray(price) - self.strike), 0.0)
        return paid if paid.shape else float(paid)

    def _black(
        self, forward: Numbers, years: Numbers, volatility: Numbers, discount: Numbers
    ) -> Numbers:
        """Return Black's price in the currency of the strike."""
        given = {"forward": forward, "years": years, "volatility": volatility, "discount": discount}
        for name, values in given.items():
            _refuse_not_positive(values, name)
        columns = np.broadcast_arrays(forward, self.strike, years, volatility, self.sign, discount)
        flat: list[Array] = [np.array(one, dtype=float).ravel() for one in columns]
        prices = np.empty(flat[0].size)
        black_prices(*flat, prices)
        shape = columns[0].shape
        return prices.reshape(shape) if shape else float(prices[0])


def _refuse_not_positive(values: Numbers, name: str) -> None:
    given = np.asarray(values, dtype=float)
    if not (np.isfinite(given) & (given > 0.0)).all():
        raise DataError(
            f"{name} of an option must be positive and finite; got {np.min(given):g}. "
            "An option at or after its expiry is worth its settlement."
        )


def options_among(instruments: Sequence[Instrument]) -> list[OptionTerms]:
    """Return the options of a list of instruments."""
    return [one for one in instruments if isinstance(one, OptionTerms)]


def without_options(instruments: Sequence[Instrument]) -> list[Instrument]:
    """Return the instruments that are not options; refuse a list of options only."""
    others = [one for one in instruments if not isinstance(one, OptionTerms)]
    if not others:
        raise DataError(
            "instruments must have a future, perpetual or spot for the delta; got options only. "
            "Add the one that the delta is hedged with."
        )
    return others
