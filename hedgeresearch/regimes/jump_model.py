r"""The statistical jump model: regimes are clusters of features, and each change costs a penalty.

.. math:: \min_{\theta, s} \; \sum_t \tfrac12 \lVert y_t - \theta_{s_t} \rVert^2
          + \lambda \sum_t 1[s_t \ne s_{t-1}]

with :math:`y_t` the standardized features. Source: Bemporad, Breschi, Piga and Boyd (2018), Fitting
jump models, Automatica 96, 11-21, algorithm 1 (coordinate descent); for this loss Nystrup,
Lindström and Madsen (2020), Expert Systems with Applications 150, 113307; for the online path
Nystrup, Kolm and Lindström (2020), Journal of Financial Data Science 2(3), 25-39.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.regimes.jump_model import (
    cheapest_path,
    descend_coordinates,
    value_functions,
)
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_REGIMES
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import ParameterName
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_chain import transition_parameters
from hedgeresearch.regimes.names import Names, check_names
from hedgeresearch.regimes.path_summary import summarize_path
from hedgeresearch.regimes.sample_size import check_sample_size
from hedgeresearch.regimes.start import check_warm_start, fit_from_state
from hedgeresearch.regimes.state import Filtered, Moments
from hedgeresearch.typing import Array, Indices

DATES_PER_PARAMETER = 10


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class JumpModel:
    """Persistent clusters of features, without a likelihood.

    Parameters
    ----------
    n_regimes : int
    penalty : float
        Cost of a change of regime, in units of half a squared distance between standardized
        features. 0 gives k-means; 50 suits a few features. It grows with the number of features.
    n_starts : int
        Number of searches from k-means++ centers; the best is kept and all are reported.
    seed : int
        Seed of the random starts.
    names : tuple of str or None
        Names of the regimes in the order of the variance of the first feature, such as ("calm",
        "turbulent"); tables, figures and sentences use them. None for their numbers.

    Notes
    -----
    The observed columns are the features; they are standardized internally, so that units do not
    matter. Returns alone make poor features, because regimes differ little in their means. Smoothed
    features do better, as in the example: the exponentially weighted return and the logarithm of
    the downside deviation. Winsorize features with long tails. As regimes are numbered by the
    variance of the first feature, use a return, smoothed or not, as the first one.

    The filtered regime of a date is the end state of the lowest-cost path up to that date
    (probability 0 or 1). Predicted probabilities are the row of ``transition`` of the previous
    date's filtered regime (for the first date, the shares of the regimes in the sample).
    ``transition`` counts the transitions of the sample's path, plus 1/2 for each pair of regimes
    (Jeffreys prior), so that no regime is absorbing. Means and covariances (divisor n - 1) of the
    features are computed over the dates that the sample's path spends in each regime. There is no
    log-likelihood; ``start_log_likelihoods`` contains minus the cost that each start reached.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> import numpy as np
    >>> import pandas as pd
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> downside = np.sqrt((returns.clip(upper=0.0) ** 2).ewm(halflife=20).mean())
    >>> smoothed = returns.ewm(halflife=20).mean()
    >>> features = {"return": smoothed, "log downside": np.log(downside.iloc[60:])}
    >>> fit = JumpModel(penalty=50.0).fit(pd.DataFrame(features).dropna())
    >>> int((fit.most_likely_path.diff() != 0).sum() - 1)
    7
    """

    n_regimes: int = 2
    penalty: float = 50.0
    n_starts: int = 10
    seed: int = 0
    names: Names | None = None
    univariate: ClassVar[bool] = False
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)
        check_at_least(self.seed, "seed", 0)
        check_names(self.names, self.n_regimes)
        is_number = isinstance(self.penalty, int | float | np.integer | np.floating)
        is_number = is_number and not isinstance(self.penalty, bool)
        if not is_number or not 0.0 <= self.penalty < math.inf:
            raise DataError(f"penalty must be a finite number of at least 0; got {self.penalty!r}.")

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Estimate the regimes.

        Parameters
        ----------
        observations : DataFrame (n_dates, n_features)
        warm_start : RegimeFit or None
            An earlier fit of the same model to the same features; the only search starts from its
            centers.

        Raises
        ------
        DataError
            If there are fewer than ten dates per regime and feature, or features are collinear.
        ConvergenceError
            If the lowest-cost path does not visit a regime, or visits it on too few dates for a
            covariance.
        """
        n_features = check_frame(observations, "observations").shape[1]
        minimum = DATES_PER_PARAMETER * self.n_regimes * (n_features + 1)
        check_sample_size(self, len(observations), minimum, n_features)
        frame = check_returns(observations, "observations", minimum_rows=minimum)
        check_at_door(frame, OF_REGIMES)
        names = [str(name) for name in frame.columns]
        check_independent(frame.cov().to_numpy(), names, "observations")
        centers = None
        if warm_start is not None:
            check_warm_start(self, warm_start, frame.columns)
            centers = warm_start.final_state.moments.means
        state, costs = estimate_jump_model(
            frame.to_numpy(), self.n_regimes, self.penalty, self.n_starts, self.seed, centers
        )
        values = named_parameters(state.moments.means, state.transition, names)
        estimates = Estimates(values=values, n_dates=len(frame))
        fit = fit_from_state(self, frame, state, estimates, -costs)
        warn_of_rare_regimes(fit.smoothed)
        return fit


@dataclass(frozen=True, eq=False)
class JumpState:
    """Centers of the regimes and the cost of the cheapest path that ends in each.

    Attributes
    ----------
    scale : array (n_features,), by which distances are measured
    penalty : float, cost of a change of regime
    moments : Moments of the dates in each regime; their means are the centers
    transition : array (k, k), rows sum to one
    costs : array (k,), of the cheapest path over the dates so far that ends in each regime, minus
        the smallest of them
    next_probabilities : array (k,), of the regimes at the next date
    """

    scale: Array
    penalty: float
    moments: Moments
    transition: Array
    costs: Array
    next_probabilities: Array

    def filter(self, observations: Array) -> Filtered:
        """Return the online regimes, which are certain, and their transition probabilities.

        Log-likelihoods are NaN.
        """
        online = self._path_costs(observations)[1:].argmin(axis=1)
        predicted = np.vstack([self.next_probabilities, self.transition[online]])
        no_likelihood = np.full(len(observations), np.nan)
        return Filtered(predicted, np.eye(len(self.costs))[online], no_likelihood)

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return the cheapest path over all these dates, as certain probabilities and regimes."""
        path = cheapest_path(self._path_costs(observations), self.penalty)
        return np.eye(len(self.costs))[path], path

    def advance(self, observations: Array) -> JumpState:
        """Return the state after these dates."""
        costs = self._path_costs(observations)[-1]
        return replace(self, costs=costs, next_probabilities=self.transition[costs.argmin()])

    def _path_costs(self, observations: Array) -> Array:
        """Return the costs of the cheapest paths to each date, (n_dates + 1, k)."""
        # a level is subtracted before dividing, so that a feature with a large mean is not rounded
        level = self.moments.means[0]
        centers = (self.moments.means - level) / self.scale
        losses = half_squared_distances((observations - level) / self.scale, centers)
        return np.asarray(value_functions(losses, self.penalty, self.costs))


class Descent(NamedTuple):
    """Result of a coordinate descent.

    Attributes
    ----------
    cost : float
    path : array (n_dates,), the path that has this cost
    """

    cost: float
    path: Indices


def estimate_jump_model(
    observations: Array,
    k: int,
    penalty: float,
    n_starts: int,
    seed: int,
    centers: Array | None = None,
) -> tuple[JumpState, Array]:
    """Find the centers and the path of the lowest cost.

    Parameters
    ----------
    observations : array (n_dates, n_features)
    k : int, number of regimes
    penalty : float, cost of a change of regime
    n_starts, seed : int, of the random starts
    centers : array (k, n_features) or None
        The only start; None for random ones.

    Returns
    -------
    tuple of JumpState, array (n_starts,)
        The state before the first date, and the cost that each start reached, NaN if it left a
        regime out.
    """
    from sklearn.cluster import kmeans_plusplus

    level = observations.mean(axis=0)
    scale = observations.std(axis=0)
    unit = (observations - level) / scale
    if centers is None:
        random = np.random.RandomState(seed)  # the generator that scikit-learn uses
        starts = [kmeans_plusplus(unit, k, random_state=random)[0] for _ in range(n_starts)]
    else:
        starts = [(centers - level) / scale]
    descents = [descend(unit, start, penalty) for start in starts]
    one_regime = descend(unit, np.zeros((1, unit.shape[1])), penalty)
    best = min([*descents, one_regime], key=lambda descent: descent.cost)
    _check_visited(best.path, k, penalty, len(starts))
    moments, transition, shares, _ = summarize_path(observations, best.path, k)
    state = JumpState(scale, float(penalty), moments, transition, np.zeros(k), shares)
    complete = [len(np.unique(descent.path)) == k for descent in descents]
    costs = np.array([descent.cost for descent in descents])
    return state, np.where(complete, costs, np.nan)


def descend(unit: Array, centers: Array, penalty: float) -> Descent:
    """Alternate between paths and centers until the cost no longer falls.

    A regime that no date visits keeps its center.
    """
    start = np.array(centers, order="C")
    cost, path = descend_coordinates(np.array(unit, order="C"), start, float(penalty))
    return Descent(cost, path)


def half_squared_distances(unit: Array, centers: Array) -> Array:
    """Return half the squared distance of each date (n_dates, n) to each center, (n_dates, k)."""
    return np.stack([0.5 * ((unit - center) ** 2).sum(axis=1) for center in centers], axis=1)


def named_parameters(
    means: Array, transition: Array, series: list[str]
) -> dict[ParameterName, float]:
    """Return means and transition probabilities by name."""
    named = {}
    for regime, mean in enumerate(means):
        for i, name in enumerate(series):
            named[ParameterName(f"mean {name}", (regime,))] = float(mean[i])
    return named | transition_parameters(transition)


def _check_visited(path: Indices, k: int, penalty: float, n_starts: int) -> None:
    """Refuse a path that leaves a regime out."""
    visited = len(np.unique(path))
    if visited < k:
        starts = "1 start" if n_starts == 1 else f"{n_starts} starts"
        raise ConvergenceError(
            f"a jump model must visit each of its regimes; with penalty={penalty:g} the "
            f"cheapest path found from {starts} visits {visited} of {k}. Lower the "
            "penalty, use fewer regimes, or observe features whose level differs between regimes, "
            "such as smoothed volatilities."
        )
