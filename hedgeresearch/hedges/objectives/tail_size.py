"""Check that the tail of an objective has enough observations."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.errors import DataError


def check_tail_size(share: float, returns: pd.DataFrame, setting: str) -> None:
    """Refuse a tail with fewer observations than coefficients.

    Parameters
    ----------
    share : float, of the observations that are in the tail
    returns : DataFrame (n_dates, 1 + n_hedges)
    setting : str, the setting with its value, such as "q=0.05"
    """
    n_dates, n_coefficients = returns.shape
    if share * n_dates < n_coefficients:
        raise DataError(
            f"the tail must contain at least {n_coefficients} dates for {n_coefficients - 1} "
            "hedges; "
            f"{setting} leaves {share * n_dates:.3g} of {n_dates}. "
            "Use a longer sample or a larger tail."
        )
