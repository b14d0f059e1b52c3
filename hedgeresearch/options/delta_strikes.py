"""Strikes at which options have a given delta, such as the 25-delta put."""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.options.checks import at_first, checked_options, refuse_missing
from hedgeresearch.options.layout import Layout
from hedgeresearch.options.sensitivities import CONVENTIONS, DeltaConvention, check_spot_discount
from hedgeresearch.typing import Array

MAX_STEPS = 60
ENOUGH = 1e-15
"""Relative step of d2 from which the next one is rounding."""


@exported_by("hedgeresearch.options")
def strike_of_delta(  # noqa: PLR0913 - an option has as many terms
    target: Any,
    forward: Any,
    expiry: Any,
    volatility: Any,
    kind: Any = "call",
    *,
    discount: Any = 1.0,
    delta: DeltaConvention = "forward",
    spot_discount: Any = None,
) -> Any:
    """Return the strike at which an option of a given volatility has a given delta.

    The premium-adjusted delta of a call rises and falls with the strike: of its two strikes the
    higher one is returned, as is usual on foreign exchange.

    Parameters
    ----------
    target : number, array, Series or DataFrame
        Delta, such as 0.25 for a call and -0.25 for a put.
    forward, expiry, volatility, kind, discount : as in :func:`black_price`
        On a smile the volatility belongs to the strike: solve for both, for example by repetition.
    delta, spot_discount : as in :func:`greeks`

    Returns
    -------
    float, array, Series or DataFrame
        Strike, currency.

    Raises
    ------
    DataError
        If a sign is not that of the kind, or no strike has the delta; the bound is named.

    Examples
    --------
    >>> round(strike_of_delta(-0.25, 100.0, 0.25, 0.6, "put"), 4)
    85.4408
    """
    check_choice(delta, "delta", CONVENTIONS)
    check_spot_discount(delta, has_spot=spot_discount is not None)
    arguments = {
        "target": target,
        "forward": forward,
        "expiry": expiry,
        "volatility": volatility,
        "discount": discount,
    }
    if spot_discount is not None:
        arguments["spot_discount"] = spot_discount
    options, sign, layout = checked_options(arguments, kind)
    _refuse_wrong_signs(options["target"], sign, layout)
    deviation = options["volatility"] * np.sqrt(options["expiry"])
    share = np.abs(options["target"]) / options.get("spot_discount", options["discount"])
    if delta == "premium_adjusted":
        d2 = _adjusted_d2(share, deviation, sign, layout)
    else:
        d2 = _plain_d2(share, deviation, sign, layout)
    strike = options["forward"] * np.exp(-deviation * d2 - 0.5 * deviation**2)
    return layout.wrap(strike, "strike")


def _refuse_wrong_signs(target: Array, sign: Array, layout: Layout) -> None:
    refuse_missing(target, "target", layout)
    wrong = ~(sign * target > 0.0)
    if wrong.any():
        raise DataError(
            f"target must be positive for a call and negative for a put; "
            f"{at_first(target, wrong, layout)}. The 25-delta put has -0.25."
        )


def _plain_d2(share: Array, deviation: Array, sign: Array, layout: Layout) -> Array:
    """Return d2 where N(c d1) is the share."""
    from scipy.special import ndtri

    wrong = ~(share < 1.0)
    if wrong.any():
        raise DataError(
            f"target must be smaller in size than the discount, which the delta of no strike "
            f"reaches; {layout.place(int(np.argmax(wrong)))}a target of "
            f"{share[wrong][0]:.4g} times the discount."
        )
    d2: Array = sign * ndtri(share) - deviation
    return d2


def _adjusted_d2(share: Array, deviation: Array, sign: Array, layout: Layout) -> Array:
    """Return d2 where (K/F) N(c d2) is the share, for calls the smaller one.

    With e = c d2 the logarithm -c s e - s**2 / 2 + ln N(e) is concave in e. It is below its target
    at the start: Newton's steps rise to the solution and never pass it.
    """
    _refuse_unreached(share, deviation, sign, layout)
    target = np.log(share)
    e = -np.where(sign > 0.0, deviation, 0.0) - np.sqrt(2.0 * np.maximum(-target, 0.0))
    for _ in range(MAX_STEPS):
        value, slope = _adjusted_logarithm(e, deviation, sign)
        step = np.where(slope > 0.0, (target - value) / slope, 0.0)
        e = e + step
        if np.all(np.abs(step) <= ENOUGH * (1.0 + np.abs(e))):
            break
    solved: Array = sign * e
    return solved


def _adjusted_logarithm(e: Array, deviation: Array, sign: Array) -> tuple[Array, Array]:
    """Return the logarithm of (K/F) N(e) at d2 = c e, and its derivative."""
    from scipy.special import log_ndtr

    log_probability = log_ndtr(e)
    inverse_mills = np.exp(-0.5 * e**2 - log_probability) / np.sqrt(2.0 * np.pi)
    value = -sign * deviation * e - 0.5 * deviation**2 + log_probability
    return value, inverse_mills - sign * deviation


def _refuse_unreached(share: Array, deviation: Array, sign: Array, layout: Layout) -> None:
    """Refuse deltas of calls above the largest one, at which n(d2) / N(d2) = s."""
    top = np.zeros_like(deviation)
    for _ in range(MAX_STEPS):
        _, slope = _adjusted_logarithm(top, deviation, np.ones_like(sign))
        inverse_mills = slope + deviation
        top += slope / (inverse_mills * (top + inverse_mills))
    value, _ = _adjusted_logarithm(top, deviation, np.ones_like(sign))
    largest = np.exp(value)
    wrong = (sign > 0.0) & (share > largest)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise DataError(
            f"target must be at most {largest[first]:.4g} times the discount, the largest "
            f"premium-adjusted delta of a call of any strike; {layout.place(first)}"
            f"{share[first]:.4g} times."
        )
