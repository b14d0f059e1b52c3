"""The contract of a covariance model: how it is fitted, and what other parts may assume about it."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.moment_weights import SamplingErrors
from hedgeresearch.errors import DataError


@exported_by("hedgeresearch.covariance")
@runtime_checkable
class CovarianceModel(Protocol):
    """Settings of a covariance model, with a method that estimates it.

    Any object with these attributes can be given where the package expects a covariance model.
    Write them as class variables unless they depend on settings. A model with ``warm_start``
    also accepts an earlier fit, as ``fit(returns, *, warm_start=None)``.

    Attributes
    ----------
    warm_start : bool
        Whether ``fit`` accepts an earlier fit as ``warm_start``; no other model is given one.
    sampling_errors : "delta method", "bootstrap" or MomentWeights
        How errors of functions of the covariance, such as hedge ratios, are computed.
    """

    warm_start: ClassVar[bool]

    @property
    def sampling_errors(self) -> SamplingErrors:
        """How errors of functions of the covariance, such as hedge ratios, are computed."""

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period."""


def check_covariance_model(model: object, name: str, example: str = "DCC()") -> None:
    """Refuse what does not keep the contract of a covariance model."""
    # a class has the class variables of its instances
    if isinstance(model, type) or not isinstance(model, CovarianceModel):
        raise DataError(f"{name} must be a covariance model such as {example}; got {model!r}.")
