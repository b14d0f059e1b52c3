r"""The hidden Markov model with Student-t observations.

.. math:: r_t \mid s_t = k \sim t_{\nu_k}(\mu_k, S_k), \quad P(s_{t+1} = j \mid s_t = i) = p_{ij}, \quad
          \mathrm{Cov}(r_t \mid s_t = k) = \frac{\nu_k}{\nu_k - 2} S_k

Sources: Hamilton (1994), Time Series Analysis, section 22.4; Peel and McLachlan (2000), Statistics and Computing 10,
section 4, for EM of Student-t components, whose weights make an outlier count less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import ConvergenceWarning, warn_caller
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.hmm.em import (
    Units,
    climb,
    climb_on,
    earlier_parameters,
    search,
    starting_points,
)
from hedgeresearch.regimes.hmm.emissions import FEWEST_DEGREES, StudentEmissions
from hedgeresearch.regimes.hmm.gaussian import check_observations
from hedgeresearch.regimes.hmm.standard_errors import finish_fit

FIRST_DEGREES = 8.0
"""Degrees of freedom from which a search starts."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class StudentHMM:
    """Regimes with a Student-t distribution each, by maximum likelihood from many starts.

    Outliers count less and make heavier tails, where normal regimes split to account for them. If all other dates are
    normal, even these regimes give a few crashes one of their own, with a warning.

    Parameters
    ----------
    n_regimes : int
    n_starts : int, searches from different points; the best is kept and all are reported
    seed : int, of the random starts

    The degrees of freedom of each regime lie between 2.1, so that there is a covariance, and 200. Units and the initial
    distribution are treated as in :class:`GaussianHMM`.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> fit = hr.StudentHMM(n_regimes=2, n_starts=2).fit(hr.data.simulate_regimes(n_dates=1000, seed=3).returns)
    >>> (fit.parameters[["nu [0]", "nu [1]"]] > 10).tolist()
    [True, True]
    """

    n_regimes: int
    n_starts: int = 20
    seed: int = 0
    univariate: ClassVar[bool] = False
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_at_least(self.n_regimes, "n_regimes", 1)
        check_at_least(self.n_starts, "n_starts", 1)
        check_at_least(self.seed, "seed", 0)

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Estimate on observations (n_dates, n_series); for returns, fractions per period.

        An earlier fit of the same model to the same series may be given as ``warm_start``. With two regimes one short run of
        EM begins there, and only if it fails is there a search; with more, which have several optima, the search takes
        it as one start among the others.

        Raises
        ------
        DataError
            If there are fewer than ten dates per parameter of a regime, or columns are collinear.
        ConvergenceError
            If every start degenerates.
        """
        frame = check_observations(observations, self.n_regimes)
        units = Units.of(frame.to_numpy())
        unit = units.standardise(frame.to_numpy())
        earlier = earlier_parameters(self, warm_start, frame, units)
        found = climb_on(earlier, unit, climb)
        ends = None
        if found is None:
            kind = StudentEmissions(
                np.empty(0), np.empty(0), np.full(self.n_regimes, FIRST_DEGREES)
            )
            starts = [
                *([earlier] if earlier else []),
                *starting_points(unit, self.n_regimes, self.n_starts, self.seed, kind),
            ]
            found, ends = search(starts, unit, climb, climb)
        fit = finish_fit(self, frame, found, ends, units, prior=0.0)
        warn_of_rare_regimes(fit.smoothed)
        _warn_of_wild_regimes(fit)
        return fit


def _warn_of_wild_regimes(fit: RegimeFit) -> None:
    """Say in which regimes the tails are so heavy that the bound alone makes a covariance."""
    wild = [s for s in fit.regimes if fit.parameters[f"nu [{s}]"] <= FEWEST_DEGREES]
    if wild:
        warn_caller(
            f"degrees of freedom should exceed {FEWEST_DEGREES}; those of regime {', '.join(map(str, wild))} lie on "
            "this bound, which sets the size of the covariance. Use more regimes, or look for outliers.",
            ConvergenceWarning,
        )
