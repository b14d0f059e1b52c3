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

from hedgeresearch._types import Array
from hedgeresearch.covariance.arch_series import ArchOptimum, ArchSeries, derivatives, natural_size, refine
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.influence import Sensitivities, hessian, influence
from hedgeresearch.estimation.maximise import GRADIENT_TOLERANCE

USES = {
    **dict.fromkeys(("ar", "arx", "har", "harx"), ("lags",)),
    **dict.fromkeys(("arch", "harch"), ("p",)),
    **dict.fromkeys(("egarch", "aparch"), ("p", "o", "q")),
    "garch": ("p", "o", "q", "power"),
    "figarch": ("p", "q", "power"),
}
"""Settings that a mean or a variance of arch reads; it ignores the others without a word."""


@dataclass(frozen=True)
class ArchMargin:
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
    >>> from hedgeresearch.covariance.arch_margin import ArchMargin
    >>> ArchMargin(vol="EGARCH", o=1, dist="skewt").names
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
            used = {"mean", "vol", "dist", *USES.get(self.mean.lower(), ()), *USES.get(self.vol.lower(), ())}
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
        return (*arch.parameter_names(), *arch.volatility.parameter_names(), *arch.distribution.parameter_names())

    @property
    def longest_lag(self) -> int:
        """How many dates back the mean looks."""
        return int(np.max(self.lags))

    def build(self, values: Array) -> Any:
        """The ``HARX`` of arch for this specification, over ``values``."""
        from arch.univariate import arch_model

        settings: Any = asdict(self) | {"vol": self.vol.lower()}  # arch checks p only behind a name in lower case
        return arch_model(values, rescale=False, **settings)

    def estimate(self, returns: Array, start: ArchMarginFit | None = None) -> ArchMarginFit:
        """Maximise the likelihood of one series (n_dates,), in any unit: by arch from ``start``, then on from its end.

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
            near = None if start is None else start.process.parameters
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
        return ArchMarginFit(process, unit, optimum)


@dataclass(frozen=True, eq=False)
class ArchProcess:
    """Parameters of a specification and what precedes its sample, for a series of unit variance.

    Attributes
    ----------
    model : ArchMargin
    parameters : array (k,)
    scale : float, the standard deviation of the returns of the sample
    presample : float, the return before the sample
    backcast : float, the start-up value of the recursion, in arch's form
    """

    model: ArchMargin
    parameters: Array
    scale: float
    presample: float
    backcast: float

    def over(self, history: Array) -> ArchSeries:
        """The specification over a history (n_dates,) in unit variance."""
        before = np.full(self.model.longest_lag, self.presample)
        arch = self.model.build(np.concatenate([before, history]))
        return ArchSeries(arch, self.model.longest_lag, self.backcast)

    def path(self, history: Array) -> tuple[Array, Array]:
        """Means and variances of the dates of a history and of the next one, (n_dates + 1,) each."""
        return self.over(np.append(history, 0.0)).path(self.parameters)

    def impulses(self, horizon: int) -> Array:
        """What a shock of one adds to the return of its own date and to the means of those that follow, (horizon,)."""
        still = replace(self, presample=0.0)
        constant = still.path(np.empty(0))[0][-1]
        responses = np.zeros(horizon)
        responses[0] = 1.0
        for k in range(1, horizon):
            responses[k] = still.path(responses[:k])[0][-1] - constant
        return responses

    def in_units(self) -> tuple[Array, Array]:
        """The parameters in the units of the returns (k,) and their derivatives with respect to those here (k, k)."""
        names, kind, values = self.model.names, self.model.vol.lower(), self.parameters.copy()
        jacobian, log_scale = np.eye(len(names)), np.log(self.scale)
        if names[0] in ("mu", "Const"):
            values[0], jacobian[0, 0] = self.scale * values[0], self.scale
        level = names.index("sigma2" if kind == "constant" else "omega")
        if kind == "egarch":  # a recursion of the log variance
            betas = [i for i, name in enumerate(names) if name.startswith("beta")]
            values[level] += 2.0 * log_scale * (1.0 - values[betas].sum())
            jacobian[level, betas] = -2.0 * log_scale
            return values, jacobian
        power = values[names.index("delta")] if kind == "aparch" else self.model.power
        values[level] *= self.scale**power
        jacobian[level, level] = self.scale**power
        if kind == "aparch":
            jacobian[level, names.index("delta")] = log_scale * values[level]
        return values, jacobian


@dataclass(frozen=True, eq=False)
class ArchMarginFit:
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
        return self.optimum.log_likelihood - len(self.unit_returns) * float(np.log(self.process.scale))

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
    def start(self) -> ArchState:
        """The margin before the first date of its sample."""
        return _state(self.process, np.empty(0))

    def sensitivities(self) -> Sensitivities:
        """How the parameters react to each date, and the standardised residuals to the parameters, at a given start."""
        series, x = self.process.over(self.unit_returns), self.process.parameters
        scores, tangent = series.scores(x), self.optimum.tangent
        moved = np.flatnonzero(tangent.any(axis=1))
        information = np.zeros((len(x), len(x)))
        information[np.ix_(moved, moved)] = -hessian(
            lambda point: series.scores(point).mean(axis=0), x, 1e-3 * natural_size(scores, x), moved.tolist()
        )
        _, units = self.process.in_units()
        by_date = influence(scores, information, tangent) @ units.T
        return Sensitivities(by_date, np.linalg.solve(units.T, derivatives(series.residuals, x)))


@dataclass(frozen=True, eq=False)
class ArchState:
    """A process, its history in unit variance and the variance of the next date.

    The history is kept from the first date of the sample on, as FIGARCH and HARCH look far back: one more date costs
    as many steps of the recursion as there were dates.
    """

    process: ArchProcess
    history: Array
    next_variance: float

    @property
    def constant_mean(self) -> bool:
        """Whether the specification has no lags in its mean."""
        return self.process.model.longest_lag == 0

    def filter(self, returns: Array) -> tuple[Array, Array, ArchState]:
        """Conditional means and variances of the dates of ``returns`` and of the next one, (n_dates + 1,) each."""
        scale, seen = self.process.scale, len(self.history)
        history = np.append(self.history, returns / scale)
        means, variances = self.process.path(history)
        return means[seen:] * scale, variances[seen:] * scale**2, _state(self.process, history)

    def forecast(self, horizon: int) -> Array:
        """Variances of the return of each of the next ``horizon`` dates, as seen from now.

        Expected variances of the shocks come from arch's formula where it has one, else (EGARCH, APARCH, powers other
        than 2) from simulated paths that are the same at every call; an autoregressive mean carries shocks forward.
        Beyond the next date an EGARCH with Student-t innovations has no finite expectation: the answer is one of draws.

        Raises
        ------
        DataError
            For more than one date of an APARCH with several lags, where arch's paths are wrong.
        """
        model = self.process.model
        if horizon > 1 and model.vol.lower() == "aparch" and model.o > 0 and model.p != 1:
            # its simulation takes the leverage off a shock again at each lag
            raise DataError(
                f"forecasts of an APARCH with leverage must have p = 1 or a horizon of 1; got p = {model.p} and a "
                f"horizon of {horizon}. Take p = 1, or a GARCH with o and power."
            )
        shocks = self.process.over(self.history).forecast(self.process.parameters, horizon)
        return np.convolve(shocks, self.process.impulses(horizon) ** 2)[:horizon] * self.process.scale**2


def _state(process: ArchProcess, history: Array) -> ArchState:
    return ArchState(process, history, float(process.path(history)[1][-1]) * process.scale**2)
