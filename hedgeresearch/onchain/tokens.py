"""Tokens of a pool: names, decimals, and amounts in base units.

Contracts count in whole base units, of which a token has 10**decimals. Amounts of swaps are Python
integers here, as there; prices and values of positions are floats in whole tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.ticks import check_decimals

AMOUNT_DIGITS = 100
"""Digits to which an amount is converted; contracts hold 78."""


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class Token:
    """A token and its decimals.

    Parameters
    ----------
    name : symbol, such as "WETH"
    decimals : int, 18 for ether, 6 for USDC, 8 for wrapped bitcoin; read it from the contract

    Raises
    ------
    DataError
        If the name is empty or the decimals are out of range.

    Examples
    --------
    >>> usdc = Token("USDC", 6)
    >>> usdc.base_units("1.5"), usdc.amount(1_500_000)
    (1500000, 1.5)
    """

    name: str
    decimals: int

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise DataError(f"name must be a symbol such as 'WETH'; got {self.name!r}.")
        check_decimals(self.decimals, "decimals")

    def base_units(self, amount: Any) -> int:
        """Return an amount of whole tokens in base units, rounded down.

        Parameters
        ----------
        amount : int, float, Decimal or string of digits, such as "1.5", >= 0; a float holds 15
            digits

        Raises
        ------
        DataError
            If the amount is not a number, or negative.
        """
        with localcontext() as context:
            context.prec = AMOUNT_DIGITS
            try:
                base_units = int(Decimal(str(amount)).scaleb(self.decimals))
            # Decimal raises the first of what is no number, int the others of nan and infinity
            except (InvalidOperation, ValueError, OverflowError) as error:
                raise DataError(
                    f"amount must be a number of {self.name}; got {amount!r}."
                ) from error
        if base_units < 0:
            raise DataError(f"amount must not be negative; got {amount!r} {self.name}.")
        return base_units

    def amount(self, base_units: int) -> float:
        """Return an amount of base units in whole tokens."""
        return float(base_units / 10**self.decimals)


def check_amount(value: Any, name: str, minimum: int = 1) -> None:
    """Refuse an amount of base units that is not a whole number of at least ``minimum``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise DataError(
            f"{name} must be a whole number of base units of at least {minimum}; got {value!r}. "
            "Convert whole tokens by Token.base_units(amount)."
        )


def check_two_tokens(token0: Token, token1: Token) -> None:
    """Refuse two tokens of the same name."""
    if token0.name == token1.name:
        raise DataError(f"A pool holds two different tokens; got {token0.name} twice.")


def check_received(received: int, paid: int, token_in: str, token_out: Token) -> None:
    """Refuse a payment that buys nothing."""
    if received == 0:
        raise DataError(
            f"{paid} base units of {token_in} buy less than one base unit of {token_out.name}. Pay "
            "more, and check the decimals."
        )


def other_token(name: str, token0: Token, token1: Token) -> Token:
    """Return the token of a pool that is not ``name``, which must be one of the two."""
    if name == token0.name:
        return token1
    if name == token1.name:
        return token0
    raise DataError(
        f"The pool holds {token0.name} and {token1.name}; got {name!r}. Name one of them."
    )
