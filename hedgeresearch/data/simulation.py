"""Simulated returns whose true covariance, regimes and hedge ratios are known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.data.simulation_checks import (
    check_calm_first,
    check_stationary,
    correlation_matrix,
    series_names,
    transition_matrix,
    values_per_regime,
)
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.data")
@dataclass(frozen=True, eq=False)
class SimulatedDCC:
    """Simulated returns (fractions per day) with their true covariance and hedge ratio.

    Attributes
    ----------
    returns : DataFrame, shape (n_dates, n_series)
        The asset first; ``attrs["simulated"]`` is True.
    covariance : ndarray, shape (n_dates, n_series, n_series)
        True covariance of the returns of each date given those before, fractions squared.
    hedge_ratio : DataFrame, shape (n_dates, n_series - 1)
        True minimum-variance ratio of the asset on the others; positive is short the hedge.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> simulated = hr.data.simulate_dcc(n_dates=300, seed=0)
    >>> simulated.returns.shape, simulated.covariance.shape
    ((300, 2), (300, 2, 2))
    """

    returns: pd.DataFrame
    covariance: Array = field(repr=False)
    hedge_ratio: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        return f"SimulatedDCC({_outline(self.returns)})"


@exported_by("hedgeresearch.data")
@dataclass(frozen=True, eq=False)
class SimulatedRegimes:
    """Simulated returns (fractions per day) of an asset and a hedge with their true regimes.

    Attributes
    ----------
    returns : DataFrame, shape (n_dates, 2)
        Columns asset and hedge; ``attrs["simulated"]`` is True.
    regimes : Series, shape (n_dates,)
        Number of the regime of each date; 0 is calm.
    transition : ndarray, shape (n_regimes, n_regimes)
        Probability of moving from the regime of the row to that of the column.
    hedge_ratio : Series, shape (n_dates,)
        True minimum-variance ratio of the regime of each date.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> simulated = hr.data.simulate_regimes(n_dates=300, seed=0)
    >>> simulated.regimes.value_counts().to_dict()
    {1: 160, 0: 140}
    """

    returns: pd.DataFrame
    regimes: pd.Series = field(repr=False)
    transition: Array = field(repr=False)
    hedge_ratio: pd.Series = field(repr=False)

    def __repr__(self) -> str:
        return f"SimulatedRegimes({_outline(self.returns)}, {len(self.transition)} regimes)"


@exported_by("hedgeresearch.data")
def simulate_dcc(  # noqa: PLR0913 - the parameters of the model, each with a default
    n_dates: int = 1000,
    a: float = 0.05,
    b: float = 0.93,
    correlation: float | npt.ArrayLike = 0.6,
    omega: float = 0.05,
    alpha: float = 0.06,
    beta: float = 0.92,
    scale: float = 0.01,
    n_series: int = 2,
    names: Sequence[str] | None = None,
    seed: int = 0,
) -> SimulatedDCC:
    """Simulate normal returns from a DCC-GARCH(1,1), with true covariance and hedge ratio.

    With z the standardized returns, Q[t] = (1 - a - b) C + a z[t-1] z[t-1]' + b Q[t-1] and the
    correlation is Q with its diagonal scaled to ones (the mean-reverting DCC of Engle 2002, Journal
    of Business and Economic Statistics 20, 339-350). Each variance is h[t] = omega + alpha e[t-1]^2
    + beta h[t-1]; the returns are ``scale`` times e. The recursions start at C and at
    omega / (1 - alpha - beta).

    Parameters
    ----------
    n_dates : int
        Number of business days, from 2000-01-03.
    a, b : float
        Not negative, with a sum below one; 0 and 0 keep the correlation constant.
    correlation : float or array, shape (n_series, n_series)
        C: the same correlation for every pair, or the whole matrix.
    omega, alpha, beta : float
        GARCH(1,1) of every series, before scaling: omega positive, the others not negative with a
        sum below one.
    scale : float
        Factor from the units of the model to fractions.
    n_series : int
        Number of series, the asset and its hedges together.
    names : sequence of str, optional
        Names of the series; by default asset, hedge, hedge2, ...
    seed : int
        The same seed gives the same bytes.

    Raises
    ------
    DataError
        If a setting lies outside its range or C is not a positive definite correlation matrix.

    Examples
    --------
    >>> simulated = simulate_dcc(n_dates=250, seed=1)
    >>> simulated
    SimulatedDCC(simulated, 250 dates to 2000-12-15, columns asset, hedge)
    >>> simulated.covariance.shape
    (250, 2, 2)
    """
    check_at_least(n_dates, "n_dates", 1)
    check_at_least(n_series, "n_series", 2)
    check_between(omega, "omega", 0, math.inf)
    check_between(scale, "scale", 0, math.inf)
    check_stationary(a, b, "a", "b")
    check_stationary(alpha, beta, "alpha", "beta")
    target = correlation_matrix(correlation, n_series)
    columns = series_names(names, n_series)
    check_at_least(seed, "seed", 0)
    noise = np.random.default_rng(seed).standard_normal((n_dates, n_series))
    values, covariance = _dcc_path(noise, target, _DCCGARCH(a, b, omega, alpha, beta))
    covariance *= scale**2
    dates = business_days(n_dates)
    returns = pd.DataFrame(values * scale, dates, columns)
    returns.attrs = {"simulated": True, "title": f"simulated DCC-GARCH(1,1) returns, seed {seed}"}
    ratio = np.linalg.solve(covariance[:, 1:, 1:], covariance[:, 1:, :1])[:, :, 0]
    return SimulatedDCC(returns, covariance, pd.DataFrame(ratio, dates, columns[1:]))


@exported_by("hedgeresearch.data")
def simulate_regimes(
    n_dates: int = 2000,
    transition: npt.ArrayLike = ((0.98, 0.02), (0.05, 0.95)),
    ratios: Sequence[float] = (0.95, 0.60),
    hedge_volatility: Sequence[float] = (0.01, 0.025),
    residual_volatility: Sequence[float] = (0.005, 0.02),
    seed: int = 0,
) -> SimulatedRegimes:
    """Simulate returns of an asset and a hedge that switch between regimes with a Markov chain.

    In regime s the hedge is normal with ``hedge_volatility[s]``, and the asset is ``ratios[s]``
    times the hedge plus a normal residual with ``residual_volatility[s]`` (Hamilton 1994, Time
    Series Analysis, section 22.4, with a switching slope). The first regime is drawn from the
    stationary distribution of the chain.

    Parameters
    ----------
    n_dates : int
        Number of business days, from 2000-01-03.
    transition : array, shape (n_regimes, n_regimes)
        From the regime of the row to that of the column; rows sum to one.
    ratios, hedge_volatility, residual_volatility : sequence of float, shape (n_regimes,)
        One value for each regime; volatilities are fractions per day. The variance of the asset may
        not fall from one regime to the next, so that 0 is calm.
    seed : int
        The same seed gives the same bytes.

    Raises
    ------
    DataError
        If a setting has the wrong shape or range, or the regimes are not numbered from calm to
        turbulent.

    Examples
    --------
    >>> simulated = simulate_regimes(n_dates=250, seed=1)
    >>> simulated
    SimulatedRegimes(simulated, 250 dates to 2000-12-15, columns asset, hedge, 2 regimes)
    >>> sorted(simulated.hedge_ratio.unique().tolist())
    [0.6, 0.95]
    """
    check_at_least(n_dates, "n_dates", 1)
    matrix = transition_matrix(transition)
    n_regimes = len(matrix)
    slope = values_per_regime(ratios, "ratios", n_regimes)
    hedge_scale = values_per_regime(hedge_volatility, "hedge_volatility", n_regimes, positive=True)
    residual_scale = values_per_regime(
        residual_volatility, "residual_volatility", n_regimes, positive=True
    )
    check_calm_first((slope * hedge_scale) ** 2 + residual_scale**2)
    check_at_least(seed, "seed", 0)
    generator = np.random.default_rng(seed)
    path = markov_chain_path(generator.random(n_dates), matrix)
    noise = generator.standard_normal((n_dates, 2))
    hedge = hedge_scale[path] * noise[:, 0]
    asset = slope[path] * hedge + residual_scale[path] * noise[:, 1]
    dates = business_days(n_dates)
    returns = pd.DataFrame({"asset": asset, "hedge": hedge}, dates)
    returns.attrs = {"simulated": True, "title": f"simulated regime-switching returns, seed {seed}"}
    regimes = pd.Series(path, dates, name="regime")
    return SimulatedRegimes(returns, regimes, matrix, pd.Series(slope[path], dates, name="hedge"))


class _DCCGARCH(NamedTuple):
    """Parameters of a DCC-GARCH(1,1), the same variance parameters for all series."""

    a: float
    b: float
    omega: float
    alpha: float
    beta: float


def _dcc_path(noise: Array, target: Array, model: _DCCGARCH) -> tuple[Array, Array]:
    """Return returns of unit scale and their conditional covariance from standard normal noise."""
    a, b, omega, alpha, beta = model
    n_dates, n_series = noise.shape
    values = np.empty_like(noise)
    covariance = np.empty((n_dates, n_series, n_series))
    q = target.copy()
    variance = np.full(n_series, omega / (1 - alpha - beta))
    for t in range(n_dates):
        spread = np.sqrt(np.diag(q))
        correlation = q / np.outer(spread, spread)
        volatility = np.sqrt(variance)
        standardized = np.linalg.cholesky(correlation) @ noise[t]
        covariance[t] = correlation * np.outer(volatility, volatility)
        values[t] = volatility * standardized
        q = (1 - a - b) * target + a * np.outer(standardized, standardized) + b * q
        variance = omega + alpha * values[t] ** 2 + beta * variance
    return values, covariance


def markov_chain_path(uniform: Array, transition: Array) -> npt.NDArray[np.int64]:
    """Return a path of regimes from uniform draws, by inversion of the cumulative probabilities.

    The first regime has the stationary distribution.
    """
    n_regimes = len(transition)
    equations = np.vstack([transition.T - np.eye(n_regimes), np.ones(n_regimes)])
    stationary = np.linalg.lstsq(equations, np.append(np.zeros(n_regimes), 1.0))[0]
    path = np.empty(len(uniform), dtype=np.int64)
    probabilities = stationary
    for t, draw in enumerate(uniform):
        regime = int(np.searchsorted(np.cumsum(probabilities), draw, side="right"))
        # The cumulative probabilities may end below one by rounding.
        path[t] = min(regime, n_regimes - 1)
        probabilities = transition[path[t]]
    return path


def business_days(n_dates: int) -> pd.DatetimeIndex:
    """Return business days from 2000-01-03 on."""
    return pd.bdate_range("2000-01-03", periods=n_dates, name="date")


def _outline(returns: pd.DataFrame) -> str:
    columns = ", ".join(map(str, returns.columns))
    return f"simulated, {len(returns)} dates to {returns.index[-1]:%Y-%m-%d}, columns {columns}"
