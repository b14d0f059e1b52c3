r"""Margins of any specification of the arch package.

.. math:: r_t = m(r_{t-1}, r_{t-2}, \ldots) + e_t, \quad e_t = \sqrt{h_t} z_t, \quad h_t = v(e_{t-1}, h_{t-1}, \ldots)

Means, variances and densities are those of ``arch.univariate.arch_model``, whose documentation holds the equations:
among them EGARCH of Nelson (1991), Econometrica 59; HARCH of Mueller et al. (1997), Journal of Empirical Finance 4;
FIGARCH of Baillie, Bollerslev and Mikkelsen (1996), Journal of Econometrics 74; APARCH of Ding, Granger and Engle
(1993), Journal of Empirical Finance 1; the HAR mean of Corsi (2009), Journal of Financial Econometrics 7; the skewed
Student-t density of Hansen (1994), International Economic Review 35.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.influence import Sensitivities, numerical_hessian, parameter_influence
from hedgeresearch.optimization.quasi_newton import GRADIENT_TOLERANCE
from hedgeresearch.typing import Array
from hedgeresearch.volatility.arch.likelihood import (
    ArchOptimum,
    ArchSeries,
    derivatives,
    natural_size,
    refine,
)
from hedgeresearch.volatility.arch.process import ArchProcess, ArchState, state_after

USES = {
    **dict.fromkeys(("ar", "arx", "har", "harx"), ("lags",)),
    **dict.fromkeys(("arch", "harch"), ("p",)),
    **dict.fromkeys(("egarch", "aparch"), ("p", "o", "q")),
    "garch": ("p", "o", "q", "power"),
    "figarch": ("p", "q", "power"),
}
"""Settings that a mean or a variance of arch reads; it ignores the others without a word."""


@exported_by("hedgeresearch.volatility")
@dataclass(frozen=True)
class ArchModel:
    """Any univariate specification of the arch package.

    Parameters
    ----------
    mean : "Constant", "Zero", "AR" or "HAR"
    lags : int or a tuple such as (1, 5, 22), of the mean
    vol : "GARCH", "ARCH", "EGARCH", "FIGARCH", "APARCH", "HARCH" or "Constant"
    p, o, q : lags of the shocks, of their leverage and of the variance; p of a HARCH may be a tuple
    power : of the shocks, for GARCH and FIGARCH
    dist : "normal", "t", "skewt" or "ged", of the innovations

    Start-up rule: that of arch, an exponentially weighted average of the first 75 squared residuals of a regression.
    Lags that reach before the sample are its average return, so that every date has a mean and counts in the
    likelihood. Both are kept, and no later date moves an earlier one; the limits that arch makes of the whole sample
    for each variance are not imposed.

    Raises
    ------
    DataError
        If arch knows no such specification, or would ignore a setting.

    Examples
    --------
    >>> from hedgeresearch.volatility.arch.arch_model import ArchModel
    >>> ArchModel(vol="EGARCH", o=1, dist="skewt").names
    ('mu', 'omega', 'alpha[1]', 'gamma[1]', 'beta[1]', 'eta', 'lambda')
    """

    mean: str = "Constant"
    lags: int | Sequence[int] = 0
    vol: str = "GARCH"
    p: int | Sequence[int] = 1
    o: int = 0
    q: int = 1
    power: float = 2.0
    dist: str = "normal"

    def __post_init__(self) -> None:
        try:
            used = {
                "mean",
                "vol",
                "dist",
                *USES.get(self.mean.lower(), ()),
                *USES.get(self.vol.lower(), ()),
            }
            self.build(np.zeros(1 + self.longest_lag))
        except (AttributeError, TypeError, ValueError) as error:
            raise DataError(
                f"the settings must be a specification of arch, which says: {error}; got {self}."
            ) from error
        for setting in fields(self):
            value = getattr(self, setting.name)
            if setting.name not in used and value != setting.default:
                raise DataError(
                    f"{setting.name} must stay {setting.default!r} where neither mean={self.mean!r} nor "
                    f"vol={self.vol!r} uses it; got {value!r}. Leave it out."
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, as arch has them."""
        arch = self.build(np.zeros(1 + self.longest_lag))
        return (
            *arch.parameter_names(),
            *arch.volatility.parameter_names(),
            *arch.distribution.parameter_names(),
        )

    @property
    def longest_lag(self) -> int:
        """How many dates back the mean looks."""
        return int(np.max(self.lags))

    def build(self, values: Array) -> Any:
        """The ``HARX`` of arch for this specification, over ``values``."""
        from arch.univariate import arch_model

        settings: Any = asdict(self) | {
            "vol": self.vol.lower()
        }  # arch checks p only behind a name in lower case
        return arch_model(values, rescale=False, **settings)

    def estimate_array(
        self, returns: Array, warm_start: ArchEstimate | None = None
    ) -> ArchEstimate:
        """Maximise the likelihood of one series (n_dates,), in any unit: by arch from ``warm_start``, then on from its end.

        Raises
        ------
        ConvergenceError
            If the searches do not end at an optimum.
        """
        scale = float(returns.std())
        unit = returns / scale
        arch = self.build(np.concatenate([np.full(self.longest_lag, unit.mean()), unit]))
        # arch filters warnings for the whole process; points at which the likelihood overflows belong to the search
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            near = None if warm_start is None else warm_start.process.parameters
            found = arch.fit(starting_values=near, disp="off", show_warning=False)
        residuals = arch.resids(arch.starting_values())
        series = ArchSeries(arch, self.longest_lag, float(arch.volatility.backcast(residuals)))
        optimum = refine(series, found.params.to_numpy(), residuals, self.names)
        if not optimum.gradient_norm < GRADIENT_TOLERANCE:
            raise ConvergenceError(
                f"the likelihood of {self} must reach a maximum; stopped at {np.round(optimum.point, 6).tolist()}, in "
                f"unit variance, with a gradient of {optimum.gradient_norm:.1e} per date, while arch said "
                f"{found.optimization_result.message!r}. A power near 0 or an explosive EGARCH has no smooth maximum: "
                "try another vol, fewer lags, or more dates."
            )
        process = ArchProcess(self, optimum.point, scale, float(unit.mean()), series.backcast)
        return ArchEstimate(process, unit, optimum)


@dataclass(frozen=True, eq=False)
class ArchEstimate:
    """An estimated margin.

    Attributes
    ----------
    process : ArchProcess
    unit_returns : array (n_dates,), the returns divided by their standard deviation
    optimum : ArchOptimum, in unit variance
    """

    process: ArchProcess
    unit_returns: Array
    optimum: ArchOptimum

    @property
    def log_likelihood(self) -> float:
        """Of the series, in the units of its returns."""
        return self.optimum.log_likelihood - len(self.unit_returns) * float(
            np.log(self.process.scale)
        )

    @property
    def gradient_norm(self) -> float:
        """Largest component of the projected gradient, per date, in moves of the parameters that matter to a date."""
        return self.optimum.gradient_norm

    @property
    def bounds_hit(self) -> tuple[str, ...]:
        """The constraints of arch on which the estimate lies, as formulas in unit variance."""
        return self.optimum.bounds_hit

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, as arch has them."""
        return self.process.model.names

    @property
    def parameters(self) -> Array:
        """The estimates, in the units of the returns."""
        return self.process.in_units()[0]

    @property
    def initial_state(self) -> ArchState:
        """The margin before the first date of its sample."""
        return state_after(self.process, np.empty(0))

    def initial_state_after(self, change: Array) -> ArchState:
        """That state after a small change of the parameters (k,)."""
        _, units = self.process.in_units()
        moved = replace(
            self.process, parameters=self.process.parameters + np.linalg.solve(units, change)
        )
        return state_after(moved, np.empty(0))

    def sensitivities(self) -> Sensitivities:
        """How the parameters react to each date, and the standardised residuals to the parameters, at a given start."""
        series, x = self.process.over(self.unit_returns), self.process.parameters
        scores, tangent = series.scores(x), self.optimum.tangent
        moved = np.flatnonzero(tangent.any(axis=1))
        information = np.zeros((len(x), len(x)))
        information[np.ix_(moved, moved)] = -numerical_hessian(
            lambda point: series.scores(point).mean(axis=0),
            x,
            1e-3 * natural_size(scores, x),
            moved.tolist(),
        )
        _, units = self.process.in_units()
        by_date = parameter_influence(scores, information, tangent) @ units.T
        return Sensitivities(by_date, np.linalg.solve(units.T, derivatives(series.residuals, x)))
