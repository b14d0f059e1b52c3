r"""The minimum-variance hedge of a covariance model.

.. math:: b_t = \mathrm{Cov}_t(hedges)^{-1} \, \mathrm{Cov}_t(hedges, asset)

Source: Ederington (1979), Journal of Finance 34, eq. 5; Kroner and Sultan (1993) for the
conditional form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, Labelled, as_index, changed, held
from hedgeresearch._exports import exported_by
from hedgeresearch.covariance.array_estimate import Samples, estimates_on, estimates_samples
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.hedge_ratio import minimum_variance_path, minimum_variance_ratio
from hedgeresearch.covariance.margin_store import MarginStore
from hedgeresearch.covariance.model import CovarianceModel, check_covariance_model
from hedgeresearch.covariance.moment_weights import MomentWeights
from hedgeresearch.covariance.moments.ewma import EWMACovariance
from hedgeresearch.covariance.moments.sample import SampleCovariance
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.array_fit import ArrayFit, RefitRatios, samples_of
from hedgeresearch.hedges.closed_form import Refit, sample_ratios
from hedgeresearch.hedges.constant_ratio import advance_constant_array
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.labels import (
    labelled_covariance,
    labelled_path,
    labelled_ratio,
)
from hedgeresearch.hedges.minimum_variance.array_fit import MinimumVarianceArrayFit, refit_ratios
from hedgeresearch.hedges.minimum_variance.closed_form import ewma_ratios
from hedgeresearch.hedges.minimum_variance.ratio_errors import minimum_variance_errors
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import HedgeTraits
from hedgeresearch.typing import Array


def _dcc() -> CovarianceModel:
    """Return the covariance model that is used by default, imported when it is used."""
    from hedgeresearch.covariance.dcc.dcc import DCC

    return DCC()


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class MinimumVarianceHedge:
    """Minimum-variance ratio under a model of the joint covariance of asset and hedges.

    An asset that is an exact combination of the hedges is replicated, whatever the covariance
    model. Standard errors of the next ratio allow for everything that the covariance model
    estimated, including targets and components, which the errors in its parameter table may take as
    given. For shrunk covariances they are available by the bootstrap only. In short samples they
    are too small for models with parameters: 95% intervals of a DCC covered the true ratio in 85 to
    91% of simulated samples of 250 observations, and in 94% of those of 500.

    Parameters
    ----------
    covariance_model : covariance model
        Such as ``DCC()``, the default, or ``EWMACovariance(half_life=20)``.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> ewma.fit(returns["NASDAQ"], returns[["SP500"]]).next_ratio.round(2).to_dict()
    {'SP500': 1.2}
    """

    covariance_model: CovarianceModel = field(default_factory=_dcc)

    def __post_init__(self) -> None:
        check_covariance_model(self.covariance_model, "covariance_model")

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        model = self.covariance_model
        return HedgeTraits(
            warm_start=model.warm_start,
            # a weighted moment has no parameters with which to filter
            filters_state=not isinstance(model.error_source, MomentWeights),
            bootstrap_interval="basic",
        )

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        ``warm_start`` is an earlier fit of the same hedge, at which the search starts if the
        covariance model supports it.

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
        with data_checked():
            covariances = self._fit_covariances(returns, warm_start)
        columns = returns.columns[1:]
        path = _ratio_path(covariances, columns, list(map(str, columns)), covariances.dates)
        return HedgeFit(
            model=self,
            sample=Sample.of(returns, kind),
            **path._asdict(),
            estimates=covariances.estimates,
            errors=minimum_variance_errors(covariances),
            detail=covariances,
        )

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, its covariance model filtered over them."""
        return self.advance_array(fit, returns.to_numpy(), returns.index)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates of returns (n_new, 1 + n_hedges), without a table."""
        if fit.detail is None:
            return advance_constant_array(fit, dates)
        covariances = fit.detail.advance_array(returns, dates)
        hedges = held(fit, "ratio").columns
        names = list(map(str, fit.sample.rows.names[1:]))  # a list: an index is slow to read
        path = _ratio_path(covariances, hedges, names, dates, fit.arrays.next_ratio)
        later: HedgeFit = changed(fit, **path._asdict(), detail=covariances)
        return later

    def fit_array(
        self, sample: Array, names: Sequence[str], near: ArrayFit | None = None
    ) -> MinimumVarianceArrayFit | None:
        """Estimate on one array, see ``FitsArrays``; univariate searches start cold."""
        model: Any = self.covariance_model
        if not estimates_samples(model):
            return None
        refit = Refit(0, len(sample), len(sample), len(sample))
        earlier = near.estimate if isinstance(near, MinimumVarianceArrayFit) else None
        samples = samples_of(sample, [refit], np.array([earlier is None]), names, MarginStore())
        estimate = next(estimates_on(model, samples, earlier))
        return None if estimate is None else MinimumVarianceArrayFit(estimate)

    def fit_samples(
        self, samples: Samples, refits: Sequence[Refit]
    ) -> Iterator[RefitRatios | None]:
        """Yield the ratios of many refits, see ``FitsSamples``."""
        model: Any = self.covariance_model
        if not estimates_samples(model):
            return iter([None] * len(refits))
        return refit_ratios(model, samples, refits)

    def ratios_by_refit(self, returns: Array, refits: Sequence[Refit]) -> Iterator[Array | None]:
        """Yield the ratios of many refits, see ``ClosedFormRatios``; none for most models."""
        model = self.covariance_model
        if model == SampleCovariance():
            return sample_ratios(returns, refits)
        # a subclass may weight in another way
        if type(model) is EWMACovariance:
            return ewma_ratios(returns, refits, model.effective_decay)
        return iter(())

    def _fit_covariances(self, returns: pd.DataFrame, warm_start: HedgeFit | None) -> CovarianceFit:
        model: Any = self.covariance_model
        if warm_start is None or warm_start.detail is None or not model.warm_start:
            covariances = model.fit(returns)
        else:
            covariances = model.fit(returns, warm_start=warm_start.detail)
        if not isinstance(covariances, CovarianceFit):
            raise DataError(
                f"covariance_model must be a covariance model such as DCC(); got {model!r}."
            )
        return covariances


class _RatioPath(NamedTuple):
    """Fields of a fit that change with its dates."""

    ratio: Labelled
    next_ratio: Labelled
    next_covariance: Labelled


def _ratio_path(
    covariances: CovarianceFit,
    hedges: pd.Index[Any],
    names: list[str],
    dates: Dates,
    first: Array | None = None,
) -> _RatioPath:
    """Return the ratios of the dates of a path; the first one is known where a fit is extended."""
    following = covariances.final_state.next_covariance
    if first is not None and len(dates) == 1:
        ratios = first
    else:
        ratios = minimum_variance_path(covariances.path(), names, as_index(dates))
    return _RatioPath(
        ratio=labelled_path(ratios, dates, hedges),
        next_ratio=labelled_ratio(minimum_variance_ratio(following, names), hedges),
        next_covariance=labelled_covariance(following, covariances.series),
    )
