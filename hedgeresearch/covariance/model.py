"""Protocol that every covariance model implements."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, runtime_checkable

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.moment_weights import ErrorSource
from hedgeresearch.errors import DataError


@exported_by("hedgeresearch.covariance")
@runtime_checkable
class CovarianceModel(Protocol):
    """Settings of a covariance model, as ``MinimumVarianceHedge`` uses it.

    A model is a frozen dataclass of settings. Its ``fit`` estimates a CovarianceState, which does
    all filtering and forecasting, and returns ``fit_from_state(model, returns, state, estimates)``.

    Attributes
    ----------
    warm_start : bool
        Whether ``fit`` accepts ``warm_start=``, an earlier fit of the same model to the same
        series, at which the search starts.
    error_source : "delta method", "bootstrap" or MomentWeights
        Source of the errors of functions of the covariance, such as hedge ratios: the influence of
        each observation on all estimates, the bootstrap only, or the weights of a moment.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.DCC.warm_start, hr.SampleCovariance.warm_start
    (True, False)
    """

    warm_start: ClassVar[bool]

    @property
    def error_source(self) -> ErrorSource:
        """Source of the errors of functions of the covariance, such as hedge ratios."""

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period."""


def check_covariance_model(value: Any, name: str) -> None:
    """Refuse a setting that is not a covariance model.

    Raises
    ------
    DataError
        If the value is a class, or lacks what ``CovarianceModel`` lists.
    """
    if isinstance(value, type):
        raise DataError(
            f"{name} must be a covariance model such as DCC(); got the class {value.__name__}. "
            f"Pass an instance, such as {value.__name__}()."
        )
    if not isinstance(value, CovarianceModel):
        raise DataError(
            f"{name} must be a covariance model such as DCC(); got {value!r}. Pass a regime model "
            "to RegimeHedge, and a volatility model to DCC(univariate=...)."
        )
