r"""The minimum-variance hedge of a covariance model.

.. math:: b_t = \mathrm{Cov}_t(hedges)^{-1} \, \mathrm{Cov}_t(hedges, asset)

Source: Ederington (1979), Journal of Finance 34, eq. 5; Kroner and Sultan (1993) for the conditional form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hedgeresearch._containers.growing_table import History
from hedgeresearch._exports import exported_by
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.hedge_ratio import minimum_variance_path, minimum_variance_ratio
from hedgeresearch.covariance.model import CovarianceModel, check_covariance_model
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit, labelled_path, labelled_ratio
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.minimum_variance.standard_errors import inference_of
from hedgeresearch.hedges.model import fit_from


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class MinimumVarianceHedge:
    """The ratio of least variance under a model of the covariance of asset and hedges together.

    Parameters
    ----------
    covariance_model : any covariance model, such as ``DCC()`` or ``EWMACovariance(half_life=20)``

    An asset that is an exact combination of the hedges is replicated, whatever the covariance model. Standard errors of
    the next ratio allow for all that the covariance model estimated, targets and components included; shrunk
    covariances leave them to the bootstrap.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> hr.MinimumVarianceHedge(hr.EWMACovariance(0.97)).fit(returns["NASDAQ"], returns[["SP500"]])
    HedgeFit(MinimumVarianceHedge(EWMACovariance(decay=0.97)), 5010 dates to 2018-12-31, next ratio SP500 1.20)
    """

    covariance_model: CovarianceModel

    def __post_init__(self) -> None:
        check_covariance_model(self.covariance_model, "covariance_model")

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        ``warm_start`` is an earlier fit of the same hedge, from which the search begins if the covariance model can.

        Raises
        ------
        DataError
            If the hedges are collinear, or the covariance model refuses the data.
        ConvergenceError
            If the covariance model does not reach an optimum.
        """
        returns, kind = join_returns(asset, hedges)
        replicating = replicating_fit(self, returns, kind)
        if replicating is not None:
            return replicating
        covariances: CovarianceFit = fit_from(
            self.covariance_model.fit, returns, warm_start and warm_start.covariances
        )
        if not isinstance(covariances, CovarianceFit):
            raise DataError(
                f"covariance_model must be a model of covariances such as DCC(); got {self.covariance_model!r}."
            )
        return HedgeFit(
            model=self,
            asset=returns.columns[0],
            estimates=covariances.estimates,
            sample_end=covariances.sample_end,
            history=History.of(returns),
            n_sample=len(returns),
            inference=inference_of(covariances),
            carries_state=bool(covariances.estimates.values),
            returns_kind=kind,
            **_ratios(covariances, returns.columns[1:]),
        )

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same covariance model filtered over new dates."""
        if fit.covariances is None:
            return carry_constant_ratio(fit, returns)
        return replace(fit, **_ratios(fit.covariances.advance(returns), fit.ratio.columns))


def _ratios(covariances: CovarianceFit, hedges: pd.Index[Any]) -> dict[str, Any]:
    """What dates move in a fit, under the names of its fields."""
    series, dates = covariances.series, covariances.dates
    names = [str(name) for name in hedges]
    following = covariances.final_state.next_covariance
    return {
        "ratio": labelled_path(
            minimum_variance_path(covariances.path(), names, dates), dates, hedges
        ),
        "next_ratio": labelled_ratio(minimum_variance_ratio(following, names), hedges),
        "next_covariance": pd.DataFrame(following, index=series, columns=series),
        "last_date": dates[-1],
        "covariances": covariances,
    }
