"""Protocols of univariate volatility models.

Covariance models in two steps (DCC, CCC, DECO, OrthogonalGARCH, RegimeCorrelation) accept every
model that satisfies them as ``univariate``.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.volatility")
class VolatilityState(Protocol):
    """Parameters of one series and the state before its next date; it never changes.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> asset = hr.data.simulate_dcc(n_dates=500, seed=0).returns["asset"].to_numpy()
    >>> state = hr.GARCH().estimate_array(asset).initial_state
    >>> _, variances, later = state.filter(asset)
    >>> variances.shape, float(later.next_variance) > 0
    ((501,), True)
    """

    @property
    def constant_mean(self) -> bool:
        """True if the conditional mean is the same at every date."""

    @property
    def next_variance(self) -> float:
        """Conditional variance of the next date."""

    def filter(self, returns: Array) -> tuple[Array, Array, VolatilityState]:
        """Return the means and variances of each date and of the next one, and the state after.

        Parameters
        ----------
        returns : array (n_dates,)
            Returns of the dates that follow.

        Returns
        -------
        means, variances : array (n_dates + 1,)
            Row t uses returns before t.
        state : VolatilityState
            State after the last date.
        """

    def forecast(self, horizon: int) -> Array:
        """Return the expected variances of the next ``horizon`` dates, (horizon,)."""

    def innovations(self, n_dates: int, generator: np.random.Generator) -> Array:
        """Draw innovations of mean zero and unit variance, (n_dates,)."""


@exported_by("hedgeresearch.volatility")
class VolatilityEstimate(Protocol):
    """Univariate model estimated on an array.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> asset = hr.data.simulate_dcc(n_dates=500, seed=0).returns["asset"].to_numpy()
    >>> estimate = hr.GARCH().estimate_array(asset)
    >>> estimate.names, estimate.covariance().shape
    (('mu', 'omega', 'alpha', 'beta'), (4, 4))
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, (k,)."""

    @property
    def parameters(self) -> Array:
        """Estimates, (k,), in the units of the returns."""

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood of the sample, in the units of its returns."""

    @property
    def gradient_norm(self) -> float:
        """Largest component of the projected gradient, per date, in unit variance."""

    @property
    def bounds_hit(self) -> tuple[str, ...]:
        """Bounds on which the estimate lies, as formulas."""

    @property
    def initial_state(self) -> VolatilityState:
        """State before the first date of the sample."""

    def initial_state_after(self, change: Array) -> VolatilityState:
        """Return the initial state after a small change (k,) of the parameters, to first order."""

    def sensitivities(self) -> Sensitivities:
        """Return how parameters react to each date, and standardized residuals to parameters."""

    def covariance(self, kind: str = "robust") -> Array:
        """Return the sampling covariance (k, k); NaN for parameters at a bound."""

    def check_error_kind(self, kind: str) -> None:
        """Refuse a kind of standard errors that ``covariance`` does not know."""


@exported_by("hedgeresearch.volatility")
@runtime_checkable
class VolatilityModel(Protocol):
    """Settings of a univariate volatility model.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> isinstance(hr.GARCH(), hr.volatility.VolatilityModel)
    True
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that will be estimated, (k,)."""

    def estimate_array(self, returns: Array, warm_start: Any = None) -> VolatilityEstimate:
        """Estimate on returns (n_dates,) of one series that are known to be valid, in any unit.

        ``warm_start`` is an earlier estimate with the same settings; the search begins there.
        """
