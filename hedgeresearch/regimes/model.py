"""Protocol that every regime model implements."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, runtime_checkable

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.regimes.fit import RegimeFit


@exported_by("hedgeresearch.regimes")
@runtime_checkable
class RegimeModel(Protocol):
    """Settings of a regime model, with a method that estimates it.

    Any object with these attributes can be given where the package expects a regime model. Write
    them as class variables unless they are settings, as ``allow_missing`` is of ``GaussianHMM``.

    Attributes
    ----------
    univariate : bool
        Whether the model observes a single series; a hedge then gives it the asset alone.
    allow_missing : bool
        Whether observations may contain missing values (NaN).
    warm_start : bool
        Whether ``fit`` accepts an earlier fit as ``warm_start``; models that do not are always
        fitted from scratch.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> isinstance(hr.GaussianHMM(2), hr.regimes.RegimeModel)
    True
    """

    univariate: ClassVar[bool]
    warm_start: ClassVar[bool]

    @property
    def allow_missing(self) -> bool:
        """True if observations may contain missing values (NaN)."""

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Estimate on observations (n_dates, n_series)."""


@runtime_checkable
class CountedRegimeModel(RegimeModel, Protocol):
    """A regime model, written as a dataclass, whose number of regimes is a setting."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def n_regimes(self) -> int:
        """Number of regimes."""


def check_regime_model(model: object, name: str) -> None:
    """Raise DataError unless the model implements ``RegimeModel``."""
    # a class has the class variables of its instances
    if isinstance(model, type) or not isinstance(model, RegimeModel):
        remedy = "A model of your own needs the attributes of hedgeresearch.regimes.RegimeModel."
        if isinstance(model, type):
            remedy = f"Pass an instance, such as {model.__name__}()."
        raise DataError(
            f"{name} must be a regime model such as GaussianHMM(2); got {model!r}. {remedy}"
        )
