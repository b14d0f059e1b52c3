"""Pools and loans as positions: checks, names, and the tokens that they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from hedgeresearch._constants import LOAN_AGAINST, POOL_OF, POOLS_AND_LOANS
from hedgeresearch._validation.mappings import preview
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.onchain.position import PoolPosition

OnchainPosition: TypeAlias = PoolPosition | LoanPosition
"""A position in a smart contract."""


def checked_onchain(given: Any) -> tuple[OnchainPosition, ...]:
    """Return pools and loans as a tuple; refuse anything else."""
    if isinstance(given, OnchainPosition):
        return (given,)
    held = tuple(given) if isinstance(given, Sequence) and not isinstance(given, str) else (given,)
    for one in held:
        if not isinstance(one, OnchainPosition):
            raise DataError(
                "onchain must be positions made by hr.onchain.PoolPosition or LoanPosition; got "
                f"{preview(one)}."
            )
    return held


def tokens_of(one: OnchainPosition) -> list[str]:
    """Return the names of the tokens of a pool or a loan."""
    return [one.base, one.quote] if isinstance(one, PoolPosition) else one.tokens


def all_tokens(held: Sequence[OnchainPosition]) -> list[str]:
    """Return the names of all tokens, each once."""
    names: dict[str, None] = {}
    for one in held:
        names |= dict.fromkeys(tokens_of(one))
    return list(names)


def onchain_label(one: OnchainPosition) -> str:
    """Return a pool or a loan in words.

    Examples
    --------
    >>> from hedgeresearch.onchain import LiquidityRange
    >>> onchain_label(PoolPosition([LiquidityRange(10.0)], "WETH", "USDC"))
    'pool of WETH and USDC'
    """
    if isinstance(one, PoolPosition):
        return f"{POOL_OF}{one.base} and {one.quote}"
    return f"{LOAN_AGAINST}{' and '.join(each.token for each in one.collateral)}"


def onchain_labels(held: Sequence[OnchainPosition]) -> list[str]:
    """Return the names of pools and loans; those that are alike have numbers."""
    plain = [onchain_label(one) for one in held]
    labels = []
    for i, name in enumerate(plain):
        number = f" {plain[: i + 1].count(name)}" if plain.count(name) > 1 else ""
        labels.append(f"{name}{number}")
    return labels


def onchain_name(held: Sequence[OnchainPosition]) -> str:
    """Return the name of pools and loans that are hedged together."""
    return onchain_label(held[0]) if len(held) == 1 else POOLS_AND_LOANS
