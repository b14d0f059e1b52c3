"""Returns drawn from a fitted volatility model, date by date."""

from __future__ import annotations

import numpy as np

from hedgeresearch.typing import Array
from hedgeresearch.volatility.protocols import VolatilityState


def simulate_returns(state: VolatilityState, innovations: Array) -> Array:
    """Return the returns (n_dates,) of which ``innovations`` are the standardized residuals."""
    returns = np.empty_like(innovations)
    seen: Array = np.empty(0)
    for t, innovation in enumerate(innovations):
        means, variances, state = state.filter(seen)
        returns[t] = means[-1] + np.sqrt(variances[-1]) * innovation
        seen = returns[t : t + 1]
    return returns
