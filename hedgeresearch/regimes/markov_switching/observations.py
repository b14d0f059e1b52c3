"""Check of the observations of a model of a single series."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_REGIMES
from hedgeresearch.errors import DataError
from hedgeresearch.regimes.sample_size import check_sample_size

DATES_PER_PARAMETER = 10


def check_single_series(
    observations: pd.Series[float] | pd.DataFrame, model: Any, n_parameters: int, n_lags: int = 0
) -> pd.DataFrame:
    """Refuse observations that are not a single series of sufficient length.

    Parameters
    ----------
    observations : Series (n_dates,) or DataFrame (n_dates, 1)
    model : settings of the model, which messages name
    n_parameters : int, each of which needs ten dates
    n_lags : int, number of dates that only serve as lags
    """
    frame = check_frame(observations, "observations")
    columns = frame.columns
    if len(columns) != 1:
        raise DataError(
            f"observations must be one series; got the columns {list(columns)}. Choose one of them."
        )
    minimum = DATES_PER_PARAMETER * n_parameters + n_lags
    check_sample_size(model, len(frame), minimum, 1)
    frame = check_returns(observations, "observations", minimum_rows=minimum)
    check_at_door(frame, OF_REGIMES)
    return frame
