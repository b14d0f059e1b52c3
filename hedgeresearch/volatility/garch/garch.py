r"""GARCH(1,1) of one series.

.. math:: r_t = \mu + e_t, \quad
          h_t = \omega + (\alpha + \gamma 1[e_{t-1} < 0]) e_{t-1}^2 + \beta h_{t-1}

Source: Bollerslev (1986), Journal of Econometrics 31, eq. 1-3; the leverage term of Glosten,
Jagannathan and Runkle (1993), Journal of Finance 48, eq. 3; Student-t innovations of Bollerslev
(1987); initialization of Fiorentini, Calzolari and Panattoni (1996).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice, check_flag
from hedgeresearch.typing import Array
from hedgeresearch.volatility.estimation import fit_volatility
from hedgeresearch.volatility.fit import VolatilityFit
from hedgeresearch.volatility.garch.estimation import GARCHEstimate, estimate_garch
from hedgeresearch.volatility.garch.parameters import GARCHLayout, garch_layout


@exported_by("hedgeresearch.volatility")
@dataclass(frozen=True)
class GARCH:
    """GARCH(1,1) by quasi-likelihood with analytic scores.

    Fit it to one series, or give it to a covariance model as ``univariate``.

    Parameters
    ----------
    asymmetric : bool
        Whether bad news may have a larger effect than good news (GJR).
    density : {"normal", "student"}
        Density of the innovations.
    mean : {"constant", "zero"}
        Whether mu is estimated or zero. With "zero", variances are second moments about zero, as
        in software that expects returns without a mean.

    Notes
    -----
    Initialization: h_1 = omega + (alpha + gamma / 2 + beta) mean(e_t^2), the mean at the current mu
    (Fiorentini, Calzolari and Panattoni 1996, the published benchmark).

    Typical estimates for daily returns: alpha 0.05 to 0.1, beta 0.85 to 0.94, their sum 0.97 to
    0.995; nu 4 to 10.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.GARCH(asymmetric=True).fit(returns["NASDAQ"])
    >>> fit
    VolatilityFit(GARCH(asymmetric=True), NASDAQ, 5030 dates to 2018-12-31)
    >>> fit.parameters.round(3).drop("omega").to_dict()
    {'mu': 0.0, 'alpha': 0.016, 'gamma': 0.127, 'beta': 0.909}
    >>> hr.DCC(univariate=hr.GARCH(asymmetric=True))
    DCC(univariate=GARCH(asymmetric=True, density='normal', mean='constant'), ...)
    """

    asymmetric: bool = False
    density: Literal["normal", "student"] = "normal"
    mean: Literal["constant", "zero"] = "constant"

    def __post_init__(self) -> None:
        check_flag(self.asymmetric, "asymmetric")
        check_choice(self.density, "density", ("normal", "student"))
        check_choice(self.mean, "mean", ("constant", "zero"))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that are estimated, (k,)."""
        return self.layout.names

    def fit(self, series: pd.Series, *, warm_start: VolatilityFit | None = None) -> VolatilityFit:
        """Estimate on the returns (n_dates,) of one series, fractions per period or any unit.

        Parameters
        ----------
        series : Series (n_dates,)
            Returns by date; ten dates for each parameter are needed.
        warm_start : VolatilityFit, optional
            An earlier fit of the same model to the same series, on a similar sample: the search
            begins there, which is quicker.

        Raises
        ------
        DataError
            If the series is short, constant, or has gaps.
        ConvergenceError
            If no search reaches an optimum.
        """
        return fit_volatility(self, series, warm_start)

    def estimate_array(
        self, returns: Array, warm_start: GARCHEstimate | None = None
    ) -> GARCHEstimate:
        """Estimate on returns (n_dates,) known to be valid, without pandas.

        Raises
        ------
        ConvergenceError
            If no search reaches an optimum.
        """
        return estimate_garch(self.layout, returns, warm_start)

    @property
    def layout(self) -> GARCHLayout:
        """Choice of the parameters that are estimated."""
        return garch_layout(self.mean == "constant", self.asymmetric, self.density == "student")
