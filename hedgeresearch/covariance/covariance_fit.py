"""What every covariance model returns."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from hedgeresearch._types import Array
from hedgeresearch._validation import check_following, check_frame
from hedgeresearch._wording import day, describe
from hedgeresearch.errors import DataError
from hedgeresearch.minimum_variance import minimum_variance_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class CovarianceModel(Protocol):
    """What a hedge needs from a covariance model."""

    def fit(self, returns: pd.DataFrame) -> CovarianceFit:
        """Estimate on returns (n_dates, n_series), fractions per period."""


class Recursion(Protocol):
    """Parameters with a state: what carries conditional covariances over new dates."""

    @property
    def next_covariance(self) -> Array:
        """The covariance matrix of the date after the last, (n_series, n_series)."""

    def advance(self, returns: Array) -> tuple[Array, Recursion]:
        """The covariance of each date of ``returns`` before that date is seen, and the recursion after the last."""


@dataclass(frozen=True, eq=False, repr=False)
class CovarianceFit:
    """Estimated parameters, the conditional covariance of each date, and that of the next one.

    Attributes
    ----------
    model : the settings that were fitted
    parameters : Series, the estimates by name; empty for a model without parameters
    log_likelihood : float or None, Gaussian, of the estimation sample, in the units of the returns
    dates, series : Index, of the path and of its rows and columns
    path : array (n_dates, n_series, n_series); the matrix dated t uses only data before t
    recursion : what carries the path over new dates
    sample_end : last date of the estimation sample
    last_date : last date seen
    """

    model: Any
    parameters: pd.Series[float]
    log_likelihood: float | None
    dates: pd.Index[Any]
    series: pd.Index[Any]
    path: Array
    recursion: Recursion
    sample_end: Any
    last_date: Any

    def __repr__(self) -> str:
        return f"CovarianceFit({describe(self.model)}, {len(self.dates)} dates to {day(self.last_date)})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.summary.to_html()}"

    @property
    def summary(self) -> pd.DataFrame:
        """The estimates, one row a parameter."""
        return self.parameters.to_frame("estimate")

    @property
    def covariance(self) -> pd.DataFrame:
        """Conditional covariances (n_dates * n_series, n_series), rows by (date, series), in squared returns."""
        rows = pd.MultiIndex.from_product([self.dates, self.series], names=[self.dates.name, "series"])
        return pd.DataFrame(self.path.reshape(-1, len(self.series)), index=rows, columns=self.series)

    @property
    def next_covariance(self) -> pd.DataFrame:
        """Covariance matrix of the date after the last, (n_series, n_series)."""
        return pd.DataFrame(self.recursion.next_covariance, index=self.series, columns=self.series)

    @property
    def volatility(self) -> pd.DataFrame:
        """Conditional standard deviations (n_dates, n_series), fractions per period."""
        return pd.DataFrame(np.sqrt(np.diagonal(self.path, axis1=1, axis2=2)), index=self.dates, columns=self.series)

    def correlation(self, first: str, second: str) -> pd.Series[float]:
        """Conditional correlation of two series, (n_dates,)."""
        i, j = self._position(first), self._position(second)
        values = self.path[:, i, j] / np.sqrt(self.path[:, i, i] * self.path[:, j, j])
        return pd.Series(values, index=self.dates, name=f"{first}, {second}")

    def hedge_ratio(self, asset: str, hedges: str | list[str]) -> pd.DataFrame:
        """Minimum-variance ratios of ``asset`` on ``hedges`` (one name or several), (n_dates, n_hedges)."""
        hedges = [hedges] if isinstance(hedges, str) else hedges
        block = [self._position(name) for name in [asset, *hedges]]
        ratios = minimum_variance_path(self.path[:, block][:, :, block], list(hedges), self.dates)
        return pd.DataFrame(ratios, index=self.dates, columns=pd.Index(hedges))

    def extend(self, returns: pd.DataFrame) -> CovarianceFit:
        """The same parameters carried over new dates (n_new, n_series); the path of the result holds these dates.

        Raises
        ------
        DataError
            If the columns differ or the dates do not follow the last date of this fit.
        """
        frame = check_frame(returns, "returns")
        check_following(frame, self.series, self.last_date)
        path, recursion = self.recursion.advance(frame.to_numpy())
        return replace(self, dates=frame.index, path=path, recursion=recursion, last_date=frame.index[-1])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Conditional volatility of each series, in per cent per period."""
        from hedgeresearch.plotting import plot_lines, sample_label

        label = "conditional volatility, % per period"
        return plot_lines(100 * self.volatility, ylabel=label, note=sample_label(self.dates, self.sample_end), ax=ax)

    def _position(self, name: str) -> int:
        if name not in self.series:
            raise DataError(f"the series must be one of {list(self.series)}; got {name!r}.")
        return list(self.series).index(name)


def start_fit(
    model: Any,
    frame: pd.DataFrame,
    recursion: Recursion,
    *,
    skip: int = 0,
    parameters: dict[str, float] | None = None,
    log_likelihood: float | None = None,
) -> CovarianceFit:
    """Run a recursion over its estimation sample; the first ``skip`` dates only feed its start."""
    path, after = recursion.advance(frame.to_numpy()[skip:])
    return CovarianceFit(
        model=model,
        parameters=pd.Series(parameters or {}, dtype=np.float64, name="estimate"),
        log_likelihood=log_likelihood,
        dates=frame.index[skip:],
        series=frame.columns,
        path=path,
        recursion=after,
        sample_end=frame.index[-1],
        last_date=frame.index[-1],
    )
