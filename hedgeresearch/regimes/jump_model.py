r"""The statistical jump model: regimes are clusters of features, and every change of regime costs a penalty.

.. math:: \min_{\theta, s} \; \sum_t \tfrac12 \lVert y_t - \theta_{s_t} \rVert^2 + \lambda \sum_t 1[s_t \ne s_{t-1}]

with :math:`y_t` the standardised features. Source: Bemporad, Breschi, Piga and Boyd (2018), Fitting jump models,
Automatica 96, 11-21, algorithm 1 (coordinate descent); for this loss Nystrup, Lindström and Madsen (2020), Expert
Systems with Applications 150, 113307; for the online path Nystrup, Kolm and Lindström (2020), Journal of Financial Data
Science 2(3), 25-39.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.jump_model import cheapest_path, value_functions
from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE, check_independent
from hedgeresearch._validation.frames import check_frame, check_returns
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import ParameterName
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_chain import transition_parameters
from hedgeresearch.regimes.start import check_warm_start, start_fit
from hedgeresearch.regimes.state import Filtered, Moments
from hedgeresearch.typing import Array, Indices


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class JumpModel:
    """Persistent clusters of features, without a likelihood.

    The columns observed are the features, as they come; they are standardised inside, so that units do not matter.
    Returns alone make poor features, because regimes differ little in their means. Smoothed ones do better, as in the
    example: the exponentially weighted return and the logarithm of the downside deviation. Winsorise features with long
    tails. As regimes are numbered by the variance of the first feature, let that be a return, smoothed or not.

    A date's filtered regime is where the cheapest path over the dates up to it ends, with certainty. Predicted
    probabilities are the row of ``transition`` at that regime of the date before (before the first date, the shares of
    the regimes in the sample). ``transition`` counts the moves of the sample's path, each with half a move added
    (Jeffreys' prior), so that a regime left never or once is not said to last for ever. Means and covariances (divisor
    n - 1) of the features are those of the dates that the sample's path spends in each regime. There is no
    log-likelihood; ``start_log_likelihoods`` holds minus the cost that each start reached.

    Parameters
    ----------
    n_regimes : int
    penalty : float, cost of a change of regime, in units of half a squared distance between standardised features;
        0 gives k-means. It grows with the number of features
    n_starts : int, searches from k-means++ centres; the best is kept and all are reported
    seed : int, of the random starts

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> import numpy as np
    >>> import pandas as pd
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> downside = np.sqrt((returns.clip(upper=0.0) ** 2).ewm(halflife=20).mean())
    >>> features = {"return": returns.ewm(halflife=20).mean(), "log downside": np.log(downside.iloc[60:])}
    >>> fit = JumpModel(penalty=50.0).fit(pd.DataFrame(features).dropna())
    >>> int((fit.most_likely_path.diff() != 0).sum() - 1)
    7
    """

    n_regimes: int = 2
    penalty: float = 50.0
    n_starts: int = 10
    seed: int = 0
    univariate: ClassVar[bool] = False
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_at_least(self.n_starts, "n_starts", 1)
        check_at_least(self.seed, "seed", 0)
        real = isinstance(self.penalty, int | float | np.integer | np.floating) and not isinstance(
            self.penalty, bool
        )
        if not real or not 0.0 <= self.penalty < math.inf:
            raise DataError(f"penalty must be a finite number of at least 0; got {self.penalty!r}.")

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Estimate on features (n_dates, n_features).

        An earlier fit of the same model to the same features may be given as ``warm_start``: one search, from its centres.

        Raises
        ------
        DataError
            If there are fewer than ten dates per regime and feature, or features are collinear.
        ConvergenceError
            If the cheapest path leaves a regime out, or on too few dates for a covariance.
        """
        n_features = check_frame(observations, "observations").shape[1]
        frame = check_returns(
            observations, "observations", minimum_rows=10 * self.n_regimes * (n_features + 1)
        )
        names = [str(name) for name in frame.columns]
        check_independent(frame.cov().to_numpy(), names, "observations")
        recursion, costs = estimate_jump_model(
            frame.to_numpy(), self, self._earlier(warm_start, frame)
        )
        values = named_parameters(recursion.moments.means, recursion.transition, names)
        fit = start_fit(
            self, frame, recursion, Estimates(values=values, n_dates=len(frame)), -costs
        )
        warn_of_rare_regimes(fit.smoothed)
        return fit

    def _earlier(self, warm_start: RegimeFit | None, frame: pd.DataFrame) -> Array | None:
        """The centres of an earlier fit, (k, n_features)."""
        if warm_start is None:
            return None
        check_warm_start(self, warm_start, frame.columns)
        return warm_start.final_state.moments.means


@dataclass(frozen=True, eq=False)
class JumpState:
    """Centres of the regimes and the cost of the cheapest path that ends in each.

    Attributes
    ----------
    scale : array (n_features,), by which distances are measured
    penalty : float, of a change
    moments : Moments of the dates in each regime; their means are the centres
    transition : array (k, k), rows sum to one
    costs : array (k,), of the cheapest path over the dates so far that ends in each regime, less the least of them
    next_probabilities : array (k,), of the regimes at the next date
    """

    scale: Array
    penalty: float
    moments: Moments
    transition: Array
    costs: Array
    next_probabilities: Array

    def filter(self, observations: Array) -> Filtered:
        """Certain online regimes, and the row of the transition matrix at the last of them; likelihoods are NaN."""
        online = self._values(observations)[1:].argmin(axis=1)
        predicted = np.vstack([self.next_probabilities, self.transition[online]])
        return Filtered(
            predicted, np.eye(len(self.costs))[online], np.full(len(observations), np.nan)
        )

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """The cheapest path over all these dates, as certain probabilities and as regimes."""
        path = cheapest_path(self._values(observations), self.penalty)
        return np.eye(len(self.costs))[path], path

    def advance(self, observations: Array) -> JumpState:
        """The costs after these dates."""
        costs = self._values(observations)[-1]
        return replace(self, costs=costs, next_probabilities=self.transition[costs.argmin()])

    def _values(self, observations: Array) -> Array:
        # a level is taken off before dividing, so that a feature with a large mean is not rounded away
        level = self.moments.means[0]
        centres = (self.moments.means - level) / self.scale
        losses = half_squared_distances((observations - level) / self.scale, centres)
        return np.asarray(value_functions(losses, self.penalty, self.costs))


class Descent(NamedTuple):
    """Where a coordinate descent ended: the cost, and the path (n_dates,) that has it."""

    cost: float
    path: Indices


def estimate_jump_model(
    observations: Array, model: JumpModel, centres: Array | None
) -> tuple[JumpState, Array]:
    """The recursion before the first date, and the cost that each start reached (NaN if it left a regime out).

    With ``centres`` (k, n_features) there is one start, from these; otherwise the model's random ones.
    """
    from sklearn.cluster import kmeans_plusplus

    k, level, scale = model.n_regimes, observations.mean(axis=0), observations.std(axis=0)
    unit = (observations - level) / scale
    random = np.random.RandomState(model.seed)  # scikit-learn's own kind
    if centres is None:
        starts = [kmeans_plusplus(unit, k, random_state=random)[0] for _ in range(model.n_starts)]
    else:
        starts = [(centres - level) / scale]
    ends = [descend(unit, start, model.penalty) for start in starts]
    single = descend(
        unit, np.zeros((1, unit.shape[1])), model.penalty
    )  # what one regime would cost
    best = min([*ends, single], key=lambda end: end.cost)
    _check_visited(best.path, model, len(ends))
    moments, transition, shares, _ = summarise_path(observations, best.path, k)
    recursion = JumpState(scale, float(model.penalty), moments, transition, np.zeros(k), shares)
    return recursion, np.array(
        [end.cost if len(np.unique(end.path)) == k else np.nan for end in ends]
    )


def descend(unit: Array, centres: Array, penalty: float) -> Descent:
    """Paths and centres in turn until the cost no longer falls; a regime that no date visits keeps its centre."""
    k, least = len(centres), math.inf
    while True:
        losses = half_squared_distances(unit, centres)
        path = cheapest_path(value_functions(losses, penalty, np.zeros(k)), penalty)
        cost = losses[np.arange(len(unit)), path].sum() + penalty * np.count_nonzero(np.diff(path))
        if not cost < least:
            return Descent(least, path)
        least = cost
        visited = [path == j for j in range(k)]
        centres = np.stack(
            [
                unit[here].mean(axis=0) if here.any() else centres[j]
                for j, here in enumerate(visited)
            ]
        )


def half_squared_distances(unit: Array, centres: Array) -> Array:
    """Half the squared distance of each date (n_dates, n) to each centre (k, n), (n_dates, k)."""
    return np.stack([0.5 * ((unit - centre) ** 2).sum(axis=1) for centre in centres], axis=1)


class PathSummary(NamedTuple):
    """What a path of regimes says of them: moments, transition (k, k), shares (k,), and their numbers (k,)."""

    moments: Moments
    transition: Array
    shares: Array
    numbers: Indices


def summarise_path(observations: Array, path: Indices, k: int) -> PathSummary:
    """Renumber the k regimes of a path (n_dates,) by the variance of the first column, and describe them.

    The transition matrix holds the shares of the moves with half a move added to each: the mean under Jeffreys' prior.
    Covariances have the divisor n - 1. ``numbers[i]`` is the new number of the regime that the path calls i.

    Raises
    ------
    ConvergenceError
        If the dates of a regime are too few or too alike for a positive definite covariance.
    """
    n, scale = observations.shape[1], observations.std(axis=0)
    groups = [observations[path == j] for j in range(k)]
    for group in groups:
        within = (
            np.cov(group / scale, rowvar=False).reshape(n, n)
            if len(group) > n
            else np.zeros((n, n))
        )
        if np.linalg.eigvalsh(within)[0] <= COLLINEARITY_TOLERANCE:
            raise ConvergenceError(
                f"every regime must have a positive definite covariance; one is visited on {len(group)} of {len(path)} "
                f"dates, too few or too alike for {n} series. Use fewer regimes or series, or more dates."
            )
    covariances = np.stack([np.cov(group, rowvar=False).reshape(n, n) for group in groups])
    order = np.argsort(covariances[:, 0, 0])
    moments = Moments(np.stack([groups[i].mean(axis=0) for i in order]), covariances[order])
    numbers = np.argsort(order)
    moves = np.full((k, k), 0.5)
    np.add.at(moves, (numbers[path[:-1]], numbers[path[1:]]), 1.0)
    shares = np.bincount(numbers[path], minlength=k) / len(path)
    return PathSummary(moments, moves / moves.sum(axis=1, keepdims=True), shares, numbers)


def named_parameters(
    means: Array, transition: Array, series: list[str]
) -> dict[ParameterName, float]:
    """Return means and transition probabilities by name."""
    named = {}
    for regime, mean in enumerate(means):
        for i, name in enumerate(series):
            named[ParameterName(f"mean {name}", (regime,))] = float(mean[i])
    return named | transition_parameters(transition)


def _check_visited(path: Indices, model: JumpModel, n_starts: int) -> None:
    visited = len(np.unique(path))
    if visited < model.n_regimes:
        raise ConvergenceError(
            f"a jump model must visit each of its regimes; with penalty={model.penalty:g} the cheapest path found from "
            f"{n_starts} start{'s' if n_starts > 1 else ''} visits {visited} of {model.n_regimes}. Lower the penalty, "
            "use fewer regimes, or observe features whose level differs between regimes, such as smoothed volatilities."
        )
