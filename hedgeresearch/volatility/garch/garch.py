r"""The GARCH(1,1) margin.

.. math:: r_t = \mu + e_t, \quad h_t = \omega + (\alpha + \gamma 1[e_{t-1} < 0]) e_{t-1}^2 + \beta h_{t-1}

Source: Bollerslev (1986), Journal of Econometrics 31, eq. 1-3; the leverage term of Glosten, Jagannathan and Runkle
(1993), Journal of Finance 48, eq. 3; Student-t innovations of Bollerslev (1987); start-up rule of Fiorentini, Calzolari
and Panattoni (1996).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.garch import garch_residuals, garch_variance
from hedgeresearch._validation.settings import check_choice, check_flag
from hedgeresearch.estimation.influence import Sensitivities, parameter_influence
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.likelihood import (
    BOX,
    backcast_start,
    box_jacobian,
    coordinates,
    from_box,
    maximise_garch,
    scores_by_date,
)
from hedgeresearch.volatility.garch.standard_errors import (
    ErrorKind,
    check_kind,
    covariance_by_kind,
    observed_information,
)

NAMES = ("mu", "omega", "alpha", "gamma", "beta", "nu")


@exported_by("hedgeresearch.volatility")
@dataclass(frozen=True)
class GARCH:
    """GARCH(1,1) margin with a constant mean, by quasi-likelihood with analytic scores.

    Parameters
    ----------
    asymmetric : whether bad news may weigh more than good news (GJR)
    density : "normal" or "student", of the innovations

    Start-up rule: h_1 = omega + (alpha + gamma / 2 + beta) mean(e_t^2), the mean at the current mu (Fiorentini,
    Calzolari and Panattoni 1996, the published benchmark).

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.DCC(univariate=hr.GARCH(asymmetric=True))
    DCC(univariate=GARCH(asymmetric=True, density='normal'), ...)
    """

    asymmetric: bool = False
    density: Literal["normal", "student"] = "normal"

    def __post_init__(self) -> None:
        check_flag(self.asymmetric, "asymmetric")
        check_choice(self.density, "density", ("normal", "student"))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, without those that the settings leave out."""
        return tuple(NAMES[i] for i in self.kept)

    @property
    def kept(self) -> list[int]:
        """Positions among (mu, omega, alpha, gamma, beta, nu) of the parameters in use."""
        left_out = {3: not self.asymmetric, 5: self.density == "normal"}
        return [i for i in range(6) if not left_out.get(i, False)]

    def estimate_array(
        self, returns: Array, warm_start: GARCHEstimate | None = None
    ) -> GARCHEstimate:
        """Maximise the quasi-likelihood of one series (n_dates,), in any unit, from the optimum ``warm_start`` if given.

        Raises
        ------
        ConvergenceError
            If no start reaches an optimum.
        """
        centre, scale = returns.mean(), returns.std()
        unit = (returns - centre) / scale
        moved = coordinates(self.asymmetric, self.density == "student")
        optimum, point = maximise_garch(
            unit, moved, warm=None if warm_start is None else warm_start.point
        )
        parameters, nu = from_box(point)
        held = [i for i, is_free in zip(moved, optimum.free, strict=True) if not is_free]
        return GARCHEstimate(
            model=self,
            point=point,
            unit_parameters=np.append(parameters, nu),
            centre=centre,
            scale=scale,
            unit_returns=unit,
            log_likelihood=optimum.log_likelihood - len(unit) * np.log(scale),
            gradient_norm=optimum.gradient_norm,
            bounds_hit=tuple(_bound(i, point[i], self.asymmetric) for i in held),
            tangent=box_jacobian(point)[:, [i for i in moved if i not in held]],
        )


@dataclass(frozen=True, eq=False)
class GARCHEstimate:
    """An estimated margin.

    Attributes
    ----------
    model : GARCH
    point : array (6,), of the box in which the search went on
    unit_parameters : array (6,) of mu, omega, alpha, gamma, beta, nu for the series of mean zero and unit variance
    centre, scale : float, the mean and the standard deviation that make it so
    unit_returns : array (n_dates,), that series
    log_likelihood : float, in the units of the returns
    gradient_norm : float, largest component of the projected gradient, per date, in unit variance
    bounds_hit : the bounds on which the estimate lies, as formulas
    tangent : array (6, n_free), the directions in which the parameters could move
    """

    model: GARCH
    point: Array
    unit_parameters: Array
    centre: float
    scale: float
    unit_returns: Array
    log_likelihood: float
    gradient_norm: float
    bounds_hit: tuple[str, ...]
    tangent: Array

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.model.names

    @property
    def parameters(self) -> Array:
        """The parameters, in the units of the returns."""
        return np.asarray((self.unit_parameters * self._units + self._shift)[self.model.kept])

    @property
    def initial_state(self) -> GARCHState:
        """The margin before the first date of its sample."""
        return self._start_at(self.unit_parameters)

    def initial_state_after(self, change: Array) -> GARCHState:
        """That state after a change of the parameters (k,)."""
        natural, kept = self.unit_parameters.copy(), self.model.kept
        natural[kept] += change / self._units[kept]
        return self._start_at(natural)

    def sensitivities(self) -> Sensitivities:
        """How the parameters react to each date, and the standardised residuals to the parameters."""
        natural, kept, units = self.unit_parameters, self.model.kept, self._units[self.model.kept]
        information = observed_information(natural, self.unit_returns, kept)
        by_date = parameter_influence(
            scores_by_date(natural, self.unit_returns)[:, kept], information, self.tangent[kept]
        )
        _, derivatives = garch_residuals(
            natural[:5], self.unit_returns, *backcast_start(natural[:5], self.unit_returns)
        )
        with_nu = np.vstack([derivatives, np.zeros_like(self.unit_returns)])
        return Sensitivities(by_date * units, with_nu[kept] / units[:, None])

    def covariance(self, kind: ErrorKind = "robust") -> Array:
        """Sampling covariance of the parameters, (k, k), in the units of the returns; NaN for those held by a bound.

        Parameters
        ----------
        kind : "robust" is White's sandwich of scores and Hessian, which ``summary`` of a covariance fit shows;
            "hessian", "information" and "opg" invert one of the three estimates of the information, the observed, the
            expected and the outer product of scores; "bollerslev-wooldridge" is the sandwich with the expected one.
            The expected information is that of normal innovations.

        Raises
        ------
        DataError
            If there is no such kind, or none for Student-t innovations.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> margin = GARCH().estimate_array(hr.data.simulate_dcc(1000, seed=1).returns["asset"].to_numpy())
        >>> bool(margin.covariance("hessian")[2, 2] > 0.0)
        True
        """
        check_kind(kind, self.model.density)
        kept, units = self.model.kept, self._units[self.model.kept]
        found = covariance_by_kind(
            kind, self.unit_parameters, self.unit_returns, kept, self.tangent[kept]
        )
        return found * np.outer(units, units)

    def _start_at(self, natural: Array) -> GARCHState:
        first, _ = backcast_start(natural[:5], self.unit_returns)
        return GARCHState((natural * self._units + self._shift)[:5], first * self.scale**2)

    @property
    def _units(self) -> Array:
        return np.array([self.scale, self.scale**2, 1.0, 1.0, 1.0, 1.0])

    @property
    def _shift(self) -> Array:
        return np.array([self.centre, 0.0, 0.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, eq=False)
class GARCHState:
    """(mu, omega, alpha, gamma, beta) in the units of the returns and the variance of the next date."""

    parameters: Array
    next_variance: float
    constant_mean: bool = True

    def filter(self, returns: Array) -> tuple[Array, Array, GARCHState]:
        """Conditional means and variances of the dates of ``returns`` and of the next one, (n_dates + 1,) each."""
        variances = garch_variance(self.parameters, returns, self.next_variance)
        return (
            np.full(len(variances), self.parameters[0]),
            variances,
            GARCHState(self.parameters, variances[-1]),
        )

    def forecast(self, horizon: int) -> Array:
        """Expected variances of the next ``horizon`` dates: h_{k+1} = omega + persistence h_k."""
        _, omega, alpha, gamma, beta = self.parameters
        variances = np.empty(horizon)
        variances[0] = self.next_variance
        for k in range(1, horizon):
            variances[k] = omega + (alpha + 0.5 * gamma + beta) * variances[k - 1]
        return variances


def _bound(coordinate: int, value: float, asymmetric: bool) -> str:
    """A bound of the box in words."""
    persistence = "alpha + gamma / 2 + beta" if asymmetric else "alpha + beta"
    low, _ = BOX[coordinate]
    names = {
        0: ("mu", "mu"),
        1: ("omega = 0", "omega"),
        2: (f"{persistence} = 0", f"{persistence} = 1"),
        3: ("alpha = 0", "beta = 0"),
        4: ("alpha + gamma = 0", "alpha = 0"),
        5: ("nu at its largest: normal", "nu at its smallest"),
    }
    return names[coordinate][0 if value <= low else 1]
