"""Risk reversal, butterfly, put-call skew and slope of the smiles of a surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.options.sensitivities import CONVENTIONS, DeltaConvention
from hedgeresearch.options.smile_shape.delta_points import Discounts, point_of_delta
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.options.surfaces.smile_at import Extrapolation, SmileAt

DAYS_PER_YEAR = 365.0


@exported_by("hedgeresearch.options")
def skew(
    surface: SurfaceFit,
    days: float | Sequence[float] | None = None,
    *,
    delta: DeltaConvention = "forward",
    level: float = 0.25,
    extrapolate: Extrapolation = None,
) -> pd.DataFrame:
    """Return the shape of each smile of a surface, or of smiles of constant maturities.

    Parameters
    ----------
    surface : SurfaceFit
    days : float or sequence of float, optional
        Constant maturities, such as 30: total variance is linear in time between two expiries. By
        default the smiles of the expiries.
    delta : {"forward", "spot", "premium_adjusted"}
        Delta of the strikes, as in :func:`greeks`: "spot" with the discount of the yield that
        forward and index of the chain imply, "premium_adjusted" of the future.
    level : float
        Size of the delta, such as 0.25.
    extrapolate : "flat", optional
        Smile of days beyond the expiries: that of the nearest one. Without it they are refused.

    Returns
    -------
    DataFrame (n_smiles, 10)
        Volatilities are annual fractions. ``years``; ``at_the_money``, the volatility at the
        forward; ``call`` and ``put``, those of the deltas; ``risk_reversal``, call less put;
        ``butterfly``, their mean less at_the_money; ``put_call_skew``, put less call over
        at_the_money; ``slope``, the derivative of volatility by ln(K/F) at the forward;
        ``call_strike`` and ``put_strike``. The column at_the_money is the term structure.

    Raises
    ------
    DataError
        If days lie beyond the expiries, or no option of a smile has the delta.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    >>> strikes = np.arange(70.0, 141.0, 5.0)
    >>> smile = pd.DataFrame(
    ...     {
    ...         "expiry": moment + pd.Timedelta(days=73),
    ...         "strike": strikes,
    ...         "forward": 100.0,
    ...         "volatility": 0.2 - 0.1 * np.log(strikes / 100.0),
    ...     }
    ... )
    >>> fit = hr.options.SVI().fit(hr.options.OptionChain.from_volatilities(smile, moment))
    >>> skew(fit)[["at_the_money", "risk_reversal", "slope"]].round(3).iloc[0].to_list()
    [0.2, -0.012, -0.1]
    """
    if not isinstance(surface, SurfaceFit):
        raise DataError(
            f"surface must be a SurfaceFit, from SVI().fit(chain); got {type(surface).__name__}."
        )
    check_choice(delta, "delta", CONVENTIONS)
    check_between(level, "level", 0.0, 1.0)
    if days is None:
        times: Sequence[Any] = [one.years for one in surface.smiles]
        index: pd.Index[Any] = surface.expiries
    else:
        given = np.atleast_1d(np.asarray(days, dtype=float))
        for one in given:
            check_between(float(one), "days", 0.0, np.inf)
        times = [float(one) / DAYS_PER_YEAR for one in given]
        index = pd.Index(given, name="days")
    rows = [_shape(surface, time, delta, level, extrapolate) for time in times]
    return pd.DataFrame(rows, index=index)


def _shape(
    surface: SurfaceFit,
    years: float,
    delta: DeltaConvention,
    level: float,
    extrapolate: Extrapolation,
) -> dict[str, float]:
    """Return the numbers of the smile of a time to expiry."""
    smile = surface.smile_at(years, extrapolate)
    discounts = _discounts(surface, smile, delta)
    call = point_of_delta(smile, level, "call", delta, discounts)
    put = point_of_delta(smile, level, "put", delta, discounts)
    at_the_money = float(smile.volatility(np.zeros(1))[0])
    reversal = call.volatility - put.volatility
    return {
        "years": years,
        "at_the_money": at_the_money,
        "call": call.volatility,
        "put": put.volatility,
        "risk_reversal": reversal,
        "butterfly": (call.volatility + put.volatility) / 2.0 - at_the_money,
        "put_call_skew": -reversal / at_the_money,
        "slope": smile.slope(),
        "call_strike": call.strike,
        "put_strike": put.strike,
    }


def _discounts(surface: SurfaceFit, smile: SmileAt, delta: DeltaConvention) -> Discounts:
    """Return the discounts of a time, that of the yield for deltas of the spot only."""
    discount = surface.discount(smile.years)
    if delta != "spot":
        return Discounts(discount, None)
    return Discounts(discount, surface.spot_discount(smile.years, smile.forward))
