"""A specification of arch with its parameters, carried over new dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array
from hedgeresearch.volatility.arch.likelihood import ArchSeries

if TYPE_CHECKING:
    from hedgeresearch.volatility.arch.arch_model import ArchModel


@dataclass(frozen=True, eq=False)
class ArchProcess:
    """Parameters of a specification and what precedes its sample, for a series of unit variance.

    Attributes
    ----------
    model : ArchModel
    parameters : array (k,)
    scale : float, the standard deviation of the returns of the sample
    presample : float, the return before the sample
    backcast : float, the start-up value of the recursion, in arch's form
    """

    model: ArchModel
    parameters: Array
    scale: float
    presample: float
    backcast: float

    def over(self, history: Array) -> ArchSeries:
        """The specification over a history (n_dates,) in unit variance."""
        before = np.full(self.model.longest_lag, self.presample)
        arch = self.model.build(np.concatenate([before, history]))
        return ArchSeries(arch, self.model.longest_lag, self.backcast)

    def path(self, history: Array) -> tuple[Array, Array]:
        """Means and variances of the dates of a history and of the next one, (n_dates + 1,) each."""
        return self.over(np.append(history, 0.0)).path(self.parameters)

    def impulses(self, horizon: int) -> Array:
        """What a shock of one adds to the return of its own date and to the means of those that follow, (horizon,)."""
        still = replace(self, presample=0.0)
        constant = still.path(np.empty(0))[0][-1]
        responses = np.zeros(horizon)
        responses[0] = 1.0
        for k in range(1, horizon):
            responses[k] = still.path(responses[:k])[0][-1] - constant
        return responses

    def in_units(self) -> tuple[Array, Array]:
        """The parameters in the units of the returns (k,) and their derivatives with respect to those here (k, k)."""
        names, kind, values = self.model.names, self.model.vol.lower(), self.parameters.copy()
        jacobian, log_scale = np.eye(len(names)), np.log(self.scale)
        if names[0] in ("mu", "Const"):
            values[0], jacobian[0, 0] = self.scale * values[0], self.scale
        level = names.index("sigma2" if kind == "constant" else "omega")
        if kind == "egarch":  # a recursion of the log variance
            betas = [i for i, name in enumerate(names) if name.startswith("beta")]
            values[level] += 2.0 * log_scale * (1.0 - values[betas].sum())
            jacobian[level, betas] = -2.0 * log_scale
            return values, jacobian
        power = values[names.index("delta")] if kind == "aparch" else self.model.power
        values[level] *= self.scale**power
        jacobian[level, level] = self.scale**power
        if kind == "aparch":
            jacobian[level, names.index("delta")] = log_scale * values[level]
        return values, jacobian


@dataclass(frozen=True, eq=False)
class ArchState:
    """A process, its history in unit variance and the variance of the next date.

    The history is kept from the first date of the sample on, as FIGARCH and HARCH look far back: one more date costs
    as many steps of the recursion as there were dates.
    """

    process: ArchProcess
    history: Array
    next_variance: float

    @property
    def constant_mean(self) -> bool:
        """Whether the specification has no lags in its mean."""
        return self.process.model.longest_lag == 0

    def filter(self, returns: Array) -> tuple[Array, Array, ArchState]:
        """Conditional means and variances of the dates of ``returns`` and of the next one, (n_dates + 1,) each."""
        scale, seen = self.process.scale, len(self.history)
        history = np.append(self.history, returns / scale)
        means, variances = self.process.path(history)
        return means[seen:] * scale, variances[seen:] * scale**2, state_after(self.process, history)

    def forecast(self, horizon: int) -> Array:
        """Variances of the return of each of the next ``horizon`` dates, as seen from now.

        Expected variances of the shocks come from arch's formula where it has one, else (EGARCH, APARCH, powers other
        than 2) from simulated paths that are the same at every call; an autoregressive mean carries shocks forward.
        Beyond the next date an EGARCH with Student-t innovations has no finite expectation: the answer is one of draws.

        Raises
        ------
        DataError
            For more than one date of an APARCH with several lags, where arch's paths are wrong.
        """
        model = self.process.model
        if horizon > 1 and model.vol.lower() == "aparch" and model.o > 0 and model.p != 1:
            # its simulation takes the leverage off a shock again at each lag
            raise DataError(
                f"forecasts of an APARCH with leverage must have p = 1 or a horizon of 1; got p = {model.p} and a "
                f"horizon of {horizon}. Take p = 1, or a GARCH with o and power."
            )
        shocks = self.process.over(self.history).forecast(self.process.parameters, horizon)
        return (
            np.convolve(shocks, self.process.impulses(horizon) ** 2)[:horizon]
            * self.process.scale**2
        )


def state_after(process: ArchProcess, history: Array) -> ArchState:
    return ArchState(process, history, float(process.path(history)[1][-1]) * process.scale**2)
