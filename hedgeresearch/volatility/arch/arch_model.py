r"""Univariate models of any specification of the arch package.

.. math:: r_t = m(r_{t-1}, r_{t-2}, \ldots) + e_t, \quad e_t = \sqrt{h_t} z_t, \quad
          h_t = v(e_{t-1}, h_{t-1}, \ldots)

Means, variances and densities are those of ``arch.univariate.arch_model``, whose documentation
holds the equations: among them EGARCH of Nelson (1991), Econometrica 59; HARCH of Mueller et al.
(1997), Journal of Empirical Finance 4; FIGARCH of Baillie, Bollerslev and Mikkelsen (1996), Journal
of Econometrics 74; APARCH of Ding, Granger and Engle (1993), Journal of Empirical Finance 1; the
HAR mean of Corsi (2009), Journal of Financial Econometrics 7; the skewed Student-t density of
Hansen (1994), International Economic Review 35.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array
from hedgeresearch.volatility.arch.estimation import ArchEstimate, estimate_arch
from hedgeresearch.volatility.estimation import fit_volatility
from hedgeresearch.volatility.fit import VolatilityFit

SETTINGS_OF_MEANS = {
    "ar": ("lags",),
    "arx": ("lags",),
    "har": ("lags",),
    "harx": ("lags",),
}
"""Settings that a mean of arch reads; it ignores the others without a warning."""
SETTINGS_OF_VARIANCES = {
    "arch": ("p",),
    "harch": ("p",),
    "egarch": ("p", "o", "q"),
    "aparch": ("p", "o", "q"),
    "garch": ("p", "o", "q", "power"),
    "figarch": ("p", "q", "power"),
}
"""Settings that a variance of arch reads; it ignores the others without a warning."""


@exported_by("hedgeresearch.volatility")
@dataclass(frozen=True)
class ArchModel:
    """Any univariate specification of the arch package.

    Parameters
    ----------
    mean : {"Constant", "Zero", "AR", "HAR"}
        Conditional mean.
    lags : int or sequence of int
        Lags of the mean, such as (1, 5, 22).
    vol : {"GARCH", "ARCH", "EGARCH", "FIGARCH", "APARCH", "HARCH", "Constant"}
        Conditional variance.
    p, o, q : int
        Number of lags of the shocks, of the leverage term and of the variance; for HARCH, p may be
        a tuple of lags.
    power : float
        Power of the shocks, for GARCH and FIGARCH.
    dist : {"normal", "t", "skewt", "ged"}
        Density of the innovations.

    Raises
    ------
    DataError
        If arch does not support the specification, or would ignore a setting.

    Notes
    -----
    Initialization: as in arch, the backcast is an exponentially weighted average of the first 75
    squared residuals of a regression. Pre-sample lags are set to the sample mean, so that every
    date has a mean and enters the likelihood. The backcast and the pre-sample mean are kept when
    the fit is extended. Unlike in arch, no variance bounds derived from the full sample are
    imposed: they would look ahead.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> model = hr.ArchModel(vol="EGARCH", o=1, dist="skewt")
    >>> model.names
    ('mu', 'omega', 'alpha[1]', 'gamma[1]', 'beta[1]', 'eta', 'lambda')
    >>> model.fit(hr.returns(hr.load("nasdaq_sp500"))["SP500"][:"2001"])
    VolatilityFit(ArchModel(vol='EGARCH', o=1, dist='skewt'), SP500, 751 dates to 2001-12-31)
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
                *SETTINGS_OF_MEANS.get(self.mean.lower(), ()),
                *SETTINGS_OF_VARIANCES.get(self.vol.lower(), ()),
            }
            self.build(np.zeros(1 + self.longest_lag))
        except (AttributeError, TypeError, ValueError) as error:
            raise DataError(
                f"the settings must be a specification of arch, which says: {error}; got {self}."
            ) from error
        self._check_unused(used)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, as in arch."""
        arch = self.build(np.zeros(1 + self.longest_lag))
        return (
            *arch.parameter_names(),
            *arch.volatility.parameter_names(),
            *arch.distribution.parameter_names(),
        )

    @property
    def longest_lag(self) -> int:
        """Number of dates that the conditional mean looks back."""
        return int(np.max(self.lags))

    def build(self, values: Array) -> Any:
        """Return the ``HARX`` of arch for this specification, over ``values``."""
        from arch.univariate import arch_model

        # arch checks p only if the name of the variance is in lower case
        settings: Any = asdict(self) | {"vol": self.vol.lower()}
        return arch_model(values, rescale=False, **settings)

    def fit(self, series: pd.Series, *, warm_start: VolatilityFit | None = None) -> VolatilityFit:
        """Estimate on the returns (n_dates,) of one series, fractions per period or any unit.

        Parameters
        ----------
        series : Series (n_dates,)
            Returns by date; ten dates for each parameter are needed.
        warm_start : VolatilityFit, optional
            An earlier fit of the same model to the same series, on a similar sample: arch begins
            its search there.

        Raises
        ------
        DataError
            If the series is short, constant, or has gaps.
        ConvergenceError
            If the searches do not end at an optimum.
        """
        return fit_volatility(self, series, warm_start)

    def estimate_array(
        self, returns: Array, warm_start: ArchEstimate | None = None
    ) -> ArchEstimate:
        """Estimate on returns (n_dates,) known to be valid, without pandas.

        Raises
        ------
        ConvergenceError
            If the searches do not end at an optimum.
        """
        return estimate_arch(self, returns, warm_start)

    def _check_unused(self, used: set[str]) -> None:
        """Refuse settings that arch would ignore."""
        for setting in fields(self):
            value = getattr(self, setting.name)
            if setting.name not in used and value != setting.default:
                raise DataError(
                    f"{setting.name} must stay {setting.default!r} where neither "
                    f"mean={self.mean!r} nor vol={self.vol!r} uses it; got {value!r}. Leave it out."
                )
