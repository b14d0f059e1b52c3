r"""Proxy hedges: a credit or an insolvency hedged with what falls when it comes.

What fails has no hedge of its own: a claim on an exchange, a name without a traded swap. Sold
against it is a proxy, such as the token of the exchange or a basket of other names. Between jumps
the returns of asset and proxies have the covariance S; in scenario s, which comes with probability
:math:`\lambda_s` per period, the asset returns :math:`a_s` and the proxies :math:`J_s`. The
variance of the hedged position is then least, but for terms of the order of :math:`\lambda^2`, at

.. math:: b = \Big(S_{hh} + \sum_s \lambda_s J_s J_s'\Big)^{-1}
              \Big(S_{ha} + \sum_s \lambda_s J_s a_s\Big)

the regression on returns and jumps together, whose second moments add up: Merton (1976), Journal
of Financial Economics 3, for the process. Without jumps it is the regression on returns, and with
jumps alone the ratio that covers them.

Where a gain is collected in part, :math:`J_s` depends on the sign of b: a proxy that gains moves by
the share that is paid, one that loses by all of it. The ratio is the best of all signs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, full_percent, percent, quantity
from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.series import one_series, refuse_other_dates
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.risk.scenarios import JumpToDefault
from hedgeresearch.risk.systemic.jump_regression import Jumps, jump_ratios
from hedgeresearch.typing import Array

SECONDS_PER_YEAR = 365.25 * 86_400.0
SQUEEZE = 0.5
"""Rise of the proxies without a default, whose loss a sentence names."""
FULL = "covers jumps"
RETURNS_ONLY = "returns only"
BEST = "returns and jumps"


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True, eq=False, repr=False)
class ProxyHedge:
    """Ratios of a proxy hedge, and what each leaves.

    Attributes
    ----------
    ratio : Series (n_proxies,), sold per unit of the asset, with the least variance over returns
        and jumps
    ratios : DataFrame (3, n_proxies), that of returns only, of both, and what covers the jumps,
        weighted by their probabilities
    residuals : DataFrame (n_scenarios, 4), by scenario: the loss of the asset, and what each ratio
        leaves of it, shares of the asset; negative is a loss
    volatility : Series (4,), between jumps, a year: of the asset alone, and with each ratio
    n_dates : number of observations
    scenarios : tuple of JumpToDefault

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> token = hr.data.simulate_dcc(n_dates=750, seed=1).returns[["hedge"]]
    >>> token = token.set_axis(["TOKEN"], axis=1)
    >>> default = hr.risk.JumpToDefault(loss=0.8, proxies={"TOKEN": 0.1}, probability=0.05)
    >>> found = hr.risk.proxy_hedge(token, default)
    >>> round(found.basis_error, 3), len(found.sentences)
    (0.087, 5)
    """

    ratio: pd.Series[float]
    ratios: pd.DataFrame
    residuals: pd.DataFrame
    volatility: pd.Series[float]
    n_dates: int
    scenarios: tuple[JumpToDefault, ...]

    def __repr__(self) -> str:
        ratios = ", ".join(f"{name} {value:.3g}" for name, value in self.ratio.items())
        return f"ProxyHedge({ratios}; {counted(len(self.scenarios), 'scenario')})"

    @property
    def basis_error(self) -> float:
        """Volatility of the hedged position between jumps, a year."""
        return float(self.volatility[BEST])

    @property
    def sentences(self) -> list[str]:
        """Effect of the hedge, and what the proxy cannot cover."""
        return [
            self._returns_sentence(),
            *(self._jump_sentence(one) for one in self.scenarios),
            self._cover_sentence(),
            self._squeeze_sentence(),
            "Losses, prices and probabilities of the scenarios are given, not estimated: "
            f"{self.n_dates:,} observations say nothing of them. Other defaults are not covered.",
        ]

    def _returns_sentence(self) -> str:
        """Return what the hedge does between jumps."""
        before = float(self.volatility["asset"])
        after = f"{percent(self.basis_error)} a year"
        if before == 0.0:
            return (
                f"The asset has no price: until a default the hedge adds a volatility of {after}."
            )
        removed = 1.0 - (self.basis_error / before) ** 2
        effect = "removes" if removed >= 0.0 else "adds"
        return (
            f"Between defaults the hedge {effect} {percent(abs(removed))} of the variance; of a "
            f"volatility of {percent(before)} a year the basis error that is left is {after}."
        )

    def _jump_sentence(self, scenario: JumpToDefault) -> str:
        """Return what one scenario leaves, and what covering it would cost."""
        left = float(self.residuals[BEST][scenario.name])
        paid = left + scenario.loss
        kept = ""
        if scenario.collected < 1.0:
            kept = f", of whose gain {percent(scenario.collected)} is collected,"
        effect = "pays" if paid >= 0.0 else "loses"
        verb = "are not covered" if left <= 0.0 else "are gained beyond it"
        return (
            f"In the scenario {scenario.name!r} the asset loses {percent(scenario.loss)}; the "
            f"hedge{kept} {effect} {percent(abs(paid))}, and {percent(abs(left))} {verb}."
        )

    def _squeeze_sentence(self) -> str:
        """Return what the hedge loses by a move of the proxies without a default."""
        sold = float(self.ratio.sum())
        move = "rise" if sold >= 0.0 else "fall"
        return (
            f"If the proxies {move} by {full_percent(SQUEEZE)} without a default, the hedge loses "
            f"{percent(SQUEEZE * abs(sold))} of the asset."
        )

    def _cover_sentence(self) -> str:
        """Return what covering the scenarios would take."""
        full = zip(self.ratios.columns, self.ratios.loc[FULL].to_numpy(), strict=True)
        parts = [
            f"{quantity(abs(float(value)), 3)} of {name} {'sold' if value >= 0.0 else 'bought'}"
            for name, value in full
        ]
        return (
            f"Covering them as far as the proxies can needs {', '.join(parts)} per unit of the "
            f"asset, at a volatility of {percent(self.volatility[FULL])} a year until then."
        )


@exported_by("hedgeresearch.risk")
def proxy_hedge(
    proxies: Any,
    scenarios: JumpToDefault | Sequence[JumpToDefault],
    asset: Any = None,
    *,
    periods_per_year: float | None = None,
) -> ProxyHedge:
    """Return the ratios of proxies sold against what may default.

    Parameters
    ----------
    proxies : DataFrame (n_dates, n_proxies), fractions per period
    scenarios : JumpToDefault, or several with different names
    asset : Series (n_dates,), fractions per period; of a credit spread minus its duration times the
        change. None for a claim that has no price, such as a balance at an exchange
    periods_per_year : float > 0; by default the mean number of dates in a year

    Returns
    -------
    ProxyHedge

    Raises
    ------
    DataError
        If a scenario names another proxy, scenarios share a name or their probabilities add up to
        one or more, proxies are collinear, more than ten of them are collected in part, the dates
        differ, or there are no dates to tell the periods in a year.

    Examples
    --------
    A balance at an exchange of which 80% would be lost, and the token of the exchange, which would
    keep a tenth of its price (simulated returns):

    >>> import hedgeresearch as hr
    >>> token = hr.data.simulate_dcc(n_dates=750, seed=1).returns[["hedge"]]
    >>> token = token.set_axis(["TOKEN"], axis=1)
    >>> default = JumpToDefault(loss=0.8, proxies={"TOKEN": 0.1}, probability=0.05)
    >>> found = proxy_hedge(token, default)
    >>> found
    ProxyHedge(TOKEN 0.347; 1 scenario)
    >>> found.residuals.round(2).to_dict("records")
    [{'asset': -0.8, 'returns only': -0.8, 'returns and jumps': -0.49, 'covers jumps': 0.0}]
    """
    frame = check_returns(proxies, "proxies", minimum_rows=_least_rows(proxies))
    names = list(frame.columns)
    given = _checked_scenarios(scenarios, names)
    own: Array = np.zeros(len(frame))
    if asset is not None:
        series = one_series(asset, "asset")
        refuse_other_dates(series.index, frame.index, "asset and proxies")
        own = series.to_numpy()
    per_year = _periods_per_year(frame.index, periods_per_year)
    covariance = np.cov(np.column_stack([own, frame.to_numpy()]), rowvar=False)
    check_independent(covariance[1:, 1:], [str(name) for name in names], "proxies")
    ratios = jump_ratios(covariance, Jumps.of(given, names, per_year))
    rows = [RETURNS_ONLY, BEST, FULL]
    losses = [-one.loss for one in given]
    paid = [one.paid(-ratios, names).sum(axis=1) for one in given]
    left = np.column_stack([losses, np.array(losses)[:, None] + paid])
    return ProxyHedge(
        ratio=pd.Series(ratios[1], frame.columns, name="ratio"),
        ratios=pd.DataFrame(ratios, rows, frame.columns),
        residuals=pd.DataFrame(left, [one.name for one in given], ["asset", *rows]),
        volatility=_volatilities(covariance * per_year, ratios, ["asset", *rows]),
        n_dates=len(frame),
        scenarios=given,
    )


def _volatilities(covariance: Array, ratios: Array, names: list[str]) -> pd.Series[float]:
    """Return the volatility of the asset alone and with each row of ratios (3, n)."""
    hedges = np.vstack([np.zeros(ratios.shape[1]), -ratios])
    positions = np.column_stack([np.ones(len(hedges)), hedges])
    variances = np.einsum("ri,ij,rj->r", positions, covariance, positions)
    return pd.Series(np.sqrt(np.maximum(variances, 0.0)), names, name="volatility")


def _least_rows(proxies: Any) -> int:
    """Return the number of observations that a regression on all proxies needs."""
    return (proxies.shape[1] if isinstance(proxies, pd.DataFrame) else 1) + 3


def _checked_scenarios(scenarios: Any, names: list[Any]) -> tuple[JumpToDefault, ...]:
    """Return scenarios whose proxies are known, and whose names differ."""
    given = (scenarios,) if isinstance(scenarios, JumpToDefault) else tuple(scenarios)
    if not given or not all(isinstance(one, JumpToDefault) for one in given):
        raise DataError(f"scenarios must be JumpToDefault, one or several; got {scenarios!r}.")
    if len({one.name for one in given}) < len(given):
        raise DataError("scenarios must have different names; pass name=.")
    total = sum(one.probability for one in given)
    if total >= 1.0:
        raise DataError(
            f"probabilities of the scenarios must add up to less than 1; got {total:g}."
        )
    for one in given:
        unknown = [name for name in one.proxies if name not in names]
        if unknown:
            raise DataError(
                f"the scenario {one.name!r} must name columns of proxies, "
                f"{', '.join(map(str, names))}; got {unknown[0]!r}."
            )
    return given


def _periods_per_year(dates: pd.Index[Any], given: float | None) -> float:
    """Return the number of periods in a year, by default from the dates."""
    if given is not None:
        check_between(given, "periods_per_year", 0.0, math.inf)
        return float(given)
    if not isinstance(dates, pd.DatetimeIndex):
        raise DataError("proxies must have dates, or periods_per_year must be given.")
    return (len(dates) - 1) * SECONDS_PER_YEAR / (dates[-1] - dates[0]).total_seconds()
