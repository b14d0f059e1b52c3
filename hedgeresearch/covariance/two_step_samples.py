"""Models in two steps on many samples: univariate models, then the correlation of residuals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hedgeresearch.covariance.array_estimate import ArrayEstimate, SampleEstimate, Samples
from hedgeresearch.covariance.checks import BOUNDS_ADVICE, check_length
from hedgeresearch.covariance.first_step import UnivariateModels, model_of_series
from hedgeresearch.covariance.margin_store import SeriesSamples
from hedgeresearch.covariance.state import CovarianceState
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.warnings import remark_on_bounds
from hedgeresearch.typing import Array
from hedgeresearch.volatility.protocols import VolatilityState


@dataclass(frozen=True, eq=False)
class Margins:
    """Univariate estimates of all series on some samples."""

    names: Sequence[str]
    series: Sequence[SeriesSamples]

    @classmethod
    def of(cls, models: UnivariateModels, samples: Samples) -> Margins:
        """Estimate the model of each series, unless the store has it.

        Raises
        ------
        DataError
            If a sample has fewer than ten dates per parameter of a univariate model.
        """
        check_length(samples.shortest, samples.names, models)
        named = zip(samples.names, samples.returns.T, strict=True)
        how = (samples.bounds, samples.cold)
        series = [samples.store.of_series(model_of_series(models, n), x, *how) for n, x in named]
        return cls(samples.names, series)

    def check(self, number: int) -> None:
        """Raise ConvergenceError if a series has no estimate on a sample."""
        if not all(one.found[number] for one in self.series):
            raise ConvergenceError("a univariate model has no optimum on this sample.")

    def filtered(self, number: int) -> tuple[Array, tuple[VolatilityState, ...]]:
        """Return the residuals (n_dates, n_series) of a sample, and the states after it."""
        each = [one.filtered(number) for one in self.series]
        residuals = np.empty((len(each[0][0]), len(each)))
        for i, (of_series, _) in enumerate(each):
            residuals[:, i] = of_series
        return residuals, tuple(state for _, state in each)

    def bounds_hit(self, number: int) -> list[str]:
        """Return all bounds on which estimates of a sample lie, with the name of the series."""
        bounds = []
        for name, one in zip(self.names, self.series, strict=True):
            if not one.inside[number]:
                bounds += [f"{bound} of {name}" for bound in one.bounds_hit(number)]
        return bounds


class SecondStep(NamedTuple):
    """Estimate of a correlation on one sample.

    Attributes
    ----------
    state : CovarianceState
        State of the whole model after the sample.
    search : object
        Optimum at which the search on a similar sample may begin.
    bounds_hit : sequence of str
        Bounds on which the estimate lies, as formulas.
    """

    state: CovarianceState
    search: Any = None
    bounds_hit: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class TwoStepSamples:
    """A model in two steps on some samples, see ``SampleEstimator``.

    Attributes
    ----------
    model : str
        Name of the model, for its warnings.
    margins : Margins
    correlate : function
        Second step: from residuals (n_dates, n_series), the univariate states after the sample and
        an earlier optimum or None.
    """

    model: str
    margins: Margins
    correlate: Callable[[Array, tuple[VolatilityState, ...], Any], SecondStep]

    def estimate(self, number: int, near: SampleEstimate | None) -> ArrayEstimate:
        """Estimate on a sample, from the estimate on a similar one if there is one.

        Raises
        ------
        ConvergenceError
            If a univariate model or the correlation step reaches no optimum.
        """
        self.margins.check(number)
        residuals, states = self.margins.filtered(number)
        found = self.correlate(residuals, states, None if near is None else near.search)
        bounds = [*self.margins.bounds_hit(number), *found.bounds_hit]
        remark = remark_on_bounds(self.model, bounds, BOUNDS_ADVICE)
        return ArrayEstimate(found.state, found.search, () if remark is None else (remark,))
