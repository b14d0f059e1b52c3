"""Quotes without a spread, made from volatilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.options.expiries import years_to_expiry
from hedgeresearch.options.prices import black_price

COLUMNS = ("expiry", "strike", "forward", "volatility")


def quotes_from_volatilities(frame: Any, moment: pd.Timestamp, rate: Any) -> pd.DataFrame:
    """Return the rows of a chain whose bid and ask are Black's price.

    Parameters
    ----------
    frame : DataFrame (n, ...), with the columns expiry, strike, forward and volatility; and kind,
        without which each row is a call and a put
    moment : time with a zone
    rate : float, or the rate of each expiry
    """
    if not isinstance(frame, pd.DataFrame) or any(name not in frame for name in COLUMNS):
        raise DataError(
            f"volatilities must be a DataFrame with the columns {', '.join(COLUMNS)}; got "
            f"{list(frame.columns) if isinstance(frame, pd.DataFrame) else type(frame).__name__}."
        )
    if "kind" in frame:
        rows = frame.reset_index(drop=True)
    else:
        sides = [frame.assign(kind=kind) for kind in ("call", "put")]
        rows = pd.concat(sides, ignore_index=True)
    years = years_to_expiry(moment, rows["expiry"])
    if isinstance(rate, str):
        raise DataError("rate must be a number or one for each expiry here: prices follow from it.")
    yearly = rate if isinstance(rate, int | float) else rows["expiry"].map(rate).to_numpy()
    price = black_price(
        rows["forward"].to_numpy(),
        rows["strike"].to_numpy(),
        years.to_numpy(),
        rows["volatility"].to_numpy(),
        rows["kind"].to_numpy(),
        discount=np.exp(-yearly * years.to_numpy()),
    )
    columns = ["expiry", "strike", "kind", "forward"]
    return rows[columns].assign(bid=price, ask=price, mark_volatility=rows["volatility"])
