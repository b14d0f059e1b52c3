"""Hedges that competed on the same dates out of sample: what each did, in one record."""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.comparison.losses import Loss, semivariance_loss, variance_loss
from hedgeresearch.evaluation.comparison.overview import Comparison, compare_hedges
from hedgeresearch.evaluation.results.tables import backtests_of, measures_of, summary_of
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.metrics.by_group import measure_by_regime, measure_by_year, measure_on_worst_days
from hedgeresearch.metrics.hedge_effectiveness import effectiveness

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOSSES: Mapping[str, Loss] = {"variance": variance_loss, "semivariance": semivariance_loss}
PLOTS = ("ratio", "cumulative", "effectiveness")


@exported_by("hedgeresearch.evaluation")
@dataclass(frozen=True, eq=False, repr=False)
class Backtest:
    """Out-of-sample ratios and hedged returns of several models on the same dates.

    Attributes
    ----------
    models : the models by name, NaiveHedge and OLSHedge among them
    ratios : DataFrame (n_dates, models x hedges), columns by (model, hedge); made before each date
    hedged_returns : DataFrame (n_dates, models), before costs; the asset itself under "unhedged"
    costs : DataFrame (n_dates, models), what each paid for trading and carry, per notional of the asset
    notes : DataFrame with the columns model, date, failed, note: what a model warned of, and each refit that failed,
        over which its last ratio was held
    n_refits : int, of each model
    predicted : DataFrame (n_dates, k) by model, for those with regimes: predicted probabilities of each date
    seed : int, of the bootstrap
    returns_kind : "simple", "log", "difference" or None, as ``hr.returns`` noted it
    """

    models: dict[str, HedgeModel]
    ratios: pd.DataFrame
    hedged_returns: pd.DataFrame
    costs: pd.DataFrame
    notes: pd.DataFrame
    n_refits: int
    predicted: dict[str, pd.DataFrame]
    seed: int = 0
    returns_kind: str | None = None

    def __repr__(self) -> str:
        dates = self.hedged_returns.index
        return f"Backtest({len(self.models)} models, {len(dates)} dates out of sample, to {day(dates[-1])})"

    def _repr_html_(self) -> str:
        return (
            f"<p>{html.escape(repr(self))}</p>{self.summary.to_html(float_format='{:.4g}'.format)}"
        )

    @property
    def net_returns(self) -> pd.DataFrame:
        """Hedged returns after costs, (n_dates, models)."""
        return self.hedged_returns - self.costs

    @property
    def failed_refits(self) -> pd.Series[int]:
        """How many refits of each model failed, (models,)."""
        failed = self.notes["model"][self.notes["failed"]].tolist()
        counts = {name: failed.count(name) for name in self.models}
        return pd.Series(counts, name="failed refits").rename_axis("model")

    def ratio(self, model: str) -> pd.DataFrame:
        """The ratios of one model, (n_dates, n_hedges)."""
        if model not in self.models:
            raise DataError(f"model must be one of {list(self.models)}; got {model!r}.")
        columns = self.ratios.columns
        ratio = self.ratios.loc[:, columns.get_level_values("model") == model]
        return ratio.set_axis(ratio.columns.get_level_values("hedge"), axis=1)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Each model: effectiveness, its gain on OLS with a 95 % interval, volatility, ratio, turnover, failed refits.

        Effectiveness is the share of variance removed, before costs. Gains are differences of effectiveness; their
        interval is by the stationary bootstrap of whole dates. Where there are costs, mean returns per period before
        and after them stand beside.
        """
        return summary_of(self)

    def measures(
        self, risk_aversion: float = 5.0, periods_per_year: float | None = None
    ) -> pd.DataFrame:
        """Every measure of each model, columns by (measure, gross or net).

        Effectiveness, semivariance, value at risk and expected shortfall at 5 % and 1 %, maximum drawdown, certainty
        equivalents (exponential and mean-variance) per period and Sharpe ratio per year; turnover and cost in all.

        Parameters
        ----------
        risk_aversion : float, of the certainty equivalents
        periods_per_year : float, for the Sharpe ratio; by default as many dates as fall in a year of the data
        """
        return measures_of(self, risk_aversion, periods_per_year)

    # --- where it worked ---

    def measure_by_year(self, measure: Callable[..., float] = effectiveness) -> pd.DataFrame:
        """A measure of (hedged, unhedged) returns in each calendar year, (years, models); NaN below 20 dates."""
        return self._by(lambda hedged, asset: measure_by_year(measure, hedged, asset)["value"])

    def measure_by_regime(
        self,
        regimes: str | pd.Series[Any] | pd.DataFrame,
        measure: Callable[..., float] = effectiveness,
    ) -> pd.DataFrame:
        """A measure of (hedged, unhedged) returns in each regime, (regimes, models); NaN below 20 dates.

        Parameters
        ----------
        regimes : name of a model with regimes, whose predicted probabilities decide, on the dates after its first fit;
            or a label (or a row of probabilities) for every date
        measure : function of hedged and unhedged returns
        """
        if isinstance(regimes, str):
            if regimes not in self.predicted:
                raise DataError(
                    f"regimes must name a model with regimes, of {list(self.predicted)}; got {regimes!r}."
                )
            regimes = self.predicted[regimes].dropna()
            chosen = regimes.index  # not those before the model's first fit
        else:
            chosen = self.hedged_returns.index
        return self._by(
            lambda hedged, asset: measure_by_regime(
                measure, regimes, hedged[chosen], asset[chosen]
            )["value"]
        )

    def worst_days(self, share: float = 0.05) -> pd.DataFrame:
        """On the asset's worst days: mean return, and the share of the asset's mean loss that is removed."""
        asset = self.hedged_returns["unhedged"]
        means = {
            name: measure_on_worst_days(
                pd.Series.mean, asset, self.hedged_returns[name], share=share
            )
            for name in self.hedged_returns
        }
        table = pd.Series(means, name="mean return").rename_axis("model").to_frame()
        return table.assign(removed=1.0 - table["mean return"] / means["unhedged"])

    def _by(
        self, table: Callable[[pd.Series[float], pd.Series[float]], pd.Series[float]]
    ) -> pd.DataFrame:
        asset = self.hedged_returns["unhedged"]
        return pd.DataFrame({name: table(self.hedged_returns[name], asset) for name in self.models})

    # --- whether it is better ---

    def compare(
        self,
        measure: Literal["variance", "semivariance"] | Loss = "variance",
        against: Hashable = "ols",
        *,
        net: bool = False,
        **settings: Any,
    ) -> Comparison:
        """Tests of every model against one, pair by pair and all together.

        Parameters
        ----------
        measure : "variance", "semivariance", or a function from returns (n_dates,) to losses (n_dates,)
        against : name of the model they are compared with
        net : whether returns are taken after costs
        settings : go to ``compare_hedges``

        Raises
        ------
        DataError
            If ``against`` is no model of the backtest, or there are fewer than 20 dates.
        """
        if isinstance(measure, str):
            check_choice(measure, "measure", tuple(LOSSES))
        elif not callable(measure):
            raise DataError(
                f"measure must be one of {', '.join(map(repr, LOSSES))}, or a function; got {measure!r}."
            )
        loss = LOSSES[measure] if isinstance(measure, str) else measure
        returns = self.net_returns if net else self.hedged_returns
        return compare_hedges(returns, against, loss=loss, **{"seed": self.seed, **settings})

    def value_at_risk_tests(self, level: float = 0.05, window: int = 250) -> pd.DataFrame:
        """Backtests of the value at risk of each hedged position, columns: share of exceedances and p of each test.

        Forecasts are quantiles of the ``window`` hedged returns before each date. Tests: Kupiec's of the share,
        Christoffersen's of independence and of both, Engle and Manganelli's of the dynamic quantile.

        Raises
        ------
        DataError
            If there are no more dates than the window.
        """
        return backtests_of(self.hedged_returns, level, window)

    # --- on paper ---

    def to_latex(self, **settings: Any) -> str:
        """The summary for LaTeX (booktabs); settings go to ``DataFrame.to_latex``."""
        latex: str = self.summary.to_latex(**{"float_format": "%.4g", "escape": True, **settings})
        return latex

    def plot(
        self,
        kind: Literal["ratio", "cumulative", "effectiveness"] = "ratio",
        ax: Axes | None = None,
    ) -> Axes:
        """One figure of the backtest.

        Parameters
        ----------
        kind : "ratio", the sum of each model's ratios over time; "cumulative", what each has saved against OLS in
            squared hedged returns, adding up; "effectiveness", with 95 % intervals of the gain on OLS
        """
        from hedgeresearch.evaluation.results import plots

        check_choice(kind, "kind", PLOTS)
        if kind == "ratio":
            return plots.plot_ratios(self.ratios, ax)
        if kind == "cumulative":
            return plots.plot_cumulative(self.hedged_returns, ax)
        return plots.plot_effectiveness(self.summary, ax)
