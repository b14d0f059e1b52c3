"""Specification of the arch package filtered over new dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array
from hedgeresearch.volatility.arch.process import ArchProcess


@dataclass(frozen=True, eq=False)
class ArchState:
    """Process, its history and the variance of the next date.

    The whole history is kept, as FIGARCH and HARCH look far back: one more date costs as many
    steps of the recursion as there are dates.

    Attributes
    ----------
    process : ArchProcess
        Specification and parameters.
    history : array (n_dates,)
        Returns from the first date of the sample on, in unit variance.
    next_variance : float
        Conditional variance of the next date, in the units of the returns.
    """

    process: ArchProcess
    history: Array
    next_variance: float

    @property
    def constant_mean(self) -> bool:
        """True for a specification without lags in its mean."""
        return self.process.specification.longest_lag == 0

    def filter(self, returns: Array) -> tuple[Array, Array, ArchState]:
        """Return means and variances (n_dates + 1,), up to the next date, and the state after."""
        scale = self.process.scale
        n_seen = len(self.history)
        history = np.append(self.history, returns / scale)
        means, variances = self.process.path(history)
        after = state_after(self.process, history)
        return means[n_seen:] * scale, variances[n_seen:] * scale**2, after

    def forecast(self, horizon: int) -> Array:
        """Return the expected variances of the returns of the next dates, (horizon,).

        Expected variances of the shocks come from arch's formula where it has one, else (EGARCH,
        APARCH, powers other than 2) from simulated paths that are the same at every call; an
        autoregressive mean carries shocks forward. Beyond the next date an EGARCH with Student-t
        innovations has no finite expectation: the value is that of the simulated paths.

        Raises
        ------
        DataError
            For more than one date of an APARCH with several lags, where arch's paths are wrong.
        """
        process = self.process
        model = process.specification
        if horizon > 1 and model.vol.lower() == "aparch" and model.o > 0 and model.p != 1:
            # arch's simulation subtracts the leverage of a shock again at each lag
            raise DataError(
                "forecasts of an APARCH with leverage must have p = 1 or a horizon of 1; got "
                f"p = {model.p} and a horizon of {horizon}. Use p = 1, or a GARCH with o and power."
            )
        shocks = process.likelihood(self.history).forecast(process.parameters, horizon)
        weights = process.impulse_responses(horizon) ** 2
        return np.convolve(shocks, weights)[:horizon] * process.scale**2

    def innovations(self, n_dates: int, generator: np.random.Generator) -> Array:
        """Draw standardized innovations of the density of the specification, (n_dates,)."""
        process = self.process
        return process.likelihood(self.history).innovations(process.parameters, n_dates, generator)


def state_after(process: ArchProcess, history: Array) -> ArchState:
    """Return the state of a process after a history (n_dates,) in unit variance."""
    _, variances = process.path(history)
    return ArchState(process, history, float(variances[-1]) * process.scale**2)
