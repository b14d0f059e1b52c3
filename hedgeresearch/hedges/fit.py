"""What every hedge model returns."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from hedgeresearch._containers.growing_table import History
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch._validation.asset_and_hedges import (
    join_asset_and_hedges,
    refuse_returns_for_prices,
    returns_kind,
)
from hedgeresearch._validation.frames import check_new_data
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.hedges import intervals
from hedgeresearch.hedges.bootstrap import bootstrap_ratios
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.hedges")
class HedgeModel(Protocol):
    """What evaluation and recommendation need from a hedge model.

    A model that works on prices says so with a class variable ``needs = "prices"``, one whose ratio has an error beside
    that of its parameters with ``bootstraps = False``; one whose search can begin at an earlier fit takes it as
    ``fit(asset, hedges, *, warm_start=None)``.
    """

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on returns of the asset (n_dates,) and of the hedges (n_dates, n_hedges)."""

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Carry ``fit`` over new dates of valid returns (n_new, 1 + n_hedges), the asset first."""


class RegimeMoments(NamedTuple):
    """Means (k, 1 + n_hedges) and covariances (k, 1 + n_hedges, 1 + n_hedges) of asset and hedges in each regime."""

    means: Array
    covariances: Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True, eq=False, repr=False)
class HedgeFit:
    """Hedge ratios of each date, and of the next one. A positive ratio sells the hedge against a long asset.

    Attributes
    ----------
    model : the settings that were fitted
    asset : name of the asset
    ratio : DataFrame (n_dates, n_hedges); the row dated t uses only data before t
    next_ratio : Series (n_hedges,), the ratio to hold over the date after the last
    next_covariance : DataFrame (1 + n_hedges, 1 + n_hedges), of that date's returns as the model sees them
    estimates : DataFrame or Estimates, the parameters with their standard errors where the model has them (computed
        when asked, by Estimates); for a regime hedge the RegimeFit, which describes its regimes; None where there is
        nothing but the next ratio
    sample_end : last date of the estimation sample
    last_date : last date seen
    history : History, what the model was given (n_rows, 1 + n_hedges), extensions included
    n_sample : int, how many of these rows are the estimation sample
    inference : RatioErrors or None, the sampling error of the next ratio; None leaves it to the bootstrap
    carries_state : whether the next ratio depends on a state beside the parameters, as in DCC
    state : what the model needs to go on, if it is not in the other attributes
    returns_kind : "simple", "log", "difference" or None, as ``hr.returns`` noted it
    covariances : CovarianceFit or None, behind a minimum-variance hedge
    regimes : RegimeFit or None, behind a regime hedge
    by_regime : DataFrame (k, n_hedges) or None, the ratio each regime asks for
    regime_moments : RegimeMoments or None, means and covariances of asset and hedges in each regime
    next_regime_covariances : array (k, 1 + n_hedges, 1 + n_hedges) or None, those of the next date
    """

    model: Any
    asset: str
    ratio: pd.DataFrame
    next_ratio: pd.Series[float]
    next_covariance: pd.DataFrame
    estimates: pd.DataFrame | Estimates | RegimeFit | None
    sample_end: Any
    last_date: Any
    history: History
    n_sample: int
    inference: intervals.RatioErrors | None = None
    carries_state: bool = False
    state: Any = None
    returns_kind: str | None = None
    covariances: CovarianceFit | None = None
    regimes: RegimeFit | None = None
    by_regime: pd.DataFrame | None = None
    regime_moments: RegimeMoments | None = None
    next_regime_covariances: Array | None = None

    def __repr__(self) -> str:
        ratios = ", ".join(f"{name} {value:.2f}" for name, value in self.next_ratio.items())
        return f"HedgeFit({describe(self.model)}, {len(self.ratio)} dates to {day(self.last_date)}, next ratio {ratios})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.summary.to_html()}"

    @property
    def hedges(self) -> list[str]:
        """Names of the hedges."""
        return list(self.ratio.columns)

    @property
    def summary(self) -> pd.DataFrame:
        """The parameters, with standard errors where the model has them."""
        if self.estimates is None:
            return self.next_ratio.to_frame("estimate")
        return (
            self.estimates if isinstance(self.estimates, pd.DataFrame) else self.estimates.summary
        )

    @property
    def decomposition(self) -> pd.DataFrame:
        """The next ratio of each hedge as a sum over regimes: probability, ratio, weight and what each contributes.

        Raises
        ------
        DataError
            If the hedge has no regimes.
        """
        from hedgeresearch.hedges.regime_switching.breakdown import decompose

        return decompose(self)

    def change_since(self, previous: HedgeFit | None = None) -> pd.DataFrame:
        """Why the next ratio differs from that of ``previous`` (by default the last date's own): (3, n_hedges).

        Rows: from probabilities (the regimes' covariances held), from parameters (the rest), in all.

        Raises
        ------
        DataError
            If one of the two has no regimes, or they hedge with other instruments.
        """
        from hedgeresearch.hedges.regime_switching.breakdown import explain_change

        return explain_change(self, previous)

    @property
    def expected_effectiveness(self) -> float:
        """Share of next-date variance that the next ratio removes if the model is right, 1 - w'Hw / var(asset)."""
        unhedged = float(self.next_covariance.to_numpy()[0, 0])
        return 1.0 - hedged_variance(self.next_covariance, self.next_ratio) / unhedged

    # --- how sure ---

    @property
    def standard_errors(self) -> pd.Series[float]:
        """Standard error of each next ratio, (n_hedges,): by the delta method, else by 200 draws of the bootstrap."""
        return intervals.standard_errors(self)

    def conf_int(
        self,
        level: float = 0.95,
        method: intervals.Method | None = None,
        n_bootstrap: int | None = None,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Interval of each next ratio, (n_hedges, 2): columns lower and upper.

        Parameters
        ----------
        level : float in (0, 1), how often such intervals should hold the ratio
        method : "delta", "bootstrap" (see ``hedges.bootstrap``), or None for the first where the model has it
        n_bootstrap, seed : int, draws of the bootstrap and their seed

        Raises
        ------
        DataError
            If the model has no delta method, or takes prices, which cannot be resampled.
        ConvergenceError
            If the model fails on more than a tenth of the draws.
        """
        return intervals.interval(self, level, method, n_bootstrap, seed)

    def bands(self, level: float = 0.95) -> pd.DataFrame:
        """Interval of the ratio of each date, (n_dates, 2 n_hedges), columns by (hedge, end).

        Raises
        ------
        DataError
            If the ratio moves and the model knows the errors of its next value only.
        """
        return intervals.bands(self, level)

    def wald_test(self, value: float = 1.0) -> pd.Series[Any]:
        """Whether all next ratios equal ``value``: F, its degrees of freedom, p.

        Raises
        ------
        DataError
            If nothing was estimated.
        """
        return intervals.wald_test(self, value)

    @cached_property
    def bootstrapped(self) -> Array:
        """Next ratios of 200 resampled samples, (200 or a few less, n_hedges)."""
        return bootstrap_ratios(self)

    # --- later dates ---

    def extend(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """The same parameters carried over new dates; the path of the result holds these dates.

        Raises
        ------
        DataError
            If the columns differ or the dates do not follow the last date of this fit.
        """
        kind = returns_kind(asset, hedges)
        if getattr(self.model, "needs", "returns") == "prices":
            refuse_returns_for_prices(kind)
        elif kind is not None and self.returns_kind is not None and kind != self.returns_kind:
            raise DataError(
                f"new data must be {self.returns_kind} returns like those of the fit; got {kind}."
            )
        returns = join_asset_and_hedges(asset, hedges, columns=self.next_covariance.columns)
        check_new_data(returns, self.next_covariance.columns, self.last_date)
        extended: HedgeFit = self.model.advance(self, returns)
        return replace(extended, history=self.history.followed_by(returns.to_numpy()))

    def plot(self, ax: Axes | None = None, *, level: float | None = None) -> Axes:
        """The ratio of each hedge over time, with its bands of a ``level`` if one is given."""
        from hedgeresearch.plotting import plot_lines, sample_label, shade_bands

        note = sample_label(self.ratio.index, self.sample_end)
        axes = plot_lines(self.ratio, ylabel=f"hedge ratio of {self.asset}", note=note, ax=ax)
        if level is not None:
            shade_bands(self.bands(level), axes)
        return axes


def hedged_variance(covariance: pd.DataFrame, ratio: pd.Series[float]) -> float:
    """Variance of the hedged position, w'Hw with w = (1, -ratio)."""
    weights = np.concatenate([[1.0], -ratio.to_numpy()])
    return max(float(weights @ covariance.to_numpy() @ weights), 0.0)


def labelled_ratio(values: Array, hedges: pd.Index[Any]) -> pd.Series[float]:
    """A ratio for one date under the names of the hedges."""
    return pd.Series(values, index=hedges, name="ratio", dtype=np.float64)


def labelled_path(values: Array, dates: pd.Index[Any], hedges: pd.Index[Any]) -> pd.DataFrame:
    """Ratios of many dates (n_dates, n_hedges); one row of values stands for all."""
    path = np.empty((len(dates), len(hedges)))
    path[:] = values
    return pd.DataFrame(path, index=dates, columns=hedges)
