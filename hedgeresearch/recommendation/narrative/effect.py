"""Sentences on what a hedge is expected to do to volatility."""

from __future__ import annotations

from hedgeresearch._formatting import money, percent
from hedgeresearch.risk.stress import EXACT_TOLERANCE

VOLATILITY_TOLERANCE = 1e-9
"""Relative difference of two volatilities that counts as rounding."""

AS_IF_SIMULTANEOUS = "as if closes were simultaneous"
"""Words for the volatility of a hedge whose covariance is of synchronised returns."""


def effect_sentence(
    position: str,
    before: float,
    after: float,
    ahead: str,
    currency: str = "",
    *,
    synchronised: bool = False,
    basis: str = "under the model",
) -> str:
    """Return how the expected volatility of a position changes.

    Parameters
    ----------
    position : str
        The position in words.
    before, after : float
        Expected volatility over the time ahead without and with the hedge, in currency.
    ahead : str
        The time ahead in words, such as "the next 5 days".
    currency : str
        Currency of the volatilities; "" where it is not known.
    synchronised : bool
        Whether the volatilities are as if closes were simultaneous.
    basis : str
        What the volatilities are computed by, in words.
    """
    subject = f"Expected volatility of {position} over {ahead}"
    if synchronised:
        subject += f", {AS_IF_SIMULTANEOUS},"
    if before == 0.0:
        return (
            f"{subject} is zero without a hedge {basis}, as if the position had stopped "
            f"moving; with the hedge it is {money(after, currency)}."
        )
    if abs(after - before) <= VOLATILITY_TOLERANCE * before:
        return f"{subject} stays at {money(before, currency)}."
    after = 0.0 if after <= EXACT_TOLERANCE * before else after
    share = 1.0 - (after / before) ** 2
    verb = "falls" if share >= 0.0 else "rises"
    change = "reduction" if share >= 0.0 else "increase"
    return (
        f"{subject} {verb} from {money(before, currency)} to {money(after, currency)}, "
        f"a variance {change} of {percent(abs(share))} {basis}."
    )
