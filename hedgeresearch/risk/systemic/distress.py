r"""Conditional value at risk of a system, and shortfall of a firm when the market falls.

CoVaR, after Adrian and Brunnermeier (2016), American Economic Review 106: the value at risk of the
system given the return of an institution, from the quantile regression

.. math:: q_\tau(\text{system} \mid x) = a + b x

at the institution's own value at risk, and at its median; Delta CoVaR is the difference. The
regression is solved exactly, as a linear program.

Marginal expected shortfall, after Acharya, Pedersen, Philippon and Richardson (2017), Review of
Financial Studies 30: the mean return of a firm on the days on which the market is below its
quantile.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.series import joined_series, one_series, refuse_other_dates
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.optimization.tail_program import solve_tail_program
from hedgeresearch.typing import Array

ValueAtRisk = Literal["empirical", "normal"]
MIN_TAIL = 10
"""Minimum number of observations in a tail."""


@exported_by("hedgeresearch.risk")
def covar(
    system: Any,
    institutions: Any,
    q: float = 0.05,
    *,
    value_at_risk: ValueAtRisk = "empirical",
) -> pd.DataFrame:
    """Return the value at risk of a system when each institution is in distress.

    Parameters
    ----------
    system : Series (n_dates,), returns of the system, such as a market index
    institutions : DataFrame (n_dates, n_institutions), returns
    q : float in (0, 0.5), share of the days in the tail
    value_at_risk : {"empirical", "normal"}
        The institution's own return in distress and in the median state: its quantiles q and 0.5,
        or its mean plus its standard deviation times the normal quantiles.

    Returns
    -------
    DataFrame (n_institutions, 5)
        value_at_risk and slope of each institution, at_distress and at_median (CoVaR), and delta,
        their difference. All but the slope are returns per period: losses are negative.

    Raises
    ------
    DataError
        If the tail has fewer than ten observations, the dates differ, or a series is constant.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> table = hr.risk.covar(returns["SP500"], returns[["NASDAQ"]])
    >>> table["delta"].round(4).to_dict()
    {'NASDAQ': -0.0182}
    """
    check_between(q, "q", 0.0, 0.5)
    check_choice(value_at_risk, "value_at_risk", get_args(ValueAtRisk))
    y = one_series(system, "system")
    frame = check_returns(institutions, "institutions", minimum_rows=2)
    refuse_other_dates(y.index, frame.index, "system and institutions")
    _check_tail(len(y), q)
    if not np.ptp(y) > 0.0:
        raise DataError("system must vary; it is the same on each date.")
    rows = []
    for name in frame.columns:
        x = frame[name].to_numpy()
        distress, median = _own_states(x, q, value_at_risk)
        constant, slope = quantile_line(y.to_numpy(), x, q)
        at_distress = constant + slope * distress
        at_median = constant + slope * median
        rows.append((distress, slope, at_distress, at_median, at_distress - at_median))
    columns = ["value_at_risk", "slope", "at_distress", "at_median", "delta"]
    return pd.DataFrame(rows, index=frame.columns, columns=columns)


@exported_by("hedgeresearch.risk")
def marginal_expected_shortfall(firm: Any, market: Any, q: float = 0.05) -> float:
    """Return the mean return of a firm on the market's worst days.

    Parameters
    ----------
    firm, market : Series (n_dates,), returns on the same dates
    q : float in (0, 0.5), share of the days in the tail

    Returns
    -------
    float
        Return per period: negative for a firm that loses with the market.

    Raises
    ------
    DataError
        If the tail has fewer than five observations or the dates differ.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> round(hr.risk.marginal_expected_shortfall(returns["NASDAQ"], returns["SP500"]), 4)
    -0.0325
    """
    check_between(q, "q", 0.0, 0.5)
    both = joined_series({"firm": firm, "market": market}, minimum_rows=2)
    values = both["market"].to_numpy()
    worst = values < np.quantile(values, q)
    if worst.sum() < MIN_TAIL // 2:
        raise DataError(
            f"The tail must contain at least {MIN_TAIL // 2} days; q={q:g} leaves {worst.sum()} of "
            f"{len(values)}. Use a larger q or a longer sample."
        )
    return float(both["firm"].to_numpy()[worst].mean())


def quantile_line(y: Array, x: Array, q: float) -> tuple[float, float]:
    """Return constant and slope of the quantile regression of y on x, (n_dates,) each.

    It is exact, by the linear program of Koenker and Bassett (1978), Econometrica 46.
    """
    scale = x.std()
    design = np.column_stack([np.ones(len(x)), (x - x.mean()) / scale])
    unit = y.std()
    (level, inside), _ = solve_tail_program(y / unit, design, q * design.sum(axis=0))
    slope = float(inside * unit / scale)
    return float(level * unit - slope * x.mean()), slope


def _own_states(x: Array, q: float, value_at_risk: ValueAtRisk) -> tuple[float, float]:
    """Return the institution's return in distress and in its median state."""
    if value_at_risk == "empirical":
        return float(np.quantile(x, q)), float(np.quantile(x, 0.5))
    from scipy.special import ndtri

    mean = float(x.mean())
    return mean + float(x.std(ddof=1) * ndtri(q)), mean


def _check_tail(n_dates: int, q: float) -> None:
    """Refuse tails of few observations."""
    if q * n_dates < MIN_TAIL:
        raise DataError(
            f"The tail must contain at least {MIN_TAIL} days; q={q:g} leaves {q * n_dates:.3g} of "
            f"{n_dates}. Use a larger q or a longer sample."
        )
