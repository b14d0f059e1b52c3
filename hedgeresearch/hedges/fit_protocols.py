"""Protocols of the parts of a hedge fit that standard errors and the bootstrap use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

import pandas as pd

from hedgeresearch._containers.growing_table import GrowingTable
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.typing import Array


class FitArrays(NamedTuple):
    """Ratios and next covariance of a hedge fit, without labels.

    Attributes
    ----------
    ratio : array (n_dates, n_hedges)
    next_ratio : array (n_hedges,)
    next_covariance : array (1 + n_hedges, 1 + n_hedges)
    horizon : int, number of periods that the covariance is about
    """

    ratio: Array
    next_ratio: Array
    next_covariance: Array
    horizon: int = 1

    @property
    def period_covariance(self) -> Array:
        """Mean covariance per period over the horizon, (1 + n_hedges, 1 + n_hedges)."""
        return self.next_covariance if self.horizon == 1 else self.next_covariance / self.horizon


class FittedHedge(Protocol):
    """The parts of a :class:`HedgeFit` that its sampling errors are computed from."""

    @property
    def model(self) -> Any:
        """The hedge model that was fitted."""

    @property
    def sample(self) -> Sample:
        """Observations of asset and hedges."""

    @property
    def ratio(self) -> pd.DataFrame:
        """Ratio of each date, (n_dates, n_hedges)."""

    @property
    def next_ratio(self) -> pd.Series[float]:
        """Ratio of the next date, (n_hedges,)."""

    @property
    def next_covariance(self) -> pd.DataFrame:
        """Covariance of the next returns, (1 + n_hedges, 1 + n_hedges)."""

    @property
    def arrays(self) -> FitArrays:
        """The ratios and the next covariance without labels."""

    @property
    def estimates(self) -> Any:
        """Parameters of the model."""

    @property
    def errors(self) -> Any:
        """Sampling errors of the next ratio; None leaves them to the bootstrap."""

    @property
    def state(self) -> Any:
        """State that the model continues from."""

    @property
    def detail(self) -> object:
        """Results that only this family of hedges has."""

    @property
    def horizon(self) -> int:
        """Number of periods that the returns of the model span."""

    @property
    def hedges(self) -> list[Any]:
        """Names of the hedges."""


@dataclass(frozen=True, eq=False)
class WrapperState:
    """State of a hedge that modifies the ratios of one other hedge.

    Attributes
    ----------
    inner : HedgeFit of the other hedge
    """

    inner: Any


@dataclass(frozen=True, eq=False)
class RegimeSources:
    """State of a hedge whose regimes are observed outside the returns, or given by labels.

    Attributes
    ----------
    in_sample : RegimeFit of the estimation sample
    history : GrowingTable (n_dates, 1 + n_hedges), returns of all dates, with their dates
    observed : GrowingTable (n_dates, n_observed), what the regimes are observed in, on the dates of
        the sample and of extensions
    """

    in_sample: Any
    history: GrowingTable
    observed: GrowingTable

    def append(self, returns: pd.DataFrame, observed: pd.DataFrame) -> RegimeSources:
        """Return the sources with later dates."""
        history = self.history.append(returns.to_numpy(), returns.index)
        return replace(self, history=history, observed=self.observed.append(observed.to_numpy()))


@runtime_checkable
class CovariancePath(Protocol):
    """Detail of a hedge that has a conditional covariance for each date, as a CovarianceFit has."""

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates of the path."""

    def path(self, series: Sequence[str] | None = None) -> Array:
        """Return the conditional covariances of some series, (n_dates, k, k)."""


@runtime_checkable
class RegimeDetail(Protocol):
    """Detail of a hedge that depends on regimes, see ``regime_switching.breakdown``."""

    @property
    def dates(self) -> pd.Index[Any]:
        """Dates of the path of the regimes."""

    @property
    def regimes(self) -> Any:
        """RegimeFit behind the hedge."""

    @property
    def by_regime(self) -> pd.DataFrame:
        """Ratio of each regime, (k, n_hedges)."""

    @property
    def moments(self) -> Any:
        """Moments of asset and hedges in each regime."""

    @property
    def covariances(self) -> Any:
        """CovarianceFit within the regimes; None if covariances are constant there."""

    def hedge_covariances(self) -> Array | None:
        """Return the hedges' covariance of each date, (n_dates, n_hedges, n_hedges), if known."""

    def decomposition(self) -> pd.DataFrame:
        """Return the next ratio as a sum over regimes."""

    def explain_change(self, change: Array, previous: Any = None) -> pd.DataFrame:
        """Split a change of the next ratio into parts, the breakdown of an earlier fit given."""


@runtime_checkable
class Summarized(Protocol):
    """Estimates that show themselves as a table."""

    @property
    def summary(self) -> pd.DataFrame:
        """Return one row per parameter, or per regime."""
