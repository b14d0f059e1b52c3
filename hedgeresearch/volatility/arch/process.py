"""Specification of the arch package with given parameters, for a series of unit variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from hedgeresearch.typing import Array
from hedgeresearch.volatility.arch.likelihood import ArchLikelihood


class Specification(Protocol):
    """Settings of a univariate model of the arch package."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, (k,)."""

    @property
    def longest_lag(self) -> int:
        """Number of dates that the conditional mean looks back."""

    @property
    def vol(self) -> str:
        """Volatility process, such as "GARCH"."""

    @property
    def p(self) -> int | Sequence[int]:
        """Lags of the shocks."""

    @property
    def o(self) -> int:
        """Lags of the leverage."""

    @property
    def power(self) -> float:
        """Power of the shocks in a GARCH or FIGARCH."""

    def build(self, values: Array) -> Any:
        """Return the model of arch for this specification, over ``values``."""


@dataclass(frozen=True, eq=False)
class ArchProcess:
    """Parameters of a specification and the values before its sample, in unit variance.

    Attributes
    ----------
    specification : Specification
        Settings of the model.
    parameters : array (k,)
        Parameters for a series of unit variance.
    scale : float
        Standard deviation of the returns of the sample.
    presample : float
        Return of every date before the sample.
    backcast : float
        Initial value of the recursion, in the form that arch uses.
    """

    specification: Specification
    parameters: Array
    scale: float
    presample: float
    backcast: float

    def likelihood(self, history: Array) -> ArchLikelihood:
        """Return the likelihood of a history (n_dates,) in unit variance."""
        longest_lag = self.specification.longest_lag
        before = np.full(longest_lag, self.presample)
        arch = self.specification.build(np.concatenate([before, history]))
        return ArchLikelihood(arch, longest_lag, self.backcast)

    def path(self, history: Array) -> tuple[Array, Array]:
        """Return means and variances of a history and of the next date, (n_dates + 1,) each."""
        # the appended zero is a placeholder: it affects neither mean nor variance
        return self.likelihood(np.append(history, 0.0)).path(self.parameters)

    def impulse_responses(self, horizon: int) -> Array:
        """Return effects of a unit shock on its own date and on later means, (horizon,)."""
        at_rest = replace(self, presample=0.0)
        constant = at_rest.path(np.empty(0))[0][-1]
        responses = np.zeros(horizon)
        responses[0] = 1.0
        for k in range(1, horizon):
            responses[k] = at_rest.path(responses[:k])[0][-1] - constant
        return responses

    def in_return_units(self) -> tuple[Array, Array]:
        """Return the parameters in the units of the returns, and their derivatives.

        Returns
        -------
        parameters : array (k,)
        jacobian : array (k, k)
            Derivatives of these with respect to the parameters in unit variance.
        """
        names = self.specification.names
        volatility = self.specification.vol.lower()
        values = self.parameters.copy()
        jacobian = np.eye(len(names))
        if names[0] in ("mu", "Const"):
            values[0] = self.scale * values[0]
            jacobian[0, 0] = self.scale
        level = names.index("sigma2" if volatility == "constant" else "omega")
        log_scale = np.log(self.scale)
        if volatility == "egarch":  # a recursion of the log variance
            betas = [i for i, name in enumerate(names) if name.startswith("beta")]
            values[level] += 2.0 * log_scale * (1.0 - values[betas].sum())
            jacobian[level, betas] = -2.0 * log_scale
            return values, jacobian
        is_aparch = volatility == "aparch"
        power = values[names.index("delta")] if is_aparch else self.specification.power
        values[level] *= self.scale**power
        jacobian[level, level] = self.scale**power
        if is_aparch:
            jacobian[level, names.index("delta")] = log_scale * values[level]
        return values, jacobian
