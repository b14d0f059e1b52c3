r"""A ratio shrunk toward a simpler one.

.. math:: b = w \tau + (1 - w) \hat b, \qquad w = \frac{v}{v + q}, \qquad
          v = \mathrm{tr}(A D), \quad
          q = \frac{1}{n} \sum_t (\hat b_t - \tau)' A (\hat b_t - \tau)

The weight minimizes the mean squared error with estimates in place of what is unknown: Thompson
(1968), Journal of the American Statistical Association 63, pp. 113-122, for one mean, here for a
vector under the loss that matters to a hedge, :math:`(b - b^0)' A (b - b^0)`: the variance it adds.
A is the hedges' covariance and D the part of the sampling covariance V of the model's ratio that
exceeds that of the target, U. The naive target is known, so that D = V. The OLS ratio is the
efficient one where its errors are smaller, hence uncorrelated with the difference, D = V - U
(Hausman 1978, Econometrica 46, lemma 2.1); directions in which they are not smaller count as zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, Labelled, changed, held, labels_of
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.composition import inner_fit, other_ratios, wrapper_traits
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.fit_protocols import WrapperState
from hedgeresearch.hedges.labels import labelled_path, labelled_ratio
from hedgeresearch.hedges.model import (
    HedgeModel,
    check_hedge_model,
    check_warm_start,
    fit_hedge,
)
from hedgeresearch.hedges.plausibility import as_part
from hedgeresearch.hedges.ratio_errors import (
    FixedErrors,
    InheritedErrors,
    ParameterErrors,
    RatioErrors,
)
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array

KNOWN_TARGET = 1e-20
"""Variance added by errors of a target, relative to the target's own, up to which it is known."""
MIN_RELATIVE_VARIANCE = 1e-13
"""Smallest variance of standardized errors, relative to the largest, that is not rounding."""


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class ShrunkHedge:
    """The ratio of a model, moved toward the naive or the OLS ratio, more so if it is uncertain.

    The weight is that of the estimation sample, and an extension keeps it. A moving ratio has one
    weight, from its mean distance to the target. Standard errors are those of the model: shrinking
    lowers the variance but adds a bias of about that size, and intervals that ignore the bias cover
    too little (for one hedge and a nominal 95%, down to 75% with the delta method, 92 to 98%
    with the model's errors). A model without standard errors is fitted to 200 resamples for them.

    Parameters
    ----------
    model : hedge model
        Its fit is ``fit.state.inner``.
    target : {"naive", "ols"}
        "naive": one, shared equally among the hedges.
    weight : "auto" or float in [0, 1]
        Weight of the target.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).tail(60)
    >>> shrunk = hr.ShrunkHedge(hr.OLSHedge())
    >>> shrunk.fit(returns["NASDAQ"], returns[["SP500"]]).summary.round(3)
           estimate  model  target  weight
    SP500      1.23  1.238     1.0   0.037
    """

    model: HedgeModel
    target: Literal["naive", "ols"] = "naive"
    weight: float | Literal["auto"] = "auto"

    def __post_init__(self) -> None:
        check_hedge_model(self.model, "model")
        check_choice(self.target, "target", ("naive", "ols"))
        number = isinstance(self.weight, int | float) and not isinstance(self.weight, bool)
        if self.weight != "auto" and not (number and 0.0 <= float(self.weight) <= 1.0):
            raise DataError(f"weight must be 'auto' or a number from 0 to 1; got {self.weight!r}.")
        if self.target == "ols" and self.model.traits.input == "prices":
            raise DataError(
                f"model must use returns for target='ols'; got {self.model!r}, which uses prices."
            )

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return wrapper_traits(self.model)

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate model and weight on asset (n_dates,) and hedges (n_dates, n_hedges).

        ``warm_start`` is an earlier fit of the same hedge, at which the search starts if the model
        supports it.

        Raises
        ------
        DataError
            If the model refuses the data, or is fitted to prices and has no standard errors from
            which the weight could follow.
        ConvergenceError
            If the model does not reach an optimum, or fails on more than a tenth of the resamples.
        """
        check_warm_start(warm_start, self)
        with as_part():
            inner = fit_hedge(self.model, asset, hedges, inner_fit(warm_start))
        with data_checked():
            target = self._target(inner, asset, hedges)
        if self.weight != "auto":
            weight = float(self.weight)
            state = ShrunkState(inner, target.ratio, weight, inner.errors)
            return HedgeFit(model=self, **_hedge(state))
        errors = inner.errors
        if errors is None:
            errors = FixedErrors(
                np.atleast_2d(np.cov(inner.bootstrapped, rowvar=False)), "bootstrap"
            )
        metric = inner.next_covariance.to_numpy()[1:, 1:]
        excess = excess_covariance(errors.covariance(inner), metric, target)
        weight = shrinkage_weight(inner.ratio.to_numpy() - target.ratio, excess, metric)
        return HedgeFit(model=self, **_hedge(ShrunkState(inner, target.ratio, weight, errors)))

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, the model extended, weight and target unchanged."""
        return self.advance_array(fit, returns.to_numpy(), returns.index)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates of returns (n_new, 1 + n_hedges), without a table."""
        before: ShrunkState = fit.state
        inner = before.inner.advance_array(returns, dates)
        errors = before.errors if inner.errors is None else inner.errors
        later: HedgeFit = changed(fit, **_hedge(replace(before, inner=inner, errors=errors)))
        return later

    def _target(self, inner: HedgeFit, asset: pd.Series[float], hedges: pd.DataFrame) -> Target:
        n_hedges = len(inner.hedges)
        if self.target == "naive":
            return Target(np.full(n_hedges, 1.0 / n_hedges), np.zeros((n_hedges, n_hedges)))
        ols = OLSHedge().fit(asset, hedges)
        return Target(ols.next_ratio.to_numpy(), ParameterErrors().covariance(ols))


class Target(NamedTuple):
    """The target of the shrinkage, (n_hedges,), and its sampling covariance."""

    ratio: Array
    covariance: Array


@dataclass(frozen=True, eq=False)
class ShrunkState(WrapperState):
    """The fit of the model, the target and its weight.

    Attributes
    ----------
    inner : HedgeFit of the model
    target : array (n_hedges,)
    weight : float
        Weight of the target.
    errors : RatioErrors or None
        Sampling error of the model's ratio.
    """

    target: Array
    weight: float
    errors: RatioErrors | None


def _hedge(state: ShrunkState) -> dict[str, Any]:
    """Return the fields of a fit that change with its dates."""
    inner: HedgeFit = state.inner
    w = state.weight
    path = held(inner, "ratio")
    names = path.columns
    own = inner.arrays.next_ratio
    following = w * state.target + (1.0 - w) * own
    table = np.stack([following, own, state.target, np.full(len(own), w)], axis=1)
    return other_ratios(
        state,
        labelled_path(w * state.target + (1.0 - w) * path.to_numpy(), labels_of(path), names),
        labelled_ratio(following, names),
        Labelled(table, names, ["estimate", "model", "target", "weight"]),
        None if state.errors is None else InheritedErrors(inner, state.errors),
    )


def excess_covariance(own: Array, metric: Array, target: Target) -> Array:
    """Return the part of a sampling covariance that exceeds the target's, (n_hedges, n_hedges).

    Directions in which the target's is larger count as zero.

    Parameters
    ----------
    own : array (n_hedges, n_hedges)
        Sampling covariance of the model's ratio.
    metric : array (n_hedges, n_hedges)
        Covariance of the hedges.
    target : Target
    """
    size = float(target.ratio @ metric @ target.ratio)
    if np.trace(metric @ target.covariance) <= KNOWN_TARGET * size:
        return own
    root = regular_root(target.covariance)
    # own = M diag(values) M', target.covariance = M M'
    inverse = np.linalg.inv(root)
    values, vectors = np.linalg.eigh(inverse @ own @ inverse.T)
    turned = root @ vectors
    return np.asarray((turned * np.maximum(values - 1.0, 0.0)) @ turned.T)


def regular_root(covariance: Array) -> Array:
    """Return M with M M' = covariance, (k, k), and an inverse even where hedges are nearly alike.

    Correlations between errors of near twins differ from one by less than rounding.
    """
    scale = np.sqrt(np.maximum(np.diag(covariance), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    floor = MIN_RELATIVE_VARIANCE * values[-1]
    return np.asarray(scale[:, None] * vectors * np.sqrt(np.maximum(values, floor)))


def shrinkage_weight(distances: Array, excess: Array, metric: Array) -> float:
    """Return the weight of the target, w = v / (v + q).

    Parameters
    ----------
    distances : array (n_dates, n_hedges)
        Ratio of each date less the target.
    excess : array (n_hedges, n_hedges)
        From ``excess_covariance``.
    metric : array (n_hedges, n_hedges)
        Covariance of the hedges.
    """
    uncertainty = float(np.trace(metric @ excess))
    distance = float(np.einsum("ti,ij,tj->t", distances, metric, distances).mean())
    return uncertainty / (uncertainty + distance) if uncertainty > 0.0 else 0.0
