"""First step of two-step covariance models: univariate models of mean and variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hedgeresearch._containers.lazy_table import Table
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.estimation import GARCHEstimate
from hedgeresearch.volatility.protocols import VolatilityEstimate, VolatilityModel, VolatilityState

UnivariateModels = VolatilityModel | Mapping[str, VolatilityModel]
"""One volatility model for all series, or a mapping from names of series to models."""


@dataclass(frozen=True, eq=False)
class FirstStep:
    """Estimated volatility models of all series, and the residuals for the correlation model.

    Attributes
    ----------
    fits : tuple of VolatilityEstimate
        One estimate per series.
    series : tuple of str
        Names of the series.
    states : tuple of VolatilityState
        State of each series before the first date.
    residuals : array (n_dates, n_series)
        Standardized residuals.
    log_volatility : float
        Sum of the log volatilities over dates and series.
    """

    fits: tuple[VolatilityEstimate, ...]
    series: tuple[str, ...]
    states: tuple[VolatilityState, ...]
    residuals: Array
    log_volatility: float

    @property
    def values(self) -> dict[str, float]:
        """All parameters, named "series parameter"."""
        values = {}
        for series, fit in zip(self.series, self.fits, strict=True):
            for parameter, value in zip(fit.names, fit.parameters.tolist(), strict=True):
                values[f"{series} {parameter}"] = value
        return values

    @property
    def bounds_hit(self) -> list[str]:
        """All bounds that estimates have reached, with the name of the series."""
        bounds = []
        for series, fit in zip(self.series, self.fits, strict=True):
            bounds += [f"{bound} of {series}" for bound in fit.bounds_hit]
        return bounds

    @property
    def gradient_norm(self) -> float:
        """Largest gradient norm of the univariate estimates."""
        return max(fit.gradient_norm for fit in self.fits)

    def sensitivities(self) -> list[Sensitivities]:
        """Return the sensitivities of the univariate estimates, series by series."""
        return [fit.sensitivities() for fit in self.fits]


def check_univariate(models: UnivariateModels) -> None:
    """Raise DataError unless given a volatility model, or a mapping from names to such models."""
    for model in models.values() if isinstance(models, Mapping) else [models]:
        # a class has the attributes of its instances
        if isinstance(model, type) or not isinstance(model, VolatilityModel):
            remedy = f" Pass an instance, {model.__name__}()." if isinstance(model, type) else ""
            raise DataError(
                "univariate must be a volatility model such as GARCH(), or a mapping from series "
                f"to one; got {model!r}.{remedy}"
            )


def model_of_series(models: UnivariateModels, series: str) -> VolatilityModel:
    """Return the volatility model of one series."""
    if not isinstance(models, Mapping):
        return models
    if series not in models:  # a mapping may hold other series as well
        raise DataError(
            f"univariate must contain every series; {series!r} is missing from "
            f"{sorted(map(str, models))}."
        )
    return models[series]


def fit_first_step(
    models: UnivariateModels, frame: Table, warm_start: FirstStep | None = None
) -> FirstStep:
    """Estimate the volatility model of each column of a table, see ``estimate_first_step``."""
    return estimate_first_step(models, frame.to_numpy(), list(frame.columns), warm_start)


def estimate_first_step(
    models: UnivariateModels,
    returns: Array,
    names: Sequence[str],
    warm_start: FirstStep | None = None,
) -> FirstStep:
    """Estimate the volatility model of each column of returns (n_dates, n_series).

    The searches begin at the estimates of ``warm_start``, if given.

    Raises
    ------
    ConvergenceError
        If a model reaches no optimum; the message names the series.
    """
    columns = np.ascontiguousarray(returns.T)
    earlier = [None] * len(columns) if warm_start is None else warm_start.fits
    fits = []
    for series, column, near in zip(names, columns, earlier, strict=True):
        try:
            fits.append(model_of_series(models, series).estimate_array(column, near))
        except ConvergenceError as error:
            raise ConvergenceError(f"series {series!r}: {error}") from error
    residuals = np.empty(returns.shape)
    log_volatility = 0.0
    for i, fit in enumerate(fits):
        residuals[:, i], log_volatility_of_one = _standardize(fit, columns[i])
        log_volatility += log_volatility_of_one
    return FirstStep(
        fits=tuple(fits),
        series=tuple(map(str, names)),
        states=tuple(fit.initial_state for fit in fits),
        residuals=residuals,
        log_volatility=log_volatility,
    )


def _standardize(fit: VolatilityEstimate, returns: Array) -> tuple[Array, float]:
    """Return the standardized residuals (n_dates,) of a sample, and the sum of log volatilities."""
    if isinstance(fit, GARCHEstimate):
        return fit.standardized_residuals()
    means, variances, _ = fit.initial_state.filter(returns)
    deviations = np.sqrt(variances[:-1])
    return (returns - means[:-1]) / deviations, float(np.log(deviations).sum())


def states_after(step: FirstStep, change: Array) -> tuple[VolatilityState, ...]:
    """Return the initial states after a change of all parameters, one series after the other."""
    ends = np.cumsum([len(fit.names) for fit in step.fits])
    parts = zip(step.fits, step.states, np.split(change, ends[:-1]), strict=True)
    return tuple(
        fit.initial_state_after(part) if part.any() else state for fit, state, part in parts
    )


def filter_volatilities(
    states: tuple[VolatilityState, ...], returns: Array
) -> tuple[Array, Array, tuple[VolatilityState, ...]]:
    """Filter returns (n_dates, n_series) series by series.

    Returns
    -------
    means, variances : array (n_dates + 1, n_series)
        Conditional moments of each date given the data before it; the last row is the next date.
    states : tuple of VolatilityState
        States after the last date.
    """
    means = np.empty((len(returns) + 1, len(states)))
    variances = np.empty_like(means)
    after = []
    for i, state in enumerate(states):
        means[:, i], variances[:, i], following = state.filter(returns[:, i])
        after.append(following)
    return means, variances, tuple(after)


def forecast_variances(states: tuple[VolatilityState, ...], horizon: int) -> Array:
    """Return the expected variances of the next dates, (horizon, n_series)."""
    return np.stack([state.forecast(horizon) for state in states], axis=1)


def constant_means(states: tuple[VolatilityState, ...]) -> bool:
    """Return True if the mean of every series is the same at every date."""
    return all(state.constant_mean for state in states)
