"""Checks of the options of a position, and of the delta that an account counts them by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from hedgeresearch._validation.mappings import preview
from hedgeresearch._validation.numbers import as_number
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.option_contract import InverseOption
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.instruments.terms import DOLLARS

NamedDelta: TypeAlias = Literal["forward", "premium_adjusted"]
DELTAS = ("forward", "premium_adjusted")


def checked_options(given: Any) -> dict[OptionTerms, float]:
    """Return contracts by option as floats; refuse options on several underlyings."""
    example = "{OptionContract('PUT', 'ES', 'put', 4000.0, expiry=...): -10}"
    if not isinstance(given, Mapping):
        raise DataError(
            f"options must map option contracts to contracts held, such as {example}; got "
            f"{preview(given)}."
        )
    held = {option: as_number(contracts) for option, contracts in given.items()}
    for option, contracts in held.items():
        if not isinstance(option, OptionTerms):
            raise DataError(
                f"options must be option contracts, such as {example}; got {preview(option)}. "
                "Other instruments are units, or hedges."
            )
        check_between(contracts, f"contracts of {option.name!r}", -math.inf, math.inf)
        if contracts == 0:
            raise DataError(f"contracts of {option.name!r} must not be zero; leave it out.")
    refuse_mixed(list(held))
    return {option: float(contracts) for option, contracts in held.items()}


def check_delta(delta: Any) -> None:
    """Refuse a delta that is neither Black's nor premium-adjusted."""
    if delta is not None:
        check_choice(delta, "delta", DELTAS)


def refuse_mixed(options: Sequence[OptionTerms]) -> None:
    """Refuse options of one name, on several underlyings, or of two delta conventions."""
    names = [one.name for one in options]
    if len(set(names)) < len(names):
        raise DataError(f"options must have different names; got {names}. Rename one of them.")
    underlyings = list(dict.fromkeys(one.underlying for one in options))
    if len(underlyings) > 1:
        raise DataError(
            f"options must be on one underlying; got {', '.join(underlyings)}. Recommend a hedge "
            "for each underlying on its own."
        )
    paid = {one.name: paid_in(one) for one in options}
    currencies = {"dollars" if one in DOLLARS else one for one in paid.values()}
    kinds = {type(one) for one in options}
    if len(currencies) > 1 or len(kinds) > 1:
        listed = ", ".join(
            f"{type(one).__name__} {one.name!r} in {paid[one.name]}" for one in options
        )
        raise DataError(
            "options of one book must have one delta: be of one class, with premiums in one "
            f"currency; got {listed}. Split the book by account."
        )


def paid_in(option: OptionTerms) -> str | None:
    """Return the currency of a premium; None where the terms do not say."""
    return option.premium_currency or option.currency


def counts_in_coin(
    options: Sequence[OptionTerms], account: str | None, delta: NamedDelta | None
) -> bool:
    """Return whether an account counts options in the coin that pays them.

    Then their delta is premium-adjusted; otherwise it is Black's.

    Raises
    ------
    DataError
        If premiums are not paid in the currency of the account, or it has the other delta.
    """
    in_coin = False
    for one in options:
        if isinstance(one, InverseOption):
            in_coin = _in_coin(one, account)
        else:
            _refuse_other_premium(one)
    named = "premium_adjusted" if in_coin else "forward"
    if options and delta is not None and delta != named:
        account_text = f"in {account}" if account else "without a currency"
        raise DataError(
            f"delta must be {named!r} for {options[0].name!r} in an account {account_text}; got "
            f"{delta!r}. An account in the coin has the premium-adjusted delta, one in dollars "
            "Black's; change the currency of the market, or leave out delta."
        )
    return in_coin


def _in_coin(option: InverseOption, account: str | None) -> bool:
    """Return whether the account of an inverse option is in its coin, not in dollars."""
    paid = paid_in(option)
    if option.currency is None or account is None:
        raise DataError(
            f"{option.name!r} is paid in coin: its currency and that of the account must be named; "
            f"got {option.currency!r} and {account!r}. Pass currency='BTC' to the option, and "
            "Market(currency='BTC') for an account in coin or 'USD' for one in dollars."
        )
    if paid == account == option.currency:
        return True
    if paid in DOLLARS and account in DOLLARS:
        return False
    raise DataError(
        f"the premium of {option.name!r} is in {paid} and the account in {account}: their deltas "
        "differ by the premium. Pass Market(currency="
        f"{option.currency!r}) to count in coin, or premium_currency='USD' to the option if the "
        "coins of its premium were bought with dollars of the account."
    )


def _refuse_other_premium(option: OptionTerms) -> None:
    """Refuse an option whose premium is in another currency than its payoff."""
    paid = paid_in(option)
    same = paid == option.currency or {paid, option.currency} <= DOLLARS
    if option.premium_currency is not None and option.currency is not None and not same:
        raise DataError(
            f"the premium of {option.name!r} must be in the currency of its payoff, "
            f"{option.currency}; got {paid}. For options paid in coin use InverseOption."
        )
