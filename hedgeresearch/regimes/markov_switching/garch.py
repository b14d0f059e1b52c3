r"""Markov-switching GARCH of one series.

.. math:: r_t = \mu + e_t, \quad e_t \mid s_t = k \sim (0, h_{k,t}), \quad
          h_{k,t} = \omega_k + (\alpha_k + \gamma_k 1[e_{t-1} < 0]) e_{t-1}^2 + \beta_k h_{k,t-1}

with s a Markov chain and mu the sample's mean. Source: Haas, Mittnik and Paolella (2004), Journal of Financial
Econometrics 2, eq. 2.1-2.4: every regime has a variance of its own, driven by the common shock. Start-up rule of Ardia,
Bluteau, Boudt, Catania and Trottier (2019), Journal of Statistical Software 91(4), section 2: h_1 is a regime's
unconditional variance, the first date only feeds the variances, and the second has the stationary probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.markov_switching_garch import regime_variances
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.settings import check_at_least, check_choice, check_flag
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.influence import (
    covariance_from_influence,
    numerical_hessian,
    parameter_influence,
)
from hedgeresearch.estimation.parameter_name import Bound, ParameterName
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.optimization.quasi_newton import Optimum, maximize
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_chain import stationary_probabilities
from hedgeresearch.regimes.markov_switching.garch_coordinates import (
    coordinate_names,
    from_box,
    renumber_regimes,
    search_box,
    starting_points,
)
from hedgeresearch.regimes.markov_switching.garch_likelihood import (
    difference_steps,
    split_parameters,
    switching_garch_likelihood,
    unconditional_variances,
)
from hedgeresearch.regimes.markov_switching.garch_state import SwitchingGARCHState
from hedgeresearch.regimes.start import check_warm_start, start_fit
from hedgeresearch.typing import Array

PARAMETERS = ("omega", "alpha", "gamma", "beta", "nu")
"""Parameters of a regime."""
ON_BOUND = 1e-9
"""Distance from a bound of the box within which an estimate lies on it."""
SAME_OPTIMUM = 1e-6
"""Difference in log-likelihood within which two starts have reached the same optimum."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class MarkovSwitchingGARCH:
    """Regimes with a GARCH(1,1) variance each, by maximum likelihood from many starts.

    Parameters
    ----------
    n_regimes : int
    asymmetric : whether bad news may weigh more than good news (GJR)
    density : "normal" or "student", of the innovations; every regime has degrees of freedom of its own
    n_starts : int, searches from different points; the best is kept and all are reported
    seed : int, of the random starts

    Regimes are numbered by their unconditional variance; each is covariance-stationary. The path begins with the second
    date, as the first one only feeds the variances.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.MarkovSwitchingGARCH(n_starts=2).fit(hr.data.simulate_regimes(n_dates=1000, seed=3).returns["asset"])
    >>> fit.transition.sum(axis=1).round(12).tolist()
    [1.0, 1.0]
    """

    n_regimes: int = 2
    asymmetric: bool = False
    density: Literal["normal", "student"] = "normal"
    n_starts: int = 8
    seed: int = 0
    univariate: ClassVar[bool] = True
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_flag(self.asymmetric, "asymmetric")
        check_choice(self.density, "density", ("normal", "student"))
        check_at_least(self.n_starts, "n_starts", 1)
        check_at_least(self.seed, "seed", 0)

    def fit(
        self, observations: pd.Series[float] | pd.DataFrame, *, warm_start: RegimeFit | None = None
    ) -> RegimeFit:
        """Estimate on one series (n_dates,); for returns, fractions per period.

        An earlier fit of the same model to the same series may be given as ``warm_start``: one search begins there.

        Raises
        ------
        DataError
            If there are several series, or fewer than ten dates per parameter.
        ConvergenceError
            If no start reaches an optimum.
        """
        frame = check_returns(observations, "observations", minimum_rows=10 * len(self.kept))
        if frame.shape[1] != 1:
            raise DataError(
                f"observations must be one series; got {list(frame.columns)}. Choose one of them."
            )
        values = frame.to_numpy()[:, 0]
        mean, scale = values.mean(), values.std()
        unit = (values - mean) / scale
        points = (
            self.starting_points()
            if warm_start is None
            else self._earlier(warm_start, frame, scale)
        )
        optimum, log_likelihoods = estimate_switching_garch(
            unit, points, self.moved, self.n_regimes
        )
        inference = SwitchingGARCHInference(self, optimum, unit, scale)
        in_units = (len(unit) - 1) * np.log(scale)
        estimates = Estimates(
            values=dict(zip(self.names, inference.parameters[self.kept].tolist(), strict=True)),
            n_dates=len(unit) - 1,
            log_likelihood=optimum.log_likelihood - in_units,
            n_targets=1,
            gradient_norm=optimum.gradient_norm,
            bounds=_bounds(optimum.point, optimum.free, self.moved, self.n_regimes),
            inference=inference,
        )
        recursion = before_second(inference.parameters, self.n_regimes, mean, values[0])
        fit = start_fit(self, frame.iloc[1:], recursion, estimates, log_likelihoods - in_units)
        warn_of_rare_regimes(fit.smoothed)
        return fit

    @property
    def moved(self) -> Array:
        """Which coordinates of the search are free, of all regimes and rows of the transition, (m,) of bool."""
        return self._repeated([True, True, True, self.asymmetric, self.density == "student"])

    @property
    def kept(self) -> list[int]:
        """Positions among all parameters (five of each regime, then the transition) of those in use."""
        own = [True, True, self.asymmetric, True, self.density == "student"]
        return [int(i) for i in np.flatnonzero(self._repeated(own))]

    @property
    def names(self) -> list[ParameterName]:
        """Names of the parameters in use."""
        every = []
        for i in range(self.n_regimes):
            every += [ParameterName(label, (i,)) for label in PARAMETERS]
        for i in range(self.n_regimes):
            every += [ParameterName("p", (i, j)) for j in range(self.n_regimes - 1)]
        return [every[i] for i in self.kept]

    def _repeated(self, own: list[bool]) -> Array:
        return np.array(own * self.n_regimes + [True] * (self.n_regimes * (self.n_regimes - 1)))

    def starting_points(self) -> Array:
        """Where the searches begin, (n_starts, m)."""
        own = (0.6 if self.asymmetric else 0.5, 0.1 if self.density == "student" else 0.0)
        return starting_points(self.n_regimes, self.n_starts, own, self.seed)

    def _earlier(self, warm_start: RegimeFit, frame: pd.DataFrame, scale: float) -> Array:
        check_warm_start(self, warm_start, frame.columns)
        steps: SwitchingGARCHInference = warm_start.estimates.inference  # type: ignore[assignment]
        point = steps.optimum.point.copy()
        point[: 5 * self.n_regimes : 5] += 2.0 * np.log(steps.scale / scale)
        return np.asarray(point[None])


@dataclass(frozen=True, eq=False)
class SwitchingGARCHInference:
    """Sandwich covariance of the parameters, from their scores and a numerical Hessian.

    ``optimum`` is at a point of the whole box, for the series ``unit`` (n_dates,) = (observations - mean) / ``scale``.
    """

    model: MarkovSwitchingGARCH
    optimum: Optimum
    unit: Array
    scale: float

    @property
    def parameters(self) -> Array:
        """All parameters in the units of the observations, (m,), also those that the settings leave out."""
        return np.asarray(from_box(self.optimum.point, self.model.n_regimes)[0] * self._units)

    def covariance(self) -> Array:
        """Sampling covariance of those in use; NaN for parameters held by a bound."""
        kept, k = np.array(self.model.kept), self.model.n_regimes
        parameters, jacobian = from_box(self.optimum.point, k)

        def scores(x: Array) -> Array:
            return switching_garch_likelihood(x, self.unit, k)[1]

        steps = difference_steps(parameters, k)
        information = -numerical_hessian(
            lambda x: scores(x).mean(axis=0), parameters, steps, self.model.kept
        )
        tangent = jacobian[np.ix_(kept, np.flatnonzero(self.optimum.free))]
        by_date = parameter_influence(scores(parameters)[:, kept], information, tangent)
        return covariance_from_influence(by_date * self._units[kept])

    @property
    def _units(self) -> Array:
        k = self.model.n_regimes
        return np.append(np.tile([self.scale**2, 1.0, 1.0, 1.0, 1.0], k), np.ones(k * (k - 1)))


def estimate_switching_garch(
    unit: Array, points: Array, moved: Array, k: int
) -> tuple[Optimum, Array]:
    """Climb from every one of the points (n_starts, m); the best optimum, and where each climb ended, (n_starts,).

    ``unit`` (n_dates,) is taken as it is: no mean is estimated. Coordinates that are not ``moved`` stay as they are.

    Raises
    ------
    ConvergenceError
        If no climb ends at an optimum at which every regime has a variance.
    """
    ends = [_climb(unit, start, moved, k) for start in points]
    log_likelihoods = np.array([np.nan if end is None else end.log_likelihood for end in ends])
    # the first of those that agree, so that rounding does not choose
    near = np.flatnonzero(log_likelihoods > np.fmax.reduce(log_likelihoods) - SAME_OPTIMUM)
    best = ends[near[0]] if len(near) else None
    if best is None:
        raise ConvergenceError(
            f"a Markov-switching GARCH with {k} regimes must have a bounded likelihood; each of {len(points)} starts "
            "reached no optimum, or one where a regime has no variance. Use fewer regimes or more dates, and look for "
            "outliers and for stretches in which the series does not move."
        )
    return best, log_likelihoods


def _climb(unit: Array, start: Array, moved: Array, k: int) -> Optimum | None:
    """The optimum that is reached from a start, its regimes in order; None if there is none."""
    x = start.copy()

    def likelihood(moving: Array) -> tuple[Array, Array, Array]:
        x[moved] = moving
        parameters, jacobian = from_box(x, k)
        by_date, scores = switching_garch_likelihood(parameters, unit, k)
        return by_date, scores, jacobian[:, moved]

    try:
        end = maximize(
            likelihood, [start[moved]], search_box(k)[moved].tolist(), "a Markov-switching GARCH"
        )
    except ConvergenceError:
        return None
    x[moved] = end.point
    point, (low, high) = renumber_regimes(x, k), search_box(k).T
    inside = (point > low + ON_BOUND) & (point < high - ON_BOUND)
    return replace(end, point=point, free=moved & inside) if inside[: 5 * k : 5].all() else None


def before_second(parameters: Array, k: int, mean: float, first: float) -> SwitchingGARCHState:
    """The recursion after the ``first`` observation, which feeds the variances and not the probabilities."""
    own, densities, transition = split_parameters(parameters, k)
    unconditional, _ = unconditional_variances(own)
    variances = regime_variances(own, np.array([first - mean]), unconditional)[-1]
    return SwitchingGARCHState(
        own, densities, transition, mean, variances, stationary_probabilities(transition)
    )


def _bounds(point: Array, free: Array, moved: Array, k: int) -> tuple[Bound, ...]:
    """Return the coordinates that a bound of the box holds, with their values."""
    names = coordinate_names(k)
    return tuple(Bound(names[i], float(point[i])) for i in np.flatnonzero(moved > free))
