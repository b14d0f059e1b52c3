r"""Estimates of the coefficients of a cointegrating relation.

.. math:: p^{asset}_t = c + p^{hedges}_t{}' \theta + z_t

Static least squares: Engle and Granger (1987), Econometrica 55, section 4. Dynamic least squares,
with leads and lags of the hedges' changes (Saikkonen 1991, Econometric Theory 7; Stock and Watson
1993, Econometrica 61), and fully modified least squares (Phillips and Hansen 1990, Review of
Economic Studies 57): Hamilton (1994), Time Series Analysis, section 19.3. Canonical cointegrating
regression: Park (1992), Econometrica 60. Johansen's first vector,
normalized on the asset: ibid., section 20.2, with the errors of Luetkepohl (2005), New Introduction
to Multiple Time Series Analysis, section 7.2:

.. math:: V(\hat\theta) = (\alpha' \Omega^{-1} \alpha)^{-1} \Big( \sum_t R_t R_t' \Big)^{-1}

where R are the residuals of the hedges' last levels after regression on a constant and the lagged
changes.

The static estimate is neither normal nor centered; its errors come from a bootstrap:

.. math:: z^*_t, \Delta p^{h*}_t \; \text{in blocks}, \qquad
          p^{h*}_t = p^{h*}_{t-1} + \Delta p^{h*}_t, \qquad
          \hat\theta^* - \hat\theta = \Big( \sum_t \tilde p^{h*}_t \tilde p^{h*}_t{}' \Big)^{-1}
          \sum_t \tilde p^{h*}_t z^*_t

Chang, Park and Song (2006), Journal of Econometrics 133, with stationary blocks (Politis and Romano
1994, Journal of the American Statistical Association 89) where they use an autoregression. Spread
and changes are drawn together, so that their dependence remains, and centered. The result is the
mean square about the estimate: the bias of the regression, which does not vanish relative to its
spread, is part of its error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import SamplingErrors
from hedgeresearch.estimation.stationary_bootstrap import draw_rows, optimal_block_length
from hedgeresearch.hedges.cointegration.johansen_method import johansen
from hedgeresearch.hedges.cointegration.lags import (
    OBSERVATIONS_PER_COEFFICIENT,
    Lags,
    lagged_regressors,
    regression_residuals,
)
from hedgeresearch.hedges.cointegration.price_levels import PriceLevels
from hedgeresearch.hedges.cointegration.residual_tests import ResidualTest, residual_test
from hedgeresearch.hedges.cointegration.result import Cointegration
from hedgeresearch.hedges.cointegration.trends import N_TERMS, Trend, level_regression
from hedgeresearch.hedges.ratio_errors import FixedErrors
from hedgeresearch.typing import Array

MAX_LEADS = 8
"""Largest number of leads, and of lags, that dynamic least squares may choose by BIC."""
N_DRAWS = 400
SEED = 0


class RelationSettings(NamedTuple):
    """Settings of an estimate, as in ``CointegrationHedge``."""

    trend: Trend = "c"
    leads: Lags = "bic"
    lags: Lags = "bic"
    bandwidth: float | None = None


class Relation(NamedTuple):
    """Estimated relation.

    Attributes
    ----------
    coefficients : array, of the hedges, after those of the deterministic terms if they are
        estimated
    errors : SamplingErrors, of the coefficients
    cointegration : Cointegration, result of the test for a relation
    """

    coefficients: Array
    errors: SamplingErrors
    cointegration: Cointegration


def static_relation(data: PriceLevels, settings: RelationSettings) -> Relation:
    """Estimate the relation by least squares on the levels, with errors from a bootstrap."""
    coefficients, _ = level_regression(data.levels, settings.trend)
    errors = StaticErrors(data.levels, settings.trend)
    return Relation(coefficients, errors, _test_of(data, settings))


def dynamic_relation(data: PriceLevels, settings: RelationSettings) -> Relation:
    """Estimate the relation with leads and lags of the hedges' changes, and long-run errors.

    BIC chooses the numbers that are not given.
    """
    from arch.unitroot.cointegration import DynamicOLS

    levels = relation_levels(data, settings.trend)
    n_dates, n_series = levels.shape
    # The longest regression keeps three observations for each of at most
    # (2 most + 3) n_hedges + 1 coefficients.
    most = max(min(MAX_LEADS, (n_dates - 9 * n_series) // (6 * n_series)), 0)
    leads = None if settings.leads == "bic" else settings.leads
    lags = None if settings.lags == "bic" else settings.lags
    _check_leads_and_lags(leads or 0, lags or 0, levels, settings.trend)
    first = most if lags is None else lags
    last = most if leads is None else leads
    _check_hedges_move(levels[1 + first : n_dates - last, 1:], levels[:, 1:], data.names[1:])
    model = DynamicOLS(
        levels[:, 0],
        levels[:, 1:],
        trend=settings.trend,
        lags=lags,
        leads=leads,
        max_lag=most if lags is None else None,
        max_lead=most if leads is None else None,
        method="bic",
    )
    bandwidth: Any = settings.bandwidth
    return _relation_of_arch(model.fit(bandwidth=bandwidth), data, settings)


def _check_leads_and_lags(leads: int, lags: int, levels: Array, trend: Trend) -> None:
    """Refuse leads and lags that leave too few observations of levels (n_dates, 1 + n_hedges)."""
    n_dates, n_series = levels.shape
    n_coefficients = N_TERMS[trend] + (n_series - 1) * (leads + lags + 2)
    needed = OBSERVATIONS_PER_COEFFICIENT * n_coefficients + leads + lags + 1
    if n_dates < needed:
        raise DataError(
            f"leads and lags must leave {OBSERVATIONS_PER_COEFFICIENT} dates for each coefficient; "
            f"{leads} leads and {lags} lags of {n_series - 1} hedges need {needed} dates; got "
            f"{n_dates}. Use fewer or a longer sample."
        )


def _check_hedges_move(between: Array, whole: Array, names: list[str]) -> None:
    """Refuse hedges whose prices stand still between the dates that leads and lags take up."""
    still = between.var(axis=0) <= COLLINEARITY_TOLERANCE * whole.var(axis=0)
    if still.any():
        raise DataError(
            "prices must move after the first and before the last dates, which leads and lags use; "
            f"those of {names[int(np.argmax(still))]} do not. Leave the hedge out."
        )


def fully_modified_relation(data: PriceLevels, settings: RelationSettings) -> Relation:
    """Estimate the relation corrected for the correlation of spread and hedges' changes.

    The errors are long-run errors.
    """
    from arch.unitroot.cointegration import FullyModifiedOLS

    levels = relation_levels(data, settings.trend)
    model = FullyModifiedOLS(levels[:, 0], levels[:, 1:], trend=settings.trend)
    return _relation_of_arch(model.fit(bandwidth=settings.bandwidth), data, settings)


def canonical_relation(data: PriceLevels, settings: RelationSettings) -> Relation:
    """Estimate the relation between levels from which that correlation has been taken.

    The errors are long-run errors.
    """
    from arch.unitroot.cointegration import CanonicalCointegratingReg

    levels = relation_levels(data, settings.trend)
    model = CanonicalCointegratingReg(levels[:, 0], levels[:, 1:], trend=settings.trend)
    return _relation_of_arch(model.fit(bandwidth=settings.bandwidth), data, settings)


def johansen_relation(data: PriceLevels, settings: RelationSettings) -> Relation:
    """Return Johansen's vector of the largest eigenvalue, with an unrestricted constant."""
    cointegration, (lags, vectors) = johansen(data)
    vector = vectors[:, 0] * data.scale / data.scale[0]
    covariance = johansen_errors(data.scaled, vector, lags)
    units = data.scale[0] / data.scale[1:]
    errors = FixedErrors(covariance * np.outer(units, units), "asymptotic")
    return Relation(cointegration.relation.to_numpy(), errors, cointegration)


def johansen_errors(levels: Array, vector: Array, lags: int) -> Array:
    """Return the sampling covariance of -vector[1:], (n_hedges, n_hedges).

    Parameters
    ----------
    levels : array (n_dates, 1 + n_hedges)
    vector : array (1 + n_hedges,), 1 for the asset
    lags : int
    """
    changes = np.diff(levels, axis=0)
    past = lagged_regressors(changes[:, :0], changes, lags)
    now = regression_residuals(changes[lags:], past)
    before = regression_residuals(levels[lags:-1], past)
    spread = before @ vector
    loading = now.T @ spread / (spread @ spread)
    left = now - np.outer(spread, loading)
    precision = float(loading @ np.linalg.solve(left.T @ left / len(left), loading))
    return np.asarray(np.linalg.inv(before[:, 1:].T @ before[:, 1:]) / precision)


def _test_of(data: PriceLevels, settings: RelationSettings) -> Cointegration:
    return residual_test(data, ResidualTest(trend=settings.trend))


def relation_levels(data: PriceLevels, trend: Trend) -> Any:
    """Return the levels for a regression: from zero on, unless the relation has no constant."""
    return data.levels / data.scale if trend == "n" else data.scaled


def _relation_of_arch(fit: Any, data: PriceLevels, settings: RelationSettings) -> Relation:
    """Return the relation of the levels from one of ``relation_levels``, whose terms are last."""
    n_terms = N_TERMS[settings.trend]
    n_hedges = len(data.names) - 1
    origin = data.origin if n_terms else np.zeros(1 + n_hedges)
    units = data.scale[0] / data.scale[1:]
    transform = np.zeros((n_terms + n_hedges, n_hedges + n_terms))
    transform[n_terms:, :n_hedges] = np.diag(units)
    transform[:n_terms, n_hedges:] = data.scale[0] * np.eye(n_terms)
    # The levels start at zero: c = p_0 - h_0' theta + asset's unit * constant of arch.
    transform[:1, :n_hedges] -= origin[1:] * units if n_terms else 0.0
    result = transform @ fit.params.to_numpy()
    result[0] += origin[0]
    errors = FixedErrors(transform @ fit.cov.to_numpy() @ transform.T, "long-run variance")
    return Relation(result, errors, _test_of(data, settings))


@dataclass(frozen=True, eq=False)
class StaticErrors:
    """Bootstrap errors of the static regression of levels (n_dates, 1 + n_hedges)."""

    levels: Array
    trend: Trend = "c"

    @property
    def label(self) -> str:
        """Kind of the errors, in words."""
        return "bootstrap"

    def covariance(self) -> Array:
        """Return the mean square of the draws about the estimate, the terms first."""
        changes = static_draws(self.levels, N_DRAWS, SEED, self.trend)
        return np.asarray(changes.T @ changes / len(changes))


def static_draws(levels: Array, n_draws: int, seed: int, trend: Trend = "c") -> Array:
    """Return the estimate of each draw less that of the data, (n_draws, n_terms + n_hedges).

    The terms of the trend come first.
    """
    spread = level_regression(levels, trend)[1][1:]
    changes = np.diff(levels[:, 1:], axis=0)
    pairs = np.column_stack([spread - spread.mean(), changes - changes.mean(axis=0)])
    draws = []
    for rows in draw_rows(len(pairs), optimal_block_length(pairs), n_draws, seed):
        drawn = pairs[rows]
        hedges = levels[0, 1:] + drawn[:, 1:].cumsum(axis=0)
        # Least squares is linear: the regression of the spread is the change of the estimate.
        draws.append(level_regression(np.column_stack([drawn[:, 0], hedges]), trend)[0])
    return np.array(draws)


RELATIONS: dict[str, Callable[[PriceLevels, RelationSettings], Relation]] = {
    "static": static_relation,
    "dynamic": dynamic_relation,
    "fully_modified": fully_modified_relation,
    "canonical": canonical_relation,
    "johansen": johansen_relation,
}
"""Estimators by the setting ``method`` of CointegrationHedge."""
