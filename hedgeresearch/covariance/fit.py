"""What every covariance model returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch._validation.frames import check_frame, check_new_data
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.diagnostics import residual_tests
from hedgeresearch.covariance.hedge_ratio import minimum_variance_path
from hedgeresearch.covariance.simulation import simulate
from hedgeresearch.covariance.standardize import standardize
from hedgeresearch.covariance.state import CovarianceState, chunks
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.fitted_parameters import FittedParameters
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True, eq=False, repr=False)
class CovarianceFit(FittedParameters):
    """Estimates, the conditional covariance of each date, and that of the next one.

    Paths are computed for the series that are asked for; the matrix dated t uses only data before t. Nothing of size
    n_dates x n_series x n_series is held. Standard errors are robust (quasi-maximum-likelihood) ones.

    Attributes
    ----------
    model : the settings that were fitted
    estimates : Estimates, the parameters with their likelihood, errors and convergence
    returns : DataFrame (n_dates, n_series), the returns of the dates of the path
    initial_state, final_state : CovarianceState, before the first and after the last of these dates
    sample_end : last date of the estimation sample
    """

    returns: pd.DataFrame
    initial_state: CovarianceState
    final_state: CovarianceState
    sample_end: Any

    def __repr__(self) -> str:
        return f"CovarianceFit({describe(self.model)}, {len(self.dates)} dates to {day(self.last_date)})"

    # --- estimates ---

    @property
    def parameter_covariance(self) -> pd.DataFrame | None:
        """Sampling covariance of the parameters, (k, k); None for models without it."""
        return self.estimates.covariance

    @property
    def convergence(self) -> pd.Series[Any]:
        """Where the search ended: gradient norm (per date, standardised units) and the bounds hit."""
        report = {
            "gradient norm": self.estimates.gradient_norm,
            "bounds hit": list(self.estimates.bounds_hit),
        }
        return pd.Series(report, dtype=object, name="convergence")

    # --- paths ---

    @property
    def dates(self) -> pd.Index[Any]:
        """The dates of the path."""
        return self.returns.index

    @property
    def series(self) -> pd.Index[Any]:
        """The names of the series."""
        return self.returns.columns

    @property
    def last_date(self) -> Any:
        """The last date seen."""
        return self.returns.index[-1]

    def path(self, series: Sequence[str] | None = None) -> Array:
        """Conditional covariances of some series (all if none is named), array (n_dates, k, k), in squared returns."""
        positions = (
            range(len(self.series)) if series is None else [self._position(name) for name in series]
        )
        return self.initial_state.path(self.returns.to_numpy(), np.array(positions, dtype=np.intp))

    @property
    def covariance(self) -> pd.DataFrame:
        """All conditional covariances, (n_dates * n_series, n_series), rows by (date, series), in squared returns."""
        rows = pd.MultiIndex.from_product(
            [self.dates, self.series], names=[self.dates.name, "series"]
        )
        return pd.DataFrame(
            self.path().reshape(-1, len(self.series)), index=rows, columns=self.series
        )

    @property
    def volatility(self) -> pd.DataFrame:
        """Conditional standard deviations (n_dates, n_series), fractions per period."""
        columns = [np.sqrt(self.path([name])[:, 0, 0]) for name in self.series]
        return pd.DataFrame(np.stack(columns, axis=1), index=self.dates, columns=self.series)

    def correlation(self, first: str, second: str) -> pd.Series[float]:
        """Conditional correlation of two series, (n_dates,)."""
        path = self.path([first, second])
        values = path[:, 0, 1] / np.sqrt(path[:, 0, 0] * path[:, 1, 1])
        return pd.Series(values, index=self.dates, name=f"{first}, {second}")

    def hedge_ratio(self, asset: str, hedges: str | Sequence[str]) -> pd.DataFrame:
        """Minimum-variance ratios of ``asset`` on ``hedges`` (one name or several), (n_dates, n_hedges)."""
        one = not pd.api.types.is_list_like(hedges) or (
            isinstance(hedges, tuple) and hedges in list(self.series)
        )
        names: list[Any] = [hedges] if one else list(hedges)
        if not names or len({asset, *names}) < 1 + len(names):
            raise DataError(
                f"asset and hedges must be different series, one of each at least; got {[asset, *names]}."
            )
        ratios = minimum_variance_path(
            self.path([asset, *names]), [str(name) for name in names], self.dates
        )
        return pd.DataFrame(ratios, index=self.dates, columns=pd.Index(names))

    @property
    def standardized_residuals(self) -> pd.DataFrame:
        """R_t^(-1/2) D_t^(-1) (r_t - mean_t), (n_dates, n_series): uncorrelated with unit variance if the model holds.

        D_t holds the conditional volatilities and R_t^(1/2) is the symmetric root of the conditional correlation.

        Raises
        ------
        DataError
            If the covariance of some date is singular.
        """
        return pd.DataFrame(
            standardized_residuals(self.initial_state, self.returns),
            index=self.dates,
            columns=self.series,
        )

    def diagnostics(self, lags: int = 10) -> pd.DataFrame:
        """Ljung-Box tests of the standardised residuals and of their squares and cross products, a row a test."""
        check_at_least(lags, "lags", 1)
        return residual_tests(self.standardized_residuals, lags)

    # --- ahead ---

    @property
    def next_covariance(self) -> pd.DataFrame:
        """Covariance matrix of the date after the last, (n_series, n_series)."""
        return pd.DataFrame(
            self.final_state.next_covariance, index=self.series, columns=self.series
        )

    def forecast(self, horizon: int) -> pd.DataFrame:
        """Expected covariance of each of the next ``horizon`` dates, rows by (step, series); step 1 comes next."""
        check_at_least(horizon, "horizon", 1)
        rows = pd.MultiIndex.from_product(
            [range(1, horizon + 1), self.series], names=["step", "series"]
        )
        path = self.final_state.forecast(horizon)
        return pd.DataFrame(path.reshape(-1, len(self.series)), index=rows, columns=self.series)

    def aggregate(self, horizon: int) -> pd.DataFrame:
        """Expected covariance of the sum of the next ``horizon`` returns, (n_series, n_series).

        Raises
        ------
        DataError
            If a margin makes returns depend on those before, so that the forecasts of the steps do not add up.
        """
        check_at_least(horizon, "horizon", 1)
        if not self.final_state.constant_means:
            raise DataError(
                "aggregate must have margins with a constant mean, as forecasts of correlated returns do not add up; "
                f"got {self.model!r}. Take returns of the longer horizon, or margins without lags."
            )
        total = self.final_state.forecast(horizon).sum(axis=0)
        return pd.DataFrame(total, index=self.series, columns=self.series)

    def simulate(self, n_dates: int, seed: int = 0) -> pd.DataFrame:
        """Returns of the next ``n_dates`` dates drawn from the model, (n_dates, n_series), rows by step."""
        check_at_least(n_dates, "n_dates", 1)
        check_at_least(seed, "seed", 0)
        steps = pd.RangeIndex(1, n_dates + 1, name="step")
        return pd.DataFrame(
            simulate(self.final_state, n_dates, seed), index=steps, columns=self.series
        )

    def extend(self, returns: pd.DataFrame) -> CovarianceFit:
        """The same parameters carried over new dates (n_new, n_series); the path of the result holds these dates.

        Raises
        ------
        DataError
            If the columns differ or the dates do not follow the last date of this fit.
        """
        frame = check_frame(returns, "returns")
        check_new_data(frame, self.series, self.last_date)
        return self.advance(frame)

    def advance(self, returns: pd.DataFrame) -> CovarianceFit:
        """``extend`` over returns known to be valid."""
        after = self.final_state.advance(returns.to_numpy())
        return replace(self, returns=returns, initial_state=self.final_state, final_state=after)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Conditional volatility of each series, in per cent per period."""
        from hedgeresearch.plotting import plot_lines, sample_label

        label = "volatility, % per period"
        return plot_lines(
            100 * self.volatility,
            ylabel=label,
            note=sample_label(self.dates, self.sample_end),
            ax=ax,
        )

    def _position(self, name: str) -> int:
        names = list(self.series)
        if name not in names:
            raise DataError(f"the series must be one of {names}; got {name!r}.")
        return names.index(name)


def standardized_residuals(start: CovarianceState, returns: pd.DataFrame) -> Array:
    """Those of returns (n_dates, n_series) under a recursion that begins with them, (n_dates, n_series)."""
    values = returns.to_numpy()
    errors = values - start.means(values)[:-1]
    pieces = [
        standardize(errors[rows], path, returns.index[rows]) for rows, path in chunks(start, values)
    ]
    return np.concatenate(pieces)


def start_fit(
    model: Any,
    frame: pd.DataFrame,
    recursion: CovarianceState,
    estimates: Estimates,
    *,
    skip: int = 0,
) -> CovarianceFit:
    """Run a recursion over its estimation sample; the first ``skip`` dates only feed its start."""
    path_returns = frame.iloc[skip:] if skip else frame
    return CovarianceFit(
        model=model,
        estimates=estimates,
        returns=path_returns,
        initial_state=recursion,
        final_state=recursion.advance(path_returns.to_numpy()),
        sample_end=frame.index[-1],
    )
