r"""Markov-switching GARCH of one series.

.. math:: r_t = \mu + e_t, \quad e_t \mid s_t = k \sim (0, h_{k,t}), \quad
          h_{k,t} = \omega_k + (\alpha_k + \gamma_k 1[e_{t-1} < 0]) e_{t-1}^2 + \beta_k h_{k,t-1}

with s a Markov chain and mu the sample's mean, or zero. Source: Haas, Mittnik and Paolella (2004),
Journal of Financial Econometrics 2, eq. 2.1-2.4: every regime has a variance of its own, driven by
the common shock. Initialization of Ardia, Bluteau, Boudt, Catania and Trottier (2019), Journal of
Statistical Software 91(4), section 2: h_1 is a regime's unconditional variance, the first date only
feeds the variances, and the second has the stationary probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import MAX_STARTS, check_at_least, check_choice, check_flag
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_switching.garch_coordinates import starting_points
from hedgeresearch.regimes.markov_switching.garch_estimation import (
    coordinate_bounds,
    estimate_switching_garch,
)
from hedgeresearch.regimes.markov_switching.garch_parameters import SwitchingGARCHLayout
from hedgeresearch.regimes.markov_switching.garch_standard_errors import SwitchingGARCHErrors
from hedgeresearch.regimes.markov_switching.garch_state import state_before_second
from hedgeresearch.regimes.markov_switching.observations import check_single_series
from hedgeresearch.regimes.names import Names, check_names
from hedgeresearch.regimes.start import check_warm_start, fit_from_state
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class MarkovSwitchingGARCH:
    """Regimes with a GARCH(1,1) variance each, by maximum likelihood from many starts.

    Parameters
    ----------
    n_regimes : int
    asymmetric : bool
        Whether bad news may weigh more than good news (GJR).
    density : "normal" or "student"
        Density of the innovations; every regime has degrees of freedom of its own.
    mean : "constant" or "zero"
        "constant" subtracts the sample's mean, which counts as a parameter in the information
        criteria. "zero" uses the observations as they are, as MSGARCH does.
    n_starts : int
        Number of starting points; the best optimum is kept and all are reported.
    seed : int
        Seed of the random starts.
    names : tuple of str or None
        Names of the regimes in the order of their variance, such as ("calm", "turbulent"); tables,
        figures and sentences use them. None for their numbers.

    Notes
    -----
    Regimes are numbered by their unconditional variance; each is covariance-stationary. The path
    begins with the second date, as the first one only feeds the variances.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=1000, seed=3).returns["asset"]
    >>> fit = hr.MarkovSwitchingGARCH(n_starts=2).fit(returns)
    >>> fit.transition.sum(axis=1).round(12).tolist()
    [1.0, 1.0]
    """

    n_regimes: int = 2
    asymmetric: bool = False
    density: Literal["normal", "student"] = "normal"
    mean: Literal["constant", "zero"] = "constant"
    n_starts: int = 12
    seed: int = 0
    names: Names | None = None
    univariate: ClassVar[bool] = True
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_flag(self.asymmetric, "asymmetric")
        check_choice(self.density, "density", ("normal", "student"))
        check_choice(self.mean, "mean", ("constant", "zero"))
        check_at_least(self.n_starts, "n_starts", 1, MAX_STARTS)
        check_at_least(self.seed, "seed", 0)
        check_names(self.names, self.n_regimes)

    def fit(
        self, observations: pd.Series[float] | pd.DataFrame, *, warm_start: RegimeFit | None = None
    ) -> RegimeFit:
        """Estimate the regimes of one series.

        Parameters
        ----------
        observations : Series (n_dates,) or DataFrame (n_dates, 1)
            For returns, fractions per period.
        warm_start : RegimeFit or None
            An earlier fit of the same model to the same series, from which one search begins.

        Raises
        ------
        DataError
            If there are several series, or fewer than ten dates per parameter.
        ConvergenceError
            If no start reaches an optimum.
        """
        layout = self.layout
        frame = check_single_series(observations, self, len(layout.used))
        values = frame.to_numpy()[:, 0]
        mean = values.mean() if self.mean == "constant" else 0.0
        scale = values.std()
        unit = (values - mean) / scale
        if warm_start is None:
            points = self.starting_points()
        else:
            points = self._earlier_point(warm_start, frame, scale)
        optimum, log_likelihoods = estimate_switching_garch(
            unit, points, layout.free_coordinates, self.n_regimes
        )
        errors = SwitchingGARCHErrors(layout, optimum, unit, scale)
        # the log-likelihood of returns is that of standardized returns minus this
        log_jacobian = (len(unit) - 1) * np.log(scale)
        estimates = self._estimates(errors, log_jacobian)
        state = state_before_second(errors.parameters, self.n_regimes, mean, values[0])
        fit = fit_from_state(self, frame.iloc[1:], state, estimates, log_likelihoods - log_jacobian)
        warn_of_rare_regimes(fit.smoothed)
        return fit

    @property
    def layout(self) -> SwitchingGARCHLayout:
        """Parameters in use and their names."""
        return SwitchingGARCHLayout(self.n_regimes, self.asymmetric, self.density == "student")

    def starting_points(self) -> Array:
        """Return the points of the box from which the searches begin, (n_starts, m)."""
        bad_news_share = 0.6 if self.asymmetric else 0.5
        inverse_nu = 0.1 if self.density == "student" else 0.0
        own = (bad_news_share, inverse_nu)
        return starting_points(self.n_regimes, self.n_starts, own, self.seed)

    def _estimates(self, errors: SwitchingGARCHErrors, log_jacobian: float) -> Estimates:
        """Describe the optimum by the parameters in use."""
        layout = errors.layout
        optimum = errors.optimum
        used = errors.parameters[layout.used].tolist()
        return Estimates(
            values=dict(zip(layout.names, used, strict=True)),
            n_dates=len(errors.unit) - 1,
            log_likelihood=optimum.log_likelihood - log_jacobian,
            n_targets=1 if self.mean == "constant" else 0,
            gradient_norm=optimum.gradient_norm,
            bounds=coordinate_bounds(optimum, layout.free_coordinates, self.n_regimes),
            errors=errors,
        )

    def _earlier_point(self, warm_start: RegimeFit, frame: pd.DataFrame, scale: float) -> Array:
        """Return the point of the box of an earlier fit, in the units of these observations."""
        check_warm_start(self, warm_start, frame.columns)
        errors = warm_start.estimates.errors
        if not isinstance(errors, SwitchingGARCHErrors):
            raise DataError(f"warm_start must be a fit of {self!r}; got {warm_start!r}.")
        point = errors.optimum.point.copy()
        point[: 5 * self.n_regimes : 5] += 2.0 * np.log(errors.scale / scale)
        return np.asarray(point[None])
