"""The models of the series' own means and variances, behind every model of correlations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.typing import Array


class MarginState(Protocol):
    """One series' parameters and the state before its next date."""

    @property
    def constant_mean(self) -> bool:
        """Whether the mean is the same at every date."""

    @property
    def next_variance(self) -> float:
        """The variance of the next date."""

    def filter(self, returns: Array) -> tuple[Array, Array, MarginState]:
        """Means and variances of each date and of the next one, (n_dates + 1,) each, and the state after."""

    def forecast(self, horizon: int) -> Array:
        """Expected variances of the next ``horizon`` dates, (horizon,)."""


class VolatilityEstimate(Protocol):
    """An estimated margin."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, (k,)."""

    @property
    def parameters(self) -> Array:
        """The estimates, (k,)."""

    @property
    def log_likelihood(self) -> float:
        """Of the series, in the units of its returns."""

    @property
    def gradient_norm(self) -> float:
        """Largest component of the projected gradient, per date, in unit variance."""

    @property
    def bounds_hit(self) -> tuple[str, ...]:
        """The bounds on which the estimate lies, as formulas."""

    @property
    def initial_state(self) -> MarginState:
        """The state before the first date of the sample."""

    def start_after(self, change: Array) -> MarginState:
        """That state after a small change of the parameters (k,), right to the first order in it."""

    def sensitivities(self) -> Sensitivities:
        """How the parameters react to each date, and the standardised residuals to the parameters."""


class Margin(Protocol):
    """The settings of a margin."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that will be estimated, (k,)."""

    def estimate(self, returns: Array, start: Any = None) -> VolatilityEstimate:
        """Estimate on one series (n_dates,); ``start`` is an earlier estimate of the same settings, to search from."""


Margins = Margin | Mapping[str, Margin]
"""One margin for all series, or one for each by name."""


@dataclass(frozen=True, eq=False)
class FittedMargins:
    """The margins of all series and what they leave to the correlation model.

    Attributes
    ----------
    fits : one VolatilityEstimate a series
    series : names of the series
    states : one MarginState a series, before the first date
    residuals : array (n_dates, n_series), standardised
    log_volatility : float, sum of log volatilities over dates and series
    """

    fits: tuple[VolatilityEstimate, ...]
    series: tuple[str, ...]
    states: tuple[MarginState, ...]
    residuals: Array
    log_volatility: float

    @property
    def values(self) -> dict[str, float]:
        """All parameters, named "series parameter"."""
        named = zip(self.series, self.fits, strict=True)
        return {
            f"{s} {p}": float(x)
            for s, fit in named
            for p, x in zip(fit.names, fit.parameters, strict=True)
        }

    @property
    def bounds_hit(self) -> list[str]:
        """All bounds on which margins lie, with the name of the series."""
        return [
            f"{b} of {s}"
            for s, fit in zip(self.series, self.fits, strict=True)
            for b in fit.bounds_hit
        ]

    @property
    def gradient_norm(self) -> float:
        """The largest of the margins'."""
        return max(fit.gradient_norm for fit in self.fits)


def constant_means(states: tuple[MarginState, ...]) -> bool:
    """Whether no margin's mean moves."""
    return all(state.constant_mean for state in states)


def check_margins(margins: Margins) -> None:
    """Refuse what is neither a margin nor a mapping from names to margins."""
    for margin in margins.values() if isinstance(margins, Mapping) else [margins]:
        if isinstance(margin, type) or not hasattr(margin, "estimate"):
            raise DataError(
                f"univariate must be a volatility model such as GARCH(), or a mapping from series to one; got {margin!r}."
            )


def moved_margins(margins: FittedMargins, change: Array) -> tuple[MarginState, ...]:
    """The states before the first date after a change of all parameters, one margin after the other."""
    ends = np.cumsum([len(fit.names) for fit in margins.fits])
    parts = zip(margins.fits, margins.states, np.split(change, ends[:-1]), strict=True)
    return tuple(fit.start_after(part) if part.any() else state for fit, state, part in parts)


def margin_of(margins: Margins, series: str) -> Margin:
    """The margin of one series."""
    if not isinstance(margins, Mapping):
        return margins
    if series not in margins:  # those of other series may be there too
        raise DataError(
            f"univariate must hold every series; {series!r} is missing from {sorted(map(str, margins))}."
        )
    return margins[series]


def fit_margins(
    margins: Margins, frame: pd.DataFrame, start: FittedMargins | None = None
) -> FittedMargins:
    """Estimate the margin of each column of returns (n_dates, n_series), searching from ``start`` if given.

    Raises
    ------
    ConvergenceError
        If a margin reaches no optimum, naming the series.
    """
    columns = np.ascontiguousarray(frame.to_numpy().T)
    fits, near = [], [None] * len(columns) if start is None else start.fits
    for series, returns, earlier in zip(frame.columns, columns, near, strict=True):
        try:
            fits.append(margin_of(margins, series).estimate(returns, earlier))
        except ConvergenceError as error:
            raise ConvergenceError(f"series {series!r}: {error}") from error
    states = tuple(fit.initial_state for fit in fits)
    means, variances, _ = filter_margins(states, frame.to_numpy())
    residuals = (frame.to_numpy() - means[:-1]) / np.sqrt(variances[:-1])
    log_volatility = 0.5 * float(np.log(variances[:-1]).sum())
    return FittedMargins(
        tuple(fits), tuple(map(str, frame.columns)), states, residuals, log_volatility
    )


def filter_margins(
    states: tuple[MarginState, ...], returns: Array
) -> tuple[Array, Array, tuple[MarginState, ...]]:
    """Means and variances of each date and of the next one, (n_dates + 1, n_series), and the states after."""
    means, variances = np.empty((2, len(returns) + 1, len(states)))
    after = []
    for i, state in enumerate(states):
        means[:, i], variances[:, i], following = state.filter(returns[:, i])
        after.append(following)
    return means, variances, tuple(after)


def forecast_margins(states: tuple[MarginState, ...], horizon: int) -> Array:
    """Expected variances of the next dates, (horizon, n_series)."""
    return np.stack([state.forecast(horizon) for state in states], axis=1)
