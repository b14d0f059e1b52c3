"""Figure of the quotes of a chain."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hedgeresearch._formatting import day


def plot_quotes(quotes: pd.DataFrame, moment: pd.Timestamp, ax: Any) -> Any:
    """Draw the implied volatilities of quotes by ln(K/F), from bid to ask, and return the Axes."""
    from hedgeresearch.plotting import COLORS, new_axes

    axes = new_axes(ax)
    for number, (expiry, rows) in enumerate(quotes.groupby("expiry")):
        color = COLORS[number % len(COLORS)]
        k = rows["log_moneyness"].to_numpy()
        bid, ask = 100.0 * rows[["bid_volatility", "ask_volatility"]].to_numpy().T
        axes.vlines(k, bid, ask, color=color, lw=1.0)
        middle = 100.0 * rows["volatility"].to_numpy()
        axes.plot(k, middle, "o", color=color, ms=3.0, label=day(expiry))
    axes.set_xlabel("ln(strike / forward)")
    axes.set_ylabel("implied volatility, %")
    axes.set_title(day(moment), loc="right", fontsize="small")
    axes.legend(fontsize="small")
    return axes
